"""The head as a radius per direction, to keep hair outside."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]


class Skull:
    """Radius of the head around a centre per direction, to keep strands outside."""

    def __init__(self, vertices: Array, centre: Array) -> None:
        self.centre = centre
        offset = vertices - centre
        radius = np.linalg.norm(offset, axis=1)
        i, j = self._cells(offset, radius)
        grid = np.zeros((48, 96), np.float32)
        np.maximum.at(grid, (i, j), radius)
        for _ in range(12):
            tall = np.pad(grid, ((1, 1), (0, 0)), mode="edge")
            spread = np.max([tall[:-2], tall[2:], np.roll(grid, 1, 1), np.roll(grid, -1, 1)], 0)
            grid = np.where(grid == 0, spread, grid)
        for _ in range(3):
            padded = np.pad(grid, ((1, 1), (0, 0)), mode="edge")
            grid = (padded[:-2] + 2 * grid + padded[2:]) / 4
            grid = (np.roll(grid, 1, 1) + 2 * grid + np.roll(grid, -1, 1)) / 4
        self.grid = grid

    def _cells(self, offset: Array, radius: Array) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        polar = np.arccos(np.clip(offset[:, 1] / (radius + 1e-9), -1, 1))
        turn = np.arctan2(offset[:, 0], offset[:, 2]) + np.pi
        return (np.clip((polar / np.pi * 48).astype(np.int64), 0, 47),
                np.clip((turn / (2 * np.pi) * 96).astype(np.int64), 0, 95))

    def settle(self, points: Array, gap: Array, hug: float, free_below: float) -> Array:
        """Moves points (n, 3) out to the surface plus a gap (dm), and by a share `hug` down to it from above."""
        offset = points - self.centre
        radius = np.linalg.norm(offset, axis=1)
        floor = self._radius(offset, radius) + gap
        free = np.clip((points[:, 1] - free_below) / .3, 0, 1)
        wanted = np.where(radius < floor, floor, radius + (floor - radius) * hug * free)
        push = np.where(points[:, 1] > 6.7, wanted / (radius + 1e-9), 1)[:, None]
        return (self.centre + offset * push).astype(np.float32)

    def _radius(self, offset: Array, radius: Array) -> Array:
        """Surface radius (n,) along offsets, bilinear in the polar grid."""
        row = np.arccos(np.clip(offset[:, 1] / (radius + 1e-9), -1, 1)) / np.pi * 48 - .5
        column = (np.arctan2(offset[:, 0], offset[:, 2]) + np.pi) / (2 * np.pi) * 96 - .5
        i, j = np.floor(row).astype(np.int64), np.floor(column).astype(np.int64)
        fi, fj = row - i, column - j
        above, below = np.clip(i, 0, 47), np.clip(i + 1, 0, 47)
        left, right = j % 96, (j + 1) % 96
        top = self.grid[above, left] * (1 - fj) + self.grid[above, right] * fj
        low = self.grid[below, left] * (1 - fj) + self.grid[below, right] * fj
        return (top * (1 - fi) + low * fi).astype(np.float32)
