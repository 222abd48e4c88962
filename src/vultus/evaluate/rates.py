"""Error rates at a threshold and curves over thresholds (ISO/IEC 19795-1 terms).

A comparison is a match when its score is at or above the threshold. FMR counts non-mated pairs that match, FNMR counts mated
pairs that do not. Scores are used as they are.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from vultus.errors import InputError

Array = NDArray[np.float64]


def check_scores(scores: NDArray[Any], argument: str) -> Array:
    """`scores` as float64 (n,), n >= 1, all finite; InputError otherwise."""
    array = np.asarray(scores, dtype=np.float64)
    if array.ndim != 1 or array.size == 0 or not np.isfinite(array).all():
        raise InputError(argument, expected="one or more finite scores (n,)", got=f"shape {array.shape}"
                         + ("" if np.isfinite(array).all() else " with NaN or infinity"))
    return array


def fmr(non_mated: NDArray[Any], threshold: float) -> float:
    """False match rate: share of non-mated scores >= threshold, 0..1."""
    return float((check_scores(non_mated, "non_mated") >= threshold).mean())


def fnmr(mated: NDArray[Any], threshold: float) -> float:
    """False non-match rate: share of mated scores < threshold, 0..1."""
    return float((check_scores(mated, "mated") < threshold).mean())


def error_curves(mated: NDArray[Any], non_mated: NDArray[Any]) -> tuple[Array, Array, Array]:
    """(thresholds, FMR, FNMR) at every distinct score and one step above the highest, thresholds ascending."""
    mated, non_mated = np.sort(check_scores(mated, "mated")), np.sort(check_scores(non_mated, "non_mated"))
    thresholds = np.unique(np.concatenate([mated, non_mated]))
    thresholds = np.append(thresholds, np.nextafter(thresholds[-1], np.inf))
    false_match = 1 - np.searchsorted(non_mated, thresholds, side="left") / non_mated.size
    false_non_match = np.searchsorted(mated, thresholds, side="left") / mated.size
    return thresholds, false_match, false_non_match


def eer(mated: NDArray[Any], non_mated: NDArray[Any]) -> float:
    """Equal error rate: mean of FMR and FNMR where they are closest, 0..1."""
    _, false_match, false_non_match = error_curves(mated, non_mated)
    nearest = np.argmin(np.abs(false_match - false_non_match))
    return float((false_match[nearest] + false_non_match[nearest]) / 2)


def best_accuracy_threshold(mated: NDArray[Any], non_mated: NDArray[Any]) -> float:
    """The threshold with the most correct decisions; the middle of the best run of thresholds, so that ties do not favour either side."""
    thresholds, false_match, false_non_match = error_curves(mated, non_mated)
    wrong = false_match * len(non_mated) + false_non_match * len(mated)
    best = np.flatnonzero(wrong <= wrong.min() + 1e-9)
    first = best[0]
    last = first + int(np.argmax(np.append(np.diff(best) != 1, True)))
    below = thresholds[max(first - 1, 0)]
    middle = (below + thresholds[last]) / 2
    return float(middle if first and middle > below else thresholds[first])


def d_prime(mated: NDArray[Any], non_mated: NDArray[Any]) -> float:
    """Separation of the two score distributions: difference of means over the root mean variance."""
    mated, non_mated = check_scores(mated, "mated"), check_scores(non_mated, "non_mated")
    spread = np.sqrt((mated.var() + non_mated.var()) / 2)
    return float((mated.mean() - non_mated.mean()) / spread) if spread > 0 else float("inf")
