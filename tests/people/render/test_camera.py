"""The pinhole camera against similar triangles done by hand."""

import numpy as np
import pytest

from vultus.errors import InputError
from vultus.people.render.camera import focal_px, project, unproject
from vultus.people.scene import Camera

CAMERA = Camera(width=200, height=120, focal_mm=48.0, distance_mm=1000.0, centre=(0.25, 0.5))


def test_origin_falls_on_centre_at_any_distance() -> None:
    for distance in (300.0, 5000.0):
        px, depth = project(np.zeros((1, 3)), Camera(width=200, height=100, centre=(0.3, 0.4), distance_mm=distance))
        assert px.tolist() == [[60.0, 40.0]] and depth.tolist() == [distance]


def test_similar_triangles() -> None:
    assert focal_px(CAMERA) == 240.0  # 48 / 24 * 120
    px, depth = project(np.array([[100.0, 50.0, 0.0], [100.0, 50.0, 500.0]]), CAMERA)
    np.testing.assert_allclose(px, [[50 + 24, 60 - 12], [50 + 48, 60 - 24]])
    np.testing.assert_allclose(depth, [1000, 500])


def test_unproject_is_the_inverse() -> None:
    points = np.random.default_rng(0).normal(0, 80, (50, 3))
    np.testing.assert_allclose(unproject(*project(points, CAMERA), CAMERA), points, atol=1e-9)


def test_behind_the_camera_has_no_pixel() -> None:
    px, depth = project(np.array([[0.0, 0.0, 1200.0]]), CAMERA)
    assert np.isnan(px).all() and depth[0] == -200


def test_wrong_shape_is_named() -> None:
    with pytest.raises(InputError, match="points_mm"):
        project(np.zeros((3, 2)), CAMERA)
