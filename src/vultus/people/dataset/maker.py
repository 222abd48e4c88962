"""What a data set needs from an engine: it draws people and scenes, takes pictures with labels, and runs simulators."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from vultus.people.dataset.spec import Spec, View
from vultus.people.identity import Identity
from vultus.people.sampling.crowd import Drawn, Judge
from vultus.people.scene import Scene
from vultus.types import Float, Image


@dataclass(frozen=True, eq=False)
class Taken:
    """A picture: uint8 RGB (h, w, 3), 5 points float32 (5, 2) and box float32 (4,) in px (None = not known any more), and arrays
    of labels by name. `record`: what a simulator did, plain values; `mark`: text for the metadata in place of the usual one."""

    image: Image
    points: Float | None
    box: Float | None
    labels: Mapping[str, NDArray[Any]] = field(default_factory=dict)
    record: Mapping[str, Any] | None = None
    mark: str = ""


class Maker(Protocol):
    """Draws and renders; nothing that it does depends on what it did before.

    `generator` names the engine and its version: pictures of the same version, seed and specification are the same.
    """

    generator: str

    def people(self, spec: Spec, judge: Judge | None) -> Drawn:
        """Everybody, in the order of `people.sampling.draw_people`. Raises InputError when a cell cannot be filled."""
        ...

    def scene(self, spec: Spec, person: Identity, view: View | None, rng: np.random.Generator) -> Scene:
        """One scene of this person, drawn freely where the view leaves it open."""
        ...

    def take(self, scene: Scene, labels: Sequence[str]) -> Taken:
        """The picture, with the arrays asked for."""
        ...

    def simulate(self, name: str, settings: Mapping[str, Any], taken: Taken, scene: Scene, rng: np.random.Generator) -> Taken:
        """The picture after a simulator."""
        ...


Factory = Callable[[], Maker]
