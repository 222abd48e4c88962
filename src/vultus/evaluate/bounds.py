"""Exact binomial limits, written without SciPy so that the core stays light.

Clopper and Pearson, "The use of confidence or fiducial limits illustrated in the case of the binomial", Biometrika 26 (1934).
The limits are quantiles of Beta distributions, found by bisection on the regularised incomplete beta function, which is
evaluated by its continued fraction (modified Lentz scheme; NIST DLMF 8.17.22).
"""

from __future__ import annotations

import math

from vultus.errors import InputError


def binomial_interval(errors: int, trials: int, confidence: float = 0.95) -> tuple[float, float]:
    """Two-sided exact limits for an error probability.

    Args:
        errors: observed errors, 0..trials.
        trials: independent trials, >= 1.
        confidence: 0..1.

    Returns:
        (low, high), each 0..1; with zero errors low is 0 and high is the exact bound, never 0.

    Raises:
        InputError: impossible counts.

    Example:
        >>> low, high = binomial_interval(0, 100)
        >>> low, round(high, 4)
        (0.0, 0.0362)
    """
    tail = (1 - confidence) / 2
    return binomial_lower(errors, trials, tail), binomial_upper(errors, trials, tail)


def binomial_upper(errors: int, trials: int, tail: float = 0.05) -> float:
    """One-sided exact upper limit: the p at which seeing at most `errors` has probability `tail`."""
    _check(errors, trials, tail)
    return 1.0 if errors == trials else _beta_quantile(1 - tail, errors + 1, trials - errors)


def binomial_lower(errors: int, trials: int, tail: float = 0.05) -> float:
    """One-sided exact lower limit: the p at which seeing at least `errors` has probability `tail`."""
    _check(errors, trials, tail)
    return 0.0 if errors == 0 else _beta_quantile(tail, errors, trials - errors + 1)


def _check(errors: int, trials: int, tail: float) -> None:
    if not (0 <= errors <= trials and trials >= 1 and 0 < tail < 1):
        raise InputError("errors, trials, tail", expected="0 <= errors <= trials, trials >= 1, 0 < tail < 1",
                         got=f"{errors}, {trials}, {tail}")


def _beta_quantile(probability: float, a: float, b: float) -> float:
    low, high = 0.0, 1.0
    for _ in range(200):
        middle = (low + high) / 2
        if middle in (low, high):
            break
        low, high = (middle, high) if _beta_cdf(middle, a, b) < probability else (low, middle)
    return (low + high) / 2


def _beta_cdf(x: float, a: float, b: float) -> float:
    if x <= 0 or x >= 1:
        return float(x >= 1)
    log_front = a * math.log(x) + b * math.log1p(-x) + math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)
    if x > (a + 1) / (a + b + 2):  # the fraction converges quickly only on this side of the mean
        return 1 - math.exp(log_front) * _fraction(1 - x, b, a) / b
    return math.exp(log_front) * _fraction(x, a, b) / a


def _fraction(x: float, a: float, b: float) -> float:
    tiny = 1e-300
    c, d = 1.0, 1.0 / max(1 - (a + b) * x / (a + 1), tiny)
    result = d
    for m in range(1, 20_000):
        before = result
        for term in (m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
                     -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))):
            d = 1.0 / _away_from_zero(1 + term * d)
            c = _away_from_zero(1 + term / c)
            result *= c * d
        if abs(result - before) <= 1e-15 * abs(result):
            break
    return result


def _away_from_zero(value: float) -> float:
    return value if abs(value) > 1e-300 else 1e-300
