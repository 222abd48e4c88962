"""Equal error rate with an interval over people."""

import numpy as np
import pytest

from vultus.errors import InputError
from vultus.evaluate.eer_interval import eer_with_interval
from vultus.evaluate.rates import eer


def _pairs(rng: np.random.Generator, people: int, pictures: int, person: float = 1.0) -> tuple[np.ndarray, ...]:
    centres = rng.normal(size=(people, 8)) * person
    subjects = np.repeat(np.arange(people), pictures)
    vectors = centres[subjects] + rng.normal(size=(len(subjects), 8))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    rows, columns = np.triu_indices(len(subjects), 1)
    return (vectors @ vectors.T)[rows, columns], subjects[rows], subjects[columns]


def test_rate_is_that_of_rates():
    scores, first, second = _pairs(np.random.default_rng(1), 20, 4)
    rate, low, high = eer_with_interval(scores, first, second, np.random.default_rng(2))
    assert rate == pytest.approx(eer(scores[first == second], scores[first != second]), abs=1e-3)
    assert low < rate < high


def test_weights_of_a_draw_equal_a_slow_copying():
    rng = np.random.default_rng(3)
    scores, first, second = _pairs(rng, 6, 3)
    draw = np.random.default_rng(9).integers(6, size=6)
    mated, non_mated = [], []
    for score, a, b in zip(scores, first, second, strict=True):
        if a == b:
            mated += [score] * int((draw == a).sum())
        else:
            non_mated += [score] * int((draw == a).sum() * (draw == b).sum())
    _, low, high = eer_with_interval(scores, first, second, np.random.default_rng(9), draws=1)
    assert low == high == pytest.approx(eer(np.array(mated), np.array(non_mated)), abs=0.02)


def test_covers_the_truth_where_pairs_alone_would_not():
    truth = eer_with_interval(*_pairs(np.random.default_rng(0), 300, 4, 0.8), np.random.default_rng(0), draws=1)[0]
    hits = 0
    for seed in range(60):
        _, low, high = eer_with_interval(*_pairs(np.random.default_rng(seed + 1), 25, 4, 0.8), np.random.default_rng(seed), draws=120)
        hits += low <= truth <= high
    assert hits >= 50


def test_one_kind_of_pairs_is_refused():
    with pytest.raises(InputError, match="only one kind"):
        eer_with_interval(np.array([0.5, 0.6]), np.array([0, 1]), np.array([0, 1]), np.random.default_rng(0))
