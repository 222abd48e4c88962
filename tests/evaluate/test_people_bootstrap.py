import numpy as np
import pytest

from vultus.errors import InputError
from vultus.evaluate.people_bootstrap import fmr_curve, has_support, mean_interval, person_pair_shares


def people_scores(people, per_person, rng, wolves=0.0):
    """Gaussian similarities with a per-person offset: 'wolves' make pairs of one person dependent."""
    subjects = np.repeat(np.arange(people), per_person)
    offset = rng.normal(0, wolves, people)[subjects]
    noise = rng.normal(0, 1, (len(subjects), len(subjects)))
    return (np.triu(noise, 1) + np.triu(noise, 1).T + offset[:, None] + offset[None]).astype(np.float32), subjects


def test_point_estimate_equals_a_slow_loop():
    scores, subjects = people_scores(12, 2, np.random.default_rng(0))
    curve = fmr_curve(scores, subjects, np.array([0.0, 1.0]), np.random.default_rng(1), draws=20)
    for threshold, value in zip(curve.thresholds, curve.fmr, strict=True):
        shares = []
        for a in range(12):
            for b in range(12):
                if a != b:
                    shares.append(np.mean([scores[i, j] >= threshold for i in np.flatnonzero(subjects == a)
                                           for j in np.flatnonzero(subjects == b)]))
        assert value == pytest.approx(np.mean(shares), abs=1e-6)


def test_shares_ignore_a_person_against_themself():
    shares = person_pair_shares(np.ones((5, 5), bool), np.array([0, 0, 1, 1, 1]))
    assert shares.tolist() == [[0, 1], [1, 0]]


def test_limit_covers_the_truth_where_a_limit_over_pairs_does_not():
    """One-sided 95 % limits over 120 people with per-person offsets, supported samples only: people-wise cover, pair-wise do not."""
    rng = np.random.default_rng(3)
    threshold, wolves = np.array([1.0]), 0.3
    truth = 1 - float(np.mean(rng.normal(0, np.sqrt(1 + 2 * wolves**2), 2_000_000) < 1.0))
    covered, naive, supported = 0, 0, 0
    for seed in range(200):
        scores, subjects = people_scores(120, 1, np.random.default_rng(seed), wolves)
        curve = fmr_curve(scores, subjects, threshold, np.random.default_rng(seed), draws=200)
        if not curve.supported[0]:
            continue
        supported += 1
        covered += curve.upper[0] >= truth
        point, pairs = curve.fmr[0], 120 * 119 / 2
        naive += point + 1.645 * np.sqrt(point * (1 - point) / pairs) >= truth
    assert supported >= 180
    assert 0.90 * supported <= covered < supported and naive < 0.85 * supported, (covered, naive, supported)


def test_limit_never_reaches_zero_and_never_rises():
    scores, subjects = people_scores(80, 1, np.random.default_rng(5))
    curve = fmr_curve(scores, subjects, np.linspace(-1, 9, 30), np.random.default_rng(6), draws=50)
    assert curve.fmr[-1] == 0 and not curve.supported[-1]
    assert (np.diff(curve.upper) <= 0).all() and curve.upper[-1] > 0
    assert curve.upper[-1] == curve.upper[curve.supported][-1]


def test_support_counts_people_not_pairs():
    errors = np.zeros((100, 100), bool)
    errors[0, 1:61] = errors[1:61, 0] = True  # sixty errors, all with the same wolf
    assert not has_support(errors)
    errors[:] = False
    for a in range(0, 70, 2):
        errors[a, a + 1] = errors[a + 1, a] = True  # thirty-five errors between seventy people
    assert has_support(errors)


def test_mean_interval_is_wider_when_groups_repeat():
    rng = np.random.default_rng(0)
    values = np.repeat(rng.normal(size=50), 10)
    alone = mean_interval(values, np.arange(500), np.random.default_rng(1))
    grouped = mean_interval(values, np.repeat(np.arange(50), 10), np.random.default_rng(1))
    assert grouped[1] - grouped[0] > 2 * (alone[1] - alone[0])


def test_unsorted_people_are_refused():
    with pytest.raises(InputError, match="sorted"):
        fmr_curve(np.zeros((3, 3), np.float32), np.array([1, 0, 1]), np.array([0.0]), np.random.default_rng(0))
