"""Thresholds against slow loops; every rule that refuses a target; the limit keeps its promise on other people."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from vultus.calibrate.comparisons import Comparisons
from vultus.calibrate.measure import measured_curve
from vultus.calibrate.support import accept, judge, low_threshold, people_for_low_threshold, smallest_target
from vultus.errors import InputError
from vultus.evaluate.bounds import binomial_upper
from vultus.evaluate.people_bootstrap import FmrCurve
from vultus.types import Embeddings

Made = Callable[..., tuple[Embeddings, np.ndarray]]


@pytest.fixture(scope="module")
def pairs(made: Made) -> Comparisons:
    return Comparisons.of_templates(*made(200, 3, 0))


@pytest.fixture(scope="module")
def curve(pairs: Comparisons) -> FmrCurve:
    return measured_curve(pairs, np.random.default_rng(0))


@pytest.mark.parametrize("target", [0.1, 0.03, 0.01])
def test_thresholds_equal_a_loop(pairs: Comparisons, curve: FmrCurve, target: float) -> None:
    verdict = judge(target, curve, pairs)
    fine = np.round(np.arange(curve.thresholds[0], curve.thresholds[-1], (curve.thresholds[1] - curve.thresholds[0]) / 20), 6)
    finer = pairs.curve(fine)
    t_point = t_hi = low = high = 2.0
    for i, threshold in enumerate(fine):
        t_point = min(t_point, threshold) if finer.supported[i] and finer.fmr[i] <= target else t_point
        t_hi = min(t_hi, threshold) if finer.supported[i] and finer.upper[i] <= target else t_hi
        low = min(low, threshold) if finer.low[i] <= target else low
        high = min(high, threshold) if finer.high[i] <= target else high
    assert verdict.accepted and low < t_point < t_hi <= high
    found = (verdict.t_point, verdict.t_hi, verdict.t_point_low, verdict.t_point_high)
    assert found == pytest.approx((t_point, t_hi, low, high), abs=2 * (fine[1] - fine[0]))
    at = pairs.curve(np.array([verdict.t_point - 1e-3, verdict.t_point]))
    assert at.fmr[1] <= target < at.fmr[0]


def test_low_threshold_equals_a_loop(pairs: Comparisons) -> None:
    scores, people = pairs.scores[pairs.mated].astype(float), pairs.mated_person
    best = -1.0
    for level in np.unique(scores):
        errors = sum(float((scores[people == person] < level).mean()) for person in np.unique(people))
        if binomial_upper(int(np.ceil(errors - 1e-9)), pairs.mated_people) <= 0.05:
            best = level
    assert low_threshold(pairs, 0.05) == best > -1


def test_low_threshold_needs_fifty_nine_people_for_five_percent(made: Made) -> None:
    assert people_for_low_threshold(0.05) == 59
    for people, found in ((58, False), (59, True)):
        assert (low_threshold(Comparisons.of_templates(*made(people, 2, 1)), 0.05) > -1) == found


def test_smallest_target_is_accepted_and_a_smaller_one_is_not(pairs: Comparisons, curve: FmrCurve) -> None:
    least = smallest_target(curve, pairs)
    assert least is not None and judge(least, curve, pairs).accepted and not judge(0.9 * least, curve, pairs).accepted
    low = np.where(curve.supported, curve.upper, 1e-9)  # a limit of few errors is smaller, and no threshold may be chosen by it
    few = FmrCurve(curve.thresholds, curve.fmr, low, curve.supported, curve.people, curve.low, curve.high)
    assert not judge(0.9 * curve.upper[curve.supported].min(), few, pairs).accepted


def test_twenty_people_and_one_in_a_million(made: Made) -> None:
    few = Comparisons.of_templates(*made(20, 2, 2))
    with pytest.raises(InputError, match=r"fmr: expected a target that these 20 people support .*, got 1e-06; \d+ false matches between "
                                         r"people lie at the threshold for it and 30 are needed; about 11000 people would do"):
        accept(1e-6, measured_curve(few, np.random.default_rng(0)), few)


def test_a_list_of_pairs_is_told_how_many_pairs() -> None:
    rng = np.random.default_rng(5)
    left = np.arange(0, 1200, 2)
    listed = Comparisons.of_pairs(rng.normal(0, 0.1, 600), left, left + 1, np.arange(1200) - np.arange(1200) % 2 * (left.repeat(2) < 300))
    curve = measured_curve(listed, np.random.default_rng(0))
    verdict = judge(1e-3, curve, listed)
    assert verdict.pairs_needed == 35_000 and verdict.people_needed == 270 and 270 * 269 // 2 >= 35_000
    with pytest.raises(InputError, match="needed; about 35000 pairs of different people, each two people counted once, from 270 people or"):
        accept(1e-3, curve, listed)
    assert judge(0.1, curve, listed).accepted and judge(0.1, curve, listed).would_do == ""


def test_false_matches_of_few_people_are_refused() -> None:
    rng = np.random.default_rng(3)
    vectors = rng.normal(size=(90, 64))
    vectors[:20] = rng.normal(size=64) + 0.3 * rng.normal(size=(20, 64))  # twenty look alike, the others do not
    verdict = _judged(vectors, 0.03)
    assert not verdict.accepted and "its false matches come from 20 people and 30 are needed" in verdict.reason


def test_one_person_in_most_false_matches_is_refused() -> None:
    rng = np.random.default_rng(4)
    vectors = rng.normal(size=(90, 64))
    vectors[1:60] = 0.8 * rng.normal(size=(59, 64)) + 1.2 * vectors[0]  # a wolf whom sixty people resemble
    verdict = _judged(vectors, 0.012)
    assert not verdict.accepted and "one person is in" in verdict.reason and verdict.people_needed is not None
    assert verdict.people_needed > 90


def test_a_wide_limit_is_refused(pairs: Comparisons, curve: FmrCurve) -> None:
    wide = FmrCurve(curve.thresholds, curve.fmr, np.minimum(3 * curve.upper, 1), curve.supported, curve.people, curve.low, curve.high)
    verdict = judge(0.01, wide, pairs)
    assert not verdict.accepted and "more than twice the target" in verdict.reason
    assert verdict.people_needed is not None and verdict.people_needed > 200
    level = FmrCurve(curve.thresholds, curve.fmr, np.maximum(curve.upper, 0.0101), curve.supported, curve.people, curve.low, curve.high)
    assert "has an upper limit at the target" in judge(0.01, level, pairs).reason


@pytest.mark.parametrize("target", [0.0, 1.0, -0.1, float("nan")])
def test_targets_that_are_no_rates(pairs: Comparisons, curve: FmrCurve, target: float) -> None:
    with pytest.raises(InputError, match="fmr: expected a rate above 0 and below 1"):
        accept(target, curve, pairs)
    with pytest.raises(InputError, match="fnmr: expected a rate above 0 and below 1"):
        low_threshold(pairs, target)


def test_thresholds_keep_their_promise_on_other_people(made: Made) -> None:
    world, _ = made(1500, 1, 99)
    strangers = np.sort(world.similarity(world)[np.triu_indices(1500, 1)])
    broken = 0
    for seed in range(40):
        sample = Comparisons.of_templates(*made(100, 2, 100 + seed))
        t_hi = judge(0.02, measured_curve(sample, np.random.default_rng(0)), sample).t_hi
        assert t_hi is not None
        broken += 1 - np.searchsorted(strangers, t_hi) / len(strangers) > 0.02
    assert broken <= 6  # a 95 % limit fails in 2 of 40; 7 or more have a probability below 1 %


def _judged(vectors: np.ndarray, target: float):
    twice = np.repeat(vectors, 2, axis=0) + 0.05 * np.random.default_rng(0).normal(size=(2 * len(vectors), vectors.shape[1]))
    sample = Comparisons.of_templates(Embeddings.normalised(twice, "made"), np.repeat(np.arange(len(vectors)), 2))
    return judge(target, measured_curve(sample, np.random.default_rng(0)), sample)
