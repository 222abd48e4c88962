"""Smooth random fields over points in space, fixed by a seed: value noise and scattered round dots (numba kernels).

Both hash whole cell numbers, so that any point of space has its value without a table, on any machine.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vultus.errors import MissingExtraError

try:
    from vultus.people.render.compiling import helper, kernel
except ModuleNotFoundError as error:  # pragma: no cover
    raise MissingExtraError("drawing virtual people", "people") from error

Float = NDArray[np.float32]
OCTAVE_SHIFT = 17.37  # cells by which each octave is moved, so that lattices do not coincide


@helper
def _cell_hash(i, j, k, seed):  # type: ignore[no-untyped-def]
    """A number 0..1 of a cell of the lattice (integer mixing in 32 bits)."""
    h = (np.uint64(i) * np.uint64(73856093)) ^ (np.uint64(j) * np.uint64(19349663)) ^ (np.uint64(k) * np.uint64(83492791))
    h = (h ^ (np.uint64(seed) * np.uint64(2654435761))) & np.uint64(0xFFFFFFFF)
    h = ((h ^ (h >> np.uint64(16))) * np.uint64(0x7FEB352D)) & np.uint64(0xFFFFFFFF)
    h = ((h ^ (h >> np.uint64(15))) * np.uint64(0x846CA68B)) & np.uint64(0xFFFFFFFF)
    h = h ^ (h >> np.uint64(16))
    return np.float64(h) / 4294967296.0


@kernel("void(float32[:, ::1], float64, float64, int64, float64, float32[::1])")
def _add_noise(points, scale, shift, seed, height, total):  # type: ignore[no-untyped-def]
    """Adds one octave of value noise -height..height to `total`; corners are kept while the cell stays the same."""
    corner = np.empty(8)
    last_i = last_j = last_k = np.int64(-(2**62))
    for n in range(points.shape[0]):
        x, y, z = points[n, 0] * scale + shift, points[n, 1] * scale + shift, points[n, 2] * scale + shift
        i, j, k = np.int64(np.floor(x)), np.int64(np.floor(y)), np.int64(np.floor(z))
        if i != last_i or j != last_j or k != last_k:
            for c in range(8):
                corner[c] = _cell_hash(i + (c & 1), j + ((c >> 1) & 1), k + (c >> 2), seed)
            last_i, last_j, last_k = i, j, k
        fx, fy, fz = x - i, y - j, z - k
        fx, fy, fz = fx * fx * (3 - 2 * fx), fy * fy * (3 - 2 * fy), fz * fz * (3 - 2 * fz)
        near = (corner[0] * (1 - fx) + corner[1] * fx) * (1 - fy) + (corner[2] * (1 - fx) + corner[3] * fx) * fy
        far = (corner[4] * (1 - fx) + corner[5] * fx) * (1 - fy) + (corner[6] * (1 - fx) + corner[7] * fx) * fy
        total[n] += height * (2 * (near * (1 - fz) + far * fz) - 1)


@kernel("void(float32[:, ::1], float32[::1], float64, float64, float64, int64, float32[::1])")
def _draw_dots(points, density, spacing, low, high, seed, out):  # type: ignore[no-untyped-def]
    """Strength 0..1 of the strongest dot at each point; see `dots`."""
    for n in range(points.shape[0]):
        if density[n] <= 0:
            continue
        x, y, z = points[n, 0] / spacing, points[n, 1] / spacing, points[n, 2] / spacing
        i, j, k = np.int64(np.floor(x - 0.5)), np.int64(np.floor(y - 0.5)), np.int64(np.floor(z - 0.5))
        best = 0.0
        for c in range(8):
            a, b, d = i + (c & 1), j + ((c >> 1) & 1), k + (c >> 2)
            there = (density[n] - _cell_hash(a, b, d, seed)) * 6
            if there <= 0:
                continue
            dx = x - a - 0.25 - 0.5 * _cell_hash(a, b, d, seed + 1)
            dy = y - b - 0.25 - 0.5 * _cell_hash(a, b, d, seed + 2)
            dz = z - d - 0.25 - 0.5 * _cell_hash(a, b, d, seed + 3)
            size = _cell_hash(a, b, d, seed + 4)
            radius = (low + (high - low) * size * size) / spacing
            inside = 1 - (dx * dx + dy * dy + dz * dz) / (radius * radius)
            if inside > 0:
                best = max(best, min(1.0, there) * (0.5 + 0.5 * _cell_hash(a, b, d, seed + 5)) * min(1.0, 2 * inside))
        out[n] = best


def value_noise(points: Float, wavelength_mm: float, seed: int, octaves: int = 1) -> Float:
    """Value noise at points in space, mean about 0.

    Args:
        points: float32 (n, 3), mm.
        wavelength_mm: edge of a cell of the first octave; each further octave halves it and its height.
        seed: fixes the field.

    Returns:
        float32 (n,), within -1..1 for one octave (less than twice that for more).
    """
    total = np.zeros(len(points), np.float32)
    points = np.ascontiguousarray(points, np.float32)
    for octave in range(octaves):
        _add_noise(points, 2.0**octave / wavelength_mm, OCTAVE_SHIFT * (octave + 1), seed + 101 * octave, 0.5**octave, total)
    return total


def dots(points: Float, density: Float, spacing_mm: float, radii_mm: tuple[float, float], seed: int) -> Float:
    """Round spots scattered at random places, one at most in a cell.

    Args:
        points: float32 (n, 3), mm.
        density: float32 (n,), chance 0..1 of a cell to have a dot (soft where it changes).
        spacing_mm: edge of a cell.
        radii_mm: smallest and largest radius, at most a quarter of the spacing; small ones are more frequent.
        seed: fixes the pattern.

    Returns:
        float32 (n,), 0 outside of every dot, up to 1 inside.
    """
    out = np.zeros(len(points), np.float32)
    _draw_dots(np.ascontiguousarray(points, np.float32), np.ascontiguousarray(density, np.float32), spacing_mm,
               radii_mm[0], radii_mm[1], seed, out)
    return out
