"""Hair as polylines, and the short hairs that follow the skin: brows, beard, lashes."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]


@dataclass(frozen=True)
class Strands:
    """Polylines.

    Attributes:
        points: float32 (n, steps, 3), dm.
        shade: float32 (n,), brightness of a strand, about 1.
        grey: bool (n,), strands without pigment.
        opacity: share of the strand's colour where it covers skin.
        rooted: True where it follows the skin (brows, lashes, beard), False for the rigid scalp hair.
        colour: linear RGB float32 (3,).
    """

    points: Array
    shade: Array
    rooted: bool
    colour: Array
    grey: NDArray[np.bool_]
    opacity: float = 1.

    def segments(self, keep: NDArray[np.bool_] | None = None) -> tuple[Array, Array, NDArray[np.int64], Array]:
        """Starts (m, 3), steps (m, 3), strand numbers (m,) and begin and end along the strand, 0 to 1, (m, 2); of the
        segments in `keep` (n, steps - 1) only."""
        count = self.points.shape[1] - 1
        keep = np.ones((len(self.points), count), bool) if keep is None else keep
        strand, number = np.nonzero(keep)
        start = self.points[strand, number]
        along = np.stack([number, number + 1], 1).astype(np.float32) / count
        return start, self.points[strand, number + 1] - start, strand, along


def grow_short(roots: Array, normals: Array, heading: Array, length: Array, colour: Array,
               rng: np.random.Generator, lift: float, opacity: float) -> Strands:
    """Short hairs (brows, beard): six points each, leaning along heading (n, 3)."""
    heading = heading - (heading * normals).sum(1, keepdims=True) * normals
    heading = heading / (np.linalg.norm(heading, axis=1, keepdims=True) + 1e-9)
    t = np.linspace(0, 1, 6, dtype=np.float32)[None, :, None]
    rise = lift * t * (1.4 - t)
    points = roots[:, None] + length[:, None, None] * (heading[:, None] * t + normals[:, None] * rise)
    points = points + normals[:, None] * .004
    shade = rng.lognormal(0, .12, len(roots)).astype(np.float32)
    return Strands(points.astype(np.float32), shade, True, colour, np.zeros(len(roots), bool), opacity)


def grow_lashes(base: Array, grids: tuple[NDArray[np.int64], ...], rng: np.random.Generator, reach: float) -> Strands:
    """Lashes along the four lash strips of the base mesh (upper longer than lower)."""
    rows = []
    for grid in grids:
        upper = len(grid) == 13
        count = 60 if upper else 16
        u = rng.uniform(.3, len(grid) - 1.001, count)
        low, f = np.floor(u).astype(int), (u % 1)[:, None, None]
        line = base[grid[low]] * (1 - f) + base[grid[low + 1]] * f
        share = (reach if upper else .5 * reach) * rng.uniform(.6, 1, count)[:, None, None]
        rows.append(line[:, :1] + (line - line[:, :1]) * share)
    points = np.concatenate(rows).astype(np.float32)
    dark = np.array([.012, .01, .009], np.float32)
    return Strands(points, np.ones(len(points), np.float32), True, dark, np.zeros(len(points), bool), .75)
