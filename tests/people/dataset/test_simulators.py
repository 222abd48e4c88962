"""Simulators keep what still holds of the labels and drop the rest."""

from __future__ import annotations

import numpy as np
import pytest

from vultus.errors import InputError, UnknownNameError, UnsupportedError
from vultus.people.dataset.maker import Taken
from vultus.people.dataset.simulators import SIMULATORS, check_settings, simulated
from vultus.people.sampling import draw_identity
from vultus.people.scene import Scene

POINTS = np.array([(34, 40), (56, 40), (45, 52), (36, 62), (54, 62)], np.float32)
OF_PICTURES = tuple(name for name in SIMULATORS if name != "mask3d")


@pytest.fixture
def taken():
    y, x = np.mgrid[0:96, 0:96]
    image = np.stack([x * 2, y * 2, 250 - x * 2], -1).astype(np.uint8)
    return Taken(image, POINTS, np.array([20, 20, 70, 80], np.float32), {"depth": np.ones((96, 96), np.float32)})


@pytest.fixture
def simulate(drawn_maker):
    """The simulator run on a drawn picture."""
    return lambda name, settings, taken, rng: simulated(name, settings, taken, Scene(draw_identity(1)), drawn_maker.DrawnMaker(), rng)


@pytest.mark.parametrize("name", OF_PICTURES)
def test_every_simulator_changes_the_picture_and_says_so(taken, name, simulate):
    made, again = (simulate(name, {}, taken, np.random.default_rng(3)) for _ in range(2))
    assert np.array_equal(made.image, again.image) and made.record["simulator"] == name
    assert made.image.shape != taken.image.shape or (made.image != taken.image).any()
    assert made.mark.startswith("virtual person, rendered by vultus; " + name)
    assert ("attack" in made.record["kind"]) == (name in ("printed", "replayed", "cut_out"))


@pytest.mark.parametrize("name", ["printed", "replayed", "cut_out"])
def test_labels_of_a_moved_face_are_dropped(taken, name, simulate):
    made = simulate(name, {}, taken, np.random.default_rng(3))
    assert made.points is None and made.box is None and not made.labels


def test_points_follow_a_smaller_picture(taken, simulate):
    made = simulate("low_resolution", {"face_px": 25.0, "enlarge": "none"}, taken, np.random.default_rng(3))
    assert made.image.shape == (48, 48, 3) and not made.labels
    assert np.allclose(made.points, POINTS / 2) and np.allclose(made.box, [10, 10, 35, 40])
    kept = simulate("webcam", {}, taken, np.random.default_rng(3))
    assert np.allclose(kept.points, POINTS) and np.array_equal(kept.labels["depth"], taken.labels["depth"])


@pytest.mark.parametrize("seed", range(20))
def test_faces_smaller_than_asked_for_keep_their_pixels(taken, seed, simulate):
    small = Taken(taken.image[:40, :40], taken.points / 3, taken.box / 3, {})
    assert simulate("low_resolution", {}, small, np.random.default_rng(seed)).image.shape[0] <= 40


def test_fixed_settings_hold_and_others_are_drawn(taken, simulate):
    records = [simulate("webcam", {"room": 1.5}, taken, np.random.default_rng(seed)).record["settings"] for seed in (1, 2)]
    assert [record["room"] for record in records] == [1.5, 1.5] and records[0]["target"] != records[1]["target"]


def test_wrong_settings():
    with pytest.raises(UnknownNameError, match="did you mean room"):
        check_settings("webcam", {"rom": 1.0})
    with pytest.raises(InputError, match="a table of settings"):
        check_settings("webcam", {"sensor": 3})


def test_a_mask_needs_a_head(taken, simulate):
    with pytest.raises(UnsupportedError, match="drawn/1"):
        simulate("mask3d", {}, taken, np.random.default_rng(1))
