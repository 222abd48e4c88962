"""Pairs that a person should look at, because wrong labels gather there: the most similar people and each person's least similar pair."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from vultus.calibrate.comparisons import Comparisons

NEAR = 200_000  # most extreme pairs that are looked through


@dataclass(frozen=True)
class ReviewPair:
    """One pair to look at.

    Args:
        kind: `different` (people by their labels) or `same`.
        rank: 1 = most suspicious of its kind.
        score: cosine.
        left, right: the caller's numbers of the pictures.
        alike: of the pairs of these two people (or of this person), the share at or above t_hi, 0..1.
        pairs: how many these are.
        flag: why the labels are doubted, empty when the pair is only extreme.
    """

    kind: Literal["different", "same"]
    rank: int
    score: float
    left: int
    right: int
    alike: float
    pairs: int
    flag: str = ""


def review_list(pairs: Comparisons, t_hi: float, count: int = 100) -> tuple[ReviewPair, ...]:
    """The `count` most similar pairs of people, each by its most similar pictures, and the `count` people with the least similar pair.

    Flagged: two people whose pictures are mostly (half or more) at or above t_hi and who are more alike than the middle mated pair (if
    there is one); a mated pair that is no more alike than four in five non-mated pairs are.
    """
    mated, non_mated = pairs.one_of_each()
    middle_mated = float(np.median(mated)) if mated.size else t_hi
    usual_non_mated = float(np.quantile(non_mated, 0.8))
    different = _extremes(pairs, ~pairs.mated, t_hi, count, highest=True)
    same = _extremes(pairs, pairs.mated, t_hi, count, highest=False)
    flagged = [
        *(ReviewPair("different", *row, "as alike as one person" if row[1] >= max(middle_mated, t_hi) and row[4] >= 0.5 else "")
          for row in different),
        *(ReviewPair("same", *row, "as unlike as two people" if row[1] <= usual_non_mated else "") for row in same)]
    return tuple(flagged)


def _extremes(pairs: Comparisons, chosen: NDArray[np.bool_], t_hi: float, count: int,
              highest: bool) -> list[tuple[int, float, int, int, float, int]]:
    """(rank, score, left, right, share at or above t_hi, pairs) of the most extreme pair of every two people or person."""
    index = np.flatnonzero(chosen)
    if not index.size:
        return []
    badness = -pairs.scores[index] if highest else pairs.scores[index]
    near = np.argpartition(badness, NEAR - 1)[:NEAR] if len(index) > NEAR else np.arange(len(index))
    key = pairs.person[pairs.left[index]] * pairs.people + pairs.person[pairs.right[index]]
    order = near[np.lexsort((near, badness[near]))]
    _, first = np.unique(key[order], return_index=True)
    rows = []
    for rank, row in enumerate(order[np.sort(first)[:count]], 1):
        own = pairs.scores[index[key == key[row]]]
        left, right = (int(pairs.place[side[index[row]]]) for side in (pairs.left, pairs.right))
        rows.append((rank, float(pairs.scores[index[row]]), left, right, float((own >= t_hi).mean()), len(own)))
    return rows
