"""Where hairs are rooted: points on triangles, spread evenly, the same first ones for any number of hairs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Float = NDArray[np.float32]
Int = NDArray[np.int32]
GOLDEN = 0.6180339887498949  # fractional part of the golden ratio: its multiples fill 0..1 evenly at any count


@dataclass(frozen=True, eq=False)
class Roots:
    """Points on a triangle mesh: `corners` int32 (n, 3) vertex numbers and `weights` float32 (n, 3), barycentric."""

    corners: Int
    weights: Float

    def mix(self, values: Float) -> Float:
        """Values (v, c) of the vertices at the roots, (n, c)."""
        total = values[self.corners[:, 0]] * self.weights[:, :1]
        for i in (1, 2):
            total += values[self.corners[:, i]] * self.weights[:, i, None]
        return total.astype(np.float32)

    def frames(self, vertices: Float, normals: Float) -> Float:
        """Frames (n, 3, 3) whose rows are normal, an edge of the triangle, and across it: hair stored in them follows the skin."""
        up = _unit(self.mix(normals))
        edge = vertices[self.corners[:, 1]] - vertices[self.corners[:, 0]]
        edge = _unit(edge - np.einsum("ij,ij->i", edge, up)[:, None] * up)
        return np.stack([up, edge, np.cross(up, edge)], 1).astype(np.float32)


def scatter(vertices: Float, triangles: Int, density: Float, count: int, seed: tuple[int, ...]) -> Roots:
    """Spreads `count` roots over triangles (t, 3) with a density (t,) per area; root i is the same for any `count`."""
    edges = vertices[triangles[:, 1:]] - vertices[triangles[:, :1]]
    area = np.sqrt((np.cross(edges[:, 0], edges[:, 1]) ** 2).sum(1))
    mass = (area * density).astype(np.float64)
    if count == 0 or mass.sum() <= 0:
        return Roots(np.zeros((0, 3), np.int32), np.zeros((0, 3), np.float32))
    order = np.argsort(_along_curve(vertices[triangles].mean(1)), kind="stable")
    order = order[mass[order] > 0]
    share = np.cumsum(mass[order])
    rng = np.random.default_rng(seed)
    start = rng.random()
    place = (start + GOLDEN * np.arange(count)) % 1.0
    chosen = order[np.minimum(np.searchsorted(share, place * share[-1], side="right"), len(order) - 1)]
    uniform = rng.random((count, 2))
    r, s = np.sqrt(uniform[:, 0]), uniform[:, 1]
    return Roots(triangles[chosen].astype(np.int32), np.stack([1 - r, r * (1 - s), r * s], 1).astype(np.float32))


def _along_curve(points: Float) -> NDArray[np.int64]:
    """Position (n,) along a Morton curve with cells of 4 mm: neighbours in number are neighbours in space."""
    cell = np.clip((points + 512) / 4, 0, 255).astype(np.int64)
    code = np.zeros(len(points), np.int64)
    for bit in range(8):
        for axis in range(3):
            code |= ((cell[:, axis] >> bit) & 1) << (3 * bit + axis)
    return code


def _unit(vectors: Float) -> Float:
    return np.asarray(vectors / (np.sqrt(np.einsum("ij,ij->i", vectors, vectors)) + 1e-9)[:, None], np.float32)
