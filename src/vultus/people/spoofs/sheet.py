"""Geometry of a sheet or screen before a camera: which point of the sheet a pixel sees, and what a pattern on it becomes in the picture.

A pinhole camera looks at a rectangle whose middle lies on the optical axis, turned by yaw, pitch and roll. Millimetres on the sheet: x
right, y down, origin in its middle. A sheet may be bent about its vertical axis (a parabola of the given radius at its top).
A pattern of frequency f (cycles per mm) has the local frequency J^T f in the picture, J = d(sheet)/d(pixel); what exceeds half a
cycle per pixel is folded by the sampling to f - round(f) (Amidror, "The theory of the moire phenomenon", chapter 2).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vultus.errors import InputError
from vultus.people.capture.checks import check_range

Array = NDArray[np.float64]
BEND_MM = 100.0  # least radius


@dataclass(frozen=True)
class Placing:
    """How the sheet is held: `fill` = its width as a share of the picture's (over 1: its borders stay outside), `yaw`, `pitch`,
    `roll` in degrees, `distance_mm` from the camera, `bend_mm` radius of bending (inf = flat)."""

    fill: float = 1.06
    yaw: float = 4.0
    pitch: float = -3.0
    roll: float = 1.5
    distance_mm: float = 400.0
    bend_mm: float = float("inf")

    def __post_init__(self) -> None:
        check_range("fill", self.fill, 0.3, 3)
        for name in ("yaw", "pitch", "roll"):
            check_range(name, getattr(self, name), -45, 45, "degrees")
        check_range("distance_mm", self.distance_mm, 50, 10_000, "mm")
        if not abs(self.bend_mm) >= BEND_MM:
            raise InputError("bend_mm", expected=f"a radius of {BEND_MM:g} mm or more, negative to the other side, inf = flat",
                             got=f"{self.bend_mm:g}")


@dataclass(frozen=True)
class Sheet:
    """A sheet of `width_mm`, placed, in a picture of `size` (rows, columns)."""

    placing: Placing
    width_mm: float
    size: tuple[int, int]

    @property
    def focal_px(self) -> float:
        """Focal length that gives the sheet its share of the picture."""
        return self.placing.fill * self.size[1] * self.placing.distance_mm / self.width_mm

    def scaled(self, factor: int) -> Sheet:
        """The same view with `factor` times as many pixels a side."""
        return Sheet(self.placing, self.width_mm, (self.size[0] * factor, self.size[1] * factor))

    def at(self, pixels: NDArray[Any]) -> Array:
        """Points of the sheet in mm, float64 (..., 2), that the pixels' positions (..., 2), x y in px, see; rays parallel to the sheet
        do not occur at the angles allowed."""
        centred = (np.asarray(pixels, np.float64) - (self.size[1] / 2, self.size[0] / 2)) / self.focal_px
        rays = np.concatenate([centred, np.ones_like(centred[..., :1])], -1)
        turn = _turn(self.placing)
        directions, camera = _times(rays, turn), camera_place(self.placing)
        along = -camera[2] / directions[..., 2]
        for _ in range(0 if np.isinf(self.placing.bend_mm) else 4):
            x = camera[0] + along * directions[..., 0]
            along = (x ** 2 / (2 * self.placing.bend_mm) - camera[2]) / directions[..., 2]
        return np.asarray(camera[:2] + along[..., None] * directions[..., :2], np.float64)

    def seen(self, points: NDArray[Any]) -> Array:
        """Pixels (..., 2) in which points of the sheet (..., 2), mm, are seen: the inverse of `at`."""
        flat = np.asarray(points, np.float64)
        depth = flat[..., :1] ** 2 / (2 * self.placing.bend_mm)
        in_camera = _times(np.concatenate([flat, depth], -1), _turn(self.placing).T) + np.array([0, 0, self.placing.distance_mm])
        return np.asarray(in_camera[..., :2] / in_camera[..., 2:] * self.focal_px + (self.size[1] / 2, self.size[0] / 2), np.float64)

    def jacobian(self, pixel: NDArray[Any]) -> Array:
        """d(sheet mm)/d(pixel), (2, 2), rows mm, columns px, by central differences of half a pixel."""
        x, y = np.asarray(pixel, np.float64)
        corners = self.at(np.array([(x + 0.5, y), (x - 0.5, y), (x, y + 0.5), (x, y - 0.5)]))
        return np.stack([corners[0] - corners[1], corners[2] - corners[3]], -1)

    def frequency(self, carrier: NDArray[Any] | tuple[float, float], pixel: NDArray[Any] | None = None) -> Array:
        """Local frequency, cycles per px (2,), of a pattern of `carrier` cycles per mm (2,), before sampling; at the middle if no pixel."""
        where = np.array([self.size[1] / 2, self.size[0] / 2]) if pixel is None else pixel
        return np.asarray(self.jacobian(where).T @ np.asarray(carrier, np.float64), np.float64)


def folded(frequency: NDArray[Any]) -> Array:
    """What sampling once a pixel makes of a frequency: each component moved into -0.5..0.5."""
    values = np.asarray(frequency, np.float64)
    return values - np.round(values)


def pixel_centres(size: tuple[int, int], rows: slice = slice(None)) -> Array:
    """Positions (rows, columns, 2), x y in px, of the middles of the pixels; pixel i covers i to i + 1."""
    y, x = np.arange(size[0], dtype=np.float64)[rows] + 0.5, np.arange(size[1], dtype=np.float64) + 0.5
    return np.stack(np.meshgrid(x, y), -1)


def camera_place(placing: Placing) -> Array:
    """Where the camera is in the frame of the sheet, mm (3,), z away from the camera."""
    return np.asarray(np.array([0, 0, -placing.distance_mm]) @ _turn(placing), np.float64)


def _times(vectors: Array, matrix: Array) -> Array:
    """vectors (..., 3) times a matrix (3, 3) without BLAS, whose sums may depend on threads."""
    return np.asarray(sum(vectors[..., i:i + 1] * matrix[i] for i in range(3)), np.float64)


def _turn(placing: Placing) -> Array:
    """Camera = turn @ sheet; used as row vector times matrix: sheet = camera @ turn."""
    yaw, pitch, roll = np.radians([placing.yaw, placing.pitch, placing.roll])
    about_y = np.array([[np.cos(yaw), 0, np.sin(yaw)], [0, 1, 0], [-np.sin(yaw), 0, np.cos(yaw)]])
    about_x = np.array([[1, 0, 0], [0, np.cos(pitch), -np.sin(pitch)], [0, np.sin(pitch), np.cos(pitch)]])
    about_z = np.array([[np.cos(roll), -np.sin(roll), 0], [np.sin(roll), np.cos(roll), 0], [0, 0, 1]])
    return np.asarray(about_y @ about_x @ about_z, np.float64)
