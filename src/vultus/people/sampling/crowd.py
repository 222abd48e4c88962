"""Draws many people who keep their distance from each other, and says how many were turned away."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from vultus.errors import InputError
from vultus.evaluate.bounds import binomial_interval
from vultus.people.identity import Identity
from vultus.people.sampling.cell import Cell
from vultus.people.sampling.distance import distances, features
from vultus.people.sampling.person import draw_identity
from vultus.people.sampling.streams import Seed, entropy, words

Judge = Callable[[Identity], NDArray[np.float32]]
TRIES = 200  # for one person; a cell that needs more cannot be filled


@dataclass(frozen=True)
class Tally:
    """What became of one cell's draws: identities drawn, and turned away for being too near to someone in their parameters
    (`near`) or, having passed that, to the judge (`alike`)."""

    drawn: int = 0
    near: int = 0
    alike: int = 0

    @property
    def rejected(self) -> int:
        """Turned away in all."""
        return self.near + self.alike

    def share(self) -> tuple[float, float, float]:
        """Rejected share with its exact 95 % limits (Clopper and Pearson)."""
        return (self.rejected / self.drawn, *binomial_interval(self.rejected, self.drawn)) if self.drawn else (0.0, 0.0, 1.0)


@dataclass(frozen=True, eq=False)
class Drawn:
    """People and how they came about.

    Attributes:
        people: in the order drawn: the first of every cell, then the second of every cell, and so on.
        cell: index of each person's cell.
        cells: the cells asked for.
        tallies: one for each cell.
    """

    people: tuple[Identity, ...]
    cell: tuple[int, ...]
    cells: tuple[Cell, ...]
    tallies: tuple[Tally, ...]


def draw_people(n: int, seed: Seed, cells: Sequence[Cell] = (Cell(),), minimum_distance: float = 0.0, *, judge: Judge | None = None,
                judge_distance: float = 0.0, apart_from: Sequence[Identity] = (), tries: int = TRIES) -> Drawn:
    """Draws n people in every cell, all at least a distance apart.

    Candidate t for person i of a cell depends on the seed, the cell's restrictions, i and t; whether it is accepted, on those
    accepted before. So a larger n keeps the people of a smaller one, and an interrupted draw repeats itself.

    Args:
        n: people for each cell, >= 0.
        seed: of the whole draw.
        cells: restrictions; the same restrictions twice are refused, because they would be filled with two names.
        minimum_distance: in the units of `distance`: 0 accepts everyone, strangers are about 1 apart.
        judge: gives the template of a person, a unit vector: the caller renders a picture and embeds it. Report results with
            another recogniser than the one that judged.
        judge_distance: smallest allowed 1 - cosine between templates, 0..2.
        apart_from: people of earlier draws, from whom the new ones keep their distance, too.
        tries: candidates for one person before its cell is given up.

    Raises:
        InputError: wrong numbers; a cell that cannot be filled at these distances (named).

    Example:
        >>> drawn = draw_people(2, 7, [Cell(gender="female"), Cell(gender="male")], 0.5)
        >>> [person.id for person in drawn.people], drawn.cell
        (['p000000', 'p000001', 'p000002', 'p000003'], (0, 1, 0, 1))
    """
    _check(n, cells, minimum_distance, judge, judge_distance, tries)
    crowd = _Crowd(minimum_distance, judge, judge_distance)
    for person in apart_from:
        crowd.add(person, crowd.row(person), judge(person) if judge else None)
    people: list[Identity] = []
    tallies = [Tally() for _ in cells]
    for i in range(n):
        for c, cell in enumerate(cells):
            name = f"p{len(people):06d}"
            person, tallies[c] = _one(crowd, (seed, i, name, tries), cell, tallies[c])
            people.append(person)
    return Drawn(tuple(people), tuple(c for _ in range(n) for c in range(len(cells))), tuple(cells), tuple(tallies))


def person_seed(seed: Seed, cell: Cell, i: int, attempt: int = 0) -> list[int]:
    """Seed of a candidate for person i of a cell: the draw's seed, the cell's meaning, i and the attempt."""
    return [*entropy(seed), *words("cell", cell.key), i, attempt]


@dataclass
class _Crowd:
    """Those accepted so far, as rows of parameters and of templates."""

    minimum: float
    judge: Judge | None
    judge_minimum: float
    rows: _Rows = field(default_factory=lambda: _Rows())
    templates: _Rows = field(default_factory=lambda: _Rows())

    def row(self, person: Identity) -> NDArray[np.float64]:
        row: NDArray[np.float64] = features([person])[0]
        return row

    def near(self, row: NDArray[np.float64]) -> bool:
        return bool(self.minimum > 0 and self.rows.count and distances(row[None], self.rows.all()).min() < self.minimum)

    def alike(self, template: NDArray[np.float64]) -> bool:
        return bool(self.templates.count and 1 - float(np.einsum("nd,d->n", self.templates.all(), template).max()) < self.judge_minimum)

    def add(self, person: Identity, row: NDArray[np.float64], template: NDArray[np.float32] | None) -> None:
        self.rows.append(row)
        if template is not None:
            self.templates.append(_unit(person, template))


class _Rows:
    """Rows of equal length that grow without being copied each time."""

    def __init__(self) -> None:
        self.count = 0
        self._room: NDArray[np.float64] = np.empty((0, 0))

    def append(self, row: NDArray[np.float64]) -> None:
        if self.count == len(self._room):
            room = np.empty((max(64, 2 * self.count), len(row)))
            if self.count:
                room[:self.count] = self._room
            self._room = room
        self._room[self.count] = row
        self.count += 1

    def all(self) -> NDArray[np.float64]:
        return self._room[:self.count]


def _one(crowd: _Crowd, plan: tuple[Seed, int, str, int], cell: Cell, tally: Tally) -> tuple[Identity, Tally]:
    """The next person of a cell, and the tally with the candidates that it took."""
    seed, i, name, tries = plan
    near = alike = 0
    for attempt in range(tries):
        person = draw_identity(person_seed(seed, cell, i, attempt), id=name, cell=cell)
        row = crowd.row(person)
        if crowd.near(row):
            near += 1
            continue
        template = crowd.judge(person) if crowd.judge else None
        if template is not None and crowd.alike(_unit(person, template)):
            alike += 1
            continue
        crowd.add(person, row, template)
        return person, Tally(tally.drawn + attempt + 1, tally.near + near, tally.alike + alike)
    asked = f"distance {crowd.minimum:g}" + (f" and judge's distance {crowd.judge_minimum:g}" if crowd.judge else "")
    raise InputError("cells", expected=f"a cell that can be filled at {asked}",
                     got=f"cell '{cell.name}', whose person {i + 1} was not found in {tries} tries ({near} too near, {alike} too alike)",
                     hint="lower the distance, widen the cell, or ask for fewer people")


def _unit(person: Identity, template: NDArray[np.float32]) -> NDArray[np.float64]:
    row = np.asarray(template, np.float64)
    if row.ndim != 1 or not np.isfinite(row).all() or abs(float(np.sqrt(np.einsum("d,d->", row, row))) - 1) > 1e-3:
        raise InputError("judge", expected="a function that gives a unit vector (d,)", got=f"shape {row.shape} for {person.id}")
    return row


def _check(n: int, cells: Sequence[Cell], minimum: float, judge: Judge | None, judge_minimum: float, tries: int) -> None:
    if n < 0:
        raise InputError("n", expected="a count of people >= 0", got=str(n))
    if not cells:
        raise InputError("cells", expected="at least one cell", got="none")
    keys = [cell.key for cell in cells]
    for cell in cells:
        if keys.count(cell.key) > 1:
            raise InputError("cells", expected="cells that differ", got=f"'{cell.name}' twice")
    if not minimum >= 0 or not np.isfinite(minimum):
        raise InputError("minimum_distance", expected="a distance >= 0", got=f"{minimum:g}")
    if not 0 <= judge_minimum <= 2 or (judge_minimum > 0 and judge is None):
        raise InputError("judge_distance", expected="0..2, and a judge when above 0", got=f"{judge_minimum:g}"
                         + ("" if judge else " without a judge"))
    if tries < 1:
        raise InputError("tries", expected="at least 1", got=str(tries))
