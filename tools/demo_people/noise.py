"""Smooth 3-D noise fixed by a seed."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]


class Noise:
    """Value noise on a wrapped 32^3 lattice, mean 0, roughly unit range."""

    def __init__(self, seed: int) -> None:
        self._lattice = np.random.default_rng(seed).uniform(-1, 1, (32, 32, 32)).astype(np.float32)

    def __call__(self, points: Array, frequency: float, octaves: int = 1) -> Array:
        """Noise (n,) at points (n, 3); frequency in cells per dm; each octave doubles it and halves the height."""
        total = np.zeros(len(points), np.float32)
        for octave in range(octaves):
            total += self._single(points * (frequency * 2 ** octave) + 7.3 * octave) * .5 ** octave
        return total

    def _single(self, points: Array) -> Array:
        low = np.floor(points).astype(np.int64)
        f = (points - low).astype(np.float32)
        f = f * f * (3 - 2 * f)
        i, j, k = (low & 31).T
        i1, j1, k1 = (i + 1) & 31, (j + 1) & 31, (k + 1) & 31
        fx, fy, fz = f.T
        grid = self._lattice

        def along_x(a: NDArray[np.int64], b: NDArray[np.int64]) -> Array:
            return grid[i, a, b] * (1 - fx) + grid[i1, a, b] * fx

        near = along_x(j, k) * (1 - fy) + along_x(j1, k) * fy
        far = along_x(j, k1) * (1 - fy) + along_x(j1, k1) * fy
        return near * (1 - fz) + far * fz
