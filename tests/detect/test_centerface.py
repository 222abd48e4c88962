"""CenterFace: its decoding against a loop, and what it finds on rendered people."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from vultus.detect.centerface.method import CenterFace, Config, decode
from vultus.detect.scaling import Fitted
from vultus.errors import InputError
from vultus.geometry import iou


@pytest.fixture(scope="module")
def detector() -> CenterFace:
    return CenterFace(Config(threads=1))


@pytest.fixture(scope="module")
def people(portraits) -> list[np.ndarray]:
    return portraits[:4]


def maps(height: int, width: int, seed: int = 0) -> tuple[np.ndarray, ...]:
    rng = np.random.default_rng(seed)
    return (rng.random((1, height, width), np.float32), rng.normal(1, 0.5, (2, height, width)).astype(np.float32),
            rng.normal(0, 0.3, (2, height, width)).astype(np.float32), rng.random((10, height, width), np.float32))


def canvas(height: int, width: int, ratio: tuple[float, float]) -> Fitted:
    return Fitted(np.zeros((height * 4, width * 4, 3), np.uint8), np.array(ratio, np.float32))


def decode_slowly(heat, extent, offset, points, ratio, score):
    """The formulas of the README, one cell at a time."""
    rows = []
    for r in range(heat.shape[1]):
        for c in range(heat.shape[2]):
            if heat[0, r, c] < score:
                continue
            x, y = 4 * (c + 0.5 + offset[1, r, c]), 4 * (r + 0.5 + offset[0, r, c])
            w, h = 4 * math.exp(extent[1, r, c]), 4 * math.exp(extent[0, r, c])
            row = [heat[0, r, c], (x - w / 2) / ratio[0], (y - h / 2) / ratio[1], (x + w / 2) / ratio[0], (y + h / 2) / ratio[1]]
            for k in range(5):
                row += [(x - w / 2 + w * points[2 * k + 1, r, c]) / ratio[0], (y - h / 2 + h * points[2 * k, r, c]) / ratio[1]]
            rows.append(row)
    return np.array(rows)


def test_decoding_equals_the_slow_loop():
    heat, extent, offset, points = maps(7, 11)
    ratio = (0.8, 0.75)
    fast = decode(heat, extent, offset, points, canvas(7, 11, ratio), 0.7)
    slow = decode_slowly(heat, extent, offset, points, ratio, 0.7)
    assert len(slow) > 10 and fast.dtype == np.float32
    np.testing.assert_allclose(fast, slow, rtol=1e-5, atol=1e-3)


def test_one_cell_by_hand():
    """Cell row 2, column 3, no offset, 3 x 2 cells: centre (14, 10), box 12 wide and 8 high, nose in its middle."""
    heat, extent, offset, points = (np.zeros((k, 5, 6), np.float32) for k in (1, 2, 2, 10))
    heat[0, 2, 3] = 0.9
    extent[:, 2, 3] = np.log([2, 3])
    points[4:6, 2, 3] = 0.5
    row = decode(heat, extent, offset, points, canvas(5, 6, (1, 1)), 0.5)[0]
    np.testing.assert_allclose(row[:5], [0.9, 8, 6, 20, 14], rtol=1e-6)
    np.testing.assert_allclose(row[5:].reshape(5, 2), [[8, 6], [8, 6], [14, 10], [8, 6], [8, 6]], rtol=1e-6)


def test_points_of_a_face_over_the_border_are_not_moved():
    """The corner is left of the picture; points are measured from there, not from the border."""
    heat, extent, offset, points = (np.zeros((k, 5, 6), np.float32) for k in (1, 2, 2, 10))
    heat[0, 2, 0], extent[:, 2, 0], points[:, 2, 0] = 0.9, np.log(4), 0.75
    row = decode(heat, extent, offset, points, canvas(5, 6, (1, 1)), 0.5)[0]
    np.testing.assert_allclose(row[1:5], [-6, 2, 10, 18], rtol=1e-6)
    np.testing.assert_allclose(row[5:7], [-6 + 12, 2 + 12], rtol=1e-6)


def test_rendered_faces_are_found_with_points_in_order(detector, people):
    for faces in detector.detect(people):
        assert len(faces) >= 1 and faces.found_by == "direct" and faces.scores[0] > 0.5
        left, right, nose, mouth_left, mouth_right = faces.points[0]
        assert left[0] < right[0] and mouth_left[0] < mouth_right[0]
        assert max(left[1], right[1]) < nose[1] < min(mouth_left[1], mouth_right[1])
        x1, y1, x2, y2 = faces.boxes[0]
        assert ((faces.points[0] > [x1, y1]) & (faces.points[0] < [x2, y2])).all()


def test_a_batch_equals_single_pictures_bit_by_bit(detector, people):
    mixed = [people[0], people[1][:200, :180], people[2], np.zeros((50, 70, 3), np.uint8), people[3], people[1]]
    for together, image in zip(detector.detect(mixed), mixed, strict=True):
        alone = detector.detect([image])[0]
        for name in ("boxes", "scores", "points"):
            assert np.array_equal(getattr(together, name), getattr(alone, name))
        assert together.found_by == alone.found_by


def test_no_face_in_black_one_colour_or_noise(detector):
    rng = np.random.default_rng(0)
    pictures = [np.zeros((120, 90, 3), np.uint8), np.full((64, 64, 3), 180, np.uint8), np.zeros((1, 1, 3), np.uint8),
                rng.integers(0, 256, (90, 120, 3), np.uint8), rng.integers(0, 256, (1, 1, 3), np.uint8)]
    assert [len(faces) for faces in detector.detect(pictures)] == [0] * len(pictures)


def test_very_long_and_large_pictures_work(detector, people):
    large = np.zeros((1500, 2400, 3), np.uint8)
    large[300:1300, 700:1700] = np.kron(people[0][:250, :250], np.ones((4, 4, 1), np.uint8))
    faces = detector.detect([np.full((1, 3000, 3), 7, np.uint8), large])
    assert len(faces[0]) == 0 and len(faces[1]) == 1
    x, y = faces[1].points[0, 2]
    assert 900 < x < 1500 and 500 < y < 1100


@pytest.mark.parametrize("turns, found_by", [(1, "rotated 90"), (2, "rotated 180"), (3, "rotated 270")])
def test_a_turned_portrait_is_found_in_its_own_coordinates(detector, people, turns, found_by):
    upright = detector.detect(people[:1])[0]
    turned = np.ascontiguousarray(np.rot90(people[0], turns))
    faces = detector.detect([turned])[0]
    assert faces.found_by == found_by
    height, width = people[0].shape[:2]
    x, y = upright.points[0].T
    expected = {1: (y, width - x), 2: (width - x, height - y), 3: (height - y, x)}[turns]
    eyes = np.linalg.norm(upright.points[0, 1] - upright.points[0, 0])
    assert np.abs(faces.points[0] - np.stack(expected, axis=1)).max() < 0.15 * eyes


def test_sixty_faces_in_one_picture(detector, crowd):
    faces = detector.detect([crowd(10, 6, 100)])[0]
    assert len(faces) == 60
    centres = faces.boxes.reshape(-1, 2, 2).mean(axis=1) // 100
    assert len({tuple(centre) for centre in centres}) == 60


def test_a_face_seen_at_two_scales_is_one_face(people):
    two = CenterFace(Config(threads=1, scales=(1.0, 0.5))).detect(people[:2])
    one = CenterFace(Config(threads=1)).detect(people[:2])
    for a, b in zip(two, one, strict=True):
        assert len(a) == len(b) and iou(a.boxes, b.boxes).max(axis=1).min() > 0.7


def test_small_faces_are_dropped_by_min_face(detector, people):
    box = detector.detect(people[:1])[0].boxes[0]
    shorter = float((box[2:] - box[:2]).min())
    choosy = CenterFace(replace(detector.config, min_face=shorter + 1, border=0, sure=0))
    assert len(choosy.detect(people[:1])[0]) == 0


def test_a_picture_that_is_none_is_refused_by_its_place(detector, people):
    with pytest.raises(InputError, match=r"images\[1\]: expected uint8 RGB"):
        detector.detect([people[0], people[0].astype(np.float32)])
    assert detector.detect([]) == []
