"""Tubes, balls and sheets against the volumes and areas of geometry."""

from __future__ import annotations

import numpy as np
import pytest

from vultus.people.shapes import Mesh, Part
from vultus.people.wear.solids import Stuff, ball, joined, placed, sheet, tube, vertex_normals

STUFF = Stuff(Part.GLASSES, np.array([0.1, 0.2, 0.3], np.float32), 0.5, 0.9)


def volume(mesh: Mesh) -> float:
    """Signed volume of a closed mesh: positive when triangles run counter-clockwise seen from outside."""
    a, b, c = (mesh.vertices[mesh.triangles[:, i]].astype(np.float64) for i in range(3))
    return float((a * np.cross(b, c)).sum() / 6)


def test_a_tube_has_the_volume_of_its_prism() -> None:
    path = np.array([[0, 0, 0], [0, 10, 0], [0, 20, 0]], np.float32)
    mesh = tube(path, 2.0, STUFF, np.array([0, 0, 1], np.float32), sides=64)
    assert volume(mesh) == pytest.approx(np.pi * 4 * 20, rel=0.01)
    flat = tube(path, 2.0, STUFF, np.array([0, 0, 1], np.float32), flat=0.5, sides=64)
    assert volume(flat) == pytest.approx(np.pi * 2 * 20, rel=0.01)
    assert np.ptp(flat.vertices[:, 0]) == pytest.approx(4, abs=0.01) and np.ptp(flat.vertices[:, 2]) == pytest.approx(2, abs=0.01)


def test_a_ring_has_the_volume_of_a_torus() -> None:
    angle = np.linspace(0, 2 * np.pi, 96, endpoint=False)
    path = np.stack([20 * np.cos(angle), 20 * np.sin(angle), 0 * angle], 1).astype(np.float32)
    ring = tube(path, 3.0, STUFF, np.array([0, 0, 1], np.float32), closed=True, sides=48)
    assert abs(volume(ring)) == pytest.approx(2 * np.pi**2 * 20 * 9, rel=0.01)
    assert volume(ring) > 0 and volume(tube(path[::-1], 3.0, STUFF, np.array([0, 0, 1], np.float32), closed=True)) > 0


def test_a_ball_has_the_volume_of_an_ellipsoid_and_normals_outward() -> None:
    mesh = ball(np.array([1, 2, 3], np.float32), np.array([3, 4, 5], np.float32), STUFF, 40, 60)
    assert volume(mesh) == pytest.approx(4 / 3 * np.pi * 60, rel=0.01)
    outward = mesh.vertices - [1, 2, 3]
    assert ((mesh.normals * outward).sum(1) > 0).all()


def test_a_sheet_faces_the_viewer_before_it() -> None:
    x, y = np.meshgrid(np.linspace(0, 4, 5), np.linspace(3, 0, 4))
    mesh = sheet(np.stack([x, y, 0 * x], -1).astype(np.float32), STUFF)
    assert np.allclose(mesh.normals, [0, 0, 1], atol=1e-6)
    sides = mesh.vertices[mesh.triangles]
    area = np.cross(sides[:, 1] - sides[:, 0], sides[:, 2] - sides[:, 0])[:, 2] / 2
    assert area.sum() == pytest.approx(12, rel=1e-5) and (area > 0).all()


def test_joining_and_placing_keep_every_triangle() -> None:
    one = ball(np.zeros(3, np.float32), np.ones(3, np.float32), STUFF)
    two = placed(one, np.eye(3, dtype=np.float32), np.array([5, 0, 0], np.float32))
    both = joined([one, two])
    assert len(both.triangles) == 2 * len(one.triangles) and both.triangles.max() == len(both.vertices) - 1
    assert volume(both) == pytest.approx(2 * volume(one), rel=1e-4)
    turn = np.array([[0, 0, 1], [0, 1, 0], [-1, 0, 0]], np.float32)
    assert np.allclose(placed(two, turn, np.zeros(3, np.float32)).normals, two.normals @ turn.T, atol=1e-6)
    assert np.allclose(vertex_normals(both.vertices, both.triangles), both.normals, atol=1e-5)
