"""Comparisons within cells, against slow loops."""

import numpy as np
import pytest

from vultus.errors import InputError
from vultus.evaluate.eer_interval import eer_with_interval
from vultus.evaluate.rates import eer
from vultus.generate.all_pairs import eer_of_rows, picture_rows
from vultus.generate.cell_audit import blurred, false_alarms, missed_ratios
from vultus.generate.pair_scores import PairScores, pairs_within

CELLS, PEOPLE, EACH = 4, 40, 3


@pytest.fixture
def scores():
    """People as directions, pictures near them; one picture has no face."""
    rng = np.random.default_rng(0)
    person, cell = np.repeat(np.arange(PEOPLE), EACH), np.arange(PEOPLE) % CELLS
    vectors = rng.normal(size=(PEOPLE, 12))[person] + 0.7 * rng.normal(size=(len(person), 12))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    vectors[17] = np.nan
    return PairScores.of(vectors, person, cell)


def test_pairs_are_all_of_a_cell_and_no_other():
    cell = np.array([0, 1, 0, 1, 1])
    left, right = pairs_within(cell)
    assert list(zip(left.tolist(), right.tolist(), strict=True)) == [(0, 2), (1, 3), (1, 4), (3, 4)]


def test_counts_of_people_and_of_pairs_equal_loops(scores):
    threshold = 0.5
    errors, trials = scores.missed(threshold)
    hits, all_pairs = scores.false_matches(threshold)
    e, t, h, a = np.zeros(PEOPLE), np.zeros(PEOPLE), np.zeros((PEOPLE, PEOPLE)), np.zeros((PEOPLE, PEOPLE))
    for value, i, j in zip(scores.scores, scores.first, scores.second, strict=True):
        match = bool(value >= threshold)  # never for NaN: a picture without a face matches nobody
        if i == j:
            e[i] += not match
            t[i] += 1
        else:
            for place in ((i, j), (j, i)):
                h[place] += match
                a[place] += 1
    assert np.array_equal(errors, e) and np.array_equal(trials, t) and np.array_equal(hits, h) and np.array_equal(all_pairs, a)
    assert errors[17 // EACH] >= 2


def test_shuffled_names_give_chance_and_the_true_ones_do_not(scores):
    rng = np.random.default_rng(1)
    assert scores.eer(rng, 2)[0] < 0.2
    assert 0.42 < np.mean([scores.shuffled(rng).eer(rng, 1)[0] for _ in range(20)]) < 0.58
    assert np.array_equal(scores.cell[scores.shuffled(rng).person], scores.cell[scores.person])


def test_a_spoilt_cell_is_flagged_alone_and_the_plain_set_is_not(scores):
    rng = np.random.default_rng(2)
    spoilt = PairScores(scores.person, scores.cell, scores.scores - 0.6)
    found = missed_ratios(scores.with_cell_of(spoilt, 1), 0.4, rng)
    assert found.flagged.tolist() == [False, True, False, False]
    assert not missed_ratios(scores, 0.4, rng).flagged.any()


@pytest.mark.parametrize("halves", [True, False])
def test_alike_splits_raise_few_flags(scores, halves):
    assert false_alarms(scores, 0.6, np.random.default_rng(3), 60, halves=halves) <= 8  # 5 % of 60, binomial tail 1 %


def test_scores_of_another_set_are_refused(scores):
    with pytest.raises(InputError, match="scores"):
        PairScores(scores.person, scores.cell, scores.scores[1:])


def test_equal_error_rate_of_rows_equals_that_of_pairs_and_copies_weigh():
    rng = np.random.default_rng(4)
    person = np.repeat(np.arange(12), 3)
    left, right = np.triu_indices(len(person), 1)
    cosines = rng.normal(0.4 * (person[left] == person[right]), 0.3)
    rows = picture_rows(cosines.tolist(), len(person))
    plain = eer_with_interval(cosines, person[left], person[right], rng, 1)[0]
    assert eer_of_rows(person, rows) == pytest.approx(plain, abs=0.01)
    copies = rng.integers(0, 5, 12)
    weights = [copies[i] * (1 if i == j else copies[j]) for i, j in zip(person[left], person[right], strict=True)]
    repeated = np.repeat(cosines, weights)
    expected = eer(*(repeated[np.repeat(person[left] == person[right], weights) == kind] for kind in (True, False)))
    drawn = np.concatenate([rows[person == who] for who in range(12) for _ in range(copies[who])])
    assert eer_of_rows(person, drawn) == pytest.approx(expected, abs=0.003)  # a copy is never held against itself


def test_blur_takes_detail_and_keeps_the_mean():
    picture = np.random.default_rng(5).integers(0, 255, (64, 64, 3), dtype=np.uint8)
    soft = blurred(picture)
    assert soft.shape == picture.shape and soft.std() < picture.std() / 3 and abs(soft.mean() - picture.mean()) < 2
