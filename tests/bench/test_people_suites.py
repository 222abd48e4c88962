"""The pieces of the people suites: crops, augmentation, pairs, skin colour."""

from types import SimpleNamespace

import numpy as np
import pytest

from vultus.bench.people_interventions import CHANGES, STILL, typology_angle
from vultus.bench.people_landmark_net import CROP, SIDE, augmented, centred, square_crop, uncentred
from vultus.bench.people_taken import pair_scores
from vultus.people.labels.regions import SKIN
from vultus.people.sampling import draw_identity
from vultus.people.scene import Scene
from vultus.people.shapes import Part


def _dotted(point: np.ndarray) -> np.ndarray:
    rows, columns = np.mgrid[:CROP, :CROP]
    bump = np.exp(-((columns - point[0]) ** 2 + (rows - point[1]) ** 2) / 18)
    return np.repeat((250 * bump)[..., None], 3, axis=2).astype(np.uint8)


def _centre(picture: np.ndarray) -> np.ndarray:
    weight = np.clip(picture.astype(float).mean(axis=2) - picture.mean() - 20, 0, None)
    rows, columns = np.mgrid[:picture.shape[0], :picture.shape[1]]
    return np.array([(columns * weight).sum(), (rows * weight).sum()]) / weight.sum()


def test_augmentation_moves_points_with_the_picture():
    rng = np.random.default_rng(0)
    places = np.array([[44.0, 50.0], [52.0, 41.0], [48.0, 48.0], [55.0, 55.0]])
    pictures, points = augmented(np.stack([_dotted(p) for p in places]), np.repeat(places[:, None], 5, axis=1).astype(np.float32), rng)
    assert pictures.shape == (4, SIDE, SIDE, 3)
    for picture, five in zip(pictures, points, strict=True):
        assert np.abs(_centre(picture) - five[0]).max() < 0.8


def test_points_of_the_input_go_back_into_the_crop():
    place = np.array([40.0, 57.0])
    seen = _centre(centred(_dotted(place)[None])[0])
    assert np.abs(uncentred(seen[None, None].astype(np.float32))[0, 0] - place).max() < 0.8


def test_the_square_holds_the_box_in_its_middle():
    picture = np.zeros((200, 300, 3), np.uint8)
    crop, warp = square_crop(picture, np.array([100, 60, 160, 140], np.float32))
    assert crop.shape == (CROP, CROP, 3)
    assert warp[:, :2] @ [130, 100] + warp[:, 2] == pytest.approx([CROP / 2, CROP / 2])
    assert warp[0, 0] * 80 * 1.5 == pytest.approx(CROP)


def test_pairs_leave_out_pictures_without_a_face():
    vectors = np.array([[1, 0], [0, 1], [np.nan, np.nan], [1, 0]], np.float32)
    scores, first, second = pair_scores(vectors, np.array([0, 0, 1, 2]))
    assert scores.tolist() == [0, 1, 0]
    assert first.tolist() == [0, 0, 0] and second.tolist() == [0, 2, 2]


def test_typology_angle_of_a_known_colour():
    cv2 = pytest.importorskip("cv2")
    lab = np.array([[[70.0, 12.0, 20.0]]], np.float32)
    colour = np.round(cv2.cvtColor(lab, cv2.COLOR_Lab2RGB) * 255).astype(np.uint8)
    face = SimpleNamespace(part=np.full((4, 4), Part.SKIN), region=np.full((4, 4), SKIN), cover=np.ones((4, 4)),
                           normals=np.tile(np.array([0, 0, 1.0]), (4, 4, 1)))
    rendered = SimpleNamespace(image=np.tile(colour, (4, 4, 1)), buffers=face)
    assert typology_angle(rendered) == pytest.approx(np.degrees(np.arctan2(20, 20)), abs=1.0)


def test_every_change_changes_its_cause_only():
    scene, rng = Scene(draw_identity(3)), np.random.default_rng(0)
    for name, change in CHANGES.items():
        other = change(scene, rng)
        assert other != scene, name
        if name in STILL:
            assert other.pose == scene.pose and other.actions == scene.actions
            assert other.identity.local == scene.identity.local and other.identity.phenotype == scene.identity.phenotype
