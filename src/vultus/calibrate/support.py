"""Which targets a sample supports, and the thresholds for them.

A target FMR is accepted when, at the lowest threshold whose measured FMR is at most the target, there are at least 30 false matches
between people, from at least 30 people, none of them in more than a tenth, and the upper limit is at most twice the target; and when
there is a supported threshold whose upper limit is at most the target. Otherwise it is refused with the rule that failed and the number
of people that would do, for a list of pairs also of pairs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vultus.calibrate.comparisons import Comparisons
from vultus.errors import InputError
from vultus.evaluate.bounds import binomial_upper
from vultus.evaluate.people_bootstrap import MAX_SHARE, MIN_ERRORS, MIN_PEOPLE, FmrCurve

Array = NDArray[np.float64]
MAX_LIMIT = 2.0  # upper limit at the point threshold, in targets
LISTED_ERRORS = 35  # false matches to plan for in a list of pairs, so that chance does not leave fewer than are needed
FINER = 20  # steps between two scores of the grid


@dataclass(frozen=True)
class Verdict:
    """What a sample says about one target.

    Args:
        target: FMR, 0..1.
        accepted: whether thresholds may be chosen for it.
        reason: which rule failed, in one clause; empty when accepted.
        people_needed: about as many people would do; None when accepted.
        pairs_needed: for a list of pairs, about as many of different people, each two counted once, would do; else None.
        t_point, t_point_low, t_point_high, t_hi: as in `decide.Calibration`; None when refused.
    """

    target: float
    accepted: bool
    reason: str = ""
    people_needed: int | None = None
    t_point: float | None = None
    t_point_low: float | None = None
    t_point_high: float | None = None
    t_hi: float | None = None
    pairs_needed: int | None = None

    @property
    def would_do(self) -> str:
        """The sample that would do, in one clause; empty when accepted."""
        if self.people_needed is None:
            return ""
        if self.pairs_needed is None:
            return f"about {self.people_needed} people would do"
        return (f"about {self.pairs_needed} pairs of different people, each two people counted once, from {self.people_needed} people "
                "or more would do")


def judge(target: float, curve: FmrCurve, pairs: Comparisons) -> Verdict:
    """Whether the sample behind `curve` supports a target FMR."""
    reached = np.flatnonzero(curve.fmr <= target)
    point = np.flatnonzero(curve.supported & (curve.fmr <= target))
    final = np.flatnonzero(curve.supported & (curve.upper <= target))
    if point.size and final.size and curve.upper[point[0]] <= MAX_LIMIT * target:
        t_point = _refined(int(point[0]), curve, pairs, lambda c: c.supported & (c.fmr <= target))
        low = _refined(_first(curve.low <= target), curve, pairs, lambda c: c.low <= target)
        high = _refined(_first(curve.high <= target), curve, pairs, lambda c: c.high <= target)
        return Verdict(target, True, t_point=t_point, t_point_low=min(low, t_point), t_point_high=max(high, t_point),
                       t_hi=_refined(int(final[0]), curve, pairs, lambda c: c.supported & (c.upper <= target)))
    at = int(point[0] if point.size else reached[0] if reached.size else len(curve.fmr) - 1)
    reason, growth = _refusal(target, float(curve.thresholds[at]), float(curve.upper[at]), pairs)
    if pairs.matrix is not None:
        enough = max(np.sqrt(4 * MIN_ERRORS / target), pairs.people * growth)  # people with twice the false matches that are needed
        return Verdict(target, False, reason, _two_digits(enough))
    compared = _two_digits(max(LISTED_ERRORS / target, len(pairs.people_pairs[0]) * growth))
    return Verdict(target, False, reason, max(MIN_PEOPLE, _two_digits(np.sqrt(2 * compared) + 1)), pairs_needed=compared)


def smallest_target(curve: FmrCurve, pairs: Comparisons) -> float | None:
    """The smallest FMR, in two digits, that the sample supports; None when it supports no threshold."""
    for limit in np.unique(curve.upper[curve.supported]):
        step = 10.0 ** (np.floor(np.log10(limit)) - 1)
        rounded = float(f"{np.ceil(limit / step - 1e-9) * step:.2g}")
        if rounded < 1 and judge(rounded, curve, pairs).accepted:
            return rounded
    return None


def accept(target: float, curve: FmrCurve, pairs: Comparisons) -> Verdict:
    """The verdict on a target. Raises InputError, with the sample that would do, when it is refused."""
    if not 0 < target < 1:
        raise InputError("fmr", expected="a rate above 0 and below 1", got=f"{target:g}")
    verdict = judge(target, curve, pairs)
    if not verdict.accepted:
        least = smallest_target(curve, pairs)
        able = f"{least:g} or more" if least else "none"
        raise InputError("fmr", expected=f"a target that these {curve.people} people support ({able})", got=f"{target:g}",
                         hint=f"{verdict.reason}; {verdict.would_do}")
    return verdict


def low_threshold(pairs: Comparisons, target: float) -> float:
    """The highest cosine below which the exact upper limit of FNMR over people is at most the target; -1 when there is none.

    Every person counts their share of mated pairs below it, and the exact limit is that of the next whole number of people: a sum of
    shares scatters no more than a count with the same mean.
    """
    if not 0 < target < 1:
        raise InputError("fnmr", expected="a rate above 0 and below 1", got=f"{target:g}")
    scores, people = pairs.scores[pairs.mated].astype(np.float64), pairs.mated_people
    allowed = -1  # nobody, where nobody has a mated pair
    while allowed + 1 < people and binomial_upper(allowed + 1, people) <= target:
        allowed += 1
    if allowed < 0:
        return -1.0
    weight = 1 / np.bincount(pairs.mated_person)[pairs.mated_person]
    levels, group = np.unique(scores, return_inverse=True)
    below = np.concatenate([[0.0], np.cumsum(np.bincount(group, weight))[:-1]])
    return float(levels[np.flatnonzero(below <= allowed + 1e-9)[-1]])


def people_for_low_threshold(target: float) -> int:
    """People with two pictures whose error-free comparisons give an exact limit at the target."""
    return int(np.ceil(np.log(0.05) / np.log1p(-target)))


def _refined(at: int, curve: FmrCurve, pairs: Comparisons, holds: Callable[[FmrCurve], NDArray[np.bool_]]) -> float:
    """The lowest threshold for which a rule holds, between the grid's first one and the one before it.

    Where limits are bootstrapped (a list of pairs), the grid's threshold stays.
    """
    grid = curve.thresholds
    if at < 1 or pairs.matrix is None:
        return float(grid[at])
    between: Array = np.unique(np.round(np.linspace(grid[at - 1], grid[at], FINER + 1), 6)).astype(np.float64)
    return float(between[_first(holds(pairs.curve(between)))])


def _first(mask: NDArray[np.bool_]) -> int:
    found = np.flatnonzero(mask)
    return int(found[0]) if found.size else -1


def _refusal(target: float, threshold: float, upper: float, pairs: Comparisons) -> tuple[str, float]:
    """The first rule that failed at a threshold, and how much larger the sample must be at least for it."""
    erring = (pairs.scores >= threshold) & ~pairs.mated
    key = np.unique(pairs.person[pairs.left[erring]] * pairs.people + pairs.person[pairs.right[erring]])
    partners = np.bincount(np.concatenate(np.divmod(key, pairs.people)), minlength=1)
    share = float(partners.max() / max(len(key), 1))
    growth = 1.1
    if len(key) < MIN_ERRORS:
        reason = f"{len(key)} false matches between people lie at the threshold for it and {MIN_ERRORS} are needed"
    elif (partners > 0).sum() < MIN_PEOPLE:
        reason = f"its false matches come from {(partners > 0).sum()} people and {MIN_PEOPLE} are needed"
    elif share > MAX_SHARE:
        reason = f"one person is in {share:.0%} of its false matches and at most {MAX_SHARE:.0%} are allowed"
        growth = max(growth, share / MAX_SHARE)
    elif upper > MAX_LIMIT * target:
        reason = f"the upper limit there is {upper:.2g}, more than twice the target"
        growth = max(growth, (upper / target - 1) ** 2)
    else:
        reason = "no threshold with enough false matches has an upper limit at the target"
    return reason, growth


def _two_digits(value: float) -> int:
    step = 10 ** max(int(np.floor(np.log10(value))) - 1, 0)
    return int(np.ceil(value / step) * step)
