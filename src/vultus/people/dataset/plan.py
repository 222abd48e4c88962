"""Who gets which pictures: follows from the specification alone, one person at a time."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from vultus.people.dataset.spec import Spec

# Streams of random numbers, apart from each other and from those of the sampler.
_SPLITS, _SHARES, _ORDER, _SOURCES, SCENES, SIMULATORS = 11, 12, 13, 14, 15, 16


@dataclass(frozen=True)
class PicturePlan:
    """One picture of a person.

    Args:
        number: in the file's name; says nothing about how the picture was made.
        scene: number of the scene that it shows, 0 .. pictures_per_person - 1.
        view: index into `Spec.views`, None when drawn freely.
        simulation: index into `Spec.simulations`, None for a bare picture.
        added: the picture is one of a simulator's extra ones.
    """

    number: int
    scene: int
    view: int | None
    simulation: int | None = None
    added: bool = False


@dataclass(frozen=True)
class PersonPlan:
    """A person of the set: `index` 0 .. people - 1, `cell` index into `Spec.cells`, `place` within the cell, and the pictures by scene.

    People are numbered as `people.sampling.draw_people` draws them: the first of every cell, then the second of every cell, and so on.
    """

    index: int
    cell: int
    place: int
    split: str
    pictures: tuple[PicturePlan, ...]

    @property
    def id(self) -> str:
        return f"p{self.index:06d}"

    @property
    def folder(self) -> str:
        """Where the pictures lie, below the set's folder."""
        return f"images/{cell_id(self.cell)}/{self.id}"


def cell_id(cell: int) -> str:
    """Name of a cell in paths and manifests, which does not say what the cell is."""
    return f"c{cell:03d}"


def person_plan(spec: Spec, index: int) -> PersonPlan:
    """The plan of one person; the same whoever asks, in whatever order."""
    place, cell = divmod(index, len(spec.cells))
    return PersonPlan(index, cell, place, _split(spec, cell, place), _pictures(spec, index, cell, place))


def _split(spec: Spec, cell: int, place: int) -> str:
    """Splits are dealt out within every cell, so that each has exactly its number of people there."""
    names = [name for name, people in spec.splits for _ in range(people)]
    return names[_permutation(spec.seed, _SPLITS, cell, len(names))[place]] if names else "all"


def _pictures(spec: Spec, index: int, cell: int, place: int) -> tuple[PicturePlan, ...]:
    first = place * spec.pictures_per_person
    count = spec.pictures_per_person
    planned = [(scene, _shared(spec, cell, first + scene), False) for scene in range(count)]
    sources = np.random.default_rng([spec.seed, _SOURCES, index])
    for simulation, each in enumerate(spec.simulations):
        planned += [(int(scene), simulation, True) for scene in _spread(sources, count, each.extra)]
    numbers = _permutation(spec.seed, _ORDER, index, len(planned)) if spec.simulations else range(len(planned))
    return tuple(PicturePlan(int(number), scene, scene if spec.views else None, simulation, added)
                 for number, (scene, simulation, added) in zip(numbers, planned, strict=True))


def _shared(spec: Spec, cell: int, picture: int) -> int | None:
    """Which simulator changes this picture of the cell: exactly its share of the cell's pictures, dealt out at random."""
    total = spec.people_per_cell * spec.pictures_per_person
    if not any(each.share for each in spec.simulations):
        return None
    place, end = int(_permutation(spec.seed, _SHARES, cell, total)[picture]), 0
    for simulation, each in enumerate(spec.simulations):
        end += round(each.share * total)
        if place < end:
            return simulation
    return None


def _spread(rng: np.random.Generator, count: int, wanted: int) -> list[int]:
    """`wanted` of `count` scenes, each as often as any other, plus or minus one."""
    whole, rest = divmod(wanted, count)
    return [*range(count)] * whole + sorted(int(each) for each in rng.permutation(count)[:rest])


@lru_cache(maxsize=256)
def _permutation(seed: int, stream: int, number: int, count: int) -> tuple[int, ...]:
    return tuple(int(each) for each in np.random.default_rng([seed, stream, number]).permutation(count))
