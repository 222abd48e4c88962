"""Z-buffer rasteriser for triangles and points, vectorised over primitives."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]
BUCKETS = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 128, 256, 1024)
CHUNK = 1_500_000


class DepthBuffer:
    """Depth of the nearest surface per pixel and what lies there.

    Attributes:
        depth: float32 (size * size,), larger is nearer, -inf where empty.
        owner: int32 (size * size,), triangle index, -1 where empty, -2 where a point lies in front.
        weights: float32 (size * size, 3), barycentric weights inside the owning triangle.
    """

    def __init__(self, size: int) -> None:
        self.size = size
        self.depth = np.full(size * size, -np.inf, np.float32)
        self.owner = np.full(size * size, -1, np.int32)
        self.weights = np.zeros((size * size, 3), np.float32)

    def draw_triangles(self, xy: Array, z: Array, triangles: NDArray[np.int32]) -> None:
        """Draws triangles given by pixel coordinates xy (n, 2), nearness z (n,) and indices (t, 3)."""
        a, b, c = (xy[triangles[:, i]] for i in range(3))
        low = np.floor(np.minimum(np.minimum(a, b), c)).astype(np.int32)
        high = np.ceil(np.maximum(np.maximum(a, b), c)).astype(np.int32)
        extent = np.maximum(high[:, 0] - low[:, 0], high[:, 1] - low[:, 1]) + 1
        seen = (high[:, 0] >= 0) & (high[:, 1] >= 0) & (low[:, 0] < self.size) & (low[:, 1] < self.size)
        seen &= extent < BUCKETS[-1]
        lower = 0
        for upper in BUCKETS:
            chosen = np.flatnonzero(seen & (extent > lower) & (extent <= upper))
            step = max(1, CHUNK // (upper * upper))
            for start in range(0, len(chosen), step):
                part = chosen[start:start + step]
                self._draw_bucket(part, (a[part], b[part], c[part]), z[triangles[part]], low[part], upper)
            lower = upper

    def _draw_bucket(self, ids: NDArray[np.int64], corners: tuple[Array, ...], z: Array, low: NDArray[np.int32],
                     k: int) -> None:
        grid = np.arange(k, dtype=np.int32)
        px = low[:, 0, None, None] + grid[None, None, :]
        py = low[:, 1, None, None] + grid[None, :, None]
        x, y = px + np.float32(0.5), py + np.float32(0.5)
        (x0, y0), (x1, y1), (x2, y2) = (corner.T[:, :, None, None] for corner in corners)
        area = (x1 - x0) * (y2 - y0) - (x2 - x0) * (y1 - y0)
        area = np.where(np.abs(area) < 1e-9, np.float32(1e-9), area)
        w1 = ((x - x0) * (y2 - y0) - (x2 - x0) * (y - y0)) / area
        w2 = ((x1 - x0) * (y - y0) - (x - x0) * (y1 - y0)) / area
        w0 = 1 - w1 - w2
        inside = (w0 >= 0) & (w1 >= 0) & (w2 >= 0) & (px >= 0) & (px < self.size) & (py >= 0) & (py < self.size)
        cell = np.flatnonzero(inside)
        t, rest = cell // (k * k), cell % (k * k)
        weights = np.stack([w.ravel()[cell] for w in (w0, w1, w2)], 1).astype(np.float32)
        pixel = (low[t, 1] + rest // k) * self.size + low[t, 0] + rest % k
        depth = weights[:, 0] * z[t, 0] + weights[:, 1] * z[t, 1] + weights[:, 2] * z[t, 2]
        won = self._nearest(pixel, depth)
        self.owner[pixel[won]] = ids[t[won]]
        self.weights[pixel[won]] = weights[won]

    def draw_points(self, column: Array, row: Array, z: Array) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Draws one-pixel points; returns (pixels, indices of the points that ended nearest there)."""
        x, y = np.floor(column).astype(np.int32), np.floor(row).astype(np.int32)
        seen = np.flatnonzero((x >= 0) & (x < self.size) & (y >= 0) & (y < self.size))
        pixel = y[seen] * self.size + x[seen]
        won = self._nearest(pixel, z[seen].astype(np.float32))
        self.owner[pixel[won]] = -2
        winner = np.full(self.size * self.size, -1, np.int64)
        winner[pixel[won]] = seen[won]
        pixels = np.flatnonzero(winner >= 0)
        return pixels, winner[pixels]

    def _nearest(self, pixel: NDArray[np.int64], depth: Array) -> NDArray[np.int64]:
        nearer = np.flatnonzero(depth > self.depth[pixel])
        candidates = pixel[nearer]
        np.maximum.at(self.depth, candidates, depth[nearer])
        return nearer[depth[nearer] == self.depth[candidates]]
