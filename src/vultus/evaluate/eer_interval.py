"""Equal error rate over all pairs of pictures, with an interval over people.

Two-way bootstrap: people are drawn with replacement; a mated pair of a person drawn w times weighs w, a non-mated pair of two
people drawn v and w times weighs v w, and a person is never held against a copy of itself (Poh, Martin and Bengio 2007 give the
reason for drawing people, not pairs).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from vultus.errors import InputError
from vultus.evaluate.rates import check_scores

Array = NDArray[np.float64]


def eer_with_interval(scores: NDArray[Any], first: NDArray[Any], second: NDArray[Any], rng: np.random.Generator,
                      draws: int = 200) -> tuple[float, float, float]:
    """Equal error rate of pairs and its 95 % interval over people.

    Args:
        scores: (p,), similarity of each pair of pictures.
        first: int (p,), person of the first picture.
        second: int (p,), person of the second picture; equal to `first` for mated pairs.
        rng: draws the people.
        draws: number of bootstrap draws.

    Returns:
        (rate, low, high), 0..1.

    Raises:
        InputError: lengths differ, a score is not finite, or one of the two kinds of pairs is missing.
    """
    values = check_scores(scores, "scores")
    _, numbers = np.unique(np.concatenate([first, second]), return_inverse=True)
    if len(numbers) != 2 * len(values):
        raise InputError("first and second", expected=f"{len(values)} people each", got=f"{len(first)} and {len(second)}")
    order = np.argsort(values, kind="stable")
    left, right = numbers[:len(values)][order], numbers[len(values):][order]
    mated = left == right
    if mated.all() or not mated.any():
        raise InputError("pairs", expected="mated and non-mated pairs", got="only one kind")
    last = np.append(np.diff(values[order]) > 0, True)  # thresholds lie between distinct scores
    rate = _eer(mated.astype(np.float64), (~mated).astype(np.float64), last)
    people = int(numbers.max()) + 1
    drawn = [_eer(*_weights(np.bincount(rng.integers(people, size=people), minlength=people), left, right, mated), last)
             for _ in range(draws)]
    low, high = np.nanquantile(drawn, [0.025, 0.975])
    return rate, float(low), float(high)


def _weights(copies: NDArray[np.int64], left: NDArray[np.int64], right: NDArray[np.int64], mated: NDArray[np.bool_]) -> tuple[Array, Array]:
    product = (copies[left] * np.where(mated, 1, copies[right])).astype(np.float64)
    return product * mated, product * ~mated


def _eer(mated: Array, non_mated: Array, last: NDArray[np.bool_]) -> float:
    """Weighted equal error rate of pairs sorted by score; NaN when a draw has only one kind."""
    if not mated.sum() or not non_mated.sum():
        return float("nan")
    misses = np.concatenate([[0.0], (np.cumsum(mated) / mated.sum())[last]])
    alarms = np.concatenate([[1.0], 1 - (np.cumsum(non_mated) / non_mated.sum())[last]])
    nearest = np.argmin(np.abs(misses - alarms))
    return float((misses[nearest] + alarms[nearest]) / 2)
