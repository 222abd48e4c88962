"""The head as a radius per direction: keeps hair outside and hats on top of it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Float = NDArray[np.float32]
CENTRE = np.array([0.0, 16.6, -79.5], np.float32)  # middle of the brain case of the mean head, mm
ROWS, COLUMNS = 48, 96  # cells of 3.75 degrees, about 6 mm on the scalp


class Skull:
    """Radius (mm) of the head round a centre per direction, on a polar grid, slightly smoothed."""

    def __init__(self, vertices: Float, centre: Float = CENTRE) -> None:
        """Measures vertices (n, 3) in mm that lie on the surface to stay out of."""
        self.centre = centre.astype(np.float32)
        offset = vertices - self.centre
        radius = np.sqrt(np.einsum("ij,ij->i", offset, offset))
        row, column = _place(offset, radius)
        grid = np.zeros((ROWS, COLUMNS), np.float32)
        np.maximum.at(grid, (np.clip(row + 0.5, 0, ROWS - 1).astype(np.int64), (column + 0.5).astype(np.int64) % COLUMNS), radius)
        self.grid = _smooth(_fill(grid))

    def radius(self, points: Float) -> tuple[Float, Float]:
        """Surface radius and own radius of points (n, 3), both (n,), mm."""
        offset = points - self.centre
        own = np.asarray(np.sqrt(np.einsum("ij,ij->i", offset, offset)), np.float32)
        row, column = _place(offset, own)
        i, j = np.floor(row).astype(np.int64), np.floor(column).astype(np.int64)
        fi, fj = (row - i).astype(np.float32), (column - j).astype(np.float32)
        above, below, left, right = np.clip(i, 0, ROWS - 1), np.clip(i + 1, 0, ROWS - 1), j % COLUMNS, (j + 1) % COLUMNS
        top = self.grid[above, left] * (1 - fj) + self.grid[above, right] * fj
        low = self.grid[below, left] * (1 - fj) + self.grid[below, right] * fj
        return np.asarray(top * (1 - fi) + low * fi, np.float32), own

    def depth(self, points: Float) -> Float:
        """Signed distance (n,) along the radius, mm: positive outside."""
        surface, own = self.radius(points)
        return np.asarray(own - surface, np.float32)

    def settle(self, points: Float, gap: Float, hug: float, free_below: float, floor_y: float = -58.0) -> Float:
        """Moves points (n, 3) out to the surface plus `gap` (mm), and by a share `hug` down to it from above; points below
        `free_below` hang free and below `floor_y` (the jaw) they are left alone."""
        surface, own = self.radius(points)
        floor = surface + gap
        held = hug * np.clip((points[:, 1] - free_below) / 30, 0, 1)
        wanted = np.where(own < floor, floor, own + (floor - own) * held)
        reach = np.clip((points[:, 1] - floor_y) / 12, 0, 1)
        push = 1 + (wanted / (own + 1e-6) - 1) * reach
        return np.asarray(self.centre + (points - self.centre) * push[:, None], np.float32)


def _place(offset: Float, radius: Float) -> tuple[Float, Float]:
    row = np.arccos(np.clip(offset[:, 1] / (radius + 1e-6), -1, 1)) * (ROWS / np.pi) - 0.5
    column = (np.arctan2(offset[:, 0], offset[:, 2]) + np.pi) * (COLUMNS / (2 * np.pi)) - 0.5
    return row.astype(np.float32), column.astype(np.float32)


def _fill(grid: Float) -> Float:
    """Empty cells take the largest neighbour, ring by ring."""
    for _ in range(ROWS):
        empty = grid == 0
        if not empty.any():
            break
        tall = np.pad(grid, ((1, 1), (0, 0)), mode="edge")
        spread = np.max([tall[:-2], tall[2:], np.roll(grid, 1, 1), np.roll(grid, -1, 1)], 0)
        grid = np.where(empty, spread, grid).astype(np.float32)
    return grid


def _smooth(grid: Float) -> Float:
    for _ in range(2):
        tall = np.pad(grid, ((1, 1), (0, 0)), mode="edge")
        across = (tall[:-2] + 2 * grid + tall[2:]) / 4
        grid = ((np.roll(across, 1, 1) + 2 * across + np.roll(across, -1, 1)) / 4).astype(np.float32)
    return grid
