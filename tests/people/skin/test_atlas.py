"""Materials of whole identities: bytes, zones, make-up, lines, spots, seams."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("numba")

from vultus.people.identity import Beard
from vultus.people.labels import regions
from vultus.people.scene import Worn
from vultus.people.skin.tone import lab, linear, typology_angle

FIELDS = ("albedo", "relief", "gloss", "blood", "region", "eye", "eye_gloss")


def near(atlas, x: float, y: float, radius: float, front: float = 0.0) -> np.ndarray:
    """Texels (S, S) on the surface within `radius` mm of a place of the face."""
    points = atlas.points
    return atlas.covered & (np.hypot(points[..., 0] - x, points[..., 1] - y) < radius) & (points[..., 2] > front)


def test_shapes_and_types(atlas, plain):
    made = atlas.materials(plain, Worn())
    assert made.albedo.shape == made.relief.shape == (256, 256, 3)
    assert made.gloss.shape == made.blood.shape == made.region.shape == (256, 256)
    assert made.region.dtype == np.uint8 and all(getattr(made, name).dtype == np.float32 for name in FIELDS if name != "region")
    assert all(np.isfinite(getattr(made, name)).all() for name in FIELDS)
    assert made.albedo.min() > 0 and made.albedo.max() < 1
    assert np.quantile(np.linalg.norm(made.relief, axis=-1), 0.99) < 0.7


def test_same_person_same_bytes_whatever_was_painted_before(atlas, plain, with_skin):
    first = atlas.materials(plain, Worn())
    atlas.materials(with_skin(years=70, melanin=0.9, seed=4), Worn(lipstick=1.0))
    again = atlas.materials(plain, Worn())
    assert all(getattr(first, name).tobytes() == getattr(again, name).tobytes() for name in FIELDS)


def test_another_seed_is_another_pattern(atlas, plain, with_skin):
    one, other = (atlas.materials(person, Worn()).albedo[near(atlas, 35, -30, 12)] for person in (plain, with_skin(seed=12)))
    one, other = one - one.mean(0), other - other.mean(0)
    assert abs((one * other).sum() / np.sqrt((one**2).sum() * (other**2).sum())) < 0.7
    assert not np.array_equal(one, other)


def test_cheeks_darken_and_angle_falls_with_melanin(atlas, with_skin):
    cheek = near(atlas, 30, -25, 12)
    angle = [typology_angle(atlas.materials(with_skin(melanin=m), Worn()).albedo[cheek].mean(0)) for m in np.linspace(0, 1, 6)]
    assert (np.diff(angle) < 0).all() and angle[0] > 50 and angle[-1] < -40


def test_blood_reddens_and_cheeks_are_redder_than_the_forehead(atlas, with_skin):
    cheek, forehead = near(atlas, 42, -32, 8), near(atlas, 0, 50, 10)
    red = []
    for blood in (0.1, 0.9):
        albedo = atlas.materials(with_skin(haemoglobin=blood), Worn()).albedo
        red.append([lab(albedo[where].mean(0))[1] for where in (cheek, forehead)])
    assert red[1][0] > red[0][0] + 3 and red[1][1] > red[0][1]
    assert red[1][0] > red[1][1] + 2


def test_lipstick_changes_only_the_lips(atlas, plain):
    bare, painted = (atlas.materials(plain, Worn(lipstick=amount)) for amount in (0.0, 1.0))
    changed = np.any(bare.albedo != painted.albedo, -1) | (bare.gloss != painted.gloss)
    lips = np.isin(painted.region, (regions.UPPER_LIP, regions.LOWER_LIP)) & atlas.covered
    assert changed[lips].mean() > 0.95
    points = atlas.points[changed & atlas.covered & (painted.region != regions.MOUTH)]
    assert np.abs(points[:, 0]).max() < 35 and points[:, 1].min() > -86 and points[:, 1].max() < -50
    for name in ("relief", "blood", "region", "eye"):
        assert np.array_equal(getattr(bare, name), getattr(painted, name))
    step = np.abs(painted.albedo - bare.albedo).mean(-1)
    border = changed & atlas.covered & (painted.region == regions.SKIN)
    assert border.any() and step[border].mean() < 0.6 * step[lips].mean()  # soft outwards
    target = linear(Worn().lipstick_colour)
    assert np.abs(painted.albedo[lips].mean(0) - target).sum() < np.abs(bare.albedo[lips].mean(0) - target).sum()


def test_eye_shadow_darkens_only_round_the_eyes(atlas, plain):
    bare, painted = (atlas.materials(plain, Worn(eye_shadow=amount)).albedo for amount in (0.0, 1.0))
    lid, cheek = near(atlas, 32, 9, 3), near(atlas, 32, -35, 10)
    assert painted[lid].mean() < 0.8 * bare[lid].mean()
    assert np.allclose(painted[cheek], bare[cheek], atol=1e-3)


def test_lips_are_redder_than_skin_at_every_tone(atlas, with_skin):
    for melanin in (0.05, 0.4, 0.8):
        made = atlas.materials(with_skin(melanin=melanin), Worn())
        lips = np.isin(made.region, (regions.UPPER_LIP, regions.LOWER_LIP)) & atlas.covered
        share = [c[0] / c.sum() for c in (made.albedo[lips].mean(0), made.albedo[near(atlas, 30, -25, 10)].mean(0))]
        assert share[0] > share[1] or melanin > 0.7
        assert lab(made.albedo[lips].mean(0))[1] > lab(made.albedo[near(atlas, 30, -25, 10)].mean(0))[1] - 4


def test_freckles_are_dark_spots_on_nose_and_cheeks(atlas, plain, with_skin):
    bare, freckled = (atlas.materials(person, Worn()).albedo for person in (plain, with_skin(freckles=1.0)))
    darker = freckled.mean(-1) < 0.93 * bare.mean(-1)
    assert (freckled <= bare + 1e-6).all()
    assert darker[near(atlas, 25, -20, 14)].mean() > 0.02 > 0.002 > darker[near(atlas, 0, -98, 8)].mean()


def test_a_mole_is_dark_at_its_place_and_raised(atlas, with_skin):
    bare, marked = (atlas.materials(with_skin(moles=moles), Worn()) for moles in ((), ((0.8, 0.5, 1.0),)))
    spot, far = near(atlas, 33, -28, 1.2), near(atlas, 33, -40, 4)
    assert spot.any()
    assert marked.albedo[spot].mean() < 0.8 * bare.albedo[spot].mean()
    assert np.array_equal(marked.albedo[far], bare.albedo[far])
    assert np.abs(marked.relief - bare.relief)[near(atlas, 33, -28, 3)].max() > 0.05


def test_a_mole_on_the_side_of_the_jaw_is_no_streak(atlas, with_skin):
    bare, marked = (atlas.materials(with_skin(moles=moles), Worn()) for moles in ((), ((0.0163, 0.25, 0.25),)))
    places = atlas.points[atlas.covered & (np.abs(marked.albedo - bare.albedo).max(-1) > 0.02)]
    assert len(places) and np.ptp(places, axis=0).max() < 6  # mm


def test_lines_come_with_age_and_with_the_constant(atlas, with_skin):
    forehead = near(atlas, 0, 46, 18)

    def roughness(years: float, wrinkles: float) -> float:
        return float(np.linalg.norm(atlas.materials(with_skin(years=years, wrinkles=wrinkles), Worn()).relief[forehead], axis=1).mean())

    smooth = roughness(20, 1.0)
    assert smooth == roughness(20, 0.0)
    assert smooth < roughness(40, 1.0) < roughness(60, 1.0) < roughness(80, 1.0) + 1e-6
    assert roughness(70, 0.2) < roughness(70, 1.0)


def test_age_spots_and_bags_darken_old_skin(atlas, with_skin):
    young, old = (atlas.materials(with_skin(years=years, melanin=0.15), Worn()).albedo for years in (24, 85))
    bag, cheek = near(atlas, 31, -14, 4), near(atlas, 48, -8, 14)
    assert old[bag].mean() < 0.93 * young[bag].mean()
    assert ((old.mean(-1) < 0.85 * young.mean(-1))[cheek]).mean() > 0.01


def test_pores_roughen_the_relief(atlas, with_skin):
    cheek = near(atlas, 35, -30, 10)
    rough = [np.linalg.norm(atlas.materials(with_skin(pores=p), Worn()).relief[cheek], axis=1).mean() for p in (0.0, 1.0)]
    assert rough[1] > 1.5 * rough[0]


def test_stubble_shades_the_jaw_and_not_lips_or_forehead(atlas, plain):
    bare, shaved = (atlas.materials(replace(plain, beard=Beard("none", stubble, 0.5, 1.0)), Worn()).albedo for stubble in (0.0, 1.0))
    jaw, lip, forehead = near(atlas, 0, -98, 6), near(atlas, 0, -74, 2, 20), near(atlas, 0, 45, 10)
    assert shaved[jaw].mean() < 0.85 * bare[jaw].mean()
    assert np.array_equal(shaved[forehead], bare[forehead]) and np.allclose(shaved[lip], bare[lip], rtol=0.02)


def test_scalp_takes_the_colour_of_the_hair(atlas, plain):
    fair = replace(plain, hair=replace(plain.hair, colour=(0.75, 0.6, 0.4)))
    top = atlas.covered & (atlas.points[..., 1] > 100)
    dark, light = (atlas.materials(person, Worn()).albedo[top].mean(0) for person in (plain, fair))
    assert light.mean() > 3 * dark.mean()


def test_regions(atlas, plain):
    made = atlas.materials(plain, Worn(neckline=0.5))
    present = np.unique(made.region[atlas.covered])
    wanted = [regions.SKIN, regions.NOSE, regions.UPPER_LIP, regions.LOWER_LIP, regions.RIGHT_BROW, regions.LEFT_BROW, regions.RIGHT_EAR,
              regions.LEFT_EAR, regions.NECK, regions.CLOTH, regions.RIGHT_EYELID, regions.LEFT_EYELID, regions.MOUTH, regions.SCALP]
    assert set(present) == set(wanted)
    side = atlas.points[..., 0]
    for right, left in ((regions.RIGHT_BROW, regions.LEFT_BROW), (regions.RIGHT_EAR, regions.LEFT_EAR)):
        assert side[(made.region == right) & atlas.covered].max() < 0 < side[(made.region == left) & atlas.covered].min()
    assert (made.region[near(atlas, 0, -35, 4, 30)] == regions.NOSE).all()


def test_neckline_moves_the_cloth(atlas, plain):
    low, high = (atlas.materials(plain, Worn(neckline=n, clothing=(0.1, 0.6, 0.1))) for n in (0.0, 1.0))
    clad = [(made.region == regions.CLOTH)[atlas.covered].sum() for made in (low, high)]
    assert clad[0] < clad[1]
    green = high.albedo[(high.region == regions.CLOTH) & atlas.covered].mean(0)
    assert green[1] > 4 * max(green[0], green[2])


def test_both_sides_of_a_seam_agree(atlas, plain, head_seams):
    """The two texture coordinates of a point on a seam give nearly the same colour, far nearer than two points at random."""
    first, second = head_seams
    albedo = atlas.materials(plain, Worn()).albedo

    def read(uv):
        column, row = (np.clip(uv * 256 - 0.5, 0, 254.99)).T
        j, i = column.astype(int), row.astype(int)
        fx, fy = (column - j)[:, None], (row - i)[:, None]
        return ((albedo[i, j] * (1 - fx) + albedo[i, j + 1] * fx) * (1 - fy)
                + (albedo[i + 1, j] * (1 - fx) + albedo[i + 1, j + 1] * fx) * fy)

    a, b = read(first), read(second)
    shuffled = b[np.random.default_rng(0).permutation(len(b))]
    assert len(a) > 100
    assert np.median(np.abs(a - b)) < 0.015 and np.quantile(np.abs(a - b), 0.9) < 0.08
    assert np.abs(a - b).mean() < 0.35 * np.abs(a - shuffled).mean()
