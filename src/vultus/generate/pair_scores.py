"""Comparisons within the cells of an evaluation set, and what audits count in them.

Impostors are of the same cell, because pairs across cells are easy and hide a cell's own false matches. A picture without a face has no
score (NaN): its comparisons count as non-matches in every rate, and are left out of d' alone, which has no place for them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vultus.errors import InputError
from vultus.evaluate.eer_interval import eer_with_interval
from vultus.evaluate.rates import d_prime

Array = NDArray[np.float64]
Whole = NDArray[np.int64]
NO_FACE = -1.0  # below every cosine of two faces in practice


@dataclass(frozen=True, eq=False)
class PairScores:
    """Cosines of all pairs of pictures within each cell.

    Args:
        person: int (n,), the person on each picture, 0..people - 1.
        cell: int (people,), the cell of each person.
        scores: float64 (p,), in the order of `pairs`.
    """

    person: Whole
    cell: Whole
    scores: Array

    def __post_init__(self) -> None:
        if len(self.scores) != len(self.pairs[0]):
            raise InputError("scores", expected=f"{len(self.pairs[0])}, one a pair within a cell", got=str(len(self.scores)))

    @classmethod
    def of(cls, vectors: NDArray[Any], person: Whole, cell: Whole) -> PairScores:
        """From unit rows (n, d), NaN where a picture has no face."""
        left, right = pairs_within(cell[person])
        rows = np.asarray(vectors, np.float64)
        return cls(person, cell, np.einsum("pd,pd->p", rows[left], rows[right]))

    @cached_property
    def pairs(self) -> tuple[Whole, Whole]:
        """Numbers of the two pictures of each pair, (p,) each."""
        return pairs_within(self.cell[self.person])

    @property
    def first(self) -> Whole:
        """Person of the first picture (p,)."""
        return self.person[self.pairs[0]]

    @property
    def second(self) -> Whole:
        return self.person[self.pairs[1]]

    def eer(self, rng: np.random.Generator, draws: int = 200) -> tuple[float, float, float]:
        """Equal error rate with its 95 % interval over people."""
        return eer_with_interval(self._whole, self.first, self.second, rng, draws)

    def d_prime(self) -> float:
        """Separation of mated and other comparisons, of pictures with a face."""
        kept, mated = np.isfinite(self.scores), self.first == self.second
        return d_prime(self.scores[kept & mated], self.scores[kept & ~mated])

    def shuffled(self, rng: np.random.Generator) -> PairScores:
        """The same scores with the names of every cell's pictures dealt out anew."""
        person, cells = self.person.copy(), self.cell[self.person]
        for each in np.unique(cells):
            person[cells == each] = rng.permutation(person[cells == each])
        return replace(self, person=person)

    def with_cell_of(self, other: PairScores, cell: int) -> PairScores:
        """One cell's comparisons taken from another run over the same pictures."""
        return replace(self, scores=np.where(self.cell[self.first] == cell, other.scores, self.scores))

    def missed(self, threshold: float) -> tuple[Array, Array]:
        """False non-matches and mated comparisons of each person, (people,) each."""
        mated = self.first == self.second
        count = len(self.cell)
        return (np.bincount(self.first[mated], (self._whole < threshold)[mated], count).astype(np.float64),
                np.bincount(self.first[mated], minlength=count).astype(np.float64))

    def false_matches(self, threshold: float) -> tuple[Array, Array]:
        """False matches and comparisons of every two people of a cell, (people, people) each, symmetric with an empty diagonal."""
        other = self.first != self.second
        counts = []
        for weight in ((self._whole >= threshold)[other].astype(np.float64), np.ones(int(other.sum()))):
            table = np.zeros((len(self.cell), len(self.cell)))
            np.add.at(table, (self.first[other], self.second[other]), weight)
            counts.append(table + table.T)
        return counts[0], counts[1]

    @cached_property
    def _whole(self) -> Array:
        return np.nan_to_num(self.scores, nan=NO_FACE)


def pairs_within(cell: Whole) -> tuple[Whole, Whole]:
    """Numbers of all pairs of pictures (n,) that are of the same cell, first by the first one."""
    left, right = np.triu_indices(len(cell), 1)
    same = cell[left] == cell[right]
    return left[same].astype(np.int64), right[same].astype(np.int64)
