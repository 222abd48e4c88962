"""Two pigments: the typology angle falls with melanin, redness rises with haemoglobin; CIELAB against known colours."""

from __future__ import annotations

import numpy as np
import pytest

from vultus.people.skin.tone import lab, pigment, skin_colour, typology_angle

GRID = np.linspace(0, 1, 21)


@pytest.mark.parametrize("blood", [0.0, 0.4, 1.0])
@pytest.mark.parametrize("undertone", [-1.0, 0.0, 1.0])
def test_typology_angle_falls_with_melanin_from_very_light_to_dark(blood, undertone):
    angle = typology_angle(skin_colour(np.array([pigment(m) for m in GRID]), np.full(21, blood), undertone))
    assert (np.diff(angle) < 0).all()
    assert angle[0] > 55 and angle[-1] < -30


def test_the_angle_falls_about_evenly():
    fall = -np.diff(typology_angle(skin_colour(np.array([pigment(m) for m in GRID]), 0.4 * np.ones(21), 0.0)))
    assert fall.max() < 3.5 * fall.min()


@pytest.mark.parametrize("melanin", [0.0, 0.3, 0.6, 0.9])
def test_redness_rises_with_haemoglobin(melanin):
    red = lab(skin_colour(np.full(21, pigment(melanin)), GRID, 0.0))[:, 1]
    assert (np.diff(red) > 0).all()


def test_warm_undertone_is_yellower():
    cool, warm = (lab(skin_colour(0.3, 0.4, undertone)) for undertone in (-1.0, 1.0))
    assert warm[2] > cool[2] + 3


def test_optical_densities_of_the_pigments_add():
    from vultus.people.skin.tone import BLOOD, MELANIN, SURFACE, TISSUE

    slow = [s + (t - s) * np.exp(-0.7 * m) * np.exp(-(0.9 - 0.4) * b) for s, t, m, b in zip(SURFACE, TISSUE, MELANIN, BLOOD, strict=True)]
    assert np.allclose(skin_colour(0.7, 0.9, 0.0), slow, rtol=1e-5)


def test_lab_of_known_colours():
    # White, and the red, green and blue primaries of sRGB under D65 (values as tabulated widely, two decimals).
    known = {(1, 1, 1): (100, 0, 0), (1, 0, 0): (53.24, 80.09, 67.20), (0, 1, 0): (87.73, -86.18, 83.18),
             (0, 0, 1): (32.30, 79.19, -107.86)}
    for rgb, expected in known.items():
        assert np.allclose(lab(np.array(rgb, float)), expected, atol=0.06)


def test_typology_angle_by_hand():
    """L* = 70 and b* = 20 make arctan(20 / 20) = 45 degrees; its X Y Z by the formulas of CIELAB, then to RGB."""
    fy = (70 + 16) / 116
    xyz = np.array([fy + 12 / 500, fy, fy - 20 / 200]) ** 3 * (0.95047, 1, 1.08883)
    rgb = np.linalg.solve([[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]], xyz)
    assert lab(rgb) == pytest.approx([70, 12, 20], abs=1e-6)
    assert typology_angle(rgb) == pytest.approx(45)
