"""Texels: rasterising into the texture, and slopes against closed forms."""

from __future__ import annotations

import numpy as np
import pytest

from vultus.people.skin.texels import Texels, rasterise


def sheet(n: int, place) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A square of n x n cells: canonical positions `place(u, v)`, triangles and texture coordinates."""
    u, v = np.meshgrid(np.linspace(0.05, 0.95, n + 1), np.linspace(0.05, 0.95, n + 1))
    corner = np.arange((n + 1) ** 2).reshape(n + 1, n + 1)
    a, b, c, d = corner[:-1, :-1].ravel(), corner[:-1, 1:].ravel(), corner[1:, 1:].ravel(), corner[1:, :-1].ravel()
    triangles = np.concatenate([np.stack([a, b, c], 1), np.stack([a, c, d], 1)]).astype(np.int32)
    uv = np.stack([u.ravel(), v.ravel()], 1).astype(np.float32)
    return np.asarray(place(u.ravel(), v.ravel()), np.float32).T.copy(), triangles, uv[triangles]


def flat(u, v):
    return 60 * u, -40 * v, 0.5 * 60 * u


def test_rasterise_against_a_slow_loop():
    rng = np.random.default_rng(2)
    uv = rng.uniform(0, 1, (3, 3, 2)).astype(np.float32) * 0.3 + np.array([[[0, 0]], [[0.35, 0]], [[0, 0.6]]], np.float32)
    owner, weights = rasterise(uv, 24)
    for row in range(24):
        for column in range(24):
            inside = -1
            for t, (a, b, c) in enumerate(uv.astype(float)):
                m = np.array([[a[0], b[0], c[0]], [a[1], b[1], c[1]], [1, 1, 1]])
                w = np.linalg.solve(m, [(column + 0.5) / 24, (row + 0.5) / 24, 1])
                if w.min() >= 0:
                    inside = t
                    assert np.allclose(weights[row, column], w, atol=1e-4)
            assert owner[row, column] == inside


def test_points_and_fill():
    texels = Texels.of(*sheet(5, flat), 64)
    image = texels.image(texels.points)
    assert image.shape == (64, 64, 3)
    centre = (31 + 0.5) / 64
    assert np.allclose(image[31, 31], flat(centre, centre), atol=1e-3)
    assert np.allclose(image[0, 31], image[4, 31], atol=1.0)  # off the sheet: the nearest texel on it


@pytest.mark.parametrize("direction", [(1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.3, -0.8, 0.6)])
@pytest.mark.parametrize("shear", [0.0, 30.0])
def test_slope_of_a_linear_height_is_its_part_in_the_surface(direction, shear):
    texels = Texels.of(*sheet(5, lambda u, v: (60 * u + shear * v, -40 * v, 30 * u)), 64)
    normal = np.cross((60, 0, 30), (shear, -40, 0))
    normal = normal / np.linalg.norm(normal)
    expected = np.array(direction) - normal * (normal @ np.array(direction))
    slope = texels.slope(texels.points @ np.array(direction, np.float32))
    assert np.allclose(slope, expected, atol=2e-3)


def test_slope_on_a_sphere_is_tangent_and_exact():
    def ball(u, v):
        lon, lat = (u - 0.5) * 1.6, (0.5 - v) * 1.6
        return 80 * np.cos(lat) * np.sin(lon), 80 * np.sin(lat), 80 * np.cos(lat) * np.cos(lon)

    texels = Texels.of(*sheet(40, ball), 128)
    normal = texels.points / np.linalg.norm(texels.points, axis=1, keepdims=True)
    slope = texels.slope(texels.points[:, 1].copy())
    expected = np.array([0, 1, 0]) - normal * normal[:, 1:2]
    assert np.abs((slope * normal).sum(1)).max() < 0.05
    assert np.median(np.abs(slope - expected)) < 0.01


def test_a_seam_bends_no_slope():
    """Two sheets side by side in the texture but 500 mm apart in space: slopes at the seam are those of each sheet."""
    vertices, triangles, uv = sheet(4, flat)
    other = vertices + np.array([0, 0, 500], np.float32)
    halves = np.concatenate([uv * np.array([0.5, 1]), uv * np.array([0.5, 1]) + np.array([0.45, 0])]).astype(np.float32)
    texels = Texels.of(np.concatenate([vertices, other]), np.concatenate([triangles, triangles + len(vertices)]), halves, 64)
    slope = texels.slope(texels.points[:, 0].copy())
    assert np.allclose(slope, np.array([0.8, 0, 0.4]), atol=5e-3)
