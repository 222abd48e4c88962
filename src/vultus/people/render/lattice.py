"""The samples of one picture while it is drawn."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vultus.people.shapes import Float


class Lattice:
    """Buffers over a lattice of samples, see `camera.film`.

    Attributes:
        near, owner, weights: nearness, triangle (-1 nothing, -2 scalp hair) and weights, see `kernels`.
        labels: uint8 (h, w, 3): part, region, kind of surface.
        surface: float32 (h, w, 13): colour (0-2), normal (3-5), normal with relief or direction along hair (6-8), gloss or place along hair
            (9), alpha (10), u, v (11-12).
        veil: float32 (h, w, 9), thin strands before the surface, see `kernels`.
        light: float32 (h, w, 3), linear RGB that arrives at the camera.
    """

    def __init__(self, shape: tuple[int, int]) -> None:
        self.near: Float = np.zeros(shape, np.float32)
        self.owner: NDArray[np.int32] = np.full(shape, -1, np.int32)
        self.weights: Float = np.zeros((*shape, 2), np.float32)
        self.labels: NDArray[np.uint8] = np.zeros((*shape, 3), np.uint8)
        self.surface: Float = np.zeros((*shape, 13), np.float32)
        self.veil: Float = np.zeros((*shape, 9), np.float32)
        self.veil[..., 6] = 1
        self.light: Float = np.zeros((*shape, 3), np.float32)


def resolve(samples: Float, per_pixel: int) -> Float:
    """Mean over each pixel's square of a lattice (rows, columns, ...) with `per_pixel` samples a side, by the trapezoid rule."""
    half, inner = (0.5, per_pixel - 1) if per_pixel % 2 == 0 else (1.0, per_pixel - 2)
    taps = np.array([half] + [1.0] * inner + [half], np.float32)[:per_pixel + 1 - per_pixel % 2] / np.float32(per_pixel)
    for axis in (0, 1):
        rows = samples.swapaxes(0, axis)
        count = rows.shape[0] // per_pixel
        total = taps[0] * rows[0:count * per_pixel:per_pixel]
        for tap in range(1, len(taps)):
            total = total + taps[tap] * rows[tap:tap + (count - 1) * per_pixel + 1:per_pixel]
        samples = total.swapaxes(0, axis)
    return np.ascontiguousarray(samples)
