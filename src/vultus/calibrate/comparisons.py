"""Compared pictures of known people: all pairs of a sample, or a list of pairs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vultus.errors import InputError
from vultus.evaluate.people_bootstrap import FmrCurve, fmr_curve, upper_when_unsupported
from vultus.types import Embeddings

Array = NDArray[np.float64]
Whole = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Comparisons:
    """Similarities of pairs of pictures, and who is on the pictures.

    There may be no pair of one person, as in a folder of one portrait each: then nothing is known about misses.
    The order of pictures and people comes from the templates alone, so that neither names nor the order of the input change a result.

    Args:
        scores: float32 (c,), cosine of each pair.
        left, right: int (c,), the two pictures, left < right.
        person: int (n,), who is on each picture, sorted, 0..people-1 without gaps.
        place: int (n,), the caller's number of each picture.
        matrix: float32 (n, n) when every two pictures were compared, else None.
    """

    scores: NDArray[np.float32]
    left: Whole
    right: Whole
    person: Whole
    place: Whole
    matrix: NDArray[np.float32] | None = None

    def __post_init__(self) -> None:
        if not np.isfinite(self.scores).all():
            raise InputError("scores", expected="finite numbers", got=f"{int((~np.isfinite(self.scores)).sum())} that are NaN or infinite")
        if self.people < 2:
            raise InputError("people", expected="at least two people", got=str(self.people), hint="add pictures of other people")
        if self.mated.all():
            raise InputError("pairs", expected="some pairs of different people", got="pairs of one person only",
                             hint="add pairs of different people")

    @classmethod
    def of_templates(cls, templates: Embeddings, subjects: NDArray[Any]) -> Comparisons:
        """Every two pictures of a sample.

        Args:
            templates: (n, d), one a picture.
            subjects: (n,), who is on each picture.
        """
        if len(templates) != len(subjects):
            raise InputError("subjects", expected=f"{len(templates)} names, one a template", got=str(len(subjects)))
        order = np.array(sorted(range(len(templates)), key=lambda row: templates.vectors[row].tobytes()), np.int64)
        person = _by_first_appearance(np.asarray(subjects)[order])
        grouped = np.argsort(person, kind="stable")
        place, person = order[grouped], person[grouped]
        chosen = templates[place]
        return cls._complete(chosen.similarity(chosen), person, place)

    @classmethod
    def _complete(cls, matrix: NDArray[np.float32], person: Whole, place: Whole) -> Comparisons:
        left, right = np.triu_indices(len(person), 1)
        return cls(matrix[left, right], left, right, person, place, matrix)

    @classmethod
    def of_pairs(cls, scores: NDArray[Any], left: Whole, right: Whole, subjects: NDArray[Any]) -> Comparisons:
        """A list of compared pairs.

        Args:
            scores: (c,), cosines.
            left, right: int (c,), rows of `subjects`.
            subjects: (n,), who is on each picture.
        """
        _, person = np.unique(subjects, return_inverse=True)
        place = np.argsort(person, kind="stable")
        rank = np.argsort(place)
        first, second = np.minimum(rank[left], rank[right]), np.maximum(rank[left], rank[right])
        order = np.lexsort((second, first))
        return cls(np.asarray(scores, np.float32)[order], first[order], second[order], person[place], place)

    @property
    def people(self) -> int:
        return int(self.person[-1]) + 1 if len(self.person) else 0

    @cached_property
    def mated(self) -> NDArray[np.bool_]:
        """Which pairs show one person, (c,)."""
        return np.asarray(self.person[self.left] == self.person[self.right], np.bool_)

    @cached_property
    def mated_person(self) -> Whole:
        """The person of each mated pair, in the order of `scores[mated]`."""
        return self.person[self.left[self.mated]]

    @property
    def mated_people(self) -> int:
        """People with a mated pair."""
        return len(np.unique(self.mated_person))

    @cached_property
    def people_pairs(self) -> tuple[Whole, Whole, NDArray[np.intp]]:
        """(first person, second person, number of the pair of people of each non-mated pair)."""
        key = self.person[self.left[~self.mated]] * self.people + self.person[self.right[~self.mated]]
        pairs, number = np.unique(key, return_inverse=True)
        first, second = np.divmod(pairs, self.people)
        return first, second, number

    def curve(self, thresholds: Array, rng: np.random.Generator | None = None) -> FmrCurve:
        """FMR with limits over people at ascending thresholds; where the sample is too small, limits of few errors take over.

        For a list of pairs the limits are those of a two-way bootstrap, drawn by `rng`.
        """
        if self.matrix is not None:
            curve, tested = fmr_curve(self.matrix, self.person, thresholds), self.people
        else:
            from vultus.calibrate.listed_pairs import listed_curve
            curve = listed_curve(self, thresholds, rng or np.random.default_rng(0))
            tested = max(2, int((1 + np.sqrt(1 + 8 * len(self.people_pairs[0]))) / 2))  # so few people have as many pairs
        errors = np.searchsorted(self._best_of_people_pairs, thresholds)
        few = {int(k): (upper_when_unsupported(int(k), tested), upper_when_unsupported(int(k), tested, 0.025))
               for k in np.unique(len(self._best_of_people_pairs) - errors[~curve.supported])}
        upper, high = curve.upper.copy(), curve.high.copy()
        for i in np.flatnonzero(~curve.supported):
            limit = few[int(len(self._best_of_people_pairs) - errors[i])]
            upper[i], high[i] = min(upper[i], limit[0]), min(high[i], limit[1])
        upper = np.maximum(upper, curve.fmr)
        return FmrCurve(curve.thresholds, curve.fmr, np.minimum.accumulate(upper), curve.supported, curve.people, curve.low,
                        np.minimum.accumulate(np.maximum(high, upper)))

    @cached_property
    def _best_of_people_pairs(self) -> NDArray[np.float32]:
        """The highest similarity of every two compared people, ascending."""
        first, _, number = self.people_pairs
        best = np.full(len(first), -np.inf, np.float32)
        np.maximum.at(best, number, self.scores[~self.mated])
        return np.sort(best)

    def one_of_each(self) -> tuple[Array, Array]:
        """(mated, non-mated) scores in which every person and every two people weigh the same.

        Every person gives `EACH` of their mated scores, evenly over the sorted ones; every two people give their first pair.
        """
        _, first = np.unique(self.people_pairs[2], return_index=True)
        non_mated, mated = self.scores[~self.mated][first].astype(np.float64), self.scores[self.mated]
        if not mated.size:
            return np.empty(0), non_mated
        order = np.lexsort((mated, self.mated_person))
        starts = np.flatnonzero(np.diff(self.mated_person[order], prepend=-1))
        counts = np.diff(np.append(starts, len(order)))
        chosen = starts[:, None] + ((np.arange(EACH) + 0.5) / EACH * counts[:, None]).astype(int)
        return mated[order][chosen.ravel()].astype(np.float64), non_mated

    def of_people(self, chosen: NDArray[np.bool_]) -> Comparisons:
        """The pairs among some people, bool (people,)."""
        pictures = chosen[self.person]
        person = np.unique(self.person[pictures], return_inverse=True)[1]
        if self.matrix is not None:
            return Comparisons._complete(self.matrix[np.ix_(pictures, pictures)], person, self.place[pictures])
        rank, pairs = np.cumsum(pictures) - 1, pictures[self.left] & pictures[self.right]
        return Comparisons(self.scores[pairs], rank[self.left[pairs]], rank[self.right[pairs]], person, self.place[pictures])

    def halves(self) -> tuple[Comparisons, Comparisons] | None:
        """Two halves without a common person, or None when one lacks non-mated pairs, or mated ones that the whole has."""
        odd = np.arange(self.people) % 2 == 1
        try:
            first, second = self.of_people(odd), self.of_people(~odd)
        except InputError:
            return None
        lacking = self.mated.any() and not (first.mated.any() and second.mated.any())
        return None if lacking else (first, second)


EACH = 12


def _by_first_appearance(subjects: NDArray[Any]) -> Whole:
    _, first, inverse = np.unique(subjects, return_index=True, return_inverse=True)
    return np.asarray(np.argsort(np.argsort(first))[inverse], np.int64)
