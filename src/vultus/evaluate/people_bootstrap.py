"""Intervals for rates over pairs of people: resample people, not pairs.

Pairs that share a person are dependent, so an interval over pairs is too narrow. Here people are drawn with replacement and a
pair counts as often as the product of its two people's draws; a person is never paired with a copy of themself
(two-way bootstrap; Poh, Martin and Bengio, "Performance generalization in biometric authentication using joint user-specific
and sample bootstraps", IEEE TPAMI 29, 2007; Owen, "The pigeonhole bootstrap", Annals of Applied Statistics 1, 2007).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vultus.errors import InputError

Array = NDArray[np.float64]
MIN_ERRORS, MIN_PEOPLE, MAX_SHARE = 30, 30, 0.1


@dataclass(frozen=True)
class FmrCurve:
    """FMR at ascending thresholds, every pair of people weighing the same; arrays are (t,).

    Args:
        thresholds: similarity scores.
        fmr: share of non-mated pairs at or above the threshold, 0..1.
        upper: one-sided 95 % upper limit; beyond the last supported threshold it stays at the last supported limit,
            because the rate can only fall while the sample says nothing about how far.
        supported: at least 30 false-matching pairs of people, from 30 people, none in more than a tenth of them.
        people: people in the sample.
    """

    thresholds: Array
    fmr: Array
    upper: Array
    supported: NDArray[np.bool_]
    people: int


def fmr_curve(scores: NDArray[np.float32], subjects: NDArray[np.int64], thresholds: Array, rng: np.random.Generator,
              draws: int = 500) -> FmrCurve:
    """Measure an FMR curve with two-way bootstrap limits.

    Args:
        scores: float32 (n, n), similarity of every two pictures.
        subjects: int (n,), the person on each picture, sorted, 0..people-1 without gaps.
        thresholds: (t,), ascending.
        rng: source of the draws.
        draws: number of bootstrap draws.

    Raises:
        InputError: subjects not sorted or fewer than two people.
    """
    people = int(subjects[-1]) + 1
    if people < 2 or (np.diff(subjects) < 0).any() or len(np.unique(subjects)) != people:
        raise InputError("subjects", expected="sorted numbers 0..people-1, at least two people", got=f"{people} people")
    weights = rng.multinomial(people, np.full(people, 1 / people), size=draws).astype(np.float32)
    possible = people**2 - (weights.astype(np.float64) ** 2).sum(axis=1)
    point, upper, supported = np.empty((3, len(thresholds)))
    for index, threshold in enumerate(thresholds):
        shares = person_pair_shares(scores >= threshold, subjects)
        point[index] = shares.sum(dtype=np.float64) / (people * (people - 1))
        drawn = ((weights @ shares) * weights).sum(axis=1, dtype=np.float64) / possible
        upper[index] = np.quantile(drawn, 0.95)
        supported[index] = has_support(shares > 0)
    upper = np.where(supported > 0, np.maximum(upper, point), 1.0)
    return FmrCurve(thresholds, point, np.minimum.accumulate(upper), supported > 0, people)


def person_pair_shares(hits: NDArray[np.bool_], subjects: NDArray[np.int64]) -> NDArray[np.float32]:
    """Share of hits among the pictures of every two people: float32 (people, people), zero on the diagonal."""
    starts = np.flatnonzero(np.diff(subjects, prepend=-1))
    counts = np.diff(np.append(starts, len(subjects))).astype(np.float32)
    sums = np.add.reduceat(np.add.reduceat(hits, starts, axis=0, dtype=np.float32), starts, axis=1)
    shares: NDArray[np.float32] = np.asarray(sums / np.outer(counts, counts), np.float32)
    np.fill_diagonal(shares, 0)
    return shares


def has_support(errors: NDArray[np.bool_]) -> bool:
    """Whether erring pairs of people, symmetric bool (people, people), are enough to choose a threshold by."""
    per_person = errors.sum(axis=1)
    pairs = int(per_person.sum()) // 2
    return bool(pairs >= MIN_ERRORS and (per_person > 0).sum() >= MIN_PEOPLE and per_person.max() <= MAX_SHARE * pairs)


def mean_interval(values: NDArray[np.float64], groups: NDArray[np.int64], rng: np.random.Generator,
                  draws: int = 2000) -> tuple[float, float]:
    """95 % interval of the mean of `values` (n,) when whole groups (for example people) are drawn with replacement."""
    _, number = np.unique(groups, return_inverse=True)
    sums, counts = np.bincount(number, values), np.bincount(number)
    drawn = rng.integers(len(sums), size=(draws, len(sums)))
    means = sums[drawn].sum(axis=1) / counts[drawn].sum(axis=1)
    low, high = np.quantile(means, [0.025, 0.975])
    return float(low), float(high)
