"""LFW View 2: the threshold is picked on all folds but one and applied to the one left out (Huang et al., UMass TR 07-49, 2007)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vultus.evaluate.rates import best_accuracy_threshold


@dataclass(frozen=True)
class View2:
    """Accuracy per fold, their mean, the standard error of the mean over folds, and the threshold used for each fold."""

    per_fold: tuple[float, ...]
    mean: float
    standard_error: float
    thresholds: tuple[float, ...]
    correct: NDArray[np.bool_]


def view2(scores: NDArray[np.float64], mated: NDArray[np.bool_], folds: NDArray[np.int64]) -> View2:
    """Cross-validated verification accuracy.

    Args:
        scores: float (n,), one a pair; NaN marks a pair with a failed extraction, which counts as an error.
        mated: bool (n,).
        folds: int (n,), the fold of each pair.

    Returns:
        Accuracy where no threshold saw the pairs it is reported on; `correct` (n,) is in the order of the input.
    """
    scored = ~np.isnan(scores)
    correct = np.zeros(len(scores), bool)
    per_fold, thresholds = [], []
    for fold in np.unique(folds):
        train, test = (folds != fold) & scored, folds == fold
        threshold = best_accuracy_threshold(scores[train & mated], scores[train & ~mated])
        correct[test] = scored[test] & ((scores[test] >= threshold) == mated[test])
        per_fold.append(float(correct[test].mean()))
        thresholds.append(threshold)
    spread = float(np.std(per_fold, ddof=1) / np.sqrt(len(per_fold))) if len(per_fold) > 1 else float("nan")
    return View2(tuple(per_fold), float(np.mean(per_fold)), spread, tuple(thresholds), correct)
