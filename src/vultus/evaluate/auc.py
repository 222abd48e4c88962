"""Area under the ROC curve, the probability that a positive scores above a negative; ties count half.

Source: Hanley and McNeil, "The meaning and use of the area under a receiver operating characteristic curve", Radiology 143 (1982).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from vultus.evaluate.rates import check_scores


def auc(positives: NDArray[Any], negatives: NDArray[Any]) -> float:
    """AUC, 0..1, of scores of positives (n,) against scores of negatives (m,).

    Example:
        >>> auc(np.array([0.9, 0.4]), np.array([0.1, 0.4]))
        0.875
    """
    high, low = check_scores(positives, "positives"), np.sort(check_scores(negatives, "negatives"))
    below, not_above = np.searchsorted(low, high, side="left"), np.searchsorted(low, high, side="right")
    return float((below + not_above).mean() / (2 * len(low)))


def auc_interval(positives: NDArray[Any], negatives: NDArray[Any], rng: np.random.Generator, draws: int = 1000) -> tuple[float, float]:
    """95 % interval of the AUC; both samples are drawn with replacement, so their members must be independent."""
    positives, negatives = check_scores(positives, "positives"), check_scores(negatives, "negatives")
    drawn = [auc(rng.choice(positives, len(positives)), rng.choice(negatives, len(negatives))) for _ in range(draws)]
    low, high = np.quantile(drawn, [0.025, 0.975])
    return float(low), float(high)
