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


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("side", [32, 64])
def test_a_camera_has_no_more_pixels_than_a_small_picture(side, seed, simulate):
    image = np.random.default_rng(seed).integers(0, 255, (side, side, 3), np.uint8)
    made = simulate("surveillance", {}, Taken(image, None, None), np.random.default_rng(seed))
    assert made.image.shape == image.shape and made.record["settings"]["distance_m"] >= 5


@pytest.mark.parametrize("eyes", [[(40, 40), (43, 40)], [(-4, 30), (2, 40)], [(96, 1), (97, 1)]])
def test_eyes_of_a_profile_can_be_cut_out(taken, eyes, simulate):
    points = np.array([*eyes, *POINTS[2:].tolist()], np.float32)
    made = simulate("cut_out", {}, Taken(taken.image, points, taken.box), np.random.default_rng(0))
    assert (made.image != 0).any() and made.points is None


@pytest.mark.parametrize(("name", "settings", "said"), [
    ("surveillance", {"full_well": float("nan")}, "full_well"), ("surveillance", {"full_well": -1.0}, "full_well"),
    ("surveillance", {"read_noise": float("inf")}, "read_noise"), ("surveillance", {"distance_m": 200.0}, "12 px or more"),
    ("low_resolution", {"blur_px": [[1]]}, "blur_px"), ("low_resolution", {"blur_px": [0.1]}, "blur_px"),
    ("low_resolution", {"turn_deg": 1e9}, "turn_deg"), ("printed", {"white": [1.0]}, "white"), ("printed", {"white": [1, 2, 3]}, "white"),
    ("printed", {"placing": {"bend_mm": 0}}, "bend_mm"), ("replayed", {"backlight": [1, float("nan"), 1]}, "backlight"),
    ("webcam", {"sensor": {"gains": []}}, "gains"), ("mask3d", {"tint": [1]}, "tint"),
])
def test_settings_that_no_picture_can_have_are_refused(name, settings, said):
    with pytest.raises(InputError, match=said):
        check_settings(name, settings)
