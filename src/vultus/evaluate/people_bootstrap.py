"""Intervals for rates over pairs of people: people are the sample, not pairs.

Pairs that share a person are dependent, so an interval over pairs is too narrow. An FMR over all pairs of n people is a U-statistic
of degree two; its variance is 2 / (n (n - 1)) * (2 (n - 2) zeta1 + zeta2), where zeta1 is the covariance of two pairs that share one
person and zeta2 the variance of one pair (Hoeffding, "A class of statistics with asymptotically normal distribution", Annals of
Mathematical Statistics 19, 1948). Both are estimated without bias from the sums over rows (triples and disjoint pairs of pairs).

The interval was chosen in simulations with other seeds and settings than the ones reported by the suite `core/coverage`:
- the two-way bootstrap (Poh, Martin and Bengio, IEEE TPAMI 29, 2007; Owen, "The pigeonhole bootstrap", Annals of Applied Statistics
  1, 2007) counts the part of single pairs up to three times, so that it covers too much at low rates, and with wolves too little;
- normal limits on the scale of the rate, skew-corrected or not, and bootstraps whose spread is corrected to the variance above,
  lie wholly below the truth in up to 7 % of samples instead of 2.5 % where wolves carry the rate;
- what held its 95 % best, and is computed here: below, normal limits of the logarithm of the rate; above, the largest rate that
  is not rejected when spread follows the rate, the part of people in proportion to it (their relative unevenness stays) and the
  part of pairs like a count (the score interval of Wilson, Journal of the American Statistical Association 22, 1927, with a
  second component). Quantiles are Student's with n - 1 degrees of freedom.

Nothing is drawn, so equal data have equal limits.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from vultus.errors import InputError

Array = NDArray[np.float64]
MIN_ERRORS, MIN_PEOPLE, MAX_SHARE = 30, 30, 0.1
BLOCK = 2_000_000  # picture pairs looked at together: bounds the memory
UNEVENNESS = (0.1, 0.6)  # see `upper_when_unsupported`


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
        low: lower end of the two-sided 95 % interval; 0 beyond the last supported threshold.
        high: upper end of the two-sided 95 % interval; stays like `upper`.
    """

    thresholds: Array
    fmr: Array
    upper: Array
    supported: NDArray[np.bool_]
    people: int
    low: Array
    high: Array


class _Sums(NamedTuple):
    """What the limits need, each (t,): sums over ordered pairs of people of shares and of their squares, of squared row sums, support."""

    total: Array
    squares: Array
    rows_squared: Array
    supported: NDArray[np.bool_]


def fmr_curve(scores: NDArray[np.float32], subjects: NDArray[np.int64], thresholds: Array,
              rng: np.random.Generator | None = None) -> FmrCurve:
    """Measure an FMR curve with limits over people.

    Args:
        scores: float32 (n, n), similarity of every two pictures, symmetric, finite.
        subjects: int (n,), the person on each picture, sorted, 0..people-1 without gaps.
        thresholds: (t,), ascending.
        rng: not needed since the limits have a closed form; accepted from callers that bootstrap other figures.

    Raises:
        InputError: subjects not sorted or fewer than two people, scores not finite, thresholds not ascending.
    """
    people = int(subjects[-1]) + 1 if len(subjects) else 0
    if people < 2 or (np.diff(subjects) < 0).any() or len(np.unique(subjects)) != people:
        raise InputError("subjects", expected="sorted numbers 0..people-1, at least two people", got=f"{people} people")
    thresholds = np.asarray(thresholds, np.float64)
    if not thresholds.size or np.isnan(thresholds).any() or (np.diff(thresholds) < 0).any():
        raise InputError("thresholds", expected="ascending numbers", got=f"{thresholds.size} numbers, not ascending")
    sums = _sums(scores, subjects, people, thresholds)
    fmr = sums.total / (people * (people - 1))
    low, high = _limits(fmr, sums, people, 0.975)
    _, upper = _limits(fmr, sums, people, 0.95)
    low = np.maximum.accumulate(low[::-1])[::-1]  # a rate falls with the threshold, so a limit further on holds here too
    return FmrCurve(thresholds, fmr, np.minimum.accumulate(upper), sums.supported, people, low, np.minimum.accumulate(high))


def fmr_interval(scores: NDArray[np.float32], subjects: NDArray[np.int64], threshold: float) -> tuple[float, float, float]:
    """FMR at one threshold and its 95 % interval, arguments as for `fmr_curve`.

    Returns:
        (fmr, low, high). Where the sample does not support an interval, low is 0 and high is the one-sided 95 % bound of
        `upper_when_unsupported`, never 0.
    """
    curve = fmr_curve(scores, subjects, np.array([threshold], np.float64))
    point = float(curve.fmr[0])
    if curve.supported[0]:
        return point, float(curve.low[0]), float(curve.high[0])
    errors = int((person_pair_shares(scores >= threshold, subjects) > 0).sum()) // 2
    return point, 0.0, upper_when_unsupported(errors, curve.people)


