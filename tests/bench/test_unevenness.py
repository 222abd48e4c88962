"""The split of effects into people and pictures finds what was put in."""

from __future__ import annotations

import numpy as np
import pytest

from vultus.bench.unevenness import coverage_of_draws, variance_parts


def test_variances_are_found_again():
    rng = np.random.default_rng(0)
    subjects = np.repeat(np.arange(6000), rng.integers(1, 5, 6000))
    means = 0.4 * rng.standard_normal(6000)[subjects] + 0.2 * rng.standard_normal(len(subjects))
    person, picture = variance_parts(means, subjects)
    assert (person, picture) == pytest.approx((0.16, 0.04), rel=0.05)


def test_people_that_are_all_alike_have_no_variance_of_their_own():
    means = np.tile([1.0, -1.0], 50)
    person, picture = variance_parts(means, np.repeat(np.arange(50), 2))
    assert person == 0 and picture == pytest.approx(2)


def test_draws_from_a_population_are_covered_and_a_rate_without_errors_is_bounded():
    rng = np.random.default_rng(1)
    noise = np.triu(rng.standard_normal((900, 900)), 1)
    effect = 0.3 * rng.standard_normal(900)
    rows = coverage_of_draws(noise + noise.T + effect[:, None] + effect, 100, 150, rng)
    assert [row[1] for row in rows] == ["0.1", "0.01", "0.001", "0.0001"]
    assert rows[0][2] == 1 and 0.88 <= rows[0][3] < 1
    assert rows[3][2] == 0 and rows[3][3] is None and rows[3][5] >= 0.95
