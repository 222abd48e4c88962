"""Planes leave no residual, faces do."""

from __future__ import annotations

import numpy as np
import pytest

from vultus.errors import InputError
from vultus.people.spoofs.parallax import DEPTH, applied, homography, planar_residual
from vultus.people.spoofs.sheet import Placing, Sheet


def views(points: np.ndarray, yaws: tuple[float, float] = (-12.0, 12.0)) -> list[np.ndarray]:
    """Points (n, 3), mm, before a camera 500 mm away after turns about y."""
    seen = []
    for yaw in np.radians(yaws):
        turn = np.array([[np.cos(yaw), 0, np.sin(yaw)], [0, 1, 0], [-np.sin(yaw), 0, np.cos(yaw)]])
        at = points @ turn.T
        seen.append(at[:, :2] / (500 - at[:, 2:]) * 600 + 128)
    return seen


def test_a_sheet_seen_twice_leaves_nothing() -> None:
    points = np.random.default_rng(0).uniform(-50, 50, (60, 2))
    seen = [Sheet(Placing(1, yaw, pitch, roll), 110, (256, 256)).seen(points) for yaw, pitch, roll in ((-15, 3, 1), (20, -6, 9))]
    assert planar_residual(*seen) < 1e-9
    assert np.allclose(applied(homography(*seen), seen[0]), seen[1], atol=1e-6)


def test_depth_leaves_a_residual_that_grows_with_it() -> None:
    rng = np.random.default_rng(1)
    flat = np.concatenate([rng.uniform(-60, 60, (80, 2)), np.zeros((80, 1))], 1)
    bulge = 40 * np.exp(-(flat[:, :2] ** 2).sum(1) / 1500)
    residuals = [planar_residual(*views(flat + np.array([0, 0, 1]) * (bulge * share)[:, None])) for share in (0, 0.5, 1)]
    assert residuals[0] < 1e-9 < DEPTH < residuals[1] < residuals[2]


def test_the_fit_is_the_best_one_with_noise() -> None:
    from scipy.optimize import least_squares
    rng = np.random.default_rng(2)
    first = rng.uniform(0, 256, (30, 2))
    second = applied(np.array([(1.1, 0.05, 3), (-0.04, 0.95, 8), (2e-3, -1e-3, 1)]), first) + rng.normal(0, 6, (30, 2))
    own = ((applied(homography(first, second), first) - second) ** 2).sum()
    start = np.array([1.1, 0.05, 3, -0.04, 0.95, 8, 2e-3, -1e-3])

    def gaps(h: np.ndarray) -> np.ndarray:
        return np.asarray((applied(np.append(h, 1).reshape(3, 3), first) - second).ravel())

    best = least_squares(gaps, start, x_scale=np.abs(start), xtol=1e-14, ftol=1e-14)
    assert own == pytest.approx(2 * best.cost, rel=1e-6)


def test_too_few_unequal_or_collinear_points_are_refused() -> None:
    good = np.random.default_rng(0).uniform(0, 99, (9, 2))
    for first, second in ((good[:4], good[:4]), (good, good[:-1]), (np.full((9, 2), np.nan), good), (np.arange(18.0).reshape(9, 2), good)):
        with pytest.raises(InputError, match="points"):
            planar_residual(first, second)
