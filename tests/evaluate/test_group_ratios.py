"""Ratios of groups equal slow loops, find what was planted, and nothing else."""

import numpy as np
import pytest

from vultus.errors import InputError
from vultus.evaluate.group_ratios import pair_rate_ratios, person_rate_ratios

CELLS, EACH = 6, 10


def _cells():
    return np.repeat(np.arange(CELLS), EACH)


def _masks(cells):
    first = cells[None] == np.unique(cells)[:, None]
    return first, ~first


def _people(rng, rate=0.15):
    """Errors of people who differ, out of 6 comparisons each."""
    return rng.binomial(6, rng.beta(1.5, 1.5 * (1 - rate) / rate, CELLS * EACH)), np.full(CELLS * EACH, 6)


def test_person_ratios_equal_a_loop():
    rng = np.random.default_rng(0)
    errors, trials = _people(rng)
    found = person_rate_ratios(errors, trials, *_masks(_cells()), rng, draws=50)
    for cell in range(CELLS):
        inside = [(e, t) for e, t, c in zip(errors, trials, _cells(), strict=True) if c == cell]
        outside = [(e, t) for e, t, c in zip(errors, trials, _cells(), strict=True) if c != cell]
        rates = [(sum(e for e, _ in side) + 0.5) / (sum(t for _, t in side) + 1) for side in (inside, outside)]
        assert found.ratio[cell] == pytest.approx(rates[0] / rates[1])
        assert found.errors[cell] == sum(e for e, _ in inside) and found.people[cell] == EACH


def test_bootstrap_equals_a_loop_over_people():
    """The interval's scale is that of a plain bootstrap written out, person by person."""
    rng = np.random.default_rng(1)
    errors, trials = _people(rng, 0.4)
    found = person_rate_ratios(errors, trials, *_masks(_cells()), np.random.default_rng(2), draws=4000)
    logs = []
    for _ in range(2000):
        drawn = [rng.choice(np.flatnonzero(_cells() == cell), EACH) for cell in range(CELLS)]
        inside, outside = drawn[0], np.concatenate(drawn[1:])
        rates = [(errors[side].sum() + 0.5) / (trials[side].sum() + 1) for side in (inside, outside)]
        logs.append(np.log(rates[0] / rates[1]))
    own = np.log(found.high[0] / found.ratio[0])
    expected = np.std(logs) * np.sqrt(EACH / (EACH - 1)) * 2.262  # Student, 9 degrees of freedom
    assert own == pytest.approx(expected, rel=0.08)


def test_pair_ratios_equal_a_loop():
    rng = np.random.default_rng(3)
    n = CELLS * EACH
    errors = np.triu(rng.binomial(4, 0.2, (n, n)), 1).astype(float)
    errors, trials = errors + errors.T, np.full((n, n), 4.0)
    found = pair_rate_ratios(errors, trials, _cells(), rng, draws=50)
    counts = np.zeros((CELLS, 2))
    for i in range(n):
        for j in range(i + 1, n):
            if i // EACH == j // EACH:
                counts[i // EACH] += errors[i, j], trials[i, j]
    rest = counts.sum(0) - counts
    rates = [(side[:, 0] + 0.5) / (side[:, 1] + 1) for side in (counts, rest)]
    assert found.ratio == pytest.approx(rates[0] / rates[1])


def test_copies_of_one_person_are_never_compared():
    """Errors on the diagonal change nothing, and neither does asking for many draws."""
    rng = np.random.default_rng(4)
    errors = np.triu(rng.binomial(4, 0.3, (12, 12)), 1).astype(float)
    errors, trials, groups = errors + errors.T, np.full((12, 12), 4.0), np.repeat([0, 1], 6)
    both = (errors, errors + 9 * np.eye(12))
    plain, loaded = (pair_rate_ratios(each, trials, groups, np.random.default_rng(5), draws=99) for each in both)
    assert np.array_equal(plain.ratio, loaded.ratio) and np.array_equal(plain.high, loaded.high)


def test_a_planted_cell_is_flagged_alone_and_not_without_the_plant():
    rng = np.random.default_rng(6)
    errors, trials = _people(rng)
    before = person_rate_ratios(errors, trials, *_masks(_cells()), rng)
    planted = np.where(_cells() == 2, 6, errors)
    after = person_rate_ratios(planted, trials, *_masks(_cells()), rng)
    assert not before.flagged.any()
    assert after.flagged.tolist() == [cell == 2 for cell in range(CELLS)]
    assert (after.family_low <= after.low).all() and (after.low < after.ratio).all()


def test_alike_groups_are_seldom_flagged():
    """Family-wise, over 200 samples in which cells mean nothing; without the family's limit it happens in most of them."""
    rng = np.random.default_rng(7)
    runs = [person_rate_ratios(*_people(rng), *_masks(_cells()), rng, draws=150) for _ in range(200)]
    assert sum(each.flagged.any() for each in runs) <= 17  # 5 % of 200 with a binomial tail of 1 %
    assert sum(((each.low > 1) | (each.high < 1)).any() for each in runs) > 20


def test_a_group_without_errors_keeps_a_wide_interval():
    errors, trials = np.r_[np.zeros(5), np.full(25, 1)], np.full(30, 6)
    first = np.arange(30)[None] < 5
    found = person_rate_ratios(errors, trials, first, ~first, np.random.default_rng(8))
    assert 0 < found.low[0] < found.ratio[0] < 1 < found.high[0]


def test_wrong_groups_are_refused_by_name():
    rng = np.random.default_rng(9)
    everybody = np.ones((1, 4), bool)
    with pytest.raises(InputError, match="first and second"):
        person_rate_ratios(np.zeros(4), np.ones(4), everybody, everybody, rng)
    with pytest.raises(InputError, match="errors and trials"):
        person_rate_ratios(np.full(4, 2), np.ones(4), everybody, ~everybody, rng)
    with pytest.raises(InputError, match="groups"):
        pair_rate_ratios(np.zeros((3, 3)), np.ones((3, 3)), np.array([0, 0, 1]), rng)
