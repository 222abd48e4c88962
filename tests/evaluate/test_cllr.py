"""Cllr, its smallest value and the logistic fit against loops and other libraries."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.optimize import minimize
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression

from vultus.errors import InputError
from vultus.evaluate.cllr import cllr, fit_llr, llr, min_cllr


def scores(seed, mated=300, non_mated=900, step=None):
    rng = np.random.default_rng(seed)
    pair = rng.normal(0.92, 0.03, mated), rng.normal(0.84, 0.035, non_mated)
    return tuple(np.round(s / step) * step for s in pair) if step else pair


def test_cost_equals_a_slow_loop():
    mated, non_mated = np.array([2.0, -1.0, 0.3]), np.array([-3.0, 0.5])
    first = sum(math.log2(1 + 1 / math.exp(x)) for x in mated) / 3
    second = sum(math.log2(1 + math.exp(x)) for x in non_mated) / 2
    assert cllr(mated, non_mated) == pytest.approx((first + second) / 2, rel=1e-12)


def test_cost_of_knowing_nothing_everything_and_the_wrong_way_round():
    assert cllr(np.zeros(4), np.zeros(9)) == 1.0
    assert cllr(np.full(4, 800.0), np.full(9, -800.0)) == 0.0
    assert cllr(np.full(4, -800.0), np.full(9, 800.0)) == pytest.approx(800 / math.log(2))


def test_true_ratios_of_normal_scores_cost_least():
    """N(d, 1) against N(0, 1) has llr = d * x - d * d / 2; shifting or stretching it costs more."""
    rng, d = np.random.default_rng(0), 2.0
    mated, non_mated = rng.normal(d, 1, 200_000), rng.normal(0, 1, 200_000)
    best = cllr(llr(mated, -d * d / 2, d), llr(non_mated, -d * d / 2, d))
    for offset, slope in ((-1.5, 2.0), (-2.5, 2.0), (-2.0, 1.5), (-2.0, 2.5)):
        assert cllr(llr(mated, offset, slope), llr(non_mated, offset, slope)) > best + 0.005
    assert fit_llr(mated[:20_000], non_mated[:20_000]) == pytest.approx((-2, 2), abs=0.08)


@pytest.mark.parametrize("step", [None, 0.02])
def test_smallest_cost_equals_isotonic_regression_of_another_library(step):
    mated, non_mated = scores(1, step=step)
    x = np.concatenate([mated, non_mated])
    label = np.repeat([1.0, 0.0], [len(mated), len(non_mated)])
    share = IsotonicRegression(out_of_bounds="clip").fit(x, label).predict(x)
    with np.errstate(divide="ignore"):
        ratio = np.log(share / (1 - share)) - np.log(len(mated) / len(non_mated))
    parts = np.logaddexp(0, -ratio[label == 1]).mean(), np.logaddexp(0, ratio[label == 0]).mean()
    assert min_cllr(mated, non_mated) == pytest.approx(sum(parts) / 2 / math.log(2), rel=1e-9)


def test_smallest_cost_by_hand_and_its_bounds():
    assert min_cllr(np.array([2.0, 3.0]), np.array([0.0, 1.0])) == 0
    assert min_cllr(np.array([1.0]), np.array([1.0])) == pytest.approx(1)
    assert min_cllr(np.array([0.0]), np.array([1.0])) == pytest.approx(1)  # the wrong way round is worth nothing
    # 1 | 0 1 pooled | 0: the lowest non-mated and the highest mated are free, the two in the middle cost a bit each
    assert min_cllr(np.array([1.0, 3.0]), np.array([0.0, 2.0])) == pytest.approx(0.5)
    mated, non_mated = scores(2)
    line = fit_llr(mated, non_mated)
    assert 0 < min_cllr(mated, non_mated) < cllr(llr(mated, *line), llr(non_mated, *line)) < 1


def test_smallest_cost_ignores_every_rising_change_of_scale():
    mated, non_mated = scores(3)
    assert min_cllr(np.exp(9 * mated), np.exp(9 * non_mated)) == pytest.approx(min_cllr(mated, non_mated), rel=1e-9)


def test_fit_equals_other_libraries():
    mated, non_mated = scores(4)
    offset, slope = fit_llr(mated, non_mated)
    x = np.concatenate([mated, non_mated])[:, None]
    label = np.repeat([1, 0], [len(mated), len(non_mated)])
    theirs = LogisticRegression(C=np.inf, class_weight="balanced", tol=1e-10, max_iter=10_000).fit((x - 0.87) * 20, label)
    assert slope == pytest.approx(20 * theirs.coef_[0, 0], rel=1e-3)
    assert offset == pytest.approx(theirs.intercept_[0] - 0.87 * slope, rel=1e-3)
    lowest = minimize(lambda v: cllr(llr(mated, v[0] - 0.87 * v[1], v[1]), llr(non_mated, v[0] - 0.87 * v[1], v[1])), (0.0, 30.0),
                      method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-14, "maxiter": 5000})
    assert cllr(llr(mated, offset, slope), llr(non_mated, offset, slope)) <= lowest.fun + 1e-12


def test_fit_does_not_depend_on_how_many_pairs_there_are_of_a_kind():
    mated, non_mated = scores(5)
    assert fit_llr(mated, np.tile(non_mated, 50)) == pytest.approx(fit_llr(mated, non_mated), rel=1e-8)


def test_fit_of_scores_that_hardly_overlap_converges():
    offset, slope = fit_llr(np.array([0.5, 1.0, 1.1, 1.2]), np.array([0.0, 0.1, 0.2, 0.50001]))
    assert np.isfinite([offset, slope]).all() and slope > 0


def test_separated_scores_and_numbers_that_are_none_are_refused():
    with pytest.raises(InputError, match="overlap"):
        fit_llr(np.array([2.0, 3.0]), np.array([0.0, 1.0]))
    with pytest.raises(InputError, match="mated_llr"):
        cllr(np.array([np.nan]), np.zeros(2))
    with pytest.raises(InputError, match="non_mated"):
        min_cllr(np.zeros(2), np.zeros(0))
