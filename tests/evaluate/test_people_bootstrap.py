import itertools
from statistics import NormalDist

import numpy as np
import pytest
from scipy.stats import nbinom
from scipy.stats import t as student

from vultus.errors import InputError
from vultus.evaluate import people_bootstrap
from vultus.evaluate.bounds import binomial_upper
from vultus.evaluate.people_bootstrap import (
    fmr_curve,
    fmr_interval,
    has_support,
    mean_interval,
    person_pair_shares,
    student_quantile,
    unevenness,
    upper_when_unsupported,
)


def people_scores(people, per_person, rng, wolves=0.0):
    """Gaussian similarities with a per-person offset: 'wolves' make pairs of one person dependent."""
    subjects = np.repeat(np.arange(people), per_person)
    offset = rng.normal(0, wolves, people)[subjects]
    noise = rng.normal(0, 1, (len(subjects), len(subjects)))
    return (np.triu(noise, 1) + np.triu(noise, 1).T + offset[:, None] + offset[None]).astype(np.float32), subjects


def test_point_estimate_equals_a_slow_loop():
    scores, subjects = people_scores(12, 2, np.random.default_rng(0))
    curve = fmr_curve(scores, subjects, np.array([0.0, 1.0]))
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


def slow_limits(shares):
    """(fmr, low, high, upper) from the definitions: products over pairs, triples and disjoint pairs of pairs, one at a time."""
    n = len(shares)
    same, shared, disjoint = [], [], []
    for i, j in itertools.permutations(range(n), 2):
        same.append(shares[i, j] ** 2)
        others = [k for k in range(n) if k not in (i, j)]
        shared.append(np.mean([shares[i, j] * shares[i, k] for k in others]))
        disjoint.append(np.mean([shares[i, j] * shares[k, m] for k in others for m in others if k != m]))
    rate = shares.sum() / (n * (n - 1))
    zeta1, zeta2 = np.mean(shared) - np.mean(disjoint), np.mean(same) - np.mean(disjoint)
    spread = np.sqrt(2 / (n * (n - 1)) * (2 * (n - 2) * zeta1 + zeta2))

    def highest(quantile):
        def rejected(x):
            return abs(x - rate) > quantile * np.sqrt(2 / (n * (n - 1)) * (2 * (n - 2) * zeta1 * (x / rate) ** 2 + zeta2 * x / rate))
        grid = np.linspace(rate, 1, 400_001)
        return grid[np.flatnonzero(~rejected(grid))[-1]]

    two, one = student.ppf(0.975, n - 1), student.ppf(0.95, n - 1)
    return rate, rate * np.exp(-two * spread / rate), highest(two), highest(one)


@pytest.mark.parametrize("per_person", [1, 2])
def test_limits_equal_the_formula_written_as_loops(per_person):
    scores, subjects = people_scores(34, per_person, np.random.default_rng(2), wolves=0.1)
    thresholds = np.array([0.0, 0.5])
    curve = fmr_curve(scores, subjects, thresholds)
    assert curve.supported.all()
    for index, threshold in enumerate(thresholds):
        rate, low, high, upper = slow_limits(person_pair_shares(scores >= threshold, subjects).astype(np.float64))
        assert curve.fmr[index] == pytest.approx(rate, rel=1e-6)
        assert curve.low[index] == pytest.approx(low, rel=1e-4)
        assert (curve.high[index], curve.upper[index]) == pytest.approx((high, upper), abs=5e-6)
        assert fmr_interval(scores, subjects, threshold) == pytest.approx((rate, low, high), rel=1e-4)


def test_uneven_pictures_in_blocks_equal_one_matrix(monkeypatch):
    """Hits collected block by block, ranked within two people, give the same sums as the dense matrix of shares."""
    rng = np.random.default_rng(7)
    subjects = np.repeat(np.arange(60), rng.integers(1, 5, 60))
    noise = rng.normal(size=(len(subjects), len(subjects)))
    scores = (np.triu(noise, 1) + np.triu(noise, 1).T).astype(np.float32)
    thresholds = np.linspace(-1, 3, 9)
    whole = fmr_curve(scores, subjects, thresholds)
    monkeypatch.setattr(people_bootstrap, "BLOCK", 700)
    blocks = fmr_curve(scores, subjects, thresholds)
    for index, threshold in enumerate(thresholds):
        shares = person_pair_shares(scores >= threshold, subjects)
        assert blocks.fmr[index] == pytest.approx(shares.sum() / (60 * 59), rel=1e-6)
        assert blocks.supported[index] == has_support(shares > 0)
    for name in ("fmr", "low", "high", "upper"):
        assert getattr(blocks, name) == pytest.approx(getattr(whole, name), rel=1e-9)


