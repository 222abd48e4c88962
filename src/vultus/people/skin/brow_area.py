"""Where the eyebrows lie, in canonical millimetres: distance from the brow line and place along it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vultus.people.identity import Brows

Float = NDArray[np.float32]
MEAN_HEIGHT = 17.0  # mm above the centres of the eyes
FAR = 50.0  # off value of points that are not on the front of the head


def brow_field(canonical_mm: Float, brows: Brows) -> tuple[Float, Float]:
    """Place of points of the head relative to the brow of their side.

    Args:
        canonical_mm: float32 (n, 3), canonical positions, mm.
        brows: the identity's constants.

    Returns:
        off float32 (n,): signed height over the brow line in half thicknesses (|off| <= 1 inside the brow; large behind
        the face); along float32 (n,): 0 at the inner end, 1 at the outer end, beyond outside.
    """
    x, y, z = canonical_mm.T
    ax = np.abs(x)
    along = (ax - brows.inner_mm) / (brows.outer_mm - brows.inner_mm)
    middle = brows.inner_mm + 0.4 * (brows.outer_mm - brows.inner_mm)
    arch = brows.arch_mm * np.interp(along, (0.0, 0.35, 0.62, 0.82, 1.0), (0.05, 0.6, 1.0, 0.75, 0.1))
    line = MEAN_HEIGHT + brows.lift_mm + arch + brows.slope * (ax - middle)
    widths = (0.72, 1.0, 0.92, 0.85 - 0.45 * brows.taper, 1 - 0.95 * brows.taper)
    half = brows.thickness_mm * np.interp(along, (0.0, 0.12, 0.55, 0.8, 1.0), widths)
    off = np.where(z < -15, FAR, (y - line) / np.maximum(half, 0.3))
    return off.astype(np.float32), along.astype(np.float32)


def brow_cover(canonical_mm: Float, brows: Brows) -> Float:
    """How surely a point (n, 3) lies in a brow: float32 (n,) 0..1, soft at its borders."""
    off, along = brow_field(canonical_mm, brows)
    ends = np.clip(along / 0.1 + 0.6, 0, 1) * np.clip((1.05 - along) / 0.1, 0, 1)
    return np.asarray(np.clip((1.25 - np.abs(off)) / 0.5, 0, 1) * ends, np.float32)
