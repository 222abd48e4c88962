"""The texels of the head's texture as points on the mean head: where each one lies, its neighbours, and slopes on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

Float = NDArray[np.float32]
Index = NDArray[np.int32]
Value = TypeVar("Value", bound=np.generic)
TEAR_MM = 14.0  # neighbours in the texture farther apart than this (at 512) lie on two sides of a seam


@dataclass(frozen=True, eq=False)
class Texels:
    """The n texels that lie on the surface, row by row.

    Attributes:
        size: side S of the texture.
        points: float32 (n, 3), canonical positions, mm.
        spot: int64 (n,), index into the flat (S * S) texture.
        fill: int32 (S, S), the nearest of the n texels for every texel of the texture.
        along_u, along_v: float32 (n, 3): the gradient on the surface of values h (n,) is
            `along_u * step_u(h) + along_v * step_v(h)`.
        beside: int32 (4, n): texel right, left, below and above, or itself where there is none.
    """

    size: int
    points: Float
    spot: NDArray[np.int64]
    fill: Index
    along_u: Float
    along_v: Float
    beside: Index

    @classmethod
    def of(cls, canonical: Float, triangles: Index, uv: Float, size: int) -> Texels:
        """Texels of a mesh: canonical float32 (v, 3) mm, triangles int32 (t, 3), uv float32 (t, 3, 2), rows downwards."""
        owner, weights = rasterise(uv, size)
        spot = np.flatnonzero(owner.ravel() >= 0)
        corners = canonical[triangles[owner.ravel()[spot]]]
        points = np.einsum("nck,nc->nk", corners, weights.reshape(-1, 3)[spot]).astype(np.float32)
        beside = _neighbours(points, spot, size)
        along_u, along_v = _gradient(points[beside[0]] - points[beside[1]], points[beside[2]] - points[beside[3]])
        return cls(size, points, spot, _nearest(spot, size), along_u, along_v, beside)

    def slope(self, height: Float) -> Float:
        """Gradient on the surface float32 (n, 3) of heights (n,), units of height a mm."""
        right, left, below, above = self.beside
        return np.asarray(self.along_u * (height[right] - height[left])[:, None]
                          + self.along_v * (height[below] - height[above])[:, None], np.float32)

    def image(self, values: NDArray[Value]) -> NDArray[Value]:
        """The texture (S, S, ...) of values (n, ...); texels off the surface repeat the nearest on it."""
        return np.ascontiguousarray(values[self.fill])


def rasterise(uv: Float, size: int) -> tuple[Index, Float]:
    """Triangle int32 (S, S) at each texel's centre, -1 where none, and its corner weights float32 (S, S, 3)."""
    owner, weights = np.full(size * size, -1, np.int32), np.zeros((size * size, 3), np.float32)
    corner = uv.astype(np.float64) * size - 0.5
    low = np.floor(corner.min(1)).astype(np.int64)
    span = (np.ceil(corner.max(1)).astype(np.int64) - low + 1).max(1)
    reach = 1
    while reach // 2 < span.max():
        chosen = np.flatnonzero((span <= reach) & (span > reach // 2))
        for part in np.array_split(chosen, max(1, len(chosen) * reach * reach // 2_000_000)):
            _fill_boxes(corner[part], low[part], part, reach, size, owner, weights)
        reach *= 2
    return owner.reshape(size, size), weights.reshape(size, size, 3)


def _fill_boxes(corner: NDArray[np.float64], low: NDArray[np.int64], part: NDArray[np.int64], reach: int, size: int,
                owner: Index, weights: Float) -> None:
    """Tests all texels of square boxes of side `reach` at `low` against their triangles; weights are linear across a box."""
    step = np.arange(reach)
    a, b, c = (corner[:, k] - low for k in range(3))
    area = (b[:, 0] - a[:, 0]) * (c[:, 1] - a[:, 1]) - (c[:, 0] - a[:, 0]) * (b[:, 1] - a[:, 1])
    scale = np.where(np.abs(area) < 1e-9, np.nan, 1 / np.where(area == 0, 1, area))

    def weight(p: NDArray[np.float64], q: NDArray[np.float64]) -> NDArray[np.float64]:
        """Weight (t, reach, reach) of the corner opposite to the side from p to q."""
        across, down = (p[:, 1] - q[:, 1]) * scale, (q[:, 0] - p[:, 0]) * scale
        along = -(across * p[:, 0] + down * p[:, 1])[:, None] + across[:, None] * step
        return np.asarray(along[:, None, :] + (down[:, None] * step)[:, :, None], np.float64)

    w0, w1 = weight(b, c), weight(c, a)
    t, row, column = np.nonzero((w0 >= -1e-6) & (w1 >= -1e-6) & (w0 + w1 <= 1 + 1e-6))
    x, y = low[t, 0] + column, low[t, 1] + row
    kept = np.flatnonzero((x >= 0) & (x < size) & (y >= 0) & (y < size))
    t, row, column, where = t[kept], row[kept], column[kept], y[kept] * size + x[kept]
    owner[where] = part[t]
    first, second = w0[t, row, column], w1[t, row, column]
    weights[where] = np.stack([first, second, 1 - first - second], 1)


def _neighbours(points: Float, spot: NDArray[np.int64], size: int) -> Index:
    number = np.full((size + 2, size + 2), -1, np.int32)
    row, column = spot // size + 1, spot % size + 1
    number[row, column] = np.arange(len(spot))
    limit, beside = TEAR_MM * 512 / size, []
    for down, right in ((0, 1), (0, -1), (1, 0), (-1, 0)):
        other = number[row + down, column + right]
        gap = points[other] - points
        near = (other >= 0) & (np.einsum("nk,nk->n", gap, gap) < limit**2)
        beside.append(np.where(near, other, np.arange(len(spot))))
    return np.stack(beside).astype(np.int32)


def _gradient(du: Float, dv: Float) -> tuple[Float, Float]:
    """Vectors that turn steps of a height along u and v into its gradient on the surface (first fundamental form)."""
    e, f, g = (np.einsum("nk,nk->n", a, b).astype(np.float64) for a, b in ((du, du), (du, dv), (dv, dv)))
    det = e * g - f * f
    scale = np.where(det > 1e-3 * e * g, 1 / np.maximum(det, 1e-12), 0) * (e > 1e-6) * (g > 1e-6)
    along_u = (du * g[:, None] - dv * f[:, None]) * scale[:, None]
    along_v = (dv * e[:, None] - du * f[:, None]) * scale[:, None]
    return along_u.astype(np.float32), along_v.astype(np.float32)


def _nearest(spot: NDArray[np.int64], size: int) -> Index:
    empty = np.ones(size * size, np.uint8)
    empty[spot] = 0
    _, label = cv2.distanceTransformWithLabels(empty.reshape(size, size), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL)
    number = np.zeros(label.max() + 1, np.int32)
    number[label.ravel()[spot]] = np.arange(len(spot))
    return np.asarray(number[label], np.int32)
