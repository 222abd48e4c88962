"""What a data set of virtual people shall be: who, how many, seen how, with which labels, split how."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import Any

from vultus.people.sampling.variation import Variation

Level = str | int | float | bool | tuple[float | str, ...]


@dataclass(frozen=True)
class Simulation:
    """Pictures that go through a simulator of `people.capture` or `people.spoofs`.

    Args:
        name: the simulator.
        share: of the pictures of every cell, 0..1, changed in place of the bare ones.
        extra: pictures a person that are added, each made from one of the person's pictures.
        settings: of the simulator; those not given are its defaults.
    """

    name: str
    share: float = 0.0
    extra: int = 0
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Spec:
    """A whole specification, every default filled in; `spec_file.read_spec` makes it from TOML and checks it.

    Args:
        seed: 0 or more; everything drawn follows from it.
        cells: attribute -> level, one mapping a cell, as `people.sampling.cell.Cell.parse` takes it.
        people_per_cell: 1 or more. pictures_per_person: 1 or more, without the extra ones of simulators.
        size: width and height in px.
        variation: how pictures differ, as `people.sampling.variation.Variation.parse` takes it.
        views: factors that each picture fixes, one mapping a picture; or none: then all are drawn alike.
        labels: names of the arrays to write beside every picture.
        kind: "jpeg" or "png". quality: of JPEG.
        splits: name -> people of every cell; sums to people_per_cell.
        minimum_distance: between any two identities, in the units of `people.sampling.distance`.
        recogniser, template_distance: method of task embed to which no two people may look alike, and the smallest 1 - cosine
            between their templates; "" and 0 for none.
        simulations: what is done to how many pictures.
    """

    seed: int
    cells: tuple[Mapping[str, Level], ...]
    people_per_cell: int
    pictures_per_person: int
    size: tuple[int, int] = (256, 256)
    variation: Mapping[str, Any] = field(default_factory=dict)
    views: tuple[Mapping[str, Any], ...] = ()
    labels: tuple[str, ...] = ()
    kind: str = "jpeg"
    quality: int = 92
    splits: tuple[tuple[str, int], ...] = ()
    minimum_distance: float = 0.0
    recogniser: str = ""
    template_distance: float = 0.0
    simulations: tuple[Simulation, ...] = ()

    @property
    def attributes(self) -> tuple[str, ...]:
        """All attributes that any cell restricts, in the order of their first use."""
        return tuple(dict.fromkeys(name for cell in self.cells for name in cell))

    @property
    def people(self) -> int:
        """Of the whole set."""
        return len(self.cells) * self.people_per_cell

    @property
    def pictures_each(self) -> int:
        """Pictures a person, those that simulators add included."""
        return self.pictures_per_person + sum(each.extra for each in self.simulations)

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        plain: dict[str, Any] = json.loads(json.dumps(_written(asdict(self)), allow_nan=False))
        return plain

    def variation_of(self, scene: int) -> Variation:
        """How a person's picture number `scene` is drawn."""
        return self._variations[scene if self.views else 0]

    @cached_property
    def _variations(self) -> tuple[Variation, ...]:
        return tuple(Variation.parse({**self.variation, **view}) for view in self.views or ({},))

    @cached_property
    def digest(self) -> str:
        """SHA-256 of everything that is specified, hex."""
        text = json.dumps(self.to_dict(), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()


def _written(value: Any) -> Any:
    """With years and radii without end as the word "inf", which JSON has no number for."""
    if isinstance(value, Mapping):
        return {name: _written(each) for name, each in value.items()}
    if isinstance(value, tuple | list):
        return [_written(each) for each in value]
    return str(value) if value in (float("inf"), -float("inf")) else value
