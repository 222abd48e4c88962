"""MTCNN: boxes of the windows against a loop, suppression against its definition, and what it finds on rendered people."""

from __future__ import annotations

import numpy as np
import pytest

from vultus.detect.mtcnn.method import Config, Mtcnn, moved, nms_smaller, squared, windows
from vultus.errors import InputError


@pytest.fixture(scope="module")
def detector() -> Mtcnn:
    return Mtcnn(Config(threads=1, min_face=40))


@pytest.fixture(scope="module")
def people(portraits) -> list[np.ndarray]:
    return portraits[:3]


def test_windows_equal_a_slow_loop():
    rng = np.random.default_rng(0)
    odds, deltas = rng.random((6, 4), np.float32), rng.normal(0, 0.2, (6, 4, 4)).astype(np.float32)
    ratio = np.array([0.5, 0.4], np.float32)
    rows = []
    for i in range(6):
        for j in range(4):
            if odds[i, j] >= 0.6:
                x1, y1, x2, y2 = 2 * i / 0.5, 2 * j / 0.4, (2 * i + 12) / 0.5, (2 * j + 12) / 0.4
                d = deltas[i, j]
                rows.append([x1 + d[0] * (x2 - x1), y1 + d[1] * (y2 - y1), x2 + d[2] * (x2 - x1), y2 + d[3] * (y2 - y1)])
    found = windows(odds, deltas, ratio, 0.6)
    assert len(rows) > 3
    np.testing.assert_allclose(found.boxes, rows, rtol=1e-5, atol=1e-4)


def test_boxes_by_hand():
    np.testing.assert_allclose(squared(np.array([[0, 0, 10, 20]], np.float32)), [[-5, 0, 15, 20]])
    np.testing.assert_allclose(moved(np.array([[0, 0, 10, 20]]), np.array([[0.1, 0.1, -0.1, 0.5]], np.float32)), [[1, 2, 9, 30]])


def test_a_box_inside_another_goes_although_the_union_is_large():
    boxes = np.array([[0, 0, 100, 100], [10, 10, 40, 40], [90, 90, 130, 130]], np.float32)
    assert nms_smaller(boxes, np.array([0.8, 0.9, 0.7]), 0.7).tolist() == [1, 2]
    assert nms_smaller(boxes, np.array([0.9, 0.8, 0.7]), 0.7).tolist() == [0, 2]
    assert nms_smaller(boxes[:0], np.zeros(0), 0.7).tolist() == []


def test_the_pyramid_ends_where_the_window_no_longer_fits(detector):
    ratios = detector.pyramid((200, 300))
    assert ratios[0] == pytest.approx(12 / 40) and np.allclose(np.divide(ratios[1:], ratios[:-1]), 0.709)
    assert 200 * ratios[-1] >= 12 > 200 * ratios[-1] * 0.709
    assert detector.pyramid((5, 300)) == []


def test_rendered_faces_are_found_with_points_in_order(detector, people):
    for faces in detector.detect(people):
        assert len(faces) >= 1 and faces.found_by == "direct" and faces.scores[0] > 0.7
        left, right, nose, mouth_left, mouth_right = faces.points[0]
        assert left[0] < right[0] and mouth_left[0] < mouth_right[0]
        assert max(left[1], right[1]) < nose[1] < min(mouth_left[1], mouth_right[1])


def test_a_batch_equals_single_pictures_bit_by_bit(detector, people):
    mixed = [people[0], people[1][:200, :180], people[2], np.zeros((50, 70, 3), np.uint8)]
    for together, image in zip(detector.detect(mixed), mixed, strict=True):
        alone = detector.detect([image])[0]
        for name in ("boxes", "scores", "points"):
            assert np.array_equal(getattr(together, name), getattr(alone, name))


def test_no_face_in_black_or_noise(detector):
    noise = np.random.default_rng(0).integers(0, 256, (90, 120, 3), np.uint8)
    pictures = [np.zeros((120, 90, 3), np.uint8), np.zeros((1, 1, 3), np.uint8), noise, np.full((1, 900, 3), 9, np.uint8)]
    assert [len(faces) for faces in detector.detect(pictures)] == [0, 0, 0, 0]


def test_a_turned_portrait_is_found_in_its_own_coordinates(detector, people):
    upright = detector.detect(people[:1])[0]
    faces = detector.detect([np.ascontiguousarray(np.rot90(people[0]))])[0]
    x, y = upright.points[0].T
    eyes = np.linalg.norm(upright.points[0, 1] - upright.points[0, 0])
    assert faces.found_by == "rotated 90"
    assert np.abs(faces.points[0] - np.stack([y, people[0].shape[1] - x], axis=1)).max() < 0.15 * eyes


def test_a_crowd_is_counted(detector, crowd):
    faces = detector.detect([crowd(4, 2, 150)])[0]
    assert len(faces) == 8


def test_a_picture_that_is_none_is_refused_by_its_place(detector):
    with pytest.raises(InputError, match=r"images\[0\]: expected uint8 RGB"):
        detector.detect([np.zeros((3, 30, 30))])
    assert detector.detect([]) == []
