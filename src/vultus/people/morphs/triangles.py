"""Triangles between points, and pictures warped triangle by triangle.

Delaunay 1934; the subdivision is OpenCV's (Guibas and Stolfi, ACM Transactions on Graphics 4, 1985). Inside a triangle the warp is
affine, so that it is continuous over the whole picture.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from vultus.errors import InputError
from vultus.types import Image

Array = NDArray[np.float64]


def border_points(size: tuple[int, int]) -> Array:
    """Corners and middles of the sides of a picture of `size` (rows, columns), (8, 2)."""
    height, width = size
    middle = (width / 2, height / 2)
    return np.array([(x, y) for y in (0, height / 2, height) for x in (0, width / 2, width) if (x, y) != middle], np.float64)


def delaunay(points: NDArray[Any]) -> NDArray[np.int32]:
    """Delaunay triangles of points (n, 2), int32 (t, 3), sorted; raises InputError when two points coincide."""
    import cv2
    low, high = points.min(0) - 1, points.max(0) + 1
    if len(np.unique(np.round(points, 3), axis=0)) != len(points):
        raise InputError("points", expected="different points, also of the blended shape", got="two at one place")
    division = cv2.Subdiv2D((int(low[0]) - 1, int(low[1]) - 1, int(high[0] - low[0]) + 4, int(high[1] - low[1]) + 4))
    # The subdivision names a point by the order of its insertion, after four of its own.
    numbers = {int(division.insert((float(x), float(y)))): index for index, (x, y) in enumerate(points)}
    found = {tuple(sorted(triangle)) for triangle in _walk(division, points, numbers)}
    return np.array(sorted(found), np.int32).reshape(-1, 3)


def warped(image: Image, points: NDArray[Any], target: NDArray[Any], triangles: NDArray[np.int32],
           size: tuple[int, int]) -> NDArray[np.float32]:
    """The picture moved so that its `points` (n, 2) lie at `target` (n, 2), float32 (rows, columns, 3) of `size`, bilinear."""
    import cv2
    where = sources(points, target, triangles, size)
    found = cv2.remap(image.astype(np.float32), where[..., 0], where[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(found, np.float32)


def sources(points: NDArray[Any], target: NDArray[Any], triangles: NDArray[np.int32], size: tuple[int, int]) -> NDArray[np.float32]:
    """For each pixel of the target the place in the source, float32 (rows, columns, 2), x y as array columns and rows (pixel i at i)."""
    import cv2
    rows, columns = np.mgrid[:size[0], :size[1]]
    where = np.stack([columns, rows], -1).astype(np.float64)
    for triangle in triangles:
        corners = target[triangle]
        x0, y0 = np.maximum(np.floor(corners.min(0)).astype(int) - 1, 0)
        x1, y1 = np.minimum(np.ceil(corners.max(0)).astype(int) + 1, size[::-1])
        if x1 <= x0 or y1 <= y0:
            continue
        affine = cv2.getAffineTransform(corners.astype(np.float32), points[triangle].astype(np.float32))
        at = np.stack(np.meshgrid(np.arange(x0, x1) + 0.5, np.arange(y0, y1) + 0.5), -1)
        inside = _inside(at, corners)
        moved = at @ affine[:, :2].T + affine[:, 2] - 0.5
        where[y0:y1, x0:x1][inside] = moved[inside]
    # Rounded so that points that do not move give whole pixels exactly.
    return np.round(where, 3).astype(np.float32)


def _inside(at: Array, corners: Array) -> NDArray[np.bool_]:
    """Whether points (h, w, 2) lie in a triangle (3, 2), its rim included."""
    sides = []
    for i in range(3):
        along, to = corners[(i + 1) % 3] - corners[i], at - corners[i]
        sides.append(along[0] * to[..., 1] - along[1] * to[..., 0])
    inside = np.stack(sides)
    return np.asarray((inside >= -1e-6).all(0) | (inside <= 1e-6).all(0))


def _walk(division: Any, points: NDArray[Any], numbers: dict[int, int]) -> list[tuple[int, int, int]]:
    """Triangles of the subdivision as indices, those that touch its own outer points left out."""
    found = []
    for edge in division.getLeadingEdgeList():
        corners, current = [], int(edge)
        for _ in range(3):
            corners.append(int(division.edgeOrg(current)[0]))
            current = int(division.getEdge(current, 0x13))  # NEXT_AROUND_LEFT
        if all(corner in numbers for corner in corners) and len(set(corners)) == 3:
            found.append((numbers[corners[0]], numbers[corners[1]], numbers[corners[2]]))
    return found
