"""Many people: distance, judge, tallies, and what a draw depends on."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from vultus.errors import InputError
from vultus.people.identity import Identity
from vultus.people.sampling import Cell, cross, distances, draw_people, features

CELLS = cross({"gender": ["female", "male"], "group": ["african", "asian", "caucasian"]})


def judge(person: Identity) -> NDArray[np.float32]:
    """Sees nothing but melanin and the gender axis."""
    angle = 2 * person.skin.melanin
    return np.array([np.cos(angle), np.sin(angle)], np.float32)


def test_everyone_keeps_the_distance_and_some_were_turned_away() -> None:
    drawn = draw_people(10, 1, CELLS, 0.8)
    apart = distances(features(drawn.people), features(drawn.people))
    assert apart[np.triu_indices(60, 1)].min() >= 0.8
    assert sum(tally.rejected for tally in drawn.tallies) > 0
    assert [tally.drawn - tally.rejected for tally in drawn.tallies] == [10] * 6


def test_balance_is_exact_and_people_belong_to_their_cells() -> None:
    drawn = draw_people(4, 2, CELLS)
    assert [drawn.cell.count(c) for c in range(6)] == [4] * 6 and len({person.id for person in drawn.people}) == 24
    for person, c in zip(drawn.people, drawn.cell, strict=True):
        for name in ("african", "asian", "caucasian", "gender"):
            low, high = drawn.cells[c].ranges.get(f"phenotype.{name}", (0, 1))
            assert low <= person.phenotype[name] <= high


def test_more_people_keep_the_first_and_the_same_draw_repeats_itself() -> None:
    few, many = draw_people(3, 5, CELLS, 0.75), draw_people(5, 5, CELLS, 0.75)
    assert many.people[:18] == few.people == draw_people(3, 5, CELLS, 0.75).people
    assert draw_people(1, 6, CELLS).people[0] != few.people[0]


def test_without_a_distance_a_cell_does_not_depend_on_the_others() -> None:
    alone, together = draw_people(3, 5, [CELLS[4]]), draw_people(3, 5, CELLS)
    assert [p.local for p in alone.people] == [p.local for p, c in zip(together.people, together.cell, strict=True) if c == 4]


def test_distance_to_people_of_an_earlier_draw() -> None:
    first = draw_people(5, 5, [Cell()])
    second = draw_people(5, 5, [Cell()], 0.5, apart_from=first.people)
    assert second.tallies[0].near >= 5  # the very same candidates come first and are refused
    assert distances(features(first.people), features(second.people)).min() >= 0.5


def test_a_judge_keeps_templates_apart() -> None:
    drawn = draw_people(8, 1, [Cell()], judge=judge, judge_distance=0.01)
    templates = np.array([judge(person) for person in drawn.people])
    assert np.max((templates @ templates.T)[np.triu_indices(8, 1)]) <= 0.99 + 1e-6
    assert drawn.tallies[0].alike > 0 and drawn.tallies[0].near == 0


def test_rejected_share_has_exact_limits() -> None:
    share, low, high = draw_people(10, 1, CELLS, 0.8).tallies[0].share()
    assert low < share < high
    assert draw_people(3, 1).tallies[0].share()[0] == 0 and 0 < draw_people(3, 1).tallies[0].share()[2] < 1


def test_a_cell_that_cannot_be_filled_is_named() -> None:
    with pytest.raises(InputError, match=r"distance 2.*cell 'female asian'.*person 1 .*in 20 tries \(20 too near") as caught:
        draw_people(2, 1, CELLS[1:2], 2.0, apart_from=draw_people(1, 9).people, tries=20)
    assert "lower the distance" in str(caught.value)
    with pytest.raises(InputError, match="too alike"):
        draw_people(60, 1, judge=judge, judge_distance=0.2, tries=15)


@pytest.mark.parametrize(("change", "words"), [
    ({"n": -1}, "n: "), ({"cells": []}, "cells"), ({"cells": [Cell(), Cell()]}, "twice"), ({"minimum_distance": -0.1}, "minimum_distance"),
    ({"minimum_distance": float("nan")}, "minimum_distance"), ({"judge_distance": 0.1}, "without a judge"), ({"tries": 0}, "tries"),
    ({"judge": lambda person: np.ones(4, np.float32)}, "unit vector"), ({"judge": lambda person: np.eye(2)}, "unit vector")])
def test_wrong_input_is_named(change: dict[str, object], words: str) -> None:
    with pytest.raises(InputError, match=words):
        draw_people(**({"n": 1, "seed": 1} | change))  # type: ignore[arg-type]
