"""FMR limits for a list of pairs, in which not every two people were compared: the two-way bootstrap over people.

People are drawn with replacement and a pair counts as often as the product of its two people's draws (Owen, "The pigeonhole
bootstrap", Annals of Applied Statistics 1, 2007); it counts the chance of single pairs more than once, so its limits are wide rather
than narrow.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from vultus.evaluate.people_bootstrap import MAX_SHARE, MIN_ERRORS, MIN_PEOPLE, FmrCurve

if TYPE_CHECKING:
    from vultus.calibrate.comparisons import Comparisons

Array = NDArray[np.float64]
DRAWS, BLOCK = 400, 4096


def listed_curve(pairs: Comparisons, thresholds: Array, rng: np.random.Generator) -> FmrCurve:
    """FMR at ascending thresholds, every two compared people weighing the same."""
    first, second, number = pairs.people_pairs
    scores = pairs.scores[~pairs.mated]
    place = np.searchsorted(thresholds, scores, side="right")  # reached thresholds
    each = np.bincount(number).astype(np.float64)
    weights = rng.multinomial(pairs.people, np.full(pairs.people, 1 / pairs.people), size=DRAWS).astype(np.float32)
    hits, possible, total = np.zeros((DRAWS, len(thresholds))), np.zeros(DRAWS), np.zeros(len(thresholds))
    rows = np.argsort(number, kind="stable")
    edges = np.searchsorted(number[rows], np.arange(0, len(first) + BLOCK, BLOCK))
    for block, (begin, end) in enumerate(pairwise(edges)):
        inside = slice(block * BLOCK, min((block + 1) * BLOCK, len(first)))
        own = rows[begin:end]
        shares = _shares(number[own] - inside.start, place[own], each[inside], len(thresholds))
        drawn = weights[:, first[inside]] * weights[:, second[inside]]
        hits += drawn @ shares.astype(np.float32)
        possible += drawn.sum(axis=1)
        total += shares.sum(axis=0)
    supported = _supported(pairs, place, len(thresholds))
    rates = np.divide(hits, possible[:, None], out=np.ones_like(hits), where=possible[:, None] > 0)
    low, upper, high = np.quantile(rates, [0.025, 0.95, 0.975], axis=0)
    point = total / len(first)
    upper, high = (np.where(supported, np.maximum(limit, point), 1.0) for limit in (upper, high))
    return FmrCurve(thresholds, point, np.minimum.accumulate(upper), supported, pairs.people,
                    np.where(supported, np.minimum(low, point), 0.0), np.minimum.accumulate(high))


def _shares(number: NDArray[np.int64], place: NDArray[np.int64], each: Array, count: int) -> Array:
    """Share of hits of every two people at each threshold, (k, t)."""
    table = np.bincount(number * (count + 1) + place, minlength=len(each) * (count + 1)).reshape(len(each), count + 1)
    reached = np.cumsum(table[:, ::-1], axis=1)[:, ::-1][:, 1:]
    return np.asarray(reached / each[:, None], np.float64)


def _supported(pairs: Comparisons, place: NDArray[np.int64], count: int) -> NDArray[np.bool_]:
    """The rule of `people_bootstrap.has_support` at each threshold."""
    first, second, number = pairs.people_pairs
    best = np.zeros(len(first), np.int64)
    np.maximum.at(best, number, place)
    supported = np.zeros(count, np.bool_)
    for step in range(count):
        erring = best > step
        partners = np.bincount(np.concatenate([first[erring], second[erring]]), minlength=1)
        errors = int(erring.sum())
        supported[step] = errors >= MIN_ERRORS and (partners > 0).sum() >= MIN_PEOPLE and partners.max() <= MAX_SHARE * errors
    return supported
