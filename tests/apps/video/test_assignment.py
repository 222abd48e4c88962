"""The best assignment against every possible one."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest

from vultus.apps.video.assignment import best_pairs


def slow(scores: np.ndarray) -> float:  # type: ignore[type-arg]
    """The largest total over all ways to pair rows with columns or leave them alone."""
    rows, columns = scores.shape
    padded = np.hstack([np.where(scores > 0, scores, 0.0), np.zeros((rows, rows))])
    return max(sum(padded[row, column] for row, column in enumerate(order)) for order in permutations(range(columns + rows), rows))


@pytest.mark.parametrize("seed", range(30))
def test_no_assignment_is_better(seed: int) -> None:
    rng = np.random.default_rng(seed)
    scores = rng.normal(0.3, 1.0, size=tuple(rng.integers(1, 5, 2)))
    scores[rng.random(scores.shape) < 0.3] = -np.inf
    pairs = best_pairs(scores)
    assert len({row for row, _ in pairs}) == len({column for _, column in pairs}) == len(pairs)
    assert all(scores[pair] > 0 for pair in pairs)
    assert sum(scores[pair] for pair in pairs) == pytest.approx(slow(scores))


def test_equals_another_library_on_larger_tables() -> None:
    optimize = pytest.importorskip("scipy.optimize", reason="scipy is not installed")
    scores = np.random.default_rng(1).random((40, 55))
    rows, columns = optimize.linear_sum_assignment(scores, maximize=True)
    assert sum(scores[pair] for pair in best_pairs(scores)) == pytest.approx(scores[rows, columns].sum())


def test_the_nearest_first_is_not_the_best() -> None:
    assert sorted(best_pairs(np.array([[0.9, 0.8], [0.85, 0.1]]))) == [(0, 1), (1, 0)]


def test_nothing_to_assign() -> None:
    assert best_pairs(np.empty((0, 3))) == best_pairs(np.empty((2, 0))) == best_pairs(np.full((2, 2), -np.inf)) == []
