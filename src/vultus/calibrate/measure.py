"""Measures a calibration: curves with limits over people, thresholds by the rules of `support`, and the evidence a score carries."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vultus.calibrate.comparisons import Comparisons
from vultus.calibrate.search import SIZES, search_curves
from vultus.calibrate.support import accept, low_threshold
from vultus.decide import Calibration, SearchCurve
from vultus.errors import InputError
from vultus.evaluate.cllr import fit_llr
from vultus.evaluate.people_bootstrap import FmrCurve
from vultus.types import Embeddings

FINE, COARSE = 0.001, 0.005
MAX_FINE = 300  # scores on a grid that is fine everywhere
Array = NDArray[np.float64]


def calibrate(templates: Embeddings, subjects: NDArray[Any], *, name: str, domain: str, source: dict[str, Any],
              rng: np.random.Generator, target_fmr: float = 1e-3, target_fnmr: float = 0.05,
              status: str = "provisional", sizes: Sequence[int] = SIZES) -> Calibration:
    """Measure a calibration from labelled templates, every two of which are compared.

    Args:
        templates: (n, d), one a picture.
        subjects: (n,), who is on each picture.
        name, domain, source, status: as in `Calibration`.
        rng: draws where a limit is bootstrapped.
        target_fmr: 0..1.
        target_fnmr: 0..1.
        sizes: galleries that strangers are searched in, templates; those that the sample is too small for are left out.

    Raises:
        InputError: the sample does not support the target; says how many people would.
    """
    pairs = Comparisons.of_templates(templates, subjects)
    return calibrate_pairs(pairs, space=templates.space, name=name, domain=domain, source=source, rng=rng, target_fmr=target_fmr,
                           target_fnmr=target_fnmr, status=status,
                           search=lambda scores: search_curves(templates[pairs.place], pairs.person, scores.tolist(), rng, sizes))


def calibrate_pairs(pairs: Comparisons, *, space: str, name: str, domain: str, source: dict[str, Any], rng: np.random.Generator,
                    target_fmr: float = 1e-3, target_fnmr: float = 0.05, status: str = "provisional",
                    search: Callable[[Array], tuple[SearchCurve, ...]] = lambda scores: (), curve: FmrCurve | None = None) -> Calibration:
    """Measure a calibration from compared pairs; arguments as for `calibrate`.

    Args:
        search: given the grid of scores, the curves of searches on it.
        curve: what `measured_curve` gave, to spare measuring it again.
    """
    curve = curve or measured_curve(pairs, rng)
    verdict = accept(target_fmr, curve, pairs)
    assert verdict.t_hi is not None and verdict.t_point is not None
    assert verdict.t_point_low is not None and verdict.t_point_high is not None
    chosen = [verdict.t_point, verdict.t_hi]
    if not np.isin(chosen, curve.thresholds).all():
        curve = pairs.curve(np.union1d(curve.thresholds, chosen), rng)
    offset, slope = likelihood_line(pairs) or (0.0, 0.0)
    return Calibration(
        space=space, domain=domain, name=name, status=status, target_fmr=target_fmr, target_fnmr=target_fnmr,
        t_point=verdict.t_point, t_point_low=verdict.t_point_low, t_point_high=verdict.t_point_high, t_hi=verdict.t_hi,
        t_lo=float(np.floor(min(verdict.t_hi, low_threshold(pairs, target_fnmr)) * 1e6) / 1e6), scores=tuple(curve.thresholds.tolist()),
        fmr=_rounded(curve.fmr), fmr_low=_rounded(curve.low), fmr_high=_rounded(curve.high), fmr_upper=_rounded(curve.upper),
        fnmr=_rounded(fnmr_curve(pairs, curve.thresholds)), llr_offset=round(offset, 6), llr_slope=round(slope, 6), people=curve.people,
        mated_people=pairs.mated_people, search=search(curve.thresholds), source=source)


def measured_curve(pairs: Comparisons, rng: np.random.Generator) -> FmrCurve:
    """The FMR curve on the grid that calibrations use."""
    return pairs.curve(score_grid(pairs.scores[~pairs.mated]), rng)


def score_grid(non_mated: NDArray[np.float32]) -> Array:
    """Ascending cosines up to 1: fine steps where comparisons of different people are few, coarse ones where they are many or none."""
    start, fine = (float(np.floor(q / COARSE)) * COARSE for q in np.quantile(non_mated, [0.3, 0.97]))
    top = min(1.0, float(np.ceil(non_mated.max() / COARSE)) * COARSE + COARSE)
    fine = start if (top - start) / FINE <= MAX_FINE else fine
    steps = [np.arange(start, fine, COARSE), np.arange(fine, top, FINE), np.arange(top, 1 + COARSE / 2, COARSE)]
    return np.unique(np.round(np.concatenate(steps), 6))


def fnmr_curve(pairs: Comparisons, thresholds: Array) -> Array:
    """Share of a person's mated pairs below each threshold, averaged over people; 0 without mated pairs."""
    if not pairs.mated_people:
        return np.zeros(len(thresholds))
    weight = 1 / np.bincount(pairs.mated_person)[pairs.mated_person] / pairs.mated_people
    place = np.searchsorted(thresholds, pairs.scores[pairs.mated].astype(np.float64), side="right")
    return np.asarray(np.minimum(np.cumsum(np.bincount(place, weight, len(thresholds) + 1))[:-1], 1.0), np.float64)


def likelihood_line(pairs: Comparisons) -> tuple[float, float] | None:
    """(offset, slope) of the log-likelihood ratio; None when the scores of the two kinds do not overlap, or one is missing."""
    mated, non_mated = pairs.one_of_each()
    if not mated.size or mated.min() >= non_mated.max() or mated.max() <= non_mated.min():
        return None
    try:
        return fit_llr(mated, non_mated)
    except (InputError, np.linalg.LinAlgError):
        return None


def _rounded(column: Array) -> tuple[float, ...]:
    return tuple(float(f"{value:.5g}") for value in column)