def upper_when_unsupported(errors: int, people: int, tail: float = 0.05) -> float:
    """One-sided upper bound of FMR from few or no errors among all pairs of `people`; never 0.

    The bound is the rate r at which `errors` or fewer have probability `tail` when the count of errors is negative binomial with
    mean r * pairs and a relative variance of 4 zeta / people by uneven people. Few errors cannot show how uneven people are, so
    zeta (relative to the squared rate) is assumed: (0.1 / r) ** 0.6, that is 4 at 1e-2, 16 at 1e-3, 63 at 1e-4. The photographs of
    LFW with the default recogniser have 0.7, 3 and 17 (`core/unevenness`). `core/coverage` measures the bound with people as uneven
    as these and more; a binomial limit over pairs (no unevenness) is two to four times lower and does not hold. No bound of this
    size can hold for every population: a rare person who matches everybody may be missing from the sample.

    Args:
        errors: pairs of people with a false match.
        people: people in the sample, >= 2, one attempt a pair or more.
        tail: probability of a bound below the true rate, 0..1.

    Raises:
        InputError: impossible counts.

    Example:
        >>> 1e-5 < upper_when_unsupported(0, 1000) < 3e-5
        True
    """
    pairs = people * (people - 1) // 2
    if not (people >= 2 and 0 <= errors <= pairs and 0 < tail < 1):
        raise InputError("errors, people, tail", expected="0 <= errors <= pairs of people, people >= 2, 0 < tail < 1",
                         got=f"{errors}, {people}, {tail}")
    low, high = -30.0, 0.0  # decimal logarithms of the rate
    if _at_most(errors, 1.0, people) > tail:
        return 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if _at_most(errors, 10.0**middle, people) > tail else (low, middle)
    return float(10.0**high)


def _at_most(errors: int, rate: float, people: int) -> float:
    """Probability of `errors` or fewer erring pairs at this rate: negative binomial with the assumed unevenness."""
    start, power = UNEVENNESS
    shape = people / (4 * (start / rate) ** power)
    mean = rate * people * (people - 1) / 2
    k = np.arange(1, errors + 1)
    steps = np.log((k - 1 + shape) / k) + np.log(mean / (shape + mean))
    logs = -shape * np.log1p(mean / shape) + np.concatenate([[0.0], np.cumsum(steps)])
    return float(np.exp(logs).sum())


def unevenness(shares: NDArray[Any]) -> float:
    """How uneven people are: zeta1 over the squared rate, that is the squared variation of a person's own false match rate.

    Args:
        shares: (people, people) of at least four people, as from `person_pair_shares`.

    Returns:
        0 for people who are all alike (or a sample without hits), 1 when the standard deviation over people equals the mean.
    """
    dense = np.asarray(shares, np.float64)
    total, people = dense.sum(), len(dense)
    if people < 4:
        raise InputError("shares", expected="at least four people", got=f"{people}")
    zeta1, _ = _components(np.array([total]), np.array([(dense**2).sum()]), np.array([(dense.sum(axis=1) ** 2).sum()]), people)
    return float(zeta1[0] * (people * (people - 1) / total) ** 2) if total else 0.0


def _limits(fmr: Array, sums: _Sums, people: int, probability: float) -> tuple[Array, Array]:
    """Lower and upper limits (t,), each passed with `1 - probability`; 0 and 1 where there is no support."""
    n, quantile = people, student_quantile(probability, people - 1)
    low, high, at = np.zeros(len(fmr)), np.ones(len(fmr)), sums.supported
    if not at.any():
        return low, high
    rate = fmr[at]
    zeta1, zeta2 = _components(sums.total[at], sums.squares[at], sums.rows_squared[at], n)
    person = 4 * (n - 2) / (n * (n - 1)) * zeta1 / rate**2  # relative variance that stays when the rate changes
    pair = 2 / (n * (n - 1)) * zeta2 / rate  # variance in proportion to the rate
    low[at] = rate * np.exp(-quantile * np.sqrt(person + pair / rate))
    # the upper root x of (x - rate)**2 = quantile**2 * (person * x**2 + pair * x); none when people alone allow any rate
    square, half = 1 - quantile**2 * person, rate + quantile**2 * pair / 2
    root = (half + np.sqrt(np.maximum(half**2 - square * rate**2, 0))) / np.where(square > 0, square, np.inf)
    high[at] = np.minimum(np.where(square > 0, root, 1.0), 1.0)
    return low, high


