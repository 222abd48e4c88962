"""Who gets which pictures: exact counts everywhere, the same answer in any order."""

from __future__ import annotations

from collections import Counter

import pytest

from vultus.people.dataset.plan import cell_id, person_plan


@pytest.fixture
def plans(spec):
    return [person_plan(spec, index) for index in range(spec.people)]


def test_asked_in_any_order_the_answer_is_the_same(spec, plans):
    assert [person_plan(spec, index) for index in reversed(range(spec.people))] == plans[::-1]


def test_people_are_numbered_as_they_are_drawn(spec, plans, drawn_set):
    assert [(plan.cell, plan.place) for plan in plans[:5]] == [(0, 0), (1, 0), (2, 0), (3, 0), (0, 1)]
    for row in drawn_set.rows():
        plan = plans[int(row["person"][1:])]
        assert (cell_id(plan.cell), plan.id, plan.split) == (row["cell"], row["person"], row["split"])


def test_numbers_of_pictures_are_0_to_n(spec, plans):
    for plan in plans:
        assert sorted(picture.number for picture in plan.pictures) == list(range(spec.pictures_each))


def test_splits_differ_between_cells(parse):
    spec = parse("seed = 1\npeople_per_cell = 20\npictures_per_person = 1\n"
                 "[cells]\ngender = ['female', 'male']\n[splits]\na = 0.5\nb = 0.5")
    dealt = ["".join(person_plan(spec, place * 2 + cell).split for place in range(20)) for cell in (0, 1)]
    assert dealt[0] != dealt[1] and [Counter(each) for each in dealt] == [{"a": 10, "b": 10}] * 2


def test_views_belong_to_pictures(parse):
    spec = parse("seed = 1\npeople_per_cell = 1\n[views]\nyaw = [-30, 0, 30]")
    assert [(each.number, each.scene, each.view) for each in person_plan(spec, 0).pictures] == [(0, 0, 0), (1, 1, 1), (2, 2, 2)]


def test_extra_pictures_are_spread_over_the_scenes(parse):
    spec = parse("seed = 1\npeople_per_cell = 2\npictures_per_person = 3\n[[simulate]]\nname = 'printed'\nextra = 7")
    scenes = Counter(each.scene for each in person_plan(spec, 1).pictures if each.added)
    assert sorted(scenes.values()) == [2, 2, 3]
