"""Radius of the head against a ball; roots against their density."""

from __future__ import annotations

import numpy as np
import pytest

from vultus.people.hair.roots import Roots, scatter
from vultus.people.hair.skull import CENTRE, Skull

SQUARE = np.array([[0, 0, 0], [10, 0, 0], [10, 10, 0], [0, 10, 0], [20, 0, 0], [20, 10, 0]], np.float32)
TRIANGLES = np.array([[0, 1, 2], [0, 2, 3], [1, 4, 5], [1, 5, 2]], np.int32)


def ball(radius: float, count: int = 20000) -> np.ndarray:
    direction = np.random.default_rng(1).normal(size=(count, 3))
    return (CENTRE + radius * direction / np.linalg.norm(direction, axis=1, keepdims=True)).astype(np.float32)


def test_the_radius_of_a_ball_is_found_everywhere() -> None:
    skull = Skull(ball(90))
    surface, own = skull.radius(ball(120, 500))
    assert np.abs(surface - 90).max() < 0.01
    assert np.abs(own - 120).max() < 1e-3
    assert np.abs(skull.depth(ball(120, 500)) - 30).max() < 0.01


def test_settling_moves_inner_points_to_the_gap_and_hugs_outer_ones() -> None:
    skull = Skull(ball(90))
    inner, outer = ball(60, 300), ball(130, 300)
    inner, outer = inner[inner[:, 1] > 0], outer[outer[:, 1] > 0]
    settled = skull.settle(inner, np.full(len(inner), 4, np.float32), 0.0, -900)
    assert np.abs(skull.depth(settled) - 4).max() < 0.01
    held = skull.settle(outer, np.full(len(outer), 4, np.float32), 0.5, -900)
    assert np.abs(skull.depth(held) - 22).max() < 0.02  # half the way from 40 down to 4
    low = np.array([[0, -100, -60]], np.float32)
    assert np.array_equal(skull.settle(low, np.zeros(1, np.float32), 0.5, -900), low)  # below the jaw nothing is pushed


def test_roots_follow_the_density_and_the_first_do_not_depend_on_how_many() -> None:
    density = np.array([1, 1, 3, 3], np.float32)
    many = scatter(SQUARE, TRIANGLES, density, 4000, (7,))
    few = scatter(SQUARE, TRIANGLES, density, 500, (7,))
    assert np.array_equal(few.corners, many.corners[:500]) and np.array_equal(few.weights, many.weights[:500])
    x = many.mix(SQUARE)[:, 0]
    assert (x > 10).mean() == pytest.approx(0.75, abs=0.005)  # even sequence: far closer than random numbers would be
    assert few.mix(SQUARE)[:, 0].mean() == pytest.approx(12.5, abs=0.3)
    assert not np.array_equal(scatter(SQUARE, TRIANGLES, density, 500, (8,)).weights, few.weights)


def test_no_density_gives_no_roots() -> None:
    assert len(scatter(SQUARE, TRIANGLES, np.zeros(4, np.float32), 100, (1,)).weights) == 0


def test_frames_turn_with_the_skin() -> None:
    angle = 0.7
    turn = np.array([[np.cos(angle), 0, np.sin(angle)], [0, 1, 0], [-np.sin(angle), 0, np.cos(angle)]], np.float32)
    roots = Roots(TRIANGLES[:2], np.full((2, 3), 1 / 3, np.float32))
    normals = np.tile(np.array([[0, 0, 1]], np.float32), (6, 1))
    still, turned = roots.frames(SQUARE, normals), roots.frames(SQUARE @ turn.T, normals @ turn.T)
    assert np.allclose(turned, still @ turn.T, atol=1e-5)
    assert np.allclose(np.einsum("nij,nkj->nik", still, still), np.eye(3), atol=1e-5)
