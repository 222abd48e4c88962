"""Which region of `labels.REGIONS` each point of the head belongs to before hair and clothing."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vultus.people.labels import regions

Float = NDArray[np.float32]


def static_regions(points: Float, lips: Float, eyelids: Float, ears: Float, inside_mouth: Float) -> NDArray[np.uint8]:
    """Region uint8 (n,) of canonical points float32 (n, 3), mm, with the masks there (n,), 0..1."""
    x, y, z = points.T
    region = np.full(len(points), regions.SKIN, np.uint8)
    region[_nose(np.abs(x), y, z)] = regions.NOSE
    region[_neck(y, z)] = regions.NECK
    region[eyelids > 0.5] = np.where(x[eyelids > 0.5] < 0, regions.RIGHT_EYELID, regions.LEFT_EYELID)
    region[ears > 0.5] = np.where(x[ears > 0.5] < 0, regions.RIGHT_EAR, regions.LEFT_EAR)
    region[lips > 0.5] = np.where(y[lips > 0.5] > -67.3, regions.UPPER_LIP, regions.LOWER_LIP)
    region[inside_mouth > 0.5] = regions.MOUTH
    return region


def _nose(ax: Float, y: Float, z: Float) -> NDArray[np.bool_]:
    wide = np.interp(y, (-48, -44, -34, -24, -8, 6, 14), (9.0, 18.0, 19.5, 15.0, 10.0, 8.0, 6.0))
    return (ax < wide) & (y < 10) & (y > -48.5) & (z > 5)


def _neck(y: Float, z: Float) -> NDArray[np.bool_]:
    """Below the jaw, which rises from the chin to the ears."""
    jaw = np.interp(z, (-75, -55, -35, -10, 10, 25), (-50.0, -66.0, -92.0, -106.0, -111.0, -112.5))
    return np.asarray((y < jaw) & (z > -75) | (y < -50) & (z <= -75), np.bool_)
