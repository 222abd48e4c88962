"""Equal error rate over all pairs of pictures in the shape that `evaluate.claim.evaluate_claim` draws people in: one row a picture."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from vultus.generate.pair_scores import NO_FACE

Array = NDArray[np.float64]


def picture_rows(cosines: Sequence[float | None], pictures: int) -> Array:
    """The number of each picture and its cosines with all (n, 1 + n), from those above the diagonal; None = a picture without a face."""
    table = np.ones((pictures, pictures))
    left, right = np.triu_indices(pictures, 1)
    table[left, right] = table[right, left] = np.nan_to_num(np.array(cosines, np.float64), nan=NO_FACE)
    return np.column_stack([np.arange(pictures), table])


def eer_of_rows(person: NDArray[np.int64], rows: Array) -> float:
    """Equal error rate over the pairs of the rows; a person whose rows are there w times weighs w in mated pairs and v w in others, and is
    never held against a copy of itself.

    Args:
        person: int (n,), the person on each picture.
        rows: of `picture_rows`, drawn person by person.
    """
    numbers, first, copies = np.unique(rows[:, 0].astype(np.int64), return_index=True, return_counts=True)
    left, right = np.triu_indices(len(numbers), 1)
    scores = rows[first][:, 1:][:, numbers][left, right]
    same = person[numbers[left]] == person[numbers[right]]
    weights = copies[left] * np.where(same, 1, copies[right])
    order = np.argsort(scores, kind="stable")
    mated, others = (np.cumsum((weights * chosen)[order]) for chosen in (same, ~same))
    misses, alarms = mated / mated[-1], 1 - others / others[-1]
    at = int(np.argmin(np.abs(misses - alarms)))
    return float((misses[at] + alarms[at]) / 2)
