"""Soft zones of the head that never change, as functions of canonical positions: where skin is red, oily, thin, spotted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vultus.people.skin.beard_area import shaved_area

Float = NDArray[np.float32]
EYE_ACROSS = (18.0, 20.5, 24.0, 28.0, 32.0, 36.0, 40.0, 44.5)  # outline of the open eye over |x|, mm
EYE_TOP = (-0.5, 2.2, 4.4, 5.2, 5.1, 4.3, 2.8, 0.2)
EYE_BOTTOM = (-1.0, -2.4, -3.6, -4.2, -4.4, -4.2, -3.0, -0.2)


@dataclass(frozen=True, eq=False)
class Zones:
    """Weights float32 (n,) 0..1 at the n texels (names say where), and `lip` with `lower_lip` for the red of the lips."""

    red: Float
    forehead: Float
    oily: Float
    rim: Float
    lid: Float
    margin: Float
    lash: Float
    shadow: Float
    freckled: Float
    sunned: Float
    sag: Float
    bag: Float
    lip: Float
    lower_lip: Float
    mouth: Float
    ear: Float
    neck: Float
    shaved: Float

    @classmethod
    def of(cls, points: Float, lips: Float, ears: Float, inside_mouth: Float) -> Zones:
        """Zones at points float32 (n, 3), mm, with the masks of lips, ears and the inside of the mouth there (n,), 0..1."""
        x, y, z = points.T
        ax, front = np.abs(x), _ramp(z, -25, -5)
        ear, lower = _ramp(ears, 0.2, 0.6), _ramp(-y, 66.0, 68.5)
        # The lips go on behind the slit between them, whose depth is 26.5 mm in the middle, and darken into the mouth.
        inside, depth = _ramp(inside_mouth, 0.4, 0.6), _ramp(26.5 - 0.026 * ax**2 - z, 0, 9)
        mouth, lip = inside * depth, np.maximum(_ramp(lips, 0.12, 0.75), inside * (1 - depth))
        above, below = _eye_gap(ax, y, front)
        gap = np.maximum(np.maximum(above, below), 0)
        near = np.minimum(np.abs(above), np.abs(below)) + 9 * (np.maximum(above, below) > 4)
        zones = cls(
            red=front * _red(ax, y, z) + 0.9 * ear,
            forehead=front * _blob(ax, y, 0, 52, 42, 22),
            oily=front * _oily(ax, y),
            rim=front * _blob(ax, y, 31, -6, 19, 12),
            lid=front * _blob(ax, y, 31, 1, 18, 9.5),
            margin=front * np.exp(-((near / 1.1) ** 2)) * _ramp(ax, 16.5, 19) * _ramp(-ax, -46.5, -44.5),
            lash=front * np.exp(-(((above - 0.5) / 1.0) ** 2)) * _ramp(ax, 17, 22) * _ramp(-ax, -46, -43),
            shadow=front * _ramp(above, -0.5, 1.0) * np.exp(-((gap / 7.0) ** 2)) * _blob(ax, y, 33, 6, 20, 14),
            freckled=front * np.maximum(_blob(ax, y, 0, -20, 60, 24), 0.35 * _blob(ax, y, 0, 40, 60, 40)),
            sunned=np.asarray(front * (0.35 + 0.65 * np.maximum(_blob(ax, y, 48, -8, 24, 30), _blob(ax, y, 30, 50, 40, 30))), np.float32),
            sag=front * _sag(ax, y), bag=front * _blob(ax, y, 31, -12, 12, 4.5),
            lip=lip, lower_lip=lower, mouth=mouth, ear=ear,
            neck=_ramp(-y, 100, 122), shaved=shaved_area(points) * (1 - ear))
        return cls(**{name: np.clip(value, 0, 1).astype(np.float32) for name, value in vars(zones).items()})


def _ramp(value: Float, start: float, end: float) -> Float:
    t = np.clip((value - start) / (end - start), 0, 1)
    return np.asarray(t * t * (3 - 2 * t), np.float32)


def _blob(ax: Float, y: Float, cx: float, cy: float, wide: float, high: float) -> Float:
    return np.exp(-(((ax - cx) / wide) ** 2 + ((y - cy) / high) ** 2))


def _red(ax: Float, y: Float, z: Float) -> Float:
    """Cheeks, tip and wings of the nose, chin, between the brows."""
    cheek = _blob(ax, y, 42, -32, 18, 17)
    nose = _blob(ax, y, 0, -38, 13, 9) * _ramp(z, 15, 28) + 0.7 * _blob(ax, y, 15, -38, 5, 7)
    return np.asarray(cheek + nose + 0.5 * _blob(ax, y, 0, -95, 18, 10) + 0.25 * _blob(ax, y, 0, 18, 10, 12), np.float32)


def _oily(ax: Float, y: Float) -> Float:
    """Forehead, ridge of the nose, and some of the cheeks."""
    middle = np.maximum(_blob(ax, y, 0, 34, 26, 30), _blob(ax, y, 0, -22, 10, 26))
    return np.asarray(middle + 0.35 * _blob(ax, y, 36, -28, 14, 12), np.float32)


def _sag(ax: Float, y: Float) -> Float:
    """Hollows that gravity deepens: below the cheek bones, beside chin and mouth, under the jaw."""
    cheek, mouth, temple = _blob(ax, y, 46, -54, 11, 15), _blob(ax, y, 37, -84, 7, 11), _blob(ax, y, 58, 22, 9, 18)
    return np.asarray(0.7 * cheek + 0.8 * mouth + 0.4 * temple, np.float32)


def _eye_gap(ax: Float, y: Float, front: Float) -> tuple[Float, Float]:
    """Signed distances (mm, about) over the upper and under the lower lid's edge; large away from the eye."""
    far = 30.0 * (1 - front)
    return (np.asarray(y - np.interp(ax, EYE_ACROSS, EYE_TOP) + far, np.float32),
            np.asarray(np.interp(ax, EYE_ACROSS, EYE_BOTTOM) - y + far, np.float32))
