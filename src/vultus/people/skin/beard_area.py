"""Where a beard grows, in canonical millimetres: full beard, goatee, moustache, and the shadow of a shaved one."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vultus.people.identity import Beard

Float = NDArray[np.float32]
# Border of the red of the lips over |x|, mm; the corner of the mouth lies at 27.
LIP_ACROSS = (0, 7, 12, 15, 18, 21, 24, 27)
LIP_TOP = (-59.0, -56.8, -57.4, -59.0, -60.2, -62.1, -64.4, -67.0)
LIP_BOTTOM = (-79.2, -78.6, -77.2, -76.4, -74.4, -72.4, -69.6, -67.0)
MOUSTACHE_ACROSS = (0, 8, 18, 28, 35)
MOUSTACHE_TOP = (-47.5, -47.5, -50.5, -58.0, -66.0)
CHEEK_ACROSS = (0, 25, 32, 44, 56, 66, 76)
CHEEK_LINE = (-60.0, -62.0, -60.0, -54.0, -42.0, -26.0, -14.0)


def beard_cover(canonical_mm: Float, beard: Beard) -> Float:
    """Density 0..1 of the beard of `beard.style` at points of the head (n, 3), mm; soft at its borders, 0 on the lips.

    `beard.density` plays no part; "none" is 0 everywhere.
    """
    if beard.style == "none":
        return np.zeros(len(canonical_mm), np.float32)
    if beard.style == "full":
        return shaved_area(canonical_mm)
    lip = moustache_area(canonical_mm)
    return lip if beard.style == "moustache" else np.maximum(lip, chin_area(canonical_mm))


def shaved_area(canonical_mm: Float) -> Float:
    """All skin on which a beard can grow (n,), 0..1: cheeks, lip, chin, jaw and the upper neck, with sideburns."""
    x, y, z = canonical_mm.T
    ax = np.abs(x)
    cheek = _smooth((np.interp(ax, CHEEK_ACROSS, CHEEK_LINE) - y) / 9.0 + 0.5)
    # The neck's border lies under the jaw: lower in front than at the sides.
    neck = _smooth((y + 134.0 - 0.35 * np.clip(-z, 0, 60)) / 16.0)
    behind = _smooth((z + 66.0) / 18.0)
    jaw = cheek * neck * behind * off_lips(canonical_mm)
    return np.asarray(np.maximum(jaw, moustache_area(canonical_mm)), np.float32)


def moustache_area(canonical_mm: Float) -> Float:
    """The upper lip below the nose (n,), 0..1."""
    x, y, z = canonical_mm.T
    ax = np.abs(x)
    above = _smooth((np.interp(ax, MOUSTACHE_ACROSS, MOUSTACHE_TOP) - y) / 4.0 + 0.5)
    below = _smooth((y + 67.0 + 1.6 * np.maximum(ax - 24, 0)) / 3.0 + 0.5)
    philtrum = 1 - 0.35 * np.exp(-((x / 3.5) ** 2))
    return np.asarray(above * below * philtrum * _smooth((36.0 - ax) / 5.0) * (z > -10) * off_lips(canonical_mm), np.float32)


def chin_area(canonical_mm: Float) -> Float:
    """Chin and the bridges beside the mouth (n,), 0..1."""
    x, y, z = canonical_mm.T
    ax = np.abs(x)
    chin = _smooth((34.0 - ax) / 8.0) * _smooth((-81.0 - y) / 5.0 + 0.3) * _smooth((y + 124.0) / 10.0)
    # A bare patch on both sides of the tuft below the lip.
    chin = chin * (1 - 0.8 * np.exp(-(((ax - 13.0) / 5.5) ** 2 + ((y + 83.5) / 3.5) ** 2)))
    bridge = _smooth((36.5 - ax) / 4.0) * _smooth((ax - 24.5) / 4.0) * _smooth((-61.0 - y) / 6.0 + 0.4) * _smooth((y + 108.0) / 10.0)
    return np.asarray(np.maximum(chin, bridge) * _smooth((z + 40.0) / 12.0) * off_lips(canonical_mm), np.float32)


def off_lips(canonical_mm: Float) -> Float:
    """0 on the red of the lips and inside the mouth, 1 from 2 mm outside on (n,)."""
    x, y, z = canonical_mm.T
    ax = np.abs(x)
    over = y - np.interp(ax, LIP_ACROSS, LIP_TOP)
    under = np.interp(ax, LIP_ACROSS, LIP_BOTTOM) - y
    gap = np.maximum(np.maximum(over, under), ax - 27.0)
    return np.where(z > -30, _smooth(gap / 2.0), 1.0).astype(np.float32)


def _smooth(t: Float) -> Float:
    t = np.clip(t, 0, 1)
    return np.asarray(t * t * (3 - 2 * t), np.float32)
