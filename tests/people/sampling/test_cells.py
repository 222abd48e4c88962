"""Cells: what they mean, and how wrong ones are refused."""

from __future__ import annotations

from typing import Any

import pytest

from vultus.errors import InputError, UnknownNameError
from vultus.people.sampling import Cell, cross, draw_identity
from vultus.people.sampling.attributes import attribute_name


def test_two_ways_to_write_a_cell_are_one_cell() -> None:
    one = Cell(gender="female", ages="young", melanin=(0.2, 0.5), hair="bob")
    two = Cell.parse({"age": [18, 35], "hair": {"style": ["bob"]}, "skin": {"melanin": [0.2, 0.5]}, "phenotype.gender": [0, 0.35]})
    assert one.key == two.key and draw_identity(1, cell=one) == draw_identity(1, cell=two)
    assert one == Cell(gender="female", ages="young", melanin=(0.2, 0.5), hair="bob") and hash(one) == hash(two)


def test_no_restriction_is_no_restriction() -> None:
    assert Cell().key == "" and Cell().name == "all" and draw_identity(2, cell=Cell()) == draw_identity(2)


def test_names_read_as_they_were_written() -> None:
    assert Cell(gender="male", group="asian", glasses=True).name == "male asian glasses=yes"
    assert Cell(ages=(20, 30), hair=("bob", "long")).name == "ages=20..30 hair=bob|long"


def test_crossing() -> None:
    cells = cross({"gender": ["female", "male"], "group": ["african", "asian", "caucasian"], "ages": ["young", "old"]}, {"glasses": False})
    assert len(cells) == len({cell.key for cell in cells}) == 12 and all(cell.sets["glasses"] == ("no",) for cell in cells)


def test_a_beard_makes_a_man_and_glasses_style_makes_glasses() -> None:
    cell = Cell(beard="full")
    assert cell.ranges["phenotype.gender"] == (0.5, 1.0) and cell.ranges["years"][0] == 16
    assert Cell(limits={"glasses.style": "round"}).sets["glasses"] == ("yes",)
    assert Cell(limits={"hair.length_mm": (300, 400)}).sets["hair.style"] == ("long",)


@pytest.mark.parametrize(("data", "words"), [
    ({"melanine": [0, 1]}, "did you mean melanin"), ({"skin": {"freckle": 0.5}}, "skin.freckles"),
    ({"density": [0, 1]}, "say which: brows.density"),
    ({"gender": "femal"}, "female"), ({"ages": "yung"}, "young"), ({"group": "africa"}, "african"),
    ({"limits": {"group": "asia"}}, "asian"), ({"hair": "bobb"}, "bob"), ({"eye_colour": "bleu"}, "blue"), ({"glasses": "roud"}, "round"),
    ({"local.nose-hump": 1}, "nose-hump-incr")])
def test_unknown_names_come_with_a_suggestion(data: dict[str, Any], words: str) -> None:
    with pytest.raises(UnknownNameError, match=words):
        Cell.parse(data)


@pytest.mark.parametrize(("data", "words"), [
    ({"ages": [40, 20]}, r"years: .*low <= high.*40\.\.20"), ({"ages": [-3, 20]}, "years"), ({"melanin": [0.2, 1.4]}, "skin.melanin"),
    ({"melanin": [0.1, 0.2], "skin.melanin": [0.5, 0.6]}, "skin.melanin: .*overlap"), ({"melanin": "dark"}, "number or a range"),
    ({"melanin": True}, "number or a range"), ({"melanin": [float("nan"), 1]}, "skin.melanin"), ({"hair": []}, "hair.style"),
    ({"hair": "bob", "hair.style": "long"}, "hair.style.*overlap"), ({"group": "asian", "asian": [0, 0.2]}, "phenotype.asian"),
    ({"african": [0.6, 1], "asian": [0.6, 1]}, "sum to 1"), ({"african": [0, 0.2], "asian": [0, 0.2], "caucasian": [0, 0.2]}, "sum to 1"),
    ({"gender": "female", "beard": "full"}, "beard.style.*male face"), ({"ages": [5, 10], "beard": "goatee"}, "16 years"),
    ({"hair": "buzz", "hair.length_mm": [100, 200]}, r"hair.length_mm.*buzz 2\.\.9"),
    ({"glasses": False, "glasses.style": "round"}, "glasses"),
    ({"glasses": "no", "limits": {"glasses": True}}, "glasses")])
def test_contradictions_and_empty_ranges_are_named(data: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=words):
        Cell.parse(data)


def test_an_axis_without_levels_is_refused() -> None:
    with pytest.raises(InputError, match="gender"):
        cross({"gender": []})
    with pytest.raises(InputError, match="list of levels"):
        cross({"gender": "female"})


def test_attribute_names() -> None:
    assert attribute_name("freckles") == "skin.freckles" and attribute_name("hair.density") == "hair.density"
    with pytest.raises(UnknownNameError, match=r"hair\.style"):
        attribute_name("style")
