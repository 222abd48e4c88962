"""Hair of rendered people: on the skin, outside the skull, the same for any detail, grey and bald as the formulas say."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from vultus.people.basis import HeadBasis, Posed
from vultus.people.hair import Grown, Hairdresser
from vultus.people.hair.points_on import lattice_points
from vultus.people.identity import HAIR_STYLES, Beard, Identity
from vultus.people.sampling import draw_identity
from vultus.people.scene import Pose, Worn
from vultus.people.shapes import Part, Strands
from vultus.people.skin.ageing import grey_share
from vultus.people.wear.hats import COVERINGS, covering_of

LENGTHS = {"bald": 0.0, "buzz": 6.0, "crop": 28.0, "side": 70.0, "back": 80.0, "curly": 45.0, "bob": 180.0, "long": 300.0, "tied": 160.0}
INF = float("inf")


@pytest.fixture(scope="module")
def basis() -> HeadBasis:
    return HeadBasis.load()


@pytest.fixture(scope="module")
def dresser(basis: HeadBasis) -> Hairdresser:
    return Hairdresser(basis)


def person(style: str = "crop", years: float = 30.0, **hair: object) -> Identity:
    drawn = draw_identity(4)
    constants = {"style": style, "length_mm": LENGTHS[style], "colour": (0.1, 0.08, 0.07), "curl": 0.8 if style == "curly" else 0.1,
                 "bald_from": INF, "grey_from": INF, "fringe": 0.0, **hair}
    phenotype = {**drawn.phenotype, "gender": 1.0}
    return replace(drawn, years=years, phenotype=phenotype, hair=replace(drawn.hair, **constants))  # type: ignore[arg-type]


def scalp(grown: Grown) -> Strands:
    assert grown.scalp is not None
    return grown.scalp


def of_part(strands: tuple[Strands, ...], part: Part) -> np.ndarray:
    return np.concatenate([s.points.reshape(-1, 3) for s in strands if s.part == part])


def distance_to_mesh(point: np.ndarray, corners: np.ndarray) -> float:
    """Least distance of a point to triangles (t, 3, 3), by projection and clamping to sides: slow and plain."""
    a, b, c = corners[:, 0], corners[:, 1], corners[:, 2]
    normal = np.cross(b - a, c - a)
    normal /= np.linalg.norm(normal, axis=1, keepdims=True) + 1e-12
    height = ((point - a) * normal).sum(1)
    foot = point - height[:, None] * normal
    inside = np.ones(len(a), bool)
    side_distance = np.full(len(a), np.inf)
    for p, q in ((a, b), (b, c), (c, a)):
        inside &= (np.cross(q - p, foot - p) * normal).sum(1) >= -1e-6
        t = np.clip(((point - p) * (q - p)).sum(1) / (((q - p) ** 2).sum(1) + 1e-12), 0, 1)
        side_distance = np.minimum(side_distance, np.linalg.norm(point - p - t[:, None] * (q - p), axis=1))
    return float(np.where(inside, np.abs(height), side_distance).min())


@pytest.mark.parametrize("style", ["buzz", "curly", "bob", "tied"])
def test_the_first_strands_are_the_same_for_any_detail(basis: HeadBasis, dresser: Hairdresser, style: str) -> None:
    who = person(style)
    neutral = basis.shape(who)
    few, many = dresser.grow(who, neutral, 2000), dresser.grow(who, neutral, 5000)
    count = len(scalp(few).points)
    assert count < len(scalp(many).points)
    assert np.array_equal(scalp(few).points, scalp(many).points[:count])
    assert np.array_equal(scalp(few).colour, scalp(many).colour[:count])
    assert np.allclose(scalp(few).width / scalp(many).width[:count], (5000 / 2000) ** 0.75, rtol=1e-5)  # fewer strands are wider


@pytest.mark.parametrize("style", [s for s in HAIR_STYLES if s != "bald"])
def test_strands_start_on_the_skin_and_stay_outside_the_skull(basis: HeadBasis, dresser: Hairdresser, style: str) -> None:
    who = person(style)
    neutral = basis.shape(who)
    grown = dresser.grow(who, neutral, 2000)
    corners = neutral[basis.triangles[basis.part == Part.SKIN]].astype(np.float64)
    points = scalp(grown).points
    distance = np.array([distance_to_mesh(root, corners) for root in points[:: len(points) // 50, 0]])
    assert (distance < 0.02).mean() >= (0.65 if style == "tied" else 1.0)  # each fifth strand of tied hair is the tail
    above = points[:, 1:].reshape(-1, 3)
    above = above[above[:, 1] > -40]
    assert grown.skull.depth(above).min() > -0.05
    assert np.isfinite(scalp(grown).points).all()


def test_bald_means_no_scalp_hair_and_no_dark_layer(basis: HeadBasis, dresser: Hairdresser) -> None:
    who = person("bald")
    neutral = basis.shape(who)
    grown = dresser.grow(who, neutral, 2000)
    strands, meshes = grown.pose(basis.pose(neutral))
    assert grown.scalp is None and grown.cap is None and meshes == ()
    assert {s.part for s in strands} == {Part.BROWS, Part.LASHES} | ({Part.BEARD} if who.beard.style != "none" else set())


def test_silhouettes_of_styles_differ(basis: HeadBasis, dresser: Hairdresser) -> None:
    width, low = {}, {}
    for style in ("buzz", "curly", "bob", "long"):
        who = person(style)
        points = scalp(dresser.grow(who, basis.shape(who), 2000)).points.reshape(-1, 3)
        width[style] = np.quantile(np.abs(points[:, 0]), 0.98)
        low[style] = np.quantile(points[:, 1], 0.03)
    assert width["curly"] > width["buzz"] + 12 and width["bob"] > width["buzz"] + 5
    assert low["long"] < low["bob"] - 80 < low["buzz"] - 90


@pytest.mark.parametrize("years", [35.0, 45.0, 52.0, 80.0])
def test_the_share_of_grey_strands_is_the_formula(basis: HeadBasis, dresser: Hairdresser, years: float) -> None:
    who = person("crop", years, colour=(0.05, 0.04, 0.04), grey_from=40.0, grey_span=20.0)
    strands = scalp(dresser.grow(who, basis.shape(who), 4000))
    share, n = grey_share(who.hair, years), len(strands.colour)
    seen = (strands.colour[:, 1] > 0.15).mean()
    assert abs(seen - share) <= 4 * np.sqrt(max(share * (1 - share), 1e-9) / n)
    assert share == pytest.approx(min(max((years - 40) / 20, 0), 1))


def test_hair_thins_with_the_years_and_the_strands_left_are_the_same(basis: HeadBasis, dresser: Hairdresser) -> None:
    young = person("crop", 30.0, bald_from=35.0, bald_span=30.0)
    neutral = basis.shape(young)
    counts, rows = [], []
    for years in (30.0, 50.0, 64.0):
        points = scalp(dresser.grow(replace(young, years=years), neutral, 3000)).points
        counts.append(len(points))
        rows.append({tuple(row) for row in points[:, 0].round(4).tolist()})
    assert counts[0] > 1.15 * counts[1] > 1.3 * counts[2]
    assert len(rows[2] & rows[0]) > 0.97 * len(rows[2])  # the softer hairline of later years adds a few at its foot
    crown = scalp(dresser.grow(replace(young, years=64.0), neutral, 3000)).points[:, 0]
    assert (crown[:, 1] > 90).mean() < 0.02  # the top is bare, a wreath is left


def test_hair_left_on_a_bald_top_lies_flat_and_a_buzz_cut_has_no_dark_layer(basis: HeadBasis, dresser: Hairdresser) -> None:
    young = person("crop", 30.0, bald_from=35.0, bald_span=30.0)
    neutral = basis.shape(young)
    height = []
    for years in (30.0, 52.0):
        grown = dresser.grow(replace(young, years=years), neutral, 3000)
        top = scalp(grown).points[scalp(grown).points[:, 0, 1] > 75]
        height.append(np.quantile(grown.skull.depth(top.reshape(-1, 3)), 0.95))
    assert height[1] < 0.6 * height[0]
    assert dresser.grow(person("buzz"), neutral, 2000).cap is None


def test_babies_have_short_thin_hair_whatever_style_they_grow_into(basis: HeadBasis, dresser: Hairdresser) -> None:
    baby, child = person("long", 0.5), person("long", 6.0)
    few, many = (scalp(dresser.grow(who, basis.shape(who), 2000)) for who in (baby, child))
    length = [np.linalg.norm(np.diff(s.points, axis=1), axis=2).sum(1).mean() for s in (few, many)]
    assert length[0] < 20 < 150 < length[1] and len(few.points) < 0.92 * len(many.points)


def test_brows_rise_with_the_brows_and_lashes_fall_with_a_blink(basis: HeadBasis, dresser: Hairdresser) -> None:
    who = person()
    neutral = basis.shape(who)
    grown = dresser.grow(who, neutral, 3000)
    still, _ = grown.pose(basis.pose(neutral))
    raised, _ = grown.pose(basis.pose(neutral, {"browInnerUp": 1.0, "browOuterUpLeft": 1.0, "browOuterUpRight": 1.0}))
    assert of_part(raised, Part.BROWS)[:, 1].mean() > of_part(still, Part.BROWS)[:, 1].mean() + 1.5
    shut, _ = grown.pose(basis.pose(neutral, blink=1.0))
    assert of_part(shut, Part.LASHES)[:, 1].mean() < of_part(still, Part.LASHES)[:, 1].mean() - 1.2
    assert np.array_equal(shut[0].points, still[0].points)  # the scalp does not blink


def test_beards_keep_to_the_face_and_open_with_the_jaw(basis: HeadBasis, dresser: Hairdresser) -> None:
    who = replace(person(), beard=Beard("full", 0.5, 12.0, 0.9))
    neutral = basis.shape(who)
    grown = dresser.grow(who, neutral, 3000)
    still, _ = grown.pose(basis.pose(neutral))
    wide, _ = grown.pose(basis.pose(neutral, {"jawOpen": 0.8}))
    beard = of_part(still, Part.BEARD)
    assert beard[:, 1].max() < 15 and np.abs(beard[:, 0]).max() < 95 and len(beard) > 3000
    assert of_part(wide, Part.BEARD)[:, 1].mean() < beard[:, 1].mean() - 2
    assert (np.abs(beard[:, 1] + 68) < 2.5)[(np.abs(beard[:, 0]) < 12) & (beard[:, 2] > 0)].mean() < 0.12  # little hair over the mouth


def test_scalp_hair_turns_rigidly_with_the_head(basis: HeadBasis, dresser: Hairdresser) -> None:
    who = person("crop")
    neutral = basis.shape(who)
    grown = dresser.grow(who, neutral, 2000)
    posed = basis.pose(neutral, pose=Pose(35, 10, -5))
    strands, meshes = grown.pose(posed)
    assert np.allclose(strands[0].points, scalp(grown).points @ posed.turn.T + posed.shift, atol=1e-3)
    assert meshes[0].part[0] == Part.HAIR
    assert np.allclose(meshes[0].vertices, grown.cap.vertices @ posed.turn.T + posed.shift, atol=1e-3)  # type: ignore[union-attr]


@pytest.mark.parametrize("yaw", [0.0, 40.0])
def test_long_hair_does_not_pass_through_the_shoulders(basis: HeadBasis, dresser: Hairdresser, yaw: float) -> None:
    who = person("long")
    neutral = basis.shape(who)
    grown = dresser.grow(who, neutral, 2000)
    posed = basis.pose(neutral, pose=Pose(yaw))
    points = grown.pose(posed)[0][0].points
    rigid = scalp(grown).points @ posed.turn.T + posed.shift
    inside = _share_inside(points, basis, posed)
    assert inside < 0.04
    assert _share_inside(rigid, basis, posed) > 3 * inside + 0.02  # what the bending is for
    lengths = [np.linalg.norm(np.diff(p, axis=1), axis=2).sum(1).mean() for p in (points, rigid)]
    assert lengths[0] == pytest.approx(lengths[1], rel=0.2)


def _share_inside(points: np.ndarray, basis: HeadBasis, posed: Posed) -> float:
    """Share of low points that lie between the front and the back of the body near them."""
    body = lattice_points(posed.vertices, basis.triangles[basis.part == Part.SKIN])
    body = body[body[:, 1] < -100]
    low = points.reshape(-1, 3)
    low = low[(low[:, 1] < -150) & (low[:, 1] > -280)][::7]
    hit = 0
    for point in low:
        near = body[(np.abs(body[:, 0] - point[0]) < 7) & (np.abs(body[:, 1] - point[1]) < 7), 2]
        hit += bool(len(near) > 3 and near.min() + 4 < point[2] < near.max() - 4)
    return hit / max(1, len(low))


def test_a_hat_presses_hair_down_and_a_headscarf_hides_it(basis: HeadBasis, dresser: Hairdresser) -> None:
    who = person("curly")
    neutral = basis.shape(who)
    grown = dresser.grow(who, neutral, 2000)
    posed = basis.pose(neutral)
    bare, _ = grown.pose(posed)
    pressed, _ = grown.pose(posed, covering_of(Worn(hat="cap")))
    hidden, meshes = grown.pose(posed, covering_of(Worn(hat="headscarf")))
    assert covering_of(Worn()) is None

    def under(strands: tuple[Strands, ...]) -> np.ndarray:
        points = (strands[0].points.reshape(-1, 3) - posed.shift) @ posed.turn
        return grown.skull.depth(points[COVERINGS["cap"].height(points) > 4])

    assert under(bare).max() > 15 and under(pressed).max() < 3.5
    assert all(s.part != Part.HAIR for s in hidden) and meshes == ()


def test_the_same_identity_gives_the_same_bytes(basis: HeadBasis, dresser: Hairdresser) -> None:
    who = replace(person("long"), beard=Beard("goatee", 0.2, 9.0, 0.8))
    neutral = basis.shape(who)
    posed = basis.pose(neutral, {"mouthSmileLeft": 0.7}, Pose(20, 5, 3))
    first, _ = dresser.grow(who, neutral, 2500).pose(posed)
    dresser.grow(person("crop"), neutral, 1500)  # what was grown before leaves no trace
    second, _ = Hairdresser(HeadBasis.load()).grow(who, neutral, 2500).pose(posed)
    for one, two in zip(first, second, strict=True):
        assert one.points.tobytes() == two.points.tobytes() and one.colour.tobytes() == two.colour.tobytes()
    other, _ = dresser.grow(replace(who, hair=replace(who.hair, seed=who.hair.seed + 1)), neutral, 2500).pose(posed)
    assert other[0].points[:50].tobytes() != first[0].points[:50].tobytes()
