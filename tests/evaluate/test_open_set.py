"""FPIR of random galleries against a loop over every gallery, the jackknife against leaving people out, support, and coverage."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from vultus.errors import InputError
from vultus.evaluate.open_set import Searches, _limits, _Room, _Step, fpir_curves, miss_table


def sample(people: int, strangers: int, seed: int, *, own: float = 0.5) -> Searches:
    """Scores with people who are similar to many; some people have several pictures, the last `strangers` are outside the gallery."""
    rng = np.random.default_rng(seed)
    owners = np.sort(np.concatenate([np.arange(people + strangers), rng.integers(people + strangers, size=people // 2)]))
    lure = rng.normal(0, own, people + strangers)
    scores = rng.normal(size=(len(owners), people)) + lure[owners, None] + lure[None, :people]
    return Searches(scores.astype(np.float32), owners)


def by_enumeration(searches: Searches, threshold: float, size: int) -> float:
    """FPIR by searching every stranger's every picture in every possible gallery."""
    gallery = range(searches.scores.shape[1])
    of_people = []
    for person in np.unique(searches.owners):
        of_pictures = []
        for row in searches.scores[searches.owners == person]:
            others = [j for j in gallery if j != person]
            of_pictures.append(np.mean([max(row[list(chosen)]) >= threshold for chosen in itertools.combinations(others, size)]))
        of_people.append(np.mean(of_pictures))
    return float(np.mean(of_people))


@pytest.mark.parametrize("strangers", [0, 3])
def test_fpir_equals_the_mean_over_every_gallery(strangers: int) -> None:
    searches = sample(8, strangers, seed=3)
    thresholds = np.array([-0.5, 0.7, 1.6])
    for curve in fpir_curves(searches, thresholds, [1, 2, 5, 7]):
        expected = [by_enumeration(searches, threshold, curve.gallery) for threshold in thresholds]
        assert curve.fpir == pytest.approx(expected, abs=1e-6)
        assert curve.people == 8 + strangers


def test_one_wolf_by_hand() -> None:
    """One of five people reaches everybody's threshold and nobody else does: galleries of two hold the wolf half of the time."""
    scores = np.zeros((5, 5), np.float32)
    scores[0], scores[:, 0] = 1, 1
    curve, = fpir_curves(Searches(scores, np.arange(5)), np.array([0.5]), [2])
    assert curve.fpir[0] == pytest.approx((1 + 4 * 2 / 4) / 5)
    assert not curve.supported[0] and curve.upper[0] == 1


def test_miss_table_is_a_ratio_of_binomials() -> None:
    from math import comb
    assert miss_table(10, 4) == pytest.approx([comb(10 - k, 4) / comb(10, 4) for k in range(11)])
    assert miss_table(1000, 1000)[:2] == pytest.approx([1, 0])


@pytest.mark.parametrize("strangers", [0, 4])
def test_the_jackknife_leaves_people_out_of_both_sides(strangers: int) -> None:
    searches, threshold, sizes = sample(9, strangers, seed=5), 0.8, [1, 3]
    hits, room = searches.hits(threshold), _Room.of(searches)
    step = _Step(hits, room, sizes)
    met = hits.sum(axis=1).astype(np.int64)
    fast = step._without_each(met, step._found(room.others, met))
    slow = []
    for left_out in [*range(9, 9 + strangers), *range(9)]:
        kept = searches.owners != left_out
        columns = np.delete(np.arange(9), left_out) if left_out < 9 else np.arange(9)
        owners = searches.owners[kept] - ((searches.owners[kept] > left_out) & (left_out < 9))
        slow.append([by_enumeration(Searches(searches.scores[kept][:, columns], owners), threshold, size) for size in sizes])
    assert fast == pytest.approx(np.array(slow), abs=1e-6)


def test_rates_fall_with_the_score_and_rise_with_the_gallery() -> None:
    searches = sample(200, 0, seed=1, own=0.3)
    curves = fpir_curves(searches, np.round(np.arange(1.0, 4.5, 0.05), 6), [1, 10, 50, 199])
    for curve in curves:
        assert (np.diff(curve.fpir) <= 1e-12).all() and (np.diff(curve.upper) <= 0).all() and curve.upper.min() > 0
        assert (curve.upper >= curve.fpir)[curve.supported].all()
        beyond = curve.thresholds > curve.supported_to
        assert beyond.any() and np.unique(curve.upper[beyond]).size == 1
    for small, large in itertools.pairwise(curves):
        assert (small.fpir <= large.fpir + 1e-12).all() and (small.upper <= large.upper).all()


