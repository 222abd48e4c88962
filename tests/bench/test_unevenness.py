"""The split of effects into people and pictures finds what was put in."""

from __future__ import annotations

import numpy as np
import pytest

from vultus.bench.unevenness import variance_parts


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