def test_interval_covers_the_truth_where_an_interval_over_pairs_does_not():
    """700 samples of 200 people with wolves: 93-97 % at two rates, so a wrong quantile or a lost component is seen."""
    thresholds, wolves, people, samples = np.array([1.0, 2.2]), 0.3, 200, 700
    truth = np.array([1 - NormalDist(0, np.sqrt(1 + 2 * wolves**2)).cdf(t) for t in thresholds])
    covered, bounded, naive = np.zeros(2), np.zeros(2), np.zeros(2)
    for seed in range(samples):
        curve = fmr_curve(*people_scores(people, 1, np.random.default_rng(seed), wolves), thresholds)
        assert curve.supported.all()
        covered += (curve.low <= truth) & (truth <= curve.high)
        bounded += truth <= curve.upper
        spread = 1.96 * np.sqrt(curve.fmr * (1 - curve.fmr) * 2 / (people * (people - 1)))
        naive += abs(curve.fmr - truth) <= spread
    assert ((0.935 * samples <= covered) & (covered <= 0.97 * samples)).all(), covered / samples
    assert ((0.93 * samples <= bounded) & (bounded <= 0.975 * samples)).all(), bounded / samples
    assert naive[0] < 0.6 * samples and naive[1] < 0.85 * samples, naive / samples


@pytest.mark.parametrize("people", [50, 200])
def test_bound_without_support_holds_for_wolves_where_a_binomial_one_over_pairs_does_not(people):
    wolves, samples, rng = 0.65, 400, np.random.default_rng(9)
    truth, pairs = 0.01 if people == 50 else 0.001, people * (people - 1) // 2
    threshold = NormalDist(0, np.sqrt(1 + 2 * wolves**2)).inv_cdf(1 - truth)
    ours = binomial = 0
    for _ in range(samples):
        scores, _ = people_scores(people, 1, rng, wolves)
        errors = int((scores[np.triu_indices(people, 1)] >= threshold).sum())
        ours += upper_when_unsupported(errors, people) >= truth
        binomial += binomial_upper(errors, pairs) >= truth
    assert ours >= 0.96 * samples and binomial < 0.9 * samples, (ours, binomial)


def test_bound_without_support_is_the_tail_of_a_negative_binomial():
    for errors, people in ((0, 1000), (3, 40), (25, 200)):
        bound = upper_when_unsupported(errors, people)
        shape, mean = people / (4 * (0.1 / bound) ** 0.6), bound * people * (people - 1) / 2
        assert nbinom.cdf(errors, shape, shape / (shape + mean)) == pytest.approx(0.05, rel=1e-6)
        assert bound > errors / (people * (people - 1) / 2)
    assert 0 < upper_when_unsupported(0, 5000) < upper_when_unsupported(0, 500) < upper_when_unsupported(0, 2) <= 1
    assert upper_when_unsupported(45, 10) == 1.0
    with pytest.raises(InputError, match="errors"):
        upper_when_unsupported(46, 10)


def test_one_threshold_without_support_gets_a_bound():
    scores, subjects = people_scores(40, 2, np.random.default_rng(0))
    assert fmr_interval(scores, subjects, 99.0) == (0.0, 0.0, upper_when_unsupported(0, 40))


def test_unevenness_is_the_variation_of_a_persons_own_rate():
    """A hit of probability a_i * a_j: the own rate goes with a_i, so the unevenness is its squared variation."""
    rng = np.random.default_rng(3)
    strength = rng.choice([0.1, 0.9], 1500)
    hits = np.triu(rng.random((1500, 1500)) < np.outer(strength, strength), 1)
    assert unevenness(hits | hits.T) == pytest.approx(strength.var() / strength.mean() ** 2, rel=0.02)
    alike = np.triu(rng.random((1500, 1500)) < 0.01, 1)
    assert unevenness(alike | alike.T) < 0.02 and unevenness(np.zeros((5, 5))) == 0
    with pytest.raises(InputError, match="four"):
        unevenness(np.zeros((3, 3)))


def test_student_quantile_equals_scipy():
    for freedom in (29, 49, 999):
        for probability in (0.05, 0.95, 0.975):
            assert student_quantile(probability, freedom) == pytest.approx(student.ppf(probability, freedom), abs=1e-5)


def test_limit_never_reaches_zero_and_never_rises():
    scores, subjects = people_scores(80, 1, np.random.default_rng(5))
    curve = fmr_curve(scores, subjects, np.linspace(-1, 9, 30))
    assert curve.fmr[-1] == 0 and not curve.supported[-1]
    assert (np.diff(curve.upper) <= 0).all() and curve.upper[-1] > 0
    assert curve.upper[-1] == curve.upper[curve.supported][-1] and curve.high[-1] == curve.high[curve.supported][-1]
    assert curve.low[-1] == 0 and (np.diff(curve.low) <= 0).all()
    assert (curve.low <= curve.fmr).all() and (curve.fmr <= curve.upper).all() and (curve.upper <= curve.high).all()


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
        fmr_curve(np.zeros((3, 3), np.float32), np.array([1, 0, 1]), np.array([0.0]))


def test_scores_that_are_no_numbers_and_falling_thresholds_are_refused():
    scores = np.zeros((3, 3), np.float32)
    with pytest.raises(InputError, match="thresholds"):
        fmr_curve(scores, np.arange(3), np.array([1.0, 0.0]))
    scores[0, 2] = np.nan
    with pytest.raises(InputError, match="finite"):
        fmr_curve(scores, np.arange(3), np.array([0.0]))
