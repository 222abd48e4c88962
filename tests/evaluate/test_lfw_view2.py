import numpy as np
import pytest

from vultus.evaluate.lfw_view2 import view2
from vultus.evaluate.rates import best_accuracy_threshold


def test_thresholds_never_see_their_own_fold():
    rng = np.random.default_rng(0)
    folds, mated = np.repeat(np.arange(3), 20), np.tile([True, False], 30)
    scores = rng.normal(mated.astype(float), 1)
    result = view2(scores, mated, folds)
    for fold in range(3):
        others = folds != fold
        threshold = best_accuracy_threshold(scores[others & mated], scores[others & ~mated])
        assert result.thresholds[fold] == threshold
        assert result.per_fold[fold] == pytest.approx(np.mean((scores[folds == fold] >= threshold) == mated[folds == fold]))
    changed = scores.copy()
    changed[folds == 0] = rng.permutation(changed[folds == 0])
    assert view2(changed, mated, folds).thresholds[0] == result.thresholds[0]


def test_a_failed_extraction_is_an_error_for_mated_and_non_mated_pairs():
    folds, mated = np.repeat(np.arange(2), 4), np.tile([True, False], 4)
    scores = mated.astype(float)
    assert view2(scores, mated, folds).mean == 1
    scores[:2] = np.nan
    result = view2(scores, mated, folds)
    assert result.per_fold == (0.5, 1.0) and not result.correct[:2].any()
