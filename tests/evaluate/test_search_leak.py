"""The test for leaks finds what it must and does not cry wolf."""

import numpy as np

from vultus.evaluate.search_leak import larger_share, nearest


def test_p_value_equals_the_hypergeometric_sum():
    from math import comb
    first, second = np.arange(40) < 9, np.arange(30) < 2
    hits, total, size = 11, 70, 40
    exact = sum(comb(hits, k) * comb(total - hits, size - k) for k in range(9, 12)) / comb(total, size)
    found = larger_share(first, second, np.random.default_rng(0), draws=200_000)
    assert abs(found - exact) < 0.005


def test_more_hits_make_the_p_value_smaller():
    rng = np.random.default_rng(1)
    few, many, others = np.arange(500) < 5, np.arange(500) < 25, np.arange(500) < 5
    assert larger_share(few, others, rng) > 0.3 > 0.001 > larger_share(many, others, rng)


def test_nearest_is_the_largest_of_a_loop_and_a_missing_template_never_matches():
    rng = np.random.default_rng(2)
    probes, gallery = (rng.normal(size=(n, 8)).astype(np.float32) for n in (5, 7))
    probes[3] = np.nan
    scores, rows = nearest(probes, gallery)
    for k in (0, 1, 2, 4):
        slow = [float(np.dot(probes[k].astype(float), each.astype(float))) for each in gallery]
        assert rows[k] == int(np.argmax(slow)) and abs(scores[k] - max(slow)) < 1e-9
    assert scores[3] == -1
