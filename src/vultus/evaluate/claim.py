"""Whether a headline claim holds: every seed beats the margin, so does the pooled interval over people, and the baseline has room.

The interval is a paired bootstrap over people: one draw of people serves both arms of every seed, and the differences of all
seeds are averaged within the draw (percentile method; Efron and Tibshirani, "An Introduction to the Bootstrap", 1993, ch. 13).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vultus.card import Claim
from vultus.errors import InputError
from vultus.report import ClaimResult

Rows = NDArray[Any]


def evaluate_claim(claim: Claim, ours: Sequence[Rows], baseline: Sequence[Rows], people: NDArray[Any],
                   rng: np.random.Generator, *, limits: tuple[float, float],
                   statistic: Callable[[Rows], float] | None = None, draws: int = 2000) -> ClaimResult:
    """Settle a claim from per-item scores.

    Args:
        claim: metric, direction and margin, from the card.
        ours: one array a seed, (items,) or (items, k): what `statistic` needs of every item, from our arm.
        baseline: the same seeds and items from the baseline.
        people: (items,), the person of every item; people are drawn, not items.
        rng: source of the draws.
        limits: (floor, ceiling) of the metric; a baseline at or beyond either proves nothing.
        statistic: turns chosen rows into the metric; the mean by default. It may return NaN for a draw it cannot judge.
        draws: bootstrap draws.

    Returns:
        `ClaimResult`: means over seeds, one difference a seed in the better direction, the 95 % interval of the pooled difference.

    Raises:
        InputError: no seed, different numbers of seeds or items, fewer than two people, or a statistic undefined in over 1 % of draws.
    """
    measure = statistic or _mean
    _check_arms(ours, baseline, people)
    sign = 1.0 if claim.better == "higher" else -1.0
    every = np.arange(len(people))
    ours_at, base_at = ([measure(arm[every]) for arm in arms] for arms in (ours, baseline))
    differences = tuple(float(sign * (a - b)) for a, b in zip(ours_at, base_at, strict=True))
    pooled = np.array([np.mean([sign * (measure(a[rows]) - measure(b[rows])) for a, b in zip(ours, baseline, strict=True)])
                       for rows in _draws(people, rng, draws)])
    if np.isnan(pooled).mean() > 0.01:
        raise InputError("statistic", expected="a number for 99 % of the draws of people", got=f"NaN in {np.isnan(pooled).sum()}",
                         hint="use more people or a metric with more support")
    low, high = (float(v) for v in np.nanquantile(pooled, [0.025, 0.975]))
    reference = float(np.mean(base_at))
    holds = beats_margin(differences, low, claim.margin) and limits[0] < reference < limits[1]
    return ClaimResult(claim.metric, float(np.mean(ours_at)), reference, claim.margin, differences, low, high, holds)


def beats_margin(differences: Sequence[float], low: float, margin: float) -> bool:
    """Every seed's difference, and the lower end of the pooled interval, lie beyond the margin."""
    return bool(differences) and all(d > margin for d in differences) and low > margin


def _mean(rows: Rows) -> float:
    return float(np.mean(rows))


def _draws(people: NDArray[Any], rng: np.random.Generator, draws: int) -> list[NDArray[np.intp]]:
    """Item numbers of each draw of people with replacement; every item of a drawn person comes along, once a time drawn."""
    _, number = np.unique(people, return_inverse=True)
    order = np.argsort(number, kind="stable")
    items = np.split(order, np.flatnonzero(np.diff(number[order])) + 1)
    return [np.concatenate([items[i] for i in rng.integers(len(items), size=len(items))]) for _ in range(draws)]


def _check_arms(ours: Sequence[Rows], baseline: Sequence[Rows], people: NDArray[Any]) -> None:
    if not ours or len(ours) != len(baseline):
        raise InputError("baseline", expected=f"{max(len(ours), 1)} seeds, as many as ours", got=f"{len(baseline)} seeds")
    for arm in (*ours, *baseline):
        if len(arm) != len(people):
            raise InputError("people", expected=f"one person for each of {len(arm)} items", got=f"{len(people)}")
    if len(np.unique(people)) < 2:
        raise InputError("people", expected="at least two people", got=f"{len(np.unique(people))}")
