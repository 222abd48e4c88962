"""What a data set needs from an engine: it takes the picture of a scene, with labels."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from numpy.typing import NDArray

from vultus.people.scene import Scene
from vultus.types import Float, Image


@dataclass(frozen=True, eq=False)
class Taken:
    """A picture: uint8 RGB (h, w, 3), 5 points float32 (5, 2) and box float32 (4,) in px (None = not known any more), and arrays
    of labels by name. `facts`: columns `manifest.FACTS`, as far as they are known. `record`: what a simulator did, plain values;
    `mark`: text for the metadata in place of the usual one. `save` writes every label into a folder and gives the files."""

    image: Image
    points: Float | None
    box: Float | None
    labels: Mapping[str, NDArray[Any]] = field(default_factory=dict)
    facts: Mapping[str, float | None] = field(default_factory=dict)
    record: Mapping[str, Any] | None = None
    mark: str = ""
    save: Callable[[Path], list[Path]] | None = None


class Maker(Protocol):
    """An engine; nothing that it does depends on what it did before.

    `generator` names it and its version: pictures of the same version and scene are the same. `labels`: names of the arrays that it
    can give.
    """

    generator: str
    labels: tuple[str, ...]

    @property
    def studio(self) -> Any:
        """`people.studio.Studio` where the engine has one, for simulators that change what is built; else None."""
        ...

    def take(self, scene: Scene, labels: Sequence[str]) -> Taken:
        """The picture, with the arrays asked for."""
        ...


Factory = Callable[[], Maker]
