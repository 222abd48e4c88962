"""Turned squares and the way back from crop to picture, against hand-placed pixels."""

from __future__ import annotations

import numpy as np
import pytest

from vultus.analyse.face_crops import checked, face_crops, square_crops, to_source, turned_warps
from vultus.analyse.rendered_faces import mirror
from vultus.errors import InputError
from vultus.types import Faces

PICTURE = np.random.default_rng(1).integers(0, 256, (60, 80, 3)).astype(np.uint8)


def faces(roll_deg: float = 0.0, count: int = 1) -> Faces:
    turn = np.radians(roll_deg)
    across, down = np.array([np.cos(turn), np.sin(turn)]), np.array([-np.sin(turn), np.cos(turn)])
    shape = [-10 * across, 10 * across, 6 * down, -8 * across + 14 * down, 8 * across + 14 * down]
    points = np.tile(np.array([40, 25]) + shape, (count, 1, 1))
    return Faces(np.tile([[20.0, 5.0, 60.0, 55.0]], (count, 1)), np.ones(count), points, (60, 80))


@pytest.mark.parametrize("turn", [0.0, 30.0, -90.0])
def test_a_square_s_corners_are_where_trigonometry_puts_them(turn: float) -> None:
    warps = turned_warps(np.array([[40.0, 30.0, 20.0]]), np.array([turn]), 10)
    corners = to_source(np.array([[[0, 0], [10, 0], [10, 10], [5, 5]]]), warps)[0]
    angle = np.radians(turn)
    for (u, v), found in zip([(-10, -10), (10, -10), (10, 10), (0, 0)], corners, strict=True):
        wanted = (40 + u * np.cos(angle) - v * np.sin(angle), 30 + u * np.sin(angle) + v * np.cos(angle))
        np.testing.assert_allclose(found, wanted, atol=1e-9)


def test_a_turned_face_stands_upright_in_its_crop() -> None:
    turned = faces(roll_deg=25)
    warps = square_crops([PICTURE], [turned], [np.array([[40.0, 30.0, 50.0]])], 64).warps
    inverse = np.linalg.inv(warps[0, :, :2])
    eyes = (turned.points[0, :2] - warps[0, :, 2]) @ inverse.T
    assert eyes[0, 1] == pytest.approx(eyes[1, 1], abs=1e-3) and eyes[1, 0] > eyes[0, 0]


def test_a_square_of_the_crop_s_size_is_the_picture_itself() -> None:
    crop = square_crops([PICTURE], [faces()], [np.array([[40.0, 30.0, 32.0]])], 32)
    np.testing.assert_array_equal(crop.images[0], PICTURE[14:46, 24:56])


def test_crops_come_in_the_order_of_pictures_then_faces() -> None:
    dark = np.zeros_like(PICTURE)
    crops = face_crops([PICTURE, dark, PICTURE], [faces(count=2), faces(count=1), faces(count=0)], "loose-112")
    assert [bool(image.any()) for image in crops.images] == [True, True, False]
    assert len(face_crops([], [], "loose-112")) == 0


def test_mirroring_twice_changes_nothing_and_once_swaps_sides() -> None:
    found = faces(roll_deg=10)
    once = mirror(found)
    assert once.points[0, 0, 0] == pytest.approx(80 - found.points[0, 1, 0])
    np.testing.assert_allclose(mirror(once).points, found.points, atol=1e-5)
    np.testing.assert_allclose(mirror(once).boxes, found.boxes, atol=1e-5)


def test_what_does_not_fit_is_named() -> None:
    with pytest.raises(InputError, match="faces: expected one Faces for each of 1 pictures"):
        checked([PICTURE], [])
    with pytest.raises(InputError, match=r"faces\[0\]"):
        checked([PICTURE], [None])  # type: ignore[list-item]
    with pytest.raises(InputError, match=r"images\[0\]"):
        checked([PICTURE.astype(float)], [faces()])  # type: ignore[list-item]
