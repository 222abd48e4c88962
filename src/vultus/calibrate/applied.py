"""A calibration applied to pairs, of other people or of its own: what its thresholds and rates are worth there."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from vultus.calibrate.comparisons import Comparisons
from vultus.decide import Calibration
from vultus.evaluate.bounds import binomial_lower, binomial_upper
from vultus.evaluate.cllr import cllr, llr, min_cllr
from vultus.evaluate.people_bootstrap import MIN_ERRORS, FmrCurve, mean_interval

NOMINAL = (0.1, 0.03, 0.01, 3e-3, 1e-3, 3e-4, 1e-4)


@dataclass(frozen=True)
class Rate:
    """A rate with its 95 % interval; where errors are few, `low` is 0 or exact and `high` is an exact or one-sided bound, never 0."""

    value: float
    low: float
    high: float

    def contains(self, rate: float) -> bool:
        return self.low <= rate <= self.high


@dataclass(frozen=True)
class Reliability:
    """`fmr_at_score` at one score against what the pairs show.

    Args:
        nominal: the FMR that was looked up in the calibration.
        score: the lowest score of the grid whose FMR in the calibration is at most `nominal`.
        stated: the calibration's FMR at that score with its interval.
        realised: FMR of the pairs at that score with its interval.
    """

    nominal: float
    score: float
    stated: Rate
    realised: Rate

    @property
    def agrees(self) -> bool:
        """Whether the stated rate lies in the realised rate's interval."""
        return self.realised.contains(self.stated.value)


@dataclass(frozen=True)
class Applied:
    """What happens to pairs under a calibration's thresholds; rates 0..1, every person (mated) or two people (non-mated) weighing the same.

    Args:
        fmr_point, fmr_hi, fmr_lo: non-mated pairs at or above t_point, t_hi and t_lo; fmr_lo counts undecided as accepted.
        fnmr_point, fnmr_hi, fnmr_lo: mated pairs below t_point, t_hi and t_lo; fnmr_hi counts undecided as rejected.
        undecided_mated, undecided_non_mated: pairs between the thresholds.
        reliability: the stated FMR over the score.
        cllr, min_cllr: cost of the likelihood ratios in bits, and the least that any rising function of the score has; None without a line,
            and without mated pairs.
        people, mated_people: people behind the non-mated and the mated rates; without mated people those are 0, between 0 and 1.
    """

    fmr_point: Rate
    fmr_hi: Rate
    fmr_lo: Rate
    fnmr_point: Rate
    fnmr_hi: Rate
    fnmr_lo: Rate
    undecided_mated: Rate
    undecided_non_mated: Rate
    reliability: tuple[Reliability, ...]
    cllr: float | None
    min_cllr: float | None
    people: int
    mated_people: int


def apply(calibration: Calibration, pairs: Comparisons, rng: np.random.Generator) -> Applied:
    """Measure what a calibration does to pairs of the same space.

    Args:
        rng: draws people where an interval is bootstrapped.
    """
    hi, lo = calibration.t_hi, calibration.t_lo
    mated, non_mated = pairs.one_of_each()
    line = (calibration.llr_offset, calibration.llr_slope)
    cost = cllr(llr(mated, *line), llr(non_mated, *line)) if calibration.llr_slope else None
    own = pairs.scores[pairs.mated]
    point, high, low = (_fmr(pairs, threshold, rng) for threshold in (calibration.t_point, hi, lo))
    miss_point, miss_high, miss_low = (mated_rate(pairs, own < threshold, rng) for threshold in (calibration.t_point, hi, lo))
    return Applied(
        fmr_point=point, fmr_hi=high, fmr_lo=low, fnmr_point=miss_point, fnmr_hi=miss_high, fnmr_lo=miss_low,
        undecided_mated=mated_rate(pairs, (own >= lo) & (own < hi), rng), undecided_non_mated=_between(pairs, lo, hi, rng),
        reliability=reliability(_stated(calibration), pairs, rng), cllr=cost, min_cllr=min_cllr(mated, non_mated) if mated.size else None,
        people=pairs.people, mated_people=pairs.mated_people)


def mated_rate(pairs: Comparisons, errors: NDArray[np.bool_], rng: np.random.Generator) -> Rate:
    """Share of a person's mated pairs with an error, averaged over people.

    Args:
        errors: bool, one for every mated pair.
    """
    if not errors.size:
        return Rate(0.0, 0.0, 1.0)
    people, number, counts = np.unique(pairs.mated_person, return_inverse=True, return_counts=True)
    shares = np.bincount(number, errors, len(people)) / counts
    value, total = float(shares.mean()), float(shares.sum())
    if (shares > 0).sum() < MIN_ERRORS or (shares < 1).sum() < MIN_ERRORS:
        tail = 0.025
        return Rate(value, binomial_lower(int(total + 1e-9), len(people), tail),
                    binomial_upper(min(int(np.ceil(total - 1e-9)), len(people)), len(people), tail))
    return Rate(value, *mean_interval(shares, np.arange(len(people)), rng))


def _fmr(pairs: Comparisons, threshold: float, rng: np.random.Generator) -> Rate:
    return _rate(pairs.curve(np.array([threshold]), rng), 0)


def _between(pairs: Comparisons, low: float, high: float, rng: np.random.Generator) -> Rate:
    """Non-mated pairs with low <= score < high: the rate of an indicator reaching one."""
    matrix = None if pairs.matrix is None else ((pairs.matrix >= low) & (pairs.matrix < high)).astype(np.float32)
    return _fmr(replace(pairs, scores=((pairs.scores >= low) & (pairs.scores < high)).astype(np.float32), matrix=matrix), 1.0, rng)


def reliability(curve: FmrCurve, pairs: Comparisons, rng: np.random.Generator) -> tuple[Reliability, ...]:
    """The rates of a curve, at those of `NOMINAL` that it reaches, against what other pairs show at the same scores."""
    nominal = [rate for rate in NOMINAL if (curve.fmr <= rate).any()]
    place = [int(np.flatnonzero(curve.fmr <= rate)[0]) for rate in nominal]
    if not place:
        return ()
    seen = pairs.curve(curve.thresholds[place], rng)
    return tuple(Reliability(rate, float(curve.thresholds[at]), _rate(curve, at), _rate(seen, i))
                 for i, (rate, at) in enumerate(zip(nominal, place, strict=True)))


def _stated(calibration: Calibration) -> FmrCurve:
    """The curve of a calibration file."""
    scores, fmr, upper = (np.array(column) for column in (calibration.scores, calibration.fmr, calibration.fmr_upper))
    return FmrCurve(scores, fmr, upper, np.ones(len(scores), np.bool_), calibration.people, np.array(calibration.fmr_low),
                    np.array(calibration.fmr_high))


def _rate(curve: FmrCurve, index: int) -> Rate:
    return Rate(float(curve.fmr[index]), float(curve.low[index]), float(curve.high[index]))
