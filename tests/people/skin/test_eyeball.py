"""Eye textures: dark pupil, iris near its colour, white of the eye outside, veins towards the corners."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("numba")

from vultus.people.skin.eyeball import PUPIL_SHARE, eye_textures, iris_degrees
from vultus.people.skin.tone import lab, linear

SIDE = 192


def angle_and_turn(side: int = SIDE) -> tuple[np.ndarray, np.ndarray]:
    offset = ((np.arange(side) + 0.5) / side * 2 - 1) * 90
    return np.hypot(offset[None], offset[:, None]), np.arctan2(offset[:, None], offset[None])


def test_pupil_iris_sclera(plain):
    colour, gloss = eye_textures(plain.eyes, SIDE)
    assert colour.shape == (2, SIDE, SIDE, 3) and gloss.shape == (2, SIDE, SIDE) and colour.dtype == np.float32
    angle, _ = angle_and_turn()
    edge = iris_degrees(plain.eyes)
    for eye in colour:
        assert eye[angle < PUPIL_SHARE * edge - 2].max() < 0.02
        ring = (angle > 0.62 * edge) & (angle < 0.75 * edge)
        assert np.allclose(eye[ring].mean(0), linear(plain.eyes.iris), rtol=0.35)
        white = eye[(angle > edge + 8) & (angle < 50)].mean(0)
        assert white.min() > 0.35 and white.min() > 3 * eye[ring].mean()


@pytest.mark.parametrize("iris", [(0.35, 0.5, 0.65), (0.2, 0.12, 0.07), (0.35, 0.42, 0.25)])
def test_hue_of_the_iris_is_the_constants(plain, iris):
    eyes = replace(plain.eyes, iris=iris, inner=iris)
    angle, _ = angle_and_turn()
    edge = iris_degrees(eyes)
    mean = eye_textures(eyes, SIDE)[0][0][(angle > 0.5 * edge) & (angle < 0.9 * edge)].mean(0)
    drawn, wanted = lab(mean), lab(linear(iris))
    gap = np.arctan2(drawn[2], drawn[1]) - np.arctan2(wanted[2], wanted[1])
    assert abs((np.degrees(gap) + 180) % 360 - 180) < 12


def test_the_iris_goes_all_the_way_round_and_grows_with_its_radius(plain):
    angle, turn = angle_and_turn()
    edges = []
    for radius in (5.2, 6.6):
        eye = eye_textures(replace(plain.eyes, iris_mm=radius), SIDE)[0][0].mean(-1)
        sectors = [(np.abs((turn - middle + np.pi) % (2 * np.pi) - np.pi) < 0.15) for middle in np.linspace(-np.pi, np.pi, 12, False)]
        dark = [angle[sector & (eye < 0.3)].max() for sector in sectors]
        assert np.ptp(dark) < 4
        edges.append(np.mean(dark))
    wanted = [iris_degrees(replace(plain.eyes, iris_mm=radius)) for radius in (5.2, 6.6)]
    assert edges[1] - edges[0] == pytest.approx(wanted[1] - wanted[0], abs=1.5)


def test_fibres_follow_the_radius(plain):
    """The iris varies more around than outwards."""
    eye = eye_textures(replace(plain.eyes, fibres=1.0), SIDE)[0][0].mean(-1)
    angle, turn = angle_and_turn()
    edge = iris_degrees(plain.eyes)
    means = [eye[(angle > 0.5 * edge) & (angle < 0.8 * edge) & (np.abs(turn - t) < 0.06)].mean() for t in np.linspace(-3, 3, 40)]
    assert np.std(means) > 0.06 * np.mean(means)
    flat = eye_textures(replace(plain.eyes, fibres=0.0), SIDE)[0][0].mean(-1)
    flat_means = [flat[(angle > 0.5 * edge) & (angle < 0.8 * edge) & (np.abs(turn - t) < 0.06)].mean() for t in np.linspace(-3, 3, 40)]
    assert np.std(flat_means) < 0.5 * np.std(means)


def test_corners_are_redder_with_veins(plain):
    angle, turn = angle_and_turn()
    corner = (np.abs(np.sin(turn)) < 0.3) & (angle > 55) & (angle < 75)
    redness = [lab(eye_textures(replace(plain.eyes, veins=veins), SIDE)[0][0][corner].mean(0))[1] for veins in (0.0, 1.0)]
    middle = (angle > 35) & (angle < 42)
    assert redness[1] > redness[0] + 2
    assert redness[0] > lab(eye_textures(plain.eyes, SIDE)[0][0][middle].mean(0))[1]


def test_warmth_yellows_the_sclera_and_the_ring_darkens_the_rim(plain):
    angle, _ = angle_and_turn()
    edge = iris_degrees(plain.eyes)
    white, rim = (angle > edge + 8) & (angle < 45), np.abs(angle - 0.95 * edge) < 0.8
    yellow = [lab(eye_textures(replace(plain.eyes, sclera_warmth=w), SIDE)[0][0][white].mean(0))[2] for w in (0.0, 1.0)]
    dark = [eye_textures(replace(plain.eyes, limbal_ring=r), SIDE)[0][0][rim].mean() for r in (0.0, 1.0)]
    assert yellow[1] > yellow[0] + 4 and dark[1] < 0.8 * dark[0]


def test_both_eyes_differ_a_little_and_stay_the_same(plain):
    (right, left), again = eye_textures(plain.eyes, SIDE)[0], eye_textures(plain.eyes, SIDE)[0]
    assert (again[0] == right).all()
    assert not np.array_equal(right, left)
    assert np.allclose(right.mean((0, 1)), left.mean((0, 1)), rtol=0.03)


def test_the_white_of_the_eye_darkens_with_the_skin_and_the_iris_does_not(plain):
    angle, _ = angle_and_turn()
    edge = iris_degrees(plain.eyes)
    white, iris = (angle > edge + 8) & (angle < 45), (angle > 0.5 * edge) & (angle < 0.7 * edge)
    light, dark = eye_textures(plain.eyes, SIDE)[0][0], eye_textures(plain.eyes, SIDE, 0.9)[0][0]
    ratio = dark[white].mean(0) / light[white].mean(0)
    assert 0.55 < ratio[2] < ratio[1] < ratio[0] < 0.8
    assert np.allclose(dark[iris], light[iris], atol=1e-4)
