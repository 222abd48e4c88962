import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.metrics import roc_curve

from vultus.errors import InputError
from vultus.evaluate.rates import best_accuracy_threshold, d_prime, eer, error_curves, fmr, fnmr

SCORES = arrays(np.float64, st.integers(1, 30), elements=st.integers(-4, 4).map(lambda v: v / 4))  # ties on purpose


@given(SCORES, SCORES)
def test_curves_equal_a_slow_loop(mated, non_mated):
    thresholds, false_match, false_non_match = error_curves(mated, non_mated)
    for t, fm, fn in zip(thresholds, false_match, false_non_match, strict=True):
        assert fm == pytest.approx(sum(s >= t for s in non_mated) / len(non_mated)) == pytest.approx(fmr(non_mated, t))
        assert fn == pytest.approx(sum(s < t for s in mated) / len(mated)) == pytest.approx(fnmr(mated, t))


def test_curves_agree_with_scikit_learn():
    rng = np.random.default_rng(1)
    mated, non_mated = rng.normal(1, 1, 200), rng.normal(0, 1, 300)
    labels = np.r_[np.ones(200), np.zeros(300)]
    their_fmr, their_tpr, their_t = roc_curve(labels, np.r_[mated, non_mated], drop_intermediate=False)
    thresholds, false_match, false_non_match = error_curves(mated, non_mated)
    ours = {t: (a, b) for t, a, b in zip(thresholds, false_match, false_non_match, strict=True)}
    for t, a, b in list(zip(their_t, their_fmr, 1 - their_tpr, strict=True))[1:]:
        assert ours[t] == pytest.approx((a, b))


@given(SCORES, SCORES)
def test_no_other_threshold_decides_better(mated, non_mated):
    chosen = best_accuracy_threshold(mated, non_mated)
    def wrong(t):
        return (mated < t).sum() + (non_mated >= t).sum()
    assert wrong(chosen) == min(wrong(t) for t in [*mated, *non_mated, 9.0, -9.0])


def test_known_cases():
    assert eer(np.array([1.0, 2.0]), np.array([-1.0, 0.0])) == 0
    assert best_accuracy_threshold(np.array([0.8, 0.9]), np.array([0.1, 0.2])) == pytest.approx(0.5)
    assert d_prime(np.array([1.0, 3.0]), np.array([-1.0, 1.0])) == pytest.approx(2.0)


def test_unusable_scores_are_refused_by_name():
    with pytest.raises(InputError, match="non_mated"):
        eer(np.ones(3), np.array([0.0, np.nan]))
    with pytest.raises(InputError, match="mated"):
        fnmr(np.array([]), 0.5)