def _components(total: Array, squares: Array, rows_squared: Array, n: int) -> tuple[Array, Array]:
    """(zeta1, zeta2): unbiased means of products over one pair, two pairs with a common person, and two disjoint pairs."""
    same = squares / (n * (n - 1))
    shared = (rows_squared - squares) / (n * (n - 1) * (n - 2))
    disjoint = (total**2 - 4 * rows_squared + 2 * squares) / (n * (n - 1) * (n - 2) * (n - 3))
    return np.maximum(shared - disjoint, 0), np.maximum(same - disjoint, 0)


def student_quantile(probability: float, freedom: int) -> float:
    """Quantile of Student's t by its expansion around the normal one (Abramowitz and Stegun 26.7.5); to 1e-4 from 10 degrees up."""
    z = NormalDist().inv_cdf(probability)
    terms = ((z**3 + z) / 4, (5 * z**5 + 16 * z**3 + 3 * z) / 96, (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384)
    return z + terms[0] / freedom + terms[1] / freedom**2 + terms[2] / freedom**3


def _sums(scores: NDArray[np.float32], subjects: NDArray[np.int64], people: int, thresholds: Array) -> _Sums:
    """One pass over the pairs at or above the lowest threshold; a pair adds at its own threshold, the rest is running sums."""
    t = len(thresholds)
    total, squares = np.zeros((2, t))
    rows, partners = np.zeros((people, t)), np.zeros((people, t), np.int32)
    for persons, place, weight, rank in _hits(scores, subjects, thresholds):
        total += 2 * np.bincount(place, weight, t)
        squares += 2 * np.bincount(place, (2 * rank - 1) * weight**2, t)  # k**2 - (k - 1)**2 for the k-th hit of two people
        for person in persons:
            cell = person * t + place
            rows += np.bincount(cell, weight, people * t).reshape(people, t)
            partners += np.bincount(cell[rank == 1], minlength=people * t).reshape(people, t).astype(np.int32)
    for column in (total[None], squares[None], rows, partners):
        np.cumsum(column[:, ::-1], axis=1, out=column[:, ::-1])
    pairs = partners.sum(axis=0) // 2
    supported = (pairs >= MIN_ERRORS) & ((partners > 0).sum(axis=0) >= MIN_PEOPLE) & (partners.max(axis=0) <= MAX_SHARE * pairs)
    return _Sums(total, squares, np.einsum("it,it->t", rows, rows), supported)


def _hits(scores: NDArray[np.float32], subjects: NDArray[np.int64],
          thresholds: Array) -> Iterator[tuple[tuple[NDArray[Any], NDArray[Any]], NDArray[Any], Array, NDArray[Any]]]:
    """Picture pairs of different people that reach a threshold, in blocks of whole people, those of two people never in two blocks.

    Yields:
        (first, second) person, the last threshold reached, the pair's weight 1 / (pictures * pictures), and its rank among the
        hits of its two people, highest threshold first, from 1: each (h,).
    """
    counts, t = np.bincount(subjects), len(thresholds)
    starts = np.concatenate([[0], np.cumsum(counts)])
    people, begin = len(counts), 0
    while begin < people - 1:
        width = len(subjects) - starts[begin]
        end = max(begin + 1, int(np.searchsorted(starts, starts[begin] + BLOCK // width, side="right")) - 1)
        block = scores[starts[begin]:starts[end], starts[begin]:]
        if not np.isfinite(block).all():
            raise InputError("scores", expected="finite similarities", got="NaN or infinity")
        row, column = np.nonzero(block >= thresholds[0])
        score, first, second = block[row, column], subjects[starts[begin] + row], subjects[starts[begin] + column]
        keep = first < second
        score, first, second = score[keep], first[keep], second[keep]
        place = np.searchsorted(thresholds, score, side="right") - 1
        if counts.max() == 1:
            yield (first, second), place, np.ones(len(place)), np.ones(len(place), np.int64)
        else:
            yield _ranked(first, second, place, counts, t)
        begin = end


def _ranked(first: NDArray[Any], second: NDArray[Any], place: NDArray[Any], counts: NDArray[Any],
            t: int) -> tuple[tuple[NDArray[Any], NDArray[Any]], NDArray[Any], Array, NDArray[Any]]:
    """Sort hits by their two people, then from the highest threshold down, and number them within the two people."""
    people = len(counts)
    pair, back = np.divmod(np.sort((first * people + second) * t + (t - 1 - place)), t)
    index = np.arange(len(pair))
    rank = index - np.maximum.accumulate(np.where(np.diff(pair, prepend=-1) != 0, index, 0)) + 1
    first, second = np.divmod(pair, people)
    return (first, second), t - 1 - back, 1 / (counts[first] * counts[second]), rank


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