def test_support_counts_people_and_not_searches() -> None:
    """Sixty strangers who all find the same person support nothing; sixty who each find another do."""
    scores = np.zeros((60, 120), np.float32)
    scores[:, 7] = 1
    one = fpir_curves(Searches(scores, np.arange(120, 180)), np.array([0.5]), [50])[0]
    spread = np.zeros((60, 120), np.float32)
    spread[np.arange(60), np.arange(60) * 2] = 1
    many = fpir_curves(Searches(spread, np.arange(120, 180)), np.array([0.5]), [50])[0]
    assert one.fpir == pytest.approx(many.fpir)
    assert not one.supported[0] and many.supported[0] and many.fpir[0] < many.upper[0] < 1


def test_fifteen_mutual_pairs_are_fifteen_errors() -> None:
    """Thirty people, each the only false positive of another: the same fifteen comparisons, seen from both sides."""
    scores = np.zeros((100, 100), np.float32)
    for pairs, supported in ((15, False), (30, True)):
        left, right = np.arange(pairs) * 2, np.arange(pairs) * 2 + 1
        scores[left, right] = scores[right, left] = 1
        assert fpir_curves(Searches(scores, np.arange(100)), np.array([0.5]), [50])[0].supported[0] == supported


def test_a_pair_counts_once_in_the_limit() -> None:
    """Where people do not differ, false pairs scatter like a count, although each is seen from both of its people."""
    rng, spreads = np.random.default_rng(7), []
    for _ in range(20):
        noise = np.triu(rng.random((400, 400)), 1)
        scores = (noise + noise.T).astype(np.float32)
        curve, = fpir_curves(Searches(scores, np.arange(400)), np.array([1 - 200 / 79_800]), [10])
        spreads.append(np.log(curve.upper[0] / curve.fpir[0]) * np.sqrt((np.triu(scores, 1) >= 1 - 200 / 79_800).sum()))
    assert np.mean(spreads) == pytest.approx(1.645, rel=0.1)


def test_limits_fall_and_stay_where_support_ends() -> None:
    upper, supported = np.array([0.9, 0.5, 0.2, 0.3, 1.0, 0.1, 1.0]), np.array([0, 1, 1, 1, 0, 1, 0], bool)
    assert _limits(upper, supported).tolist() == [1.0, 0.5, 0.3, 0.3, 0.3, 0.1, 0.1]


def test_the_limit_holds_and_one_over_comparisons_does_not() -> None:
    """People differ: of 200 samples 95 % keep their limit, less chance; a limit that takes comparisons for independent keeps fewer."""
    rng, people, size, own = np.random.default_rng(11), 150, 3, 0.3
    threshold = 1.6
    covered, naive, supported = 0, 0, 0
    truth = _true_fpir(threshold, size, own)
    for _ in range(200):
        effect = rng.normal(0, own, people)
        noise = np.triu(rng.normal(0, np.sqrt(1 - 2 * own**2), (people, people)), 1)
        scores = noise + noise.T + effect[:, None] + effect[None]
        curve, = fpir_curves(Searches(scores.astype(np.float32), np.arange(people)), np.array([threshold]), [size])
        if curve.supported[0]:
            supported += 1
            covered += curve.upper[0] >= truth
            comparisons, errors = people * (people - 1) / 2, np.triu(scores >= threshold, 1).sum()
            naive += 1 - (1 - (errors + 1.645 * np.sqrt(errors)) / comparisons) ** size >= truth
    assert supported > 150 and 0.91 <= covered / supported <= 0.985 and naive / supported < 0.85


def _true_fpir(threshold: float, size: int, own: float) -> float:
    """Mean over a stranger's own effect of the chance that one of `size` people reaches the threshold."""
    from scipy.stats import norm
    nodes, weights = np.polynomial.hermite_e.hermegauss(101)
    miss = norm.cdf((threshold - own * nodes) / np.sqrt(1 - own**2)) ** size
    return float((weights / weights.sum()) @ (1 - miss))


def test_impossible_questions_are_refused() -> None:
    searches = sample(8, 0, seed=0)
    for sizes in ([], [8], [0, 3], [3, 2]):
        with pytest.raises(InputError, match="sizes"):
            fpir_curves(searches, np.array([0.5]), sizes)
    with pytest.raises(InputError, match="finite"):
        Searches(np.full((2, 2), np.nan, np.float32), np.arange(2))
    with pytest.raises(InputError, match="one owner"):
        Searches(np.zeros((2, 2), np.float32), np.arange(3))
