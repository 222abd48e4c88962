"""Where hair grows: known places of the head, soft borders, loss of hair by age and sex."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from vultus.people.identity import BEARD_STYLES, Beard
from vultus.people.skin.beard_area import beard_cover, off_lips, shaved_area
from vultus.people.skin.brow_area import FAR, brow_cover, brow_field
from vultus.people.skin.hairline import scalp_cover

# Places on the canonical head, mm.
FOREHEAD, TOP, VERTEX, NAPE, TEMPLE = (0, 35, 27), (0, 119, -70), (0, 108, -110), (0, -20, -160), (38, 66, 3)
EAR_SIDE, CHEEK, CHIN, NOSE, LIP, UPPER_LIP = (72, 30, -75), (42, -32, 5), (0, -100, 22), (0, -37, 43), (0, -75, 30), (12, -53, 30)
JAW, NECK = (60, -62, -30), (0, -150, -55)


def at(*places) -> np.ndarray:
    return np.array(places, np.float32)


def test_the_scalp_is_where_hair_grows(plain):
    cover = scalp_cover(at(FOREHEAD, TOP, VERTEX, NAPE, TEMPLE, EAR_SIDE, CHEEK, CHIN, NECK), plain.hair, 24, 0.0)
    assert np.round(cover).tolist() == [0, 1, 1, 1, cover[4].round(), 1, 0, 0, 0]
    assert cover.dtype == np.float32 and cover.min() >= 0 and cover.max() <= 1


def test_the_hairline_is_soft_and_moves_with_its_constants(plain):
    line = at(*((0.0, y, 24.0 - (y - 50) / 3) for y in np.linspace(50, 90, 81)))
    cover = scalp_cover(line, plain.hair, 24, 0.0)
    assert ((cover > 0.05) & (cover < 0.95)).sum() > 6
    assert (np.diff(cover) >= 0).all()
    lifted = scalp_cover(line, replace(plain.hair, line_lift_mm=6.0), 24, 0.0)
    peaked = scalp_cover(line, replace(plain.hair, peak_mm=6.0), 24, 0.0)
    assert lifted.sum() < cover.sum() - 8 and peaked.sum() > cover.sum() + 8


@pytest.mark.parametrize("gender", [0.0, 1.0])
def test_sideburns_have_no_hard_edge(plain, gender):
    across = at(*((66.0, 25.0, z) for z in np.linspace(-90, -20, 141)))
    down = at(*((66.0, y, -58.0) for y in np.linspace(-60, 60, 241)))
    for line in (across, down):  # both in steps of 0.5 mm
        assert np.abs(np.diff(scalp_cover(line, plain.hair, 24, gender))).max() < 0.11
    low = scalp_cover(at((66, -15, -58)), plain.hair, 24, gender)
    assert low < 0.05 if gender == 0 else low < 0.3


def test_men_lose_temples_then_vertex_and_keep_a_wreath(plain):
    losing = replace(plain.hair, bald_from=30.0, bald_span=30.0)
    places = at(TEMPLE, (0, 85, 8), VERTEX, EAR_SIDE, NAPE)
    young, middle, old = (scalp_cover(places + at((0, 6, 0)), losing, years, 1.0) for years in (30, 42, 62))
    assert young.min() > 0.6
    assert middle[0] < 0.1 < 0.5 < middle[1]
    assert old[:3].max() < 0.05 and old[3] > 0.3 and old[4] > 0.9


def test_women_thin_out_behind_the_front_line(plain):
    losing = replace(plain.hair, bald_from=30.0, bald_span=30.0)
    crown, front, side = scalp_cover(at((0, 112, -45), (0, 76, 14), (70, 40, -60)), losing, 60, 0.0)
    assert 0.2 < crown < 0.5 and front > 0.8 and side > 0.8


def test_beards_by_style(plain):
    places = at(CHIN, UPPER_LIP, JAW, CHEEK, NOSE, LIP, NECK, FOREHEAD)
    by_style = {style: beard_cover(places, Beard(style, 0.0, 5.0, 1.0)).round().tolist() for style in BEARD_STYLES}
    assert by_style["none"] == [0] * 8
    assert by_style["full"] == [1, 1, 1, 0, 0, 0, 0, 0]
    assert by_style["goatee"] == [1, 1, 0, 0, 0, 0, 0, 0]
    assert by_style["moustache"] == [0, 1, 0, 0, 0, 0, 0, 0]


def test_no_hair_on_the_lips():
    grid = np.stack([*np.meshgrid(np.linspace(-27, 27, 55), np.linspace(-58, -79, 22)), np.full((22, 55), 28.0)], -1).reshape(-1, 3)
    red = off_lips(grid.astype(np.float32)) == 0
    assert red.mean() > 0.6
    assert shaved_area(grid.astype(np.float32))[red].max() == 0


def test_brow_field_along_and_across(plain):
    brows = plain.brows
    inner, outer, middle = (12.0, 17.0, 20.0), (-52.0, 17.0, 10.0), (28.0, 17.0, 24.0)
    off, along = brow_field(at(inner, outer, middle, (28, 27, 24), (28, 17, -90)), brows)
    assert along[:3] == pytest.approx([0, 1, 0.4], abs=1e-4)
    assert abs(off[2]) < 1 < off[3] and off[4] == FAR
    lifted, _ = brow_field(at(middle), replace(brows, lift_mm=4.0))
    assert lifted[0] < off[2] - 0.8
    cover = brow_cover(at(middle, (28, 35, 24), (0, 17, 28), (28, 17, -90)), brows)
    assert cover.round().tolist() == [1, 0, 0, 0]


def test_both_sides_are_alike(plain):
    right = np.random.default_rng(0).uniform((-75, -120, -60), (0, 60, 45), (300, 3)).astype(np.float32)
    left = right * np.array([-1, 1, 1], np.float32)
    full = Beard("full", 0.0, 5.0, 1.0)
    assert (beard_cover(right, full) == beard_cover(left, full)).all()
    assert (brow_field(right, plain.brows)[0] == brow_field(left, plain.brows)[0]).all()
