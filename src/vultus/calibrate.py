"""Measures a calibration: the non-mated curve with limits over people, and the two thresholds.

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

GRID_STEP = 0.0025


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
    curve = fmr_curve(scores, number, _grid(scores), rng)
    usable = np.flatnonzero(curve.supported & (curve.upper <= target_fmr))
    if usable.size == 0:
        best = curve.upper[curve.supported].min(initial=1.0)
        raise InputError("target_fmr", expected=f"a rate that {curve.people} people support (about {best:.2g} or more)",
                         got=f"{target_fmr:g}", hint=f"about {_people_needed(target_fmr)} people would do")
    t_hi = float(curve.thresholds[usable[0]])
    lowest = _one_mated_score_each(scores, number, rng)
    t_lo = min(t_hi, _highest_low_threshold(lowest, target_fnmr))
    keep = np.flatnonzero(curve.thresholds <= curve.thresholds[curve.supported].max(initial=-1.0) + GRID_STEP)
    return Calibration(templates.space, domain, name, status, target_fmr, target_fnmr, round(t_hi, 6), round(t_lo, 6),
                       _rounded(curve.thresholds[keep]), _rounded(curve.fmr[keep]), _rounded(curve.upper[keep]),
                       people=curve.people, mated_people=len(lowest), source=source)


def _rounded(column: NDArray[np.float64]) -> tuple[float, ...]:
    return tuple(float(f"{value:.6g}") for value in column)


def _grid(scores: NDArray[np.float32]) -> NDArray[np.float64]:
    low, high = np.quantile(scores, 0.3), 1.0
    start = float(np.floor(low / GRID_STEP)) * GRID_STEP
    return np.round(np.arange(start, high + GRID_STEP, GRID_STEP, dtype=np.float64), 6)


def _one_mated_score_each(scores: NDArray[np.float32], number: NDArray[np.int64],
                          rng: np.random.Generator) -> NDArray[np.float64]:
    """One randomly drawn mated score for every person with two pictures or more."""
    drawn = []
    for person in np.flatnonzero(np.bincount(number) > 1):
        first, second = rng.choice(np.flatnonzero(number == person), 2, replace=False)
        drawn.append(scores[first, second])
    return np.sort(np.asarray(drawn, np.float64))


def _highest_low_threshold(lowest: NDArray[np.float64], target_fnmr: float) -> float:
    """The k-th lowest mated score, k as large as the exact upper limit of k errors allows; -1 when even none does."""
    allowed = [k for k in range(len(lowest)) if binomial_upper(k, len(lowest)) <= target_fnmr]
    return float(lowest[allowed[-1]]) if allowed else -1.0


def _people_needed(target: float) -> int:
    """People whose pairs give about sixty false matches at the target, so that the upper limit can fall below it."""
    return int(np.ceil(np.sqrt(2 * 60 / target)))
