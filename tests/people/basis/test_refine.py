"""The refinement against closed cases."""

from __future__ import annotations

import numpy as np
import pytest

from vultus.people.basis.refine import Normals, Refinement, incidence

CUBE = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)], np.float32)
CUBE_QUADS = np.array([[0, 1, 3, 2], [4, 6, 7, 5], [0, 4, 5, 1], [2, 3, 7, 6], [0, 2, 6, 4], [1, 5, 7, 3]])


def test_a_cube_by_hand() -> None:
    """Corner of a cube, valence 3: (F + 2 R) / 3 with F = mean of three face points = 1/3, R = mean of edge middles = 2/3 a side."""
    fine = Refinement(CUBE_QUADS, np.zeros((6, 4, 2), np.float32), 8).refine(CUBE)
    assert len(fine) == 8 + 12 + 6
    assert np.abs(fine[:8]) == pytest.approx(np.full((8, 3), 5 / 9), abs=1e-6)
    edges = fine[8:20]  # middle of an edge: (two ends + two face points) / 4 = (1 + 1 + 1 + 0) / 4 on two axes
    assert np.sort(np.abs(edges), 1) == pytest.approx(np.tile([0, .75, .75], (12, 1)), abs=1e-6)
    assert np.linalg.norm(fine[20:], axis=1) == pytest.approx(np.ones(6))


def test_a_flat_grid_stays_flat_and_its_border_stays() -> None:
    x, y = np.meshgrid(np.arange(4.), np.arange(4.))
    points = np.stack([x.ravel(), y.ravel(), 0 * x.ravel()], 1).astype(np.float32)
    quads = np.array([[r * 4 + c, r * 4 + c + 1, (r + 1) * 4 + c + 1, (r + 1) * 4 + c] for r in range(3) for c in range(3)])
    refinement = Refinement(quads, points[quads][..., :2] / 3, 16)
    fine = refinement.refine(points)
    assert fine[:16] == pytest.approx(points, abs=1e-6) and np.abs(fine[:, 2]).max() == 0
    assert fine[refinement.quads][..., :2] / 3 == pytest.approx(refinement.corner_uv, abs=1e-6)
    normals = Normals(refinement.quads, len(fine))(fine)
    assert normals == pytest.approx(np.tile([0, 0, 1.], (len(fine), 1)))


def test_incidence_lists_every_row() -> None:
    table = incidence(np.array([[0, 1], [1, 2], [1, 3]]), 5, missing=9)
    assert table.tolist() == [[0, 9, 9], [0, 1, 2], [1, 9, 9], [2, 9, 9], [9, 9, 9]]
