"""Error rates of groups of people as ratios, with intervals over people that hold for a whole family of groups.

A ratio is (e1 + 1/2) / (t1 + 1) over (e2 + 1/2) / (t2 + 1), with e errors in t comparisons, so that it stays finite without errors
(Walter, "The distribution of Levin's measure of attributable risk", Biometrika 62, 1975). Its logarithm is bootstrapped over people, who
are drawn with replacement within every group (Efron and Tibshirani, "An Introduction to the Bootstrap", 1993). The scale of each
deviation is the bootstrap's own, widened by n / (n - 1) of the smallest group, and never below that of independent comparisons: a group
without errors would otherwise have none. The family's limit is the quantile of the largest scaled deviation of any comparison (single-step
maximum; Westfall and Young, "Resampling-based multiple testing", 1993), and never below Student's quantile after Bonferroni.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vultus.errors import InputError
from vultus.evaluate.people_bootstrap import student_quantile

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]
DRAWS, LEVEL = 1000, 0.05


@dataclass(frozen=True, eq=False)
class Ratios:
    """One row a comparison of a first with a second group, all (k,).

    Attributes:
        ratio: rate of the first over that of the second, smoothed as the module says.
        low, high: its 95 % interval when it is looked at alone.
        family_low, family_high: intervals that hold together with 95 %.
        errors: of the first group. people: in the first group.
    """

    ratio: Array
    low: Array
    high: Array
    family_low: Array
    family_high: Array
    errors: Array
    people: NDArray[np.int64]

    @property
    def flagged(self) -> Mask:
        """Comparisons whose family interval excludes 1."""
        return (self.family_low > 1) | (self.family_high < 1)


def person_rate_ratios(errors: NDArray[Any], trials: NDArray[Any], first: Mask, second: Mask, rng: np.random.Generator, *,
                       draws: int = DRAWS) -> Ratios:
    """Ratios of rates that are counted person by person, for example false non-matches.

    Args:
        errors, trials: (n,), of each person; trials >= errors >= 0.
        first, second: bool (k, n), who is in the two groups of each comparison; nobody in both.
        rng: draws people.
        draws: bootstrap draws.

    Raises:
        InputError: shapes that do not fit, an empty group, somebody in both groups of a comparison.
    """
    e, t = np.asarray(errors, np.float64), np.asarray(trials, np.float64)
    if e.ndim != 1 or e.shape != t.shape or (e < 0).any() or (e > t).any():
        raise InputError("errors and trials", expected="counts (n,), errors <= trials", got=f"{e.shape} and {t.shape}")
    _check_groups(first, second, len(e))
    weights = np.vstack([np.ones(len(e)), _drawn(np.vstack([first, second]), rng, draws)])
    sides = [(weights @ (e * side).T, weights @ (t * side).T) for side in (first, second)]
    return _ratios(sides, first, second)


def pair_rate_ratios(errors: NDArray[Any], trials: NDArray[Any], groups: NDArray[Any], rng: np.random.Generator, *,
                     draws: int = DRAWS) -> Ratios:
    """Ratios of rates within groups that are counted over pairs of people, for example false matches: every group against the others.

    Args:
        errors, trials: (n, n), of every two people, symmetric; the diagonal is not looked at.
        groups: (n,), the group of each person; only pairs within a group count.
        rng: draws people; two copies of one person are never held against each other.
        draws: bootstrap draws.

    Raises:
        InputError: shapes that do not fit, fewer than two groups, a group of one.
    """
    names, number = np.unique(groups, return_inverse=True)
    if len(names) < 2 or np.bincount(number).min() < 2 or np.shape(errors) != (len(number), len(number)):
        raise InputError("groups", expected="two or more groups of two or more people, and (n, n) counts", got=f"{len(names)} groups")
    members = number[None] == np.arange(len(names))[:, None]
    weights = np.vstack([np.ones(len(number)), _drawn(members, rng, draws)])
    apart = ~np.eye(len(number), dtype=bool)
    counts = [np.stack([_within(np.asarray(each, np.float64) * apart, weights, mask) for mask in members], axis=1)
              for each in (errors, trials)]
    sides = [(counts[0], counts[1]), tuple(each.sum(axis=1, keepdims=True) - each for each in counts)]
    return _ratios(sides, members, ~members)


def _within(counts: Array, weights: Array, mask: Mask) -> Array:
    """Weighted counts (draws,) over the pairs within one group."""
    part = weights[:, mask]
    return np.asarray(np.einsum("di,ij,dj->d", part, counts[np.ix_(mask, mask)], part, optimize=True) / 2)


def _check_groups(first: Mask, second: Mask, people: int) -> None:
    if first.ndim != 2 or first.shape != second.shape or first.shape[1] != people:
        raise InputError("first and second", expected=f"bool (k, {people})", got=f"{first.shape} and {second.shape}")
    if (first & second).any() or not (first.any(axis=1) & second.any(axis=1)).all():
        raise InputError("first and second", expected="two groups in each comparison, nobody in both",
                         got="an empty group or a shared person")


def _drawn(groups: Mask, rng: np.random.Generator, draws: int) -> Array:
    """How often each person is drawn, (draws, n): with replacement among those who are in the same groups."""
    _, stratum = np.unique(groups, axis=1, return_inverse=True)
    weights = np.zeros((draws, groups.shape[1]))
    for each in range(int(stratum.max()) + 1):
        members = np.flatnonzero(stratum.ravel() == each)
        weights[:, members] = rng.multinomial(len(members), np.full(len(members), 1 / len(members)), size=draws)
    return weights


def _ratios(sides: list[Any], first: Mask, second: Mask) -> Ratios:
    """From errors and trials (1 + draws, k) of both sides, the data's own in row 0."""
    logs = [np.log((e + 0.5) / (t + 1)) for e, t in sides]
    difference = logs[0] - logs[1]
    least = np.minimum(first.sum(axis=1), second.sum(axis=1))
    floor = sum((1 / (e[0] + 0.5) - 1 / (t[0] + 1) for e, t in sides), np.zeros(first.shape[0]))
    scale = np.sqrt(np.maximum(difference[1:].var(axis=0) * least / np.maximum(least - 1, 1), floor))
    deviation = np.abs(difference[1:] - difference[1:].mean(axis=0)) / scale
    alone = np.maximum(np.quantile(deviation, 1 - LEVEL, axis=0), _student(least, LEVEL))
    family = np.maximum(np.quantile(deviation.max(axis=1), 1 - LEVEL), _student(least, LEVEL / len(least)))
    at, own, wide = difference[0], alone * scale, family * scale
    return Ratios(np.exp(at), np.exp(at - own), np.exp(at + own), np.exp(at - wide), np.exp(at + wide), sides[0][0][0], first.sum(axis=1))


def _student(people: NDArray[Any], level: float) -> Array:
    """Two-sided quantiles of Student's t for groups of so many people."""
    return np.array([student_quantile(1 - level / 2, max(int(count) - 1, 1)) for count in people])
