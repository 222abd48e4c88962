"""The pinhole camera: from millimetres of the scene's frame to pixels of the picture.

The camera stands on the z axis, `distance_mm` before the point midway between the eyes, and looks along -z. The point midway between
the eyes falls on `Camera.centre` by shifting the film, not by turning the camera, so an upright face stays undistorted wherever it is
put. Pixel (row r, column c) has its centre at x = c + 0.5, y = r + 0.5.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vultus.errors import InputError
from vultus.people.scene import Camera

FRAME_MM = 24.0  # height of the 35 mm frame that focal lengths refer to (ISO 1007: 36 x 24 mm)


def focal_px(camera: Camera) -> float:
    """Focal length in pixels: `focal_mm` refers to a picture 24 mm high."""
    return camera.focal_mm / FRAME_MM * camera.height


def principal_px(camera: Camera) -> tuple[float, float]:
    """Where the optical axis (and the scene's origin) meets the picture: x, y in px."""
    return camera.centre[0] * camera.width, camera.centre[1] * camera.height


def position_mm(camera: Camera) -> NDArray[np.float64]:
    """The pinhole in the scene's frame, float64 (3,), mm."""
    return np.array([0.0, 0.0, camera.distance_mm])


def project(points_mm: NDArray[np.floating], camera: Camera) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Points of the scene in the picture.

    Args:
        points_mm: (n, 3), scene frame, mm.

    Returns:
        px: float64 (n, 2), x to the right and y down, pixel centres at +0.5.
        depth: float64 (n,), mm from the camera along its axis; at or behind the camera where <= 0 (px is NaN there).

    Example:
        >>> project(np.zeros((1, 3)), Camera(width=200, height=100, centre=(0.5, 0.4)))[0].tolist()
        [[100.0, 40.0]]
    """
    points = np.asarray(points_mm, np.float64)
    if points.ndim != 2 or points.shape[1] != 3:
        raise InputError("points_mm", expected="(n, 3) numbers", got=f"shape {points.shape}")
    depth = camera.distance_mm - points[:, 2]
    zoom = focal_px(camera) / np.where(depth > 0, depth, np.nan)
    x0, y0 = principal_px(camera)
    return np.stack([x0 + points[:, 0] * zoom, y0 - points[:, 1] * zoom], 1), depth


def unproject(px: NDArray[np.floating], depth: NDArray[np.floating], camera: Camera) -> NDArray[np.float64]:
    """The inverse of `project`: px (n, 2) and depth (n,) mm to points float64 (n, 3), mm."""
    px, depth = np.asarray(px, np.float64), np.asarray(depth, np.float64)
    x0, y0 = principal_px(camera)
    zoom = depth / focal_px(camera)
    return np.stack([(px[:, 0] - x0) * zoom, (y0 - px[:, 1]) * zoom, camera.distance_mm - depth], 1)


def film(camera: Camera, samples: int) -> NDArray[np.float64]:
    """Matrix (3, 4) from mm to the lattice of `samples` x `samples` samples a pixel: rows x * depth, y * depth, depth.

    The lattice (see `lattice_shape`) has one sample at the centre of every pixel, so that labels are those of pixel centres.
    """
    zoom, offset = focal_px(camera) * samples, lattice_offset(samples)
    x0, y0 = (samples * each - offset for each in principal_px(camera))
    far = camera.distance_mm
    return np.array([[zoom, 0, -x0, x0 * far], [0, -zoom, -y0, y0 * far], [0, 0, -1, far]], np.float64)


def lattice_offset(samples: int) -> float:
    """Sample j of a row lies at (j + offset) / samples px: 0 for an even, 0.5 for an odd number of samples."""
    return 0.5 * (samples % 2)


def lattice_shape(camera: Camera, samples: int) -> tuple[int, int]:
    """Rows and columns of samples; an even number has samples on the borders between pixels, one more than fit."""
    extra = 1 - samples % 2
    return camera.height * samples + extra, camera.width * samples + extra
