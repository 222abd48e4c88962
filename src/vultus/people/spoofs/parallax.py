"""Flat or not: how points move between two views.

Two views of a plane are related by a homography, whatever the cameras (Hartley and Zisserman, "Multiple view geometry", chapter 13); a face
or a 3D mask leaves a residual that grows with depth and the angle between the views. Points may come from labels or a detector.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from vultus.errors import InputError

Array = NDArray[np.float64]
# Root mean square residual, as a share of the points' spread, above which the thing seen has depth.
DEPTH = 0.01


def homography(first: NDArray[Any], second: NDArray[Any]) -> Array:
    """The homography (3, 3), unit norm, that carries points (n, 2) to (n, 2) best, n >= 5: the direct linear transform on normalised
    points (Hartley, IEEE TPAMI 19, 1997), then Gauss-Newton steps on the distances in the second view."""
    a, b = _checked(first, second)
    (na, ta), (nb, tb) = _normalised(a), _normalised(b)
    rows = []
    for (x, y), (u, v) in zip(na, nb, strict=True):
        rows += [(-x, -y, -1, 0, 0, 0, u * x, u * y, u), (0, 0, 0, -x, -y, -1, v * x, v * y, v)]
    h = np.linalg.svd(np.array(rows))[2][-1]
    for _ in range(10):
        h = _step(h, na, nb)
    found = np.linalg.inv(tb) @ h.reshape(3, 3) @ ta
    return np.asarray(found / np.linalg.norm(found), np.float64)


def applied(matrix: NDArray[Any], points: NDArray[Any]) -> Array:
    """Points (n, 2) carried by a homography."""
    moved = np.concatenate([np.asarray(points, np.float64), np.ones((len(points), 1))], 1) @ np.asarray(matrix, np.float64).T
    return np.asarray(moved[:, :2] / moved[:, 2:], np.float64)


def planar_residual(first: NDArray[Any], second: NDArray[Any]) -> float:
    """Root mean square distance that the best homography leaves in the second view, as a share of the spread (root mean square
    distance from their mean) of the points there: 0 for a plane; depth when > `DEPTH` plus what the points' own error leaves."""
    a, b = _checked(first, second)
    left = applied(homography(a, b), a) - b
    return float(np.sqrt((left ** 2).sum(1).mean()) / np.sqrt(((b - b.mean(0)) ** 2).sum(1).mean()))


def _step(h: Array, a: Array, b: Array) -> Array:
    homogeneous = np.concatenate([a, np.ones((len(a), 1))], 1)
    moved = homogeneous @ h.reshape(3, 3).T
    w = moved[:, 2:]
    at = moved[:, :2] / w
    zero = np.zeros_like(homogeneous)
    jacobian = np.concatenate([np.concatenate([homogeneous, zero, -at[:, :1] * homogeneous], 1) / w,
                               np.concatenate([zero, homogeneous, -at[:, 1:] * homogeneous], 1) / w])
    change = np.linalg.lstsq(jacobian, (b - at).T.ravel(), rcond=1e-12)[0]
    moved_h = h + change
    return np.asarray(moved_h / np.linalg.norm(moved_h), np.float64)


def _normalised(points: Array) -> tuple[Array, Array]:
    """Points moved to mean 0 and mean distance sqrt 2, and the matrix that does it."""
    middle = points.mean(0)
    scale = np.sqrt(2) / max(float(np.linalg.norm(points - middle, axis=1).mean()), 1e-9)
    return (points - middle) * scale, np.array([[scale, 0, -scale * middle[0]], [0, scale, -scale * middle[1]], [0, 0, 1]])


def _checked(first: NDArray[Any], second: NDArray[Any]) -> tuple[Array, Array]:
    a, b = np.asarray(first, np.float64), np.asarray(second, np.float64)
    if a.shape != b.shape or a.ndim != 2 or a.shape[1:] != (2,) or len(a) < 5:
        raise InputError("points", expected="two equal sets of >= 5 points (n, 2)", got=f"{a.shape} and {b.shape}")
    if not (np.isfinite(a).all() and np.isfinite(b).all()):
        raise InputError("points", expected="finite numbers", got="others")
    if min(np.linalg.matrix_rank(each - each.mean(0), tol=1e-6 * max(float(np.abs(each).max()), 1.0)) for each in (a, b)) < 2:
        raise InputError("points", expected="points that are not on one line", got="points on one line")
    return a, b
