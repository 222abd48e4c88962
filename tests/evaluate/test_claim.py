"""A claim holds only when every seed and the interval over people beat the margin and the baseline has room."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from vultus.card import Claim
from vultus.errors import InputError
from vultus.evaluate.claim import beats_margin, evaluate_claim

CLAIM = Claim("accuracy", "higher", "baseline", 0.03)
PEOPLE = np.repeat(np.arange(40), 5)


def arms(gain, seeds=3, noise=0.02):
    rng = np.random.default_rng(7)
    base = [0.6 + rng.normal(0, 0.1, 40)[PEOPLE] for _ in range(seeds)]
    return [b + gain + rng.normal(0, noise, len(PEOPLE)) for b in base], base


def settle(ours, baseline, claim=CLAIM, limits=(0.0, 1.0), **options):
    return evaluate_claim(claim, ours, baseline, PEOPLE, np.random.default_rng(1), limits=limits, draws=400, **options)


def test_a_clear_gain_holds():
    result = settle(*arms(0.1))
    assert result.holds and len(result.differences) == 3
    assert result.low < np.mean(result.differences) < result.high
    assert result.value - result.baseline == pytest.approx(np.mean(result.differences))


def test_pairing_within_people_keeps_the_interval_narrow():
    result = settle(*arms(0.1))
    assert result.high - result.low < 0.01  # people differ by 0.1, so unpaired arms would give 0.04 and more


@pytest.mark.parametrize("gain", [0.0, 0.03, -0.1])
def test_no_gain_or_one_at_the_margin_does_not_hold(gain):
    assert not settle(*arms(gain)).holds


def test_one_seed_below_the_margin_is_enough_to_fail():
    ours, base = arms(0.1)
    ours[1] = base[1] + 0.02
    result = settle(ours, base)
    assert result.low > CLAIM.margin and not result.holds


def test_a_wide_interval_does_not_hold():
    ours, base = arms(0.0, seeds=1)
    ours[0] = base[0] + np.where(PEOPLE == 0, 4.0, 0.0)  # one person makes the whole mean gain of 0.1
    result = settle(ours, base, limits=(0.0, 2.0))
    assert result.differences[0] > CLAIM.margin > result.low and not result.holds


@pytest.mark.parametrize("limits", [(0.7, 1.0), (0.0, 0.5)])
def test_a_baseline_at_floor_or_ceiling_proves_nothing(limits):
    assert not settle(*arms(0.1), limits=limits).holds


def test_lower_is_better_turns_the_differences():
    ours, base = arms(0.1)
    result = settle(base, ours, claim=Claim("error", "lower", "baseline", 0.03))
    assert result.holds and min(result.differences) > 0 and result.value < result.baseline


def test_a_metric_that_is_no_mean_gets_whole_rows():
    rng = np.random.default_rng(3)
    labels = np.arange(len(PEOPLE)) % 2
    good, bad = (np.column_stack([labels * s + rng.normal(size=len(PEOPLE)), labels]) for s in (3.0, 0.5))
    result = settle([good], [bad], statistic=lambda rows: roc_auc_score(rows[:, 1], rows[:, 0]))
    assert result.value == pytest.approx(roc_auc_score(labels, good[:, 0])) and result.holds


def test_the_interval_covers_the_truth_about_as_often_as_it_says():
    covered = 0
    for trial in range(200):
        rng = np.random.default_rng([5, trial])
        effect = 0.1 + rng.normal(0, 0.2, 40)[PEOPLE]
        base = rng.normal(0.5, 0.1, len(PEOPLE))
        result = evaluate_claim(CLAIM, [base + effect], [base], PEOPLE, rng, limits=(0, 1), draws=200)
        covered += result.low <= 0.1 <= result.high
    assert 0.89 <= covered / 200 <= 0.99


def test_drawing_items_instead_of_people_would_be_too_narrow():
    rng = np.random.default_rng(2)
    base = [np.full(len(PEOPLE), 0.5)]
    ours = [base[0] + rng.normal(0.1, 0.2, 40)[PEOPLE]]
    by_people = settle(ours, base)
    by_items = evaluate_claim(CLAIM, ours, base, np.arange(len(PEOPLE)), np.random.default_rng(1), limits=(0, 1), draws=400)
    assert by_people.high - by_people.low > 1.8 * (by_items.high - by_items.low)


@pytest.mark.parametrize("ours, base, people", [([], [], PEOPLE), ([PEOPLE * 1.0], [], PEOPLE), ([PEOPLE[:9]], [PEOPLE], PEOPLE),
                                                ([PEOPLE * 1.0], [PEOPLE * 1.0], PEOPLE * 0)])
def test_arms_that_do_not_fit_are_refused(ours, base, people):
    with pytest.raises(InputError):
        evaluate_claim(CLAIM, ours, base, people, np.random.default_rng(1), limits=(0, 1))


def test_a_statistic_that_is_often_undefined_is_refused():
    with pytest.raises(InputError, match="NaN"):
        settle(*arms(0.1), statistic=lambda rows: float("nan") if rows.mean() > 0.65 else 0.5)


def test_the_margin_itself_is_not_beyond_it():
    assert beats_margin((0.04,), 0.031, 0.03) and not beats_margin((0.03,), 0.031, 0.03) and not beats_margin((0.04,), 0.03, 0.03)
    assert not beats_margin((), 1.0, 0.03)
