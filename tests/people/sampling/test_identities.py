"""One identity: seeds, streams, cells, ageing, and how widely people vary within every group."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vultus.errors import InputError
from vultus.people.identity import GLASSES_STYLES, HAIR_STYLES, Identity
from vultus.people.sampling import Cell, aged, distance, draw_identity
from vultus.people.sampling.attributes import CHOICES, GROUPS, HAIR_LENGTHS, NUMBERS
from vultus.people.sampling.complexion import darkened
from vultus.people.sampling.streams import rank, stream

RANK = 0.6202478690460396  # people of a seed stay the same from version to version


def flat(person: Identity) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in person.to_dict().items():
        found.update({f"{name}.{key}": each for key, each in value.items()} if isinstance(value, dict) else {name: value})
    return found


def changed(first: Identity, second: Identity) -> set[str]:
    one, two = flat(first), flat(second)
    return {name for name in one | two if one.get(name) != two.get(name)}


def value(person: Identity, name: str) -> float:
    found = flat(person)[name]
    return float("inf") if found is None else float(len(found)) if name == "skin.moles" else float(found)


def test_the_same_seed_gives_the_same_person_and_another_seed_another() -> None:
    assert draw_identity(5).to_dict() == draw_identity(5).to_dict() == draw_identity([5]).to_dict()
    assert distance(draw_identity(5), draw_identity(6)) > 0.5
    assert draw_identity([5, 1]) != draw_identity([5, 2])


def test_a_person_survives_json() -> None:
    for seed in range(40):
        person = draw_identity(seed, id=f"p{seed}")
        assert Identity.from_dict(json.loads(json.dumps(person.to_dict(), allow_nan=False))) == person


@pytest.mark.parametrize(("cell", "may_change"), [
    (Cell(limits={"brows.density": (0.3, 0.35)}), {"brows.density"}),
    (Cell(melanin=(0.9, 0.95)), {"skin.melanin", "skin.freckles", "lips.redness", "lips.darkness", "eyes.iris", "eyes.inner",
                                 "hair.colour"}),
    (Cell(glasses=True), {"glasses"} | {f"glasses.{name}" for name in ("style", "colour", "width", "rim_mm", "tint")}),
    (Cell(eye_colour="blue"), {"eyes.iris", "eyes.inner"}),
    (Cell(hair="bald"), {"hair.style", "hair.length_mm", "hair.curl"}),
    (Cell(limits={"local.nose-hump-incr": (0.8, 1)}), {"local.nose-hump-incr"}),
    (Cell(group="african"), {f"phenotype.{group}" for group in GROUPS} | {
        "skin.melanin", "skin.freckles", "lips.redness", "lips.darkness", "eyes.iris", "eyes.inner", "hair.curl", "hair.colour",
        "hair.style", "hair.length_mm", "hair.grey_from", "hair.bald_from", "beard.density", "beard.stubble"})])
def test_a_restriction_changes_what_depends_on_it_and_nothing_else(cell: Cell, may_change: set[str]) -> None:
    touched = set[str]()
    for seed in range(30):
        touched |= changed(draw_identity(seed), draw_identity(seed, cell=cell))
    assert touched and touched <= may_change


def test_restricted_people_keep_their_rank() -> None:
    cell = Cell(melanin=(0.5, 0.9), group="african")
    free = [draw_identity(seed, cell=Cell(group="african")).skin.melanin for seed in range(60)]
    held = [draw_identity(seed, cell=cell).skin.melanin for seed in range(60)]
    assert np.corrcoef(free, held)[0, 1] > 0.9


def test_very_dark_skin_comes_with_dark_eyes_and_a_person_keeps_the_rank() -> None:
    brightness = {cell: [sum(draw_identity(seed, cell=Cell(melanin=cell)).eyes.iris) for seed in range(200)]
                  for cell in ((0.0, 0.2), (0.85, 1.0))}
    light, dark = brightness.values()
    assert np.quantile(dark, 0.97) < 0.87 < np.quantile(light, 0.9)  # (92, 56, 28) / 255, a quarter brighter: 0.86
    assert np.median(dark) < 0.5
    assert np.corrcoef(np.argsort(np.argsort(light)), np.argsort(np.argsort(dark)))[0, 1] > 0.4


def test_darkened_keeps_the_sum_and_leaves_light_skin_alone() -> None:
    weights = {"dark": 0.1, "brown": 0.3, "blue": 0.6}
    assert darkened(weights, 0.4) == pytest.approx(weights)
    assert darkened(weights, 0.8) == pytest.approx({"dark": 0.1 + 0.3 * 0.388 + 0.6 * 0.97, "brown": 0.3 * 0.612, "blue": 0.018})


def test_outlines_that_point_the_skull_stay_weak() -> None:
    people = [draw_identity(seed).local for seed in range(300)]
    strongest = {name: max(local[name] for local in people) for name in ("head-diamond", "head-triangular", "head-round")}
    assert max(strongest["head-diamond"], strongest["head-triangular"]) <= 0.25 < 0.4 < strongest["head-round"]


CELLS = [Cell(gender="female", ages=(18, 30), group="african", melanin=(0.6, 0.9), beard="none", glasses=False),
         Cell(gender="male", ages="old", group="caucasian", beard=("full", "goatee"), glasses=("round", "oval")),
         Cell(hair=("bob", "long"), hair_colour=("red", "blond"), eye_colour="green", limits={"hair.length_mm": (200, 260)}),
         Cell(limits={"african": (0.3, 0.4), "asian": (0.3, 0.4), "skin.moles": (3, 5), "bald_from": (40, 50)}),
         Cell(gender=(0.45, 0.55), ages=(5, 12))]


@pytest.mark.parametrize("cell", CELLS, ids=lambda cell: cell.name)
def test_a_thousand_people_in_two_hundred_seeds_of_each_cell_obey_it(cell: Cell) -> None:
    for seed in range(200):
        person = draw_identity(seed, cell=cell)
        for name, (low, high) in cell.ranges.items():
            assert low <= value(person, name) <= high, (name, seed)
        assert ("glasses" not in cell.sets) or (("yes" if person.glasses else "no") in cell.sets["glasses"])
        assert person.hair.style in cell.sets.get("hair.style", HAIR_STYLES)
        assert person.beard.style in cell.sets.get("beard.style", CHOICES["beard.style"])
        assert person.glasses is None or person.glasses.style in cell.sets.get("glasses.style", GLASSES_STYLES)


_PLAIN = sorted(name for name in NUMBERS if not name.startswith(
    ("phenotype.african", "phenotype.asian", "phenotype.cauc", "glasses", "hair.length", "beard")))


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(_PLAIN), st.floats(0, 1), st.floats(0, 1), st.integers(0, 10**9))
def test_any_attribute_can_be_held_in_any_range(name: str, first: float, second: float, seed: int) -> None:
    low, high = NUMBERS[name][0], min(NUMBERS[name][1], 90.0)
    ends = sorted(low + (high - low) * share for share in (first, second))
    if name == "skin.moles":
        ends = [float(np.floor(ends[0])), float(np.ceil(ends[1]))]
    assert ends[0] <= value(draw_identity(seed, cell=Cell(limits={name: (ends[0], ends[1])})), name) <= ends[1]


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**12))
def test_everyone_is_within_bounds(seed: int) -> None:
    person = draw_identity(seed)
    for name, (low, high) in NUMBERS.items():
        if not name.startswith("glasses") or person.glasses:
            assert low <= value(person, name) <= high, name
    assert sum(person.phenotype[group] for group in GROUPS) == pytest.approx(1)
    low, high = HAIR_LENGTHS[person.hair.style]
    assert low <= person.hair.length_mm <= high


def test_ageing_changes_the_age_alone() -> None:
    person = draw_identity(11)
    older = aged(person, 77)
    assert changed(person, older) == {"years"} and older.years == 77 and distance(person, older) == 0
    with pytest.raises(InputError, match=r"years.*0\.\.90"):
        aged(person, 130)


def test_women_and_children_have_no_beard_and_men_often() -> None:
    assert all(draw_identity(s, cell=Cell(gender="female")).beard.style == "none" for s in range(60))
    assert all(draw_identity(s, cell=Cell(ages=(8, 15))).beard.stubble == 0 for s in range(60))
    men = Counter(draw_identity(s, cell=Cell(gender="male")).beard.style for s in range(200))
    assert 90 <= men["none"] <= 140 and len(men) == 4


def test_a_fifth_wear_glasses_and_two_thirds_lean_to_one_group() -> None:
    people = [draw_identity(seed) for seed in range(500)]
    assert 0.16 <= np.mean([person.glasses is not None for person in people]) <= 0.27
    assert 0.55 <= np.mean([max(person.phenotype[group] for group in GROUPS) >= 0.7 for person in people]) <= 0.75
    assert 0.42 <= np.mean([person.phenotype["gender"] < 0.5 for person in people]) <= 0.58


@pytest.fixture(scope="module")
def groups() -> dict[str, list[Identity]]:
    return {group: [draw_identity([1, i, k], cell=Cell(group=group)) for i in range(250)] for k, group in enumerate(GROUPS)}


@pytest.mark.parametrize("name", ["skin.melanin", "skin.haemoglobin", "skin.undertone", "eyes.iris_mm", "brows.thickness_mm",
                                  "brows.arch_mm", "hair.curl", "lips.darkness", "local.nose-hump-incr", "local.chin-width-incr",
                                  "local.l-eye-scale-incr"])
def test_no_group_varies_less_than_half_as_much_as_another(groups: dict[str, list[Identity]], name: str) -> None:
    variances = [np.var([value(person, name) for person in people]) for people in groups.values()]
    assert min(variances) / max(variances) > 0.5


def test_skin_varies_within_groups_as_much_as_across(groups: dict[str, list[Identity]]) -> None:
    melanin = [[person.skin.melanin for person in people] for people in groups.values()]
    across = np.var([np.mean(each) for each in melanin])
    assert min(np.var(each) for each in melanin) > 0.6 * across
    means = dict(zip(groups, map(np.mean, melanin), strict=True))
    assert means["african"] > means["asian"] > means["caucasian"]


def test_every_group_has_every_hair_style_and_no_style_for_most(groups: dict[str, list[Identity]]) -> None:
    for people in groups.values():
        styles = Counter(person.hair.style for person in people)
        assert set(styles) == set(HAIR_STYLES) and max(styles.values()) < 0.35 * len(people)


def test_people_of_a_group_are_as_far_apart_as_those_of_another(groups: dict[str, list[Identity]]) -> None:
    means = [np.mean([distance(a, b) for a, b in zip(people[::2], people[1::2], strict=True)]) for people in groups.values()]
    assert min(means) / max(means) > 0.95 and min(means) > 0.85


def test_faces_are_not_symmetric_but_nearly() -> None:
    people = [draw_identity(seed) for seed in range(80)]
    left, right = (np.array([p.local[f"{side}-ear-scale-incr"] for p in people]) for side in "lr")
    assert np.all(left != right) and np.corrcoef(left, right)[0, 1] > 0.7


def test_streams_of_names_are_independent_and_pinned() -> None:
    for make in (rank, lambda seed, name: stream(seed, name).random()):
        a, b = (np.array([make(seed, name) for seed in range(400)]) for name in ("skin.melanin", "hair.curl"))
        assert abs(np.corrcoef(a, b)[0, 1]) < 0.15 and 0.4 < a.mean() < 0.6 and 0.26 < a.std() < 0.32
        assert abs(np.corrcoef(a[1:], a[:-1])[0, 1]) < 0.15
    assert rank(1, "skin.melanin") == RANK
    assert stream(1, "a", "b").integers(1 << 30) == stream([1], "a", "b").integers(1 << 30) != stream(1, "ab").integers(1 << 30)
    with pytest.raises(InputError, match="seed"):
        draw_identity(-1)
