"""Verification pairs: half mated, everybody as often, no pair twice."""

from __future__ import annotations

from collections import Counter

import pytest

from vultus.errors import InputError
from vultus.people.dataset.pairs import verification_pairs


@pytest.fixture
def people(parse, make_drawn, tmp_path):
    from vultus.people.dataset.virtual_people import open_people
    text = "seed = 5\npeople_per_cell = 5\npictures_per_person = 4\nsize = 32\n[cells]\ngender = ['female', 'male']\n"
    make_drawn(parse(text), tmp_path / "set")
    return open_people(tmp_path / "set")


def ids(pairs):
    return [frozenset((pair.first.id, pair.second.id)) for pair in pairs]


@pytest.mark.parametrize("strangers", ["within", "across", "any"])
@pytest.mark.parametrize("count", [2, 40, 100])
def test_balance(people, count, strangers):
    pairs = verification_pairs(people, count, strangers=strangers)
    assert len(pairs) == count == len(set(ids(pairs))) and sum(pair.mated for pair in pairs) == count // 2
    for pair in pairs:
        assert pair.mated == (pair.first.subject == pair.second.subject) and pair.first.id != pair.second.id
        same_cell = pair.first.labels["cell"] == pair.second.labels["cell"]
        assert pair.mated <= same_cell and (pair.mated or strangers == "any" or same_cell == (strangers == "within"))


def test_everybody_as_often_as_anybody(people):
    pairs = verification_pairs(people, 40)
    mated = Counter(pair.first.subject for pair in pairs if pair.mated)
    others = Counter(item.subject for pair in pairs if not pair.mated for item in (pair.first, pair.second))
    cells = Counter(pair.first.labels["cell"] for pair in pairs)
    assert set(mated.values()) == {2} and set(others.values()) == {4} and set(cells.values()) == {20}


def test_all_there_are(people):
    assert len(set(ids(verification_pairs(people, 120)))) == 120  # 10 people x 6 pairs of their pictures
    with pytest.raises(InputError, match="at most 120 pairs"):
        verification_pairs(people, 122)


def test_within_cells_there_are_no_more_strangers_than_pairs_of_pictures(people, parse, make_drawn, tmp_path):
    from vultus.people.dataset.virtual_people import open_people
    make_drawn(parse("seed = 5\npeople_per_cell = 2\npictures_per_person = 4\nsize = 32\n"), tmp_path / "two")
    two = open_people(tmp_path / "two")
    assert len(set(ids(verification_pairs(two, 24)))) == 24  # mated pairs end first: 2 x 6 of them, and 16 of strangers
    with pytest.raises(InputError, match="of one person"):
        verification_pairs(two, 26)
    with pytest.raises(InputError, match=r"of two people \(across cells\)"):
        verification_pairs(two, 2, strangers="across")


def test_the_seed_decides_and_nothing_else(people):
    assert ids(verification_pairs(people, 20)) == ids(verification_pairs(people, 20)) != ids(verification_pairs(people, 20, seed=1))
    assert ids(verification_pairs(people, 40))[:10] == ids(verification_pairs(people, 20))[:10]


@pytest.mark.parametrize("wrong", [{"count": 3}, {"count": 0}, {"count": 2, "strangers": "around"}, {"count": 2, "seed": -1}])
def test_wrong_arguments(people, wrong):
    with pytest.raises(InputError):
        verification_pairs(people, **wrong)
