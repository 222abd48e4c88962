"""Distributions as quantile functions, and how one is restricted to a range without touching its random number.

A quantile function Q maps a share u, uniform on 0..1, to the value that a share u of people lie below. A person's u is fixed by
the seed; when a cell or another attribute moves or narrows the distribution, the person keeps the rank within it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from statistics import NormalDist

Quantile = Callable[[float], float]
_NORMAL = NormalDist()
_EDGE = 1e-12  # the normal quantile is infinite at 0 and 1
MASS = 1e-4  # a range that holds less of a distribution is filled evenly instead


def uniform(low: float, high: float) -> Quantile:
    """Even on low..high."""
    return lambda u: low + u * (high - low)


def normal(mean: float, spread: float, low: float, high: float) -> Quantile:
    """Normal, truncated to low..high (not clipped: no heap at the ends)."""
    first, last = _NORMAL.cdf((low - mean) / spread), _NORMAL.cdf((high - mean) / spread)

    def quantile(u: float) -> float:
        share = min(max(first + u * (last - first), _EDGE), 1 - _EDGE)
        return min(max(mean + spread * _NORMAL.inv_cdf(share), low), high)
    return quantile


def kumaraswamy(a: float, b: float, low: float, high: float) -> Quantile:
    """Kumaraswamy(a, b) on low..high: as flexible as a Beta, with a quantile in closed form (Kumaraswamy 1980)."""
    return lambda u: low + (high - low) * float((1 - (1 - u) ** (1 / b)) ** (1 / a))


def mostly(value: float, share: float, rest: Quantile) -> Quantile:
    """`value` for the lowest `share` of people, `rest` (which must lie above) for the others."""
    return lambda u: value if u < share else rest((u - share) / (1 - share))


def unless_never(share: float, rest: Quantile) -> Quantile:
    """`rest` for a share of people, infinity for the others: something that comes at an age, or never."""
    return lambda u: rest(u / share) if u < share else math.inf


def within(quantile: Quantile, u: float, low: float, high: float) -> float:
    """The value at rank u of the distribution restricted to low..high.

    Where the distribution has (almost) no mass in the range, the range is filled evenly, so that a cell can ask for what is rare.
    """
    if low <= quantile(0.0) and quantile(1.0) <= high:
        return quantile(u)
    first, last = _rank(quantile, low, inclusive=False), _rank(quantile, high, inclusive=True)
    if last - first < MASS:
        return low + u * (high - low) if math.isfinite(high) else low if math.isfinite(low) else high
    return min(max(quantile(first + u * (last - first)), low), high)


def choose(weights: Mapping[str, float], u: float, allowed: Sequence[str] | None = None) -> str:
    """The name at rank u, by weight, among the allowed ones; evenly among them where all their weights are zero."""
    names = [name for name in weights if allowed is None or name in allowed]
    mass = [weights[name] for name in names]
    if sum(mass) <= 0:
        mass = [1.0] * len(names)
    target, seen = u * sum(mass), 0.0
    for name, share in zip(names, mass, strict=True):
        seen += share
        if target < seen:
            return name
    return names[-1]


def _rank(quantile: Quantile, value: float, *, inclusive: bool) -> float:
    """Share of people below a value (up to and with it, when inclusive), by bisection to 2**-40."""
    low, high = 0.0, 1.0
    for _ in range(40):
        middle = (low + high) / 2
        here = quantile(middle)
        if here < value or (inclusive and here == value):
            low = middle
        else:
            high = middle
    return low if inclusive else high
