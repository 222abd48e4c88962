"""Which points of a scene the camera sees."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vultus.people.shapes import Buffers, Float, Part

# What lies before the face and hides it; hair of the face itself, lashes and clear lenses do not.
HIDING = (Part.HAIR, Part.CLOTH, Part.GLASSES, Part.HAT, Part.MASK, Part.EARRING, Part.OCCLUDER)
TOLERANCE_MM = 4.0  # the drawn surface may be refined, and a pixel shows the depth at its centre


def own_head(px: NDArray[np.floating], depth: NDArray[np.floating], buffers: Buffers, pixel_mm: float) -> NDArray[np.bool_]:
    """Points (k,) that the head itself does not hide and that lie in the picture.

    A point counts when the bare head shows its depth in one of the nine pixels about it, within 4 mm and the width of a pixel.

    Args:
        px: (k, 2), NaN behind the camera; depth: (k,), mm.
        pixel_mm: width of a pixel at the face.
    """
    rows, columns, inside = _pixels(px, buffers.part.shape)
    height, width = buffers.part.shape
    beside = np.arange(-1, 2)
    down = np.minimum(np.maximum(rows[:, None] + beside, 0), height - 1)
    right = np.minimum(np.maximum(columns[:, None] + beside, 0), width - 1)
    shown = buffers.bare_depth[down[:, :, None], right[:, None, :]]
    near = np.abs(shown - depth[:, None, None]) <= TOLERANCE_MM + pixel_mm
    return np.asarray(near.any((1, 2)) & inside)


def uncovered(px: NDArray[np.floating], buffers: Buffers) -> NDArray[np.bool_]:
    """Points (k,) in the picture over whose pixel lies no hair, worn thing or occluder."""
    rows, columns, inside = _pixels(px, buffers.part.shape)
    return inside & ~hiding(buffers.part[rows, columns])


def hiding(part: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Which values of a part buffer hide a face."""
    table = np.zeros(256, bool)
    table[list(HIDING)] = True
    return np.asarray(table[part])


def covered_share(outline_px: Float, buffers: Buffers) -> float:
    """Share 0..1 of the face that something hides: of the pixels of the bare head within the hull of points (k, 2).

    NaN where the picture shows no part of the face's place.
    """
    import cv2
    mask = np.zeros(buffers.part.shape, np.uint8)
    points = outline_px[np.isfinite(outline_px).all(1)]
    if len(points) < 3:
        return float("nan")
    hull = cv2.convexHull(np.clip(points, -1e5, 1e5).astype(np.float32))
    cv2.fillConvexPoly(mask, np.round(hull - 0.5).astype(np.int32), 1)
    face = (mask > 0) & (buffers.bare != Part.NONE)
    over = hiding(buffers.part[face])
    return float(over.mean()) if len(over) else float("nan")


def _pixels(px: NDArray[np.floating], shape: tuple[int, ...]) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_]]:
    whole = np.floor(np.nan_to_num(px, nan=-1.0, posinf=-1.0, neginf=-1.0)).astype(np.int64)
    inside = (whole >= 0).all(1) & (whole[:, 0] < shape[1]) & (whole[:, 1] < shape[0])
    return np.clip(whole[:, 1], 0, shape[0] - 1), np.clip(whole[:, 0], 0, shape[1] - 1), inside
