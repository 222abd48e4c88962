"""Measures a calibration: the non-mated curve with limits over people, and the thresholds.

Rules: `t_hi` is the lowest threshold that the sample supports (30 false-matching pairs of 30 people, none in more than a tenth)
and whose upper limit is at most the target FMR. `t_lo` is the highest threshold at which the exact upper limit of FNMR over
people, one mated pair drawn for each, is at most the target FNMR; it is capped at `t_hi`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from vultus.decide import Calibration
from vultus.errors import InputError
from vultus.evaluate.bounds import binomial_upper
from vultus.evaluate.people_bootstrap import fmr_curve
from vultus.types import Embeddings

FINE, COARSE = 0.001, 0.005
Array = NDArray[np.float64]


def calibrate(templates: Embeddings, subjects: NDArray[Any], *, name: str, domain: str, source: dict[str, Any],
              rng: np.random.Generator, target_fmr: float = 1e-3, target_fnmr: float = 0.05,
              status: str = "provisional") -> Calibration:
    """Measure a calibration from labelled templates.

    Args:
        templates: (n, d), one a picture.
        subjects: (n,), who is on each picture.
        name, domain, source, status: as in `Calibration`.
        rng: draws of people and of mated pairs.
        target_fmr: 0..1.
        target_fnmr: 0..1.

    Raises:
        InputError: the sample does not support the target; says how many people would.
    """
    _, number = np.unique(subjects, return_inverse=True)
    order = np.argsort(number, kind="stable")
    number, scores = number[order], templates[order].similarity(templates[order])
    grid = score_grid(scores)
    curve = fmr_curve(scores, number, grid)
    usable = np.flatnonzero(curve.supported & (curve.upper <= target_fmr))
    if usable.size == 0:
        best = curve.upper[curve.supported].min(initial=1.0)
        raise InputError("target_fmr", expected=f"a rate that {curve.people} people support (about {best:.2g} or more)",
                         got=f"{target_fmr:g}", hint=f"about {_people_needed(target_fmr)} people would do")
    t_hi = float(grid[usable[0]])
    lowest = _one_mated_score_each(scores, number, rng)
    t_lo = min(t_hi, _highest_low_threshold(lowest, target_fnmr))
    offset, slope = _llr_line(scores, number)
    return Calibration(
        space=templates.space, domain=domain, name=name, status=status, target_fmr=target_fmr, target_fnmr=target_fnmr,
        t_point=float(grid[np.argmax(curve.supported & (curve.fmr <= target_fmr))]), t_point_low=_crossing(grid, curve.low, target_fmr),
        t_point_high=_crossing(grid, curve.high, target_fmr), t_hi=round(t_hi, 6), t_lo=round(t_lo, 6), scores=_rounded(grid),
        fmr=_rounded(curve.fmr), fmr_low=_rounded(curve.low), fmr_high=_rounded(curve.high), fmr_upper=_rounded(curve.upper),
        fnmr=_rounded(_fnmr(scores, number, grid)), llr_offset=round(offset, 6), llr_slope=round(slope, 6), people=curve.people,
        mated_people=len(lowest), search=(), source=source)


def score_grid(scores: NDArray[np.float32]) -> Array:
    """Ascending cosines: fine steps where one comparison in a hundred and fewer lie above, coarse ones elsewhere."""
    start, fine, top = (float(np.floor(q / COARSE)) * COARSE for q in (*np.quantile(scores, [0.3, 0.97]), 1.0))
    steps = [np.arange(start, fine, COARSE), np.arange(fine, top + FINE / 2, FINE)]
    return np.unique(np.round(np.concatenate(steps), 6))


def _crossing(grid: Array, rate: Array, target: float) -> float:
    """The lowest score at which a falling rate is at most the target; the top of the grid when it never is."""
    below = np.flatnonzero(rate <= target)
    return float(grid[below[0] if below.size else -1])


def _fnmr(scores: NDArray[np.float32], number: NDArray[np.int64], grid: Array) -> Array:
    """Share of a person's mated pairs below each score, averaged over people."""
    rates = []
    for person in np.flatnonzero(np.bincount(number) > 1):
        index = np.flatnonzero(number == person)
        mated = np.sort(scores[np.ix_(index, index)][np.triu_indices(len(index), 1)])
        rates.append(np.searchsorted(mated, grid) / len(mated))
    return np.asarray(np.mean(rates, axis=0), np.float64)


def _llr_line(scores: NDArray[np.float32], number: NDArray[np.int64]) -> tuple[float, float]:
    """Logistic regression with both kinds of pairs weighing half, by Newton steps."""
    first, second = np.triu_indices(len(number), 1)
    same = number[first] == number[second]
    x = np.column_stack([np.ones(len(first)), scores[first, second]]).astype(np.float64)
    weight = np.where(same, 0.5 / same.sum(), 0.5 / (~same).sum())
    line = np.zeros(2)
    for _ in range(30):
        chance = 1 / (1 + np.exp(-(x @ line)))
        gradient = x.T @ (weight * (same - chance)) - 1e-6 * line
        curvature = (x * (weight * chance * (1 - chance))[:, None]).T @ x + 1e-6 * np.eye(2)
        line = line + np.linalg.solve(curvature, gradient)
    return float(line[0]), float(line[1])


def _rounded(column: Array) -> tuple[float, ...]:
    return tuple(float(f"{value:.5g}") for value in column)


def _one_mated_score_each(scores: NDArray[np.float32], number: NDArray[np.int64], rng: np.random.Generator) -> Array:
    """One randomly drawn mated score for every person with two pictures or more."""
    drawn = []
    for person in np.flatnonzero(np.bincount(number) > 1):
        first, second = rng.choice(np.flatnonzero(number == person), 2, replace=False)
        drawn.append(scores[first, second])
    return np.sort(np.asarray(drawn, np.float64))


def _highest_low_threshold(lowest: Array, target_fnmr: float) -> float:
    """The k-th lowest mated score, k as large as the exact upper limit of k errors allows; -1 when even none does."""
    allowed = [k for k in range(len(lowest)) if binomial_upper(k, len(lowest)) <= target_fnmr]
    return float(lowest[allowed[-1]]) if allowed else -1.0


def _people_needed(target: float) -> int:
    """People whose pairs give about sixty false matches at the target, so that the upper limit can fall below it."""
    return int(np.ceil(np.sqrt(2 * 60 / target)))
