"""Where clothing begins, in canonical millimetres."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Float = NDArray[np.float32]
AXIS_Z = -75.0  # axis of the neck, mm


def below_neckline(canonical_mm: Float, neckline: float) -> Float:
    """Distance mm (n,) of points (n, 3) below the edge of the clothing (negative above it).

    `neckline` 0 gives a deep V, 0.5 a round neck, 1 a collar close to the throat.
    """
    x, y, z = canonical_mm.T
    ax = np.abs(x)
    side = -148.0 + 16.0 * neckline
    front = np.clip((z + 62.0) / 40.0, 0, 1)
    v_shape = np.clip(1 - ax / 62.0, 0, 1)
    round_shape = np.sqrt(np.clip(1 - (ax / 66.0) ** 2, 0, 1))
    share = float(np.clip(2 * neckline, 0, 1))
    dip = (12.0 + 62.0 * (1 - neckline)) * (v_shape * (1 - share) + round_shape * share)
    back = 8.0 * np.clip((-95.0 - z) / 20.0, 0, 1)
    return np.asarray(side - front * dip + back - y, np.float32)


def cloth_cover(canonical_mm: Float, neckline: float) -> Float:
    """1 under the clothing, 0 above its edge, soft over 2 mm: float32 (n,)."""
    return np.asarray(np.clip(below_neckline(canonical_mm, neckline) / 2.0 + 0.5, 0, 1), np.float32)
