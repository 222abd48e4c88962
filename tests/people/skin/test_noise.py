"""Noise and dots against slow loops in plain Python integers."""

from __future__ import annotations

import math

import numpy as np
import pytest

pytest.importorskip("numba")

from vultus.people.skin.noise import OCTAVE_SHIFT, dots, value_noise

MASK = 0xFFFFFFFF


def slow_hash(i: int, j: int, k: int, seed: int) -> float:
    wide = 2**64
    h = ((i * 73856093) % wide) ^ ((j * 19349663) % wide) ^ ((k * 83492791) % wide)
    h = (h ^ ((seed * 2654435761) % wide)) & MASK
    h = ((h ^ (h >> 16)) * 0x7FEB352D) & MASK
    h = ((h ^ (h >> 15)) * 0x846CA68B) & MASK
    return (h ^ (h >> 16)) / 2**32


def slow_noise(point, wavelength: float, seed: int, octaves: int) -> float:
    total = 0.0
    for octave in range(octaves):
        place = [float(v) * (2.0**octave / wavelength) + OCTAVE_SHIFT * (octave + 1) for v in point]
        cell = [math.floor(v) for v in place]
        value = 0.0
        for corner in range(8):
            offset = (corner & 1, corner >> 1 & 1, corner >> 2)
            weight = 1.0
            for v, c, o in zip(place, cell, offset, strict=True):
                t = v - c
                s = t * t * (3 - 2 * t)
                weight *= s if o else 1 - s
            value += weight * slow_hash(*(c + o for c, o in zip(cell, offset, strict=True)), seed + 101 * octave)
        total += 0.5**octave * (2 * value - 1)
    return total


def points(n: int, spread: float = 80.0) -> np.ndarray:
    return np.random.default_rng(4).uniform(-spread, spread, (n, 3)).astype(np.float32)


def test_noise_equals_a_slow_loop():
    where = points(200)
    expected = [slow_noise(p, 7.5, 9, 3) for p in where]
    assert np.allclose(value_noise(where, 7.5, 9, 3), expected, atol=1e-5)


def test_noise_does_not_depend_on_the_order_of_points():
    where = points(500)
    order = np.random.default_rng(1).permutation(500)
    assert (value_noise(where, 20.0, 2)[order] == value_noise(where[order], 20.0, 2)).all()


def test_noise_is_balanced_and_smooth_over_its_wavelength():
    where = points(20000)
    value = value_noise(where, 10.0, 1)
    near = value_noise(where + np.float32(0.5), 10.0, 1)
    far = value_noise(where + np.float32(30.0), 10.0, 1)
    assert abs(value.mean()) < 0.03 and 0.3 < value.std() < 0.5 and np.abs(value).max() <= 1
    assert np.corrcoef(value, near)[0, 1] > 0.9 > 0.1 > abs(np.corrcoef(value, far)[0, 1])


def test_another_seed_is_another_field():
    where = points(5000)
    assert abs(np.corrcoef(value_noise(where, 9.0, 1), value_noise(where, 9.0, 2))[0, 1]) < 0.1


def slow_dot(point, density: float, spacing: float, radii, seed: int) -> float:
    place = [float(v) / spacing for v in point]
    low = [math.floor(v - 0.5) for v in place]
    best = 0.0
    for corner in range(8):
        cell = [lo + (corner >> axis & 1) for axis, lo in enumerate(low)]
        there = (density - slow_hash(*cell, seed)) * 6
        if there <= 0:
            continue
        gap = [v - c - 0.25 - 0.5 * slow_hash(*cell, seed + 1 + axis) for axis, (v, c) in enumerate(zip(place, cell, strict=True))]
        radius = (radii[0] + (radii[1] - radii[0]) * slow_hash(*cell, seed + 4) ** 2) / spacing
        inside = 1 - sum(g * g for g in gap) / radius**2
        if inside > 0:
            best = max(best, min(1, there) * (0.5 + 0.5 * slow_hash(*cell, seed + 5)) * min(1, 2 * inside))
    return best


def test_dots_equal_a_slow_loop():
    where = points(1500, 12.0)
    drawn = dots(where, np.full(len(where), 0.7, np.float32), 6.0, (0.8, 1.5), 3)
    assert np.allclose(drawn, [slow_dot(p, 0.7, 6.0, (0.8, 1.5), 3) for p in where], atol=1e-4)
    assert (drawn > 0).sum() > 10


def test_more_density_more_dots_and_none_without():
    where = points(20000, 40.0)
    shares = [(dots(where, np.full(len(where), d, np.float32), 5.0, (0.8, 1.2), 3) > 0).mean() for d in (0.0, 0.3, 0.9)]
    assert shares[0] == 0 < shares[1] < shares[2]
