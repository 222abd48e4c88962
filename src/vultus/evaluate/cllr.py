"""Log-likelihood ratios from scores, and what they cost in bits.

A log-likelihood ratio is the natural logarithm of P(score | mated) / P(score | non-mated); 0 says nothing, log(100) that the score is a
hundred times as likely from one person as from two. Cllr is their mean cost over all priors; 0 bits is perfect, 1 bit is what a
system pays that always answers 0, more than 1 bit misleads (Brümmer and du Preez, "Application-independent evaluation of speaker
detection", Computer Speech and Language 20, 2006). The smallest Cllr that any rising function of the score reaches (`min_cllr`) is a
property of the recogniser; the rest of Cllr is the fault of the calibration.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from vultus.errors import InputError
from vultus.evaluate.rates import check_scores

Array = NDArray[np.float64]
MAX_STEPS = 100


def cllr(mated_llr: NDArray[Any], non_mated_llr: NDArray[Any]) -> float:
    """Cost of log-likelihood ratios in bits, both kinds of pairs weighing the same.

    Args:
        mated_llr: (n,), n >= 1, natural logarithm, of pairs of one person.
        non_mated_llr: (m,), m >= 1, natural logarithm, of pairs of two people.

    Raises:
        InputError: an empty array, NaN or infinity.

    Example:
        >>> cllr(np.zeros(3), np.zeros(5))
        1.0
    """
    mated, non_mated = check_scores(mated_llr, "mated_llr"), check_scores(non_mated_llr, "non_mated_llr")
    cost = np.logaddexp(0, -mated).mean() + np.logaddexp(0, non_mated).mean()
    return float(cost / (2 * np.log(2)))


def min_cllr(mated: NDArray[Any], non_mated: NDArray[Any]) -> float:
    """The smallest Cllr (bits) that a rising function of these scores can have: isotonic regression by pooling adjacent violators.

    Args:
        mated, non_mated: scores (n,) and (m,), higher = more alike; equal scores stay together.
    """
    mated, non_mated = check_scores(mated, "mated"), check_scores(non_mated, "non_mated")
    hits, misses = _pooled(mated, non_mated)
    hit_share, miss_share = hits / len(mated), misses / len(non_mated)
    cost = 0.0
    for mine, other in ((hit_share, miss_share), (miss_share, hit_share)):
        some = mine > 0
        cost += float((mine[some] * np.log1p(other[some] / mine[some])).sum())
    return cost / (2 * float(np.log(2)))


def fit_llr(mated: NDArray[Any], non_mated: NDArray[Any]) -> tuple[float, float]:
    """Fit log-likelihood ratio = offset + slope * score by logistic regression with both kinds of pairs weighing the same.

    Args:
        mated, non_mated: scores (n,) and (m,).

    Returns:
        (offset, slope), for `llr`; of the same data, so measure them with `cllr` on other people.

    Raises:
        InputError: the scores of the two kinds do not overlap, so that no slope is too steep.
    """
    mated, non_mated = check_scores(mated, "mated"), check_scores(non_mated, "non_mated")
    if mated.min() >= non_mated.max() or mated.max() <= non_mated.min():
        raise InputError("mated, non_mated", expected="scores that overlap", got="scores that one threshold separates",
                         hint="add pairs until some are hard, or report the separation and no likelihood ratio")
    scores = np.concatenate([mated, non_mated])
    centre, scale = scores.mean(), scores.std()
    design = np.column_stack([np.ones(len(scores)), (scores - centre) / scale])
    sign = np.repeat([1.0, -1.0], [len(mated), len(non_mated)])
    weight = np.repeat([0.5 / len(mated), 0.5 / len(non_mated)], [len(mated), len(non_mated)])
    offset, slope = _newton(design * sign[:, None], weight)
    return float(offset - slope * centre / scale), float(slope / scale)


def llr(scores: NDArray[Any], offset: float, slope: float) -> Array:
    """Log-likelihood ratios (natural logarithm, float64, shape of `scores`) by a line that `fit_llr` found."""
    return np.asarray(offset + slope * np.asarray(scores, np.float64), np.float64)


def _newton(rows: Array, weight: Array) -> Array:
    """The minimum of sum(weight * log(1 + exp(-rows @ x))), convex: Newton steps, halved until the cost falls."""
    x = np.zeros(rows.shape[1])
    cost = float(weight @ np.logaddexp(0, -rows @ x))
    for _ in range(MAX_STEPS):
        wrong = np.exp(-np.logaddexp(0, rows @ x))  # probability of the other answer
        gradient = -(weight * wrong) @ rows
        curvature = (rows * (weight * wrong * (1 - wrong))[:, None]).T @ rows
        step = np.linalg.solve(curvature, gradient)
        after = float(weight @ np.logaddexp(0, -rows @ (x - step)))
        while after > cost and np.abs(step).max() > 1e-14:
            step = step / 2
            after = float(weight @ np.logaddexp(0, -rows @ (x - step)))
        x, cost = x - step, min(after, cost)
        if np.abs(step).max() <= 1e-10 * (1 + np.abs(x).max()):
            break
    return x


def _pooled(mated: Array, non_mated: Array) -> tuple[Array, Array]:
    """Counts of (mated, non-mated) in the blocks of the isotonic fit, scores ascending: the share of mated rises from block to block."""
    scores, number = np.unique(np.concatenate([mated, non_mated]), return_inverse=True)
    hits = np.bincount(number[:len(mated)], minlength=len(scores)).astype(np.float64)
    misses = np.bincount(number[len(mated):], minlength=len(scores)).astype(np.float64)
    blocks: list[tuple[float, float]] = []
    for hit, miss in zip(hits.tolist(), misses.tolist(), strict=True):
        while blocks and blocks[-1][0] * (hit + miss) >= hit * (blocks[-1][0] + blocks[-1][1]):
            before = blocks.pop()
            hit, miss = hit + before[0], miss + before[1]
        blocks.append((hit, miss))
    pooled = np.array(blocks)
    return pooled[:, 0], pooled[:, 1]
