"""From native values to quality component values 0..100.

Formulas and constants: ISO/IEC 29794-5:2025 as its reference implementation states them (BSI, Open Source Face Image Quality,
OFIQ-Project, measures and `data/ofiq_config.jaxn`).
"""

from __future__ import annotations

import math

FAILED = -1  # ISO/IEC 29794-1: failure to assess


def sigmoid(x: float, centre: float, width: float) -> float:
    """1 / (1 + exp((centre - x) / width)), safe for any finite x."""
    z = (centre - x) / width
    return 1 / (1 + math.exp(z)) if z < 700 else 0.0


def rising(x: float, centre: float, width: float) -> int:
    """100 sigmoid(x): 50 at the centre."""
    return clipped(100 * sigmoid(x, centre, width))


def falling(x: float, centre: float, width: float, height: float = 100.0, start: float = 1.0) -> int:
    """height (start - sigmoid(x)), clipped."""
    return clipped(height * (start - sigmoid(x, centre, width)))


def pose(angle_deg: float) -> int:
    """100 cos^2 of an angle in degrees, 0 from 90 on, where the reference's formula would rise again."""
    return clipped(100 * max(math.cos(math.radians(angle_deg)), 0.0) ** 2)


def mean_luminance(mean: float) -> int:
    """Luminance mean 0..1: neither dark nor bright, 100 s(mean; 0.2, 0.05) (1 - s(mean; 0.8, 0.05))."""
    return clipped(100 * sigmoid(mean, 0.2, 0.05) * (1 - sigmoid(mean, 0.8, 0.05)))


def luminance_variance(variance: float) -> int:
    """Luminance variance 0..0.25: 100 sin(pi 60 v / (60 v + 1)), best at v = 1/60."""
    return clipped(100 * math.sin(math.pi * 60 * variance / (60 * variance + 1)))


def entropy(bits: float) -> int:
    """Entropy of 256 levels, 0..8 bits: 12.5 points a bit."""
    return clipped(12.5 * bits)


def dark_share(share: float) -> int:
    """Share of dark pixels 0..1: 120 (0.832 - s(share; 0.92, 0.05))."""
    return falling(share, 0.92, 0.05, 120, 0.832)


def bright_share(share: float) -> int:
    """Share of bright pixels 0..1: 1 / (share + 0.01)."""
    return clipped(1 / (share + 0.01))


def overlap(share: float) -> int:
    """Overlap of the histograms of both halves 0..1: 100 share^0.3."""
    return clipped(100 * share ** 0.3)


def clipped(value: float) -> int:
    """The nearest whole number of 0..100; halves round up, as C's round does for positive numbers."""
    return int(min(max(math.floor(value + 0.5), 0), 100))
