"""A calibration on other people: shares against loops, undecided as reject and as accept, reliability, planted label errors."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from itertools import combinations

import numpy as np
import pytest

from vultus.calibrate.applied import apply, mated_rate, reliability
from vultus.calibrate.comparisons import Comparisons
from vultus.calibrate.measure import calibrate_pairs, likelihood_line, measured_curve
from vultus.calibrate.review import review_list
from vultus.decide import Calibration
from vultus.types import Embeddings

Made = Callable[..., tuple[Embeddings, np.ndarray]]


@pytest.fixture(scope="module")
def pairs(made: Made) -> Comparisons:
    return Comparisons.of_templates(*made(150, 3, 0))


@pytest.fixture(scope="module")
def calibration(pairs: Comparisons) -> Calibration:
    made_one = calibrate_pairs(pairs, space="made", name="n", domain="d", source={}, rng=np.random.default_rng(0), target_fmr=0.01)
    return dataclasses.replace(made_one, t_lo=made_one.t_hi - 0.1)


def test_shares_equal_loops_and_add_up(calibration: Calibration, made: Made) -> None:
    templates, subjects = made(80, 2, 7)
    done = apply(calibration, Comparisons.of_templates(templates, subjects), np.random.default_rng(0))
    cosines = templates.similarity(templates)
    rows = {name: np.flatnonzero(subjects == name) for name in np.unique(subjects)}
    between = np.mean([np.mean([calibration.t_lo <= cosines[i, j] < calibration.t_hi for i in rows[a] for j in rows[b]])
                       for a, b in combinations(rows, 2)])
    own = np.mean([calibration.t_lo <= cosines[i, j] < calibration.t_hi for i, j in rows.values()])
    assert done.undecided_non_mated.value == pytest.approx(between, abs=1e-6)
    assert done.undecided_mated.value == pytest.approx(own, abs=1e-6) and own > 0
    assert done.fnmr_hi.value == pytest.approx(done.fnmr_lo.value + done.undecided_mated.value, abs=1e-9)
    assert done.fmr_lo.value == pytest.approx(done.fmr_hi.value + done.undecided_non_mated.value, abs=1e-6)
    for rate in (done.fmr_hi, done.fnmr_hi, done.undecided_mated, done.undecided_non_mated):
        assert rate.low <= rate.value <= rate.high and rate.high > 0


def test_few_errors_have_an_exact_bound(pairs: Comparisons) -> None:
    none = mated_rate(pairs, np.zeros(int(pairs.mated.sum()), bool), np.random.default_rng(0))
    assert (none.value, none.low) == (0, 0) and none.high == pytest.approx(1 - 0.025 ** (1 / 150), abs=1e-9)
    every = mated_rate(pairs, np.ones(int(pairs.mated.sum()), bool), np.random.default_rng(0))
    assert (every.value, every.high) == (1, 1) and every.low < 1


def test_a_curve_is_reliable_on_like_people_and_not_on_others(pairs: Comparisons, made: Made) -> None:
    curve = measured_curve(pairs, np.random.default_rng(0))
    like = reliability(curve, Comparisons.of_templates(*made(150, 3, 8)), np.random.default_rng(0))
    assert sum(row.agrees for row in like) >= len(like) - 1
    closer = reliability(curve, Comparisons.of_templates(*made(150, 3, 8, dimension=6)), np.random.default_rng(0))
    assert not any(row.agrees for row in closer[:4])


def test_likelihood_ratios_cost_little_on_like_people_and_a_shifted_line_costs_more(calibration: Calibration, made: Made) -> None:
    other = Comparisons.of_templates(*made(150, 3, 9))
    good = apply(calibration, other, np.random.default_rng(0))
    shifted = apply(dataclasses.replace(calibration, llr_offset=calibration.llr_offset + 3), other, np.random.default_rng(0))
    assert good.cllr is not None and shifted.cllr is not None
    assert good.min_cllr <= good.cllr < good.min_cllr + 0.05 < shifted.cllr
    assert apply(dataclasses.replace(calibration, llr_offset=0, llr_slope=0), other, np.random.default_rng(0)).cllr is None


def test_separated_scores_have_no_line(made: Made) -> None:
    assert likelihood_line(Comparisons.of_templates(*made(20, 2, 1, noise=0.01))) is None


def test_planted_label_errors_lead_the_review_list(made: Made) -> None:
    templates, subjects = made(100, 4, 3, noise=0.4)
    labels = subjects.astype(object)
    own = np.flatnonzero(subjects == "p007")
    labels[own[:2]] = "someone else"
    first, second = np.flatnonzero(subjects == "p020")[0], np.flatnonzero(subjects == "p030")[0]
    labels[first], labels[second] = "p030", "p020"
    review = review_list(Comparisons.of_templates(templates, labels.astype(str)), 0.75, count=20)
    different = [r for r in review if r.kind == "different"]
    assert [r.rank for r in different] == list(range(1, 21)) and sorted((r.score for r in different), reverse=True) == [
        r.score for r in different]
    split = next(r for r in different if {r.left, r.right} <= set(own))
    assert split.rank <= 3 and split.flag and split.pairs == 4 and split.alike > 0.5
    same = [r for r in review if r.kind == "same"]
    assert {same[0].left, same[0].right, same[1].left, same[1].right} >= {first, second}
    assert same[0].flag and not any(r.flag for r in same[2:])
    clean = review_list(Comparisons.of_templates(templates, subjects), 0.75, count=20)
    assert not any(r.flag for r in clean)
