"""Neck, shoulders and chest as the nearest and farthest depth over height and width: long hair lies before or behind them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Float = NDArray[np.float32]
CELL = 12.0  # mm
WIDE, TOP, LOW = 324.0, -108.0, -372.0
COLUMNS, ROWS = int(2 * WIDE / CELL), int((TOP - LOW) / CELL)
NECK_HALF = 52.0  # mm: nearer to the midline hair stays on its own side of the neck


class Trunk:
    """Depth of the front and the back of the body below the jaw on a grid over x and y."""

    def __init__(self, vertices: Float) -> None:
        """Measures posed vertices (n, 3) of neck and shoulders, mm."""
        row, column = _cells(vertices[:, 0], vertices[:, 1])
        inside = (vertices[:, 1] < TOP) & (vertices[:, 1] > LOW)
        flat = (row * COLUMNS + column)[inside]
        front = np.full(ROWS * COLUMNS, -1e4, np.float32)
        back = np.full(ROWS * COLUMNS, 1e4, np.float32)
        np.maximum.at(front, flat, vertices[inside, 2])
        np.minimum.at(back, flat, vertices[inside, 2])
        self.front = _spread(front.reshape(ROWS, COLUMNS), -1e4)
        self.back = -_spread(-back.reshape(ROWS, COLUMNS), -1e4)

    def clear(self, points: Float, forward: NDArray[np.bool_], gap: Float) -> Float:
        """Moves strands (n, k, 3) out of the body, in depth: to the front where `forward` (n,) says so over the shoulders, behind the
        neck unless they lie before it; `gap` (n,) mm above the surface. Points before a way out bend with it."""
        rows = np.flatnonzero(points[:, -1, 1] < TOP)
        if not len(rows):
            return points
        part = points[rows]
        x, y, z = part[..., 0], part[..., 1], part[..., 2]
        row, column = _cells(x, y)
        front, back = self.front[row, column], self.back[row, column]
        near = np.abs(x) < NECK_HALF
        ahead = np.where(near, z > front - 12, forward[rows, None])
        room = gap[rows, None]
        push = np.where(ahead, np.maximum(front + room - z, 0), np.minimum(back - room - z, 0))
        push = np.where((y < TOP) & (front > -1e3) & (z < front + room) & (z > back - room), push, 0)
        for share in (0.62, 0.62):  # the bend starts two points higher and does not spring back below
            ahead_of = np.concatenate([push[:, 1:], push[:, -1:]], 1)
            push = np.where(np.abs(ahead_of) * share > np.abs(push), share * ahead_of, push)
        out = points.copy()
        out[rows, :, 2] = z + push
        return out


def _cells(x: Float, y: Float) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    row = np.clip((TOP - y) / CELL, 0, ROWS - 1).astype(np.int64)
    return row, np.clip((x + WIDE) / CELL, 0, COLUMNS - 1).astype(np.int64)


def _spread(grid: Float, nothing: float) -> Float:
    """Fills gaps between vertices from the four neighbours, once, then smooths."""
    pad = np.pad(grid, 1, constant_values=nothing)
    around = np.max([pad[:-2, 1:-1], pad[2:, 1:-1], pad[1:-1, :-2], pad[1:-1, 2:]], 0)
    return np.where(grid <= nothing, around, grid)
