"""The area under the ROC curve against the double loop and against another library."""

from __future__ import annotations

import numpy as np
import pytest

from vultus.errors import InputError
from vultus.evaluate.auc import auc, auc_interval


@pytest.mark.parametrize("levels", [3, 1000])
def test_it_is_the_share_of_pairs_in_the_right_order(levels: int) -> None:
    rng = np.random.default_rng(1)
    positives, negatives = rng.integers(levels, size=40) + levels // 3, rng.integers(levels, size=30)
    pairs = [1.0 if p > n else 0.5 if p == n else 0.0 for p in positives for n in negatives]
    assert auc(positives, negatives) == pytest.approx(np.mean(pairs))


def test_it_agrees_with_scikit_learn() -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    rng = np.random.default_rng(2)
    positives, negatives = rng.normal(1, 1, 200).round(1), rng.normal(0, 1, 300).round(1)
    truth = np.r_[np.ones(200), np.zeros(300)]
    assert auc(positives, negatives) == pytest.approx(metrics.roc_auc_score(truth, np.r_[positives, negatives]))


def test_the_interval_holds_the_value_and_narrows_with_the_sample() -> None:
    rng = np.random.default_rng(3)
    widths = []
    for count in (50, 800):
        positives, negatives = rng.normal(1, 1, count), rng.normal(0, 1, count)
        low, high = auc_interval(positives, negatives, rng, draws=200)
        assert low < auc(positives, negatives) < high
        widths.append(high - low)
    assert widths[1] < widths[0] / 2


def test_no_scores_are_refused() -> None:
    with pytest.raises(InputError, match="negatives"):
        auc(np.ones(2), np.ones(0))
