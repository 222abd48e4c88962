"""People from whom something was taken: exactly that, and nothing else."""

import numpy as np
import pytest

from vultus.errors import InputError
from vultus.generate.changed_people import bare, drawn_together, held_by_words
from vultus.people.sampling import Cell, distance, distances, draw_identity, draw_people, features

CELL = Cell.parse({"group": "asian", "gender": "female", "ages": [28, 40]})


@pytest.fixture(scope="module")
def people():
    return draw_people(8, 3, [CELL]).people


def test_variance_is_halved_about_the_same_mean(people):
    moved = drawn_together(people, 0.5 ** 0.5)
    for name in ("nose-hump-incr", "chin-width-incr"):
        before, after = ([each.local[name] for each in group] for group in (people, moved))
        assert np.var(after) == pytest.approx(np.var(before) / 2) and np.mean(after) == pytest.approx(np.mean(before))
    assert np.var([each.skin.melanin for each in moved]) == pytest.approx(np.var([each.skin.melanin for each in people]) / 2)
    assert np.median(distances(features(moved), features(moved))) < 0.8 * np.median(distances(features(people), features(people)))


def test_what_is_not_a_shape_or_a_colour_stays(people):
    for before, after in zip(people, drawn_together(people, 0.0), strict=True):
        assert (after.id, after.years, after.hair.style, after.skin.seed, after.skin.moles) == (
            before.id, before.years, before.hair.style, before.skin.seed, before.skin.moles)
        assert after.phenotype["gender"] == pytest.approx(np.mean([each.phenotype["gender"] for each in people]))


def test_a_spread_of_one_changes_nothing(people):
    assert all(distance(before, after) < 1e-9 for before, after in zip(people, drawn_together(people, 1.0), strict=True))


def test_one_person_has_no_mean_to_move_to(people):
    with pytest.raises(InputError, match="people and spread"):
        drawn_together(people[:1], 0.5)


def test_bare_heads_differ_in_shape_alone(people):
    first, second = (bare(each) for each in people[:2])
    assert first.skin == second.skin and first.eyes == second.eyes and first.lips == second.lips
    assert first.hair.style == "bald" and first.beard.style == "none" and first.glasses is None and first.brows.density == 0
    assert first.local == people[0].local != second.local


def test_words_hold_what_they_can_say_and_nothing_more(people):
    person, other = people[0], draw_identity(99)
    held = held_by_words(person, other)
    assert (held.years, held.hair.style, held.hair.colour, held.skin.melanin, held.eyes.iris, held.beard, held.glasses) == (
        person.years, person.hair.style, person.hair.colour, person.skin.melanin, person.eyes.iris, person.beard, person.glasses)
    assert all(held.phenotype[name] == person.phenotype[name] for name in ("gender", "african", "asian", "caucasian"))
    assert held.local == other.local and held.brows == other.brows and held.skin.seed == other.skin.seed
