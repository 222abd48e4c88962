"""Lines of age: none while young, deeper with age, where faces have them."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

pytest.importorskip("numba")

from vultus.people.skin.creases import CURVES, Creases, _distance


def face_plane() -> np.ndarray:
    x, y = np.meshgrid(np.arange(-66, 67, 1.0), np.arange(-100, 71, 1.0))
    return np.stack([x, y, np.full_like(x, 10.0)], -1).reshape(-1, 3).astype(np.float32)


def test_distance_to_a_chain_against_a_slow_loop():
    chain = np.array([(0.0, 0.0), (10.0, 0.0), (16.0, 8.0)])
    rng = np.random.default_rng(1)
    x, y = rng.uniform(-5, 22, 200), rng.uniform(-8, 14, 200)
    off, along = _distance(x, y, chain)
    fine = np.concatenate([np.linspace(a, b, 2000) for a, b in pairwise(chain)])
    gap = np.hypot(x[:, None] - fine[:, 0], y[:, None] - fine[:, 1])
    assert np.allclose(np.abs(off), gap.min(1), atol=0.02)
    place = np.concatenate([np.linspace(0, 10, 2000), np.linspace(10, 20, 2000)]) / 20
    assert np.allclose(along, place[gap.argmin(1)], atol=0.01)


def test_no_lines_without_amount_and_deeper_with_more():
    points = face_plane()
    creases = Creases.of(points)
    height, dark = creases.carve(points, 0.0, 3)
    assert not height.any() and not dark.any()
    depth = [-(creases.carve(points, amount, 3)[0].clip(max=0)).sum() for amount in (0.1, 0.3, 0.6, 1.0)]
    assert (np.diff(depth) > 0).all()
    assert creases.carve(points, 1.0, 3)[1].max() <= 0.7


def test_lines_lie_where_faces_have_them():
    points = face_plane()
    height, dark = Creases.of(points).carve(points, 1.0, 3)
    x, y, _ = points.T
    fold = (np.abs(np.abs(x) - 28) < 4) & (np.abs(y + 52) < 3)
    cheek = (np.abs(np.abs(x) - 35) < 4) & (np.abs(y + 32) < 3)
    crow = (np.abs(np.abs(x) - 55) < 5) & (np.abs(y - 1) < 8)
    assert height[fold].min() < -0.4 and dark[fold].max() > 0.2
    assert dark[crow].max() > 0.15 > 0.02 > dark[cheek].max()


def test_every_person_has_own_lines():
    points = face_plane()
    creases = Creases.of(points)
    one, same, other = (creases.carve(points, 0.8, seed)[0] for seed in (3, 3, 4))
    assert (one == same).all() and np.abs(one - other).max() > 0.2


def test_curves_are_inside_the_face():
    for curve in CURVES:
        across, up = np.array(curve.points).T
        assert across.min() >= 0 and across.max() < 66 and -100 < up.min() and up.max() < 66
