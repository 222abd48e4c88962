"""Curves in time that movements of heads, lids and faces follow; all are pure functions."""

from __future__ import annotations

import math


def minimum_jerk(share: float) -> float:
    """Position 0..1 after a share of the duration of the smoothest movement from rest to rest: 10 s**3 - 15 s**4 + 6 s**5 (Flash
    and Hogan 1985). Before 0 it is 0, after 1 it is 1.

    Example:
        >>> minimum_jerk(0.5)
        0.5
    """
    s = min(max(share, 0.0), 1.0)
    return s * s * s * (10 - 15 * s + 6 * s * s)


def rise_hold_fall(t: float, rise: float, hold: float, fall: float) -> float:
    """0 before time 0, minimum-jerk to 1 within `rise`, 1 for `hold`, minimum-jerk to 0 within `fall`; seconds > 0 (hold >= 0)."""
    if t < rise + hold:
        return minimum_jerk(t / rise)
    return 1 - minimum_jerk((t - rise - hold) / fall)


def heart_wave(phase: float) -> float:
    """Blood volume in the skin over one heart beat, phase 0..1, mean 0, from -0.5 to 0.5 or less: the systolic rise, and the dicrotic
    wave on the way down. The shape is a sum of two von Mises bumps, as finger photoplethysmograms are fitted (Tang et al. 2020)."""
    return 0.5 * (_bumps(phase) - _MEAN) / _SPAN


def _bumps(phase: float) -> float:
    def bump(centre: float, sharpness: float) -> float:
        return math.exp(sharpness * (math.cos(2 * math.pi * (phase - centre)) - 1))
    return bump(0.18, 4.0) + 0.42 * bump(0.5, 3.0)


_MEAN = sum(_bumps(i / 512) for i in range(512)) / 512
_SPAN = max(abs(_bumps(i / 512) - _MEAN) for i in range(512))
