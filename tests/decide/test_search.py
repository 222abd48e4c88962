"""The rule of a search: which curve, which threshold, where it ends; and that a threshold for one comparison will not do."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from vultus.decide import Calibration, SearchCurve
from vultus.decide.search import TARGETS, SearchEvidence, grown, search_rule
from vultus.errors import InputError
from vultus.evaluate.open_set import Searches, fpir_curves

SCORES = (0.1, 0.2, 0.3, 0.4, 0.5)
SMALL = SearchCurve(10, (1.0, 0.3, 0.03, 0.003, 0.0), (1.0, 0.4, 0.04, 0.008, 0.008), 0.4)
LARGE = SearchCurve(100, (1.0, 0.9, 0.25, 0.03, 0.0), (1.0, 0.95, 0.3, 0.045, 0.045), 0.4)
EVIDENCE = SearchEvidence("s", "drawn", SCORES, (SMALL, LARGE), 0.25)


def test_the_curve_of_the_next_larger_gallery_is_taken() -> None:
    for size, measured, target, t_hi in ((1, 10, 0.01, 0.4), (10, 10, 0.01, 0.4), (11, 100, 0.05, 0.4), (100, 100, 0.05, 0.4)):
        rule = search_rule(EVIDENCE, size, space="s")
        assert (rule.basis, rule.measured_gallery, rule.target_fpir, rule.t_hi, rule.t_lo) == ("measured", measured, target, t_hi, 0.25)
    assert search_rule(EVIDENCE, 10, 0.05, space="s").t_hi == 0.3
    assert search_rule(EVIDENCE, 10, 0.5, space="s") == search_rule(EVIDENCE, 7, 0.5, space="s").__class__(
        "s", 10, 0.5, 0.2, 0.2, "measured", 10, SCORES, SMALL.fpir, SMALL.fpir_upper, "drawn")


def test_beyond_the_largest_gallery_it_is_a_model_up_to_ten_times() -> None:
    rule = search_rule(EVIDENCE, 200, 0.1, space="s")
    assert (rule.basis, rule.measured_gallery, rule.t_hi) == ("model", 100, 0.4)
    assert rule.at_score(0.45) == pytest.approx((1 - 0.97**2, 1 - 0.955**2))
    assert search_rule(EVIDENCE, 1000, 0.5, space="s").basis == "model"
    beyond = search_rule(EVIDENCE, 1001, 0.5, space="s")
    assert (beyond.t_hi, beyond.basis, beyond.at_score(0.9)) == (None, None, None)
    decision = beyond.decide(0.99)
    assert (decision.outcome, decision.threshold) == ("undecided", None)
    assert "1001 templates are more than 10 times the largest gallery measured (100)" in decision.reason


def test_a_target_that_is_not_supported_leaves_everybody_undecided() -> None:
    rule = search_rule(EVIDENCE, 100, 0.01, space="s")
    assert (rule.t_hi, rule.target_fpir, rule.at_score(0.5)) == (None, 0.01, (0.0, 0.045))
    assert rule.decide(0.9).outcome == "undecided" and "no FPIR of 0.01 among 100 templates, at best 0.045" in rule.decide(0.9).reason
    assert search_rule(EVIDENCE, 500, space="s").target_fpir is None
    best = search_rule(EVIDENCE, 500, space="s").reason.split("--fpir ")[1].split(",")[0]
    assert search_rule(EVIDENCE, 500, float(best), space="s").t_hi is not None
    accepted = replace(EVIDENCE, accepted=0.25)
    assert search_rule(accepted, 500, space="s").target_fpir == 0.25 and search_rule(accepted, 10, space="s").target_fpir == 0.01
    falling_later = SearchCurve(10, SMALL.fpir, (1.0, 0.4, 0.04, 0.008, 0.0001), 0.4)  # a limit beyond support chooses no threshold
    assert search_rule(SearchEvidence("s", "d", SCORES, (falling_later,), 0.0), 10, 0.001, space="s").t_hi is None


def test_without_searches_the_union_bound_over_single_comparisons_decides() -> None:
    single = SearchCurve(1, (1.0, 0.1, 0.01, 0.001, 0.0), (1.0, 0.2, 0.02, 0.002, 0.002), 0.5)
    evidence = SearchEvidence("s", "pairs", SCORES, (), 0.25, single)
    rule = search_rule(evidence, 20, 0.05, space="s")
    assert (rule.basis, rule.measured_gallery, rule.t_hi, rule.at_score(0.45)) == ("bound", None, 0.4, (0.02, 0.04))
    assert search_rule(evidence, 1, 0.05, space="s").t_hi == 0.3
    assert search_rule(evidence, 40, 0.05, space="s").decide(0.99).outcome == "undecided"  # 40 x 0.002 > 0.05
    assert search_rule(SearchEvidence("s", "d", SCORES, (SMALL,), 0.0, single), 10, 0.05, space="s").basis == "measured"


def test_outcomes_around_the_thresholds_and_no_rate_of_single_comparisons() -> None:
    rule = search_rule(EVIDENCE, 10, space="s")
    assert [rule.decide(s).outcome for s in (0.4, 0.399, 0.25, 0.249)] == ["match", "undecided", "undecided", "no_match"]
    decision = rule.decide(0.4)
    assert (decision.fmr_at_score, decision.fmr_upper, decision.llr) == (None, None, None)
    assert decision.calibration_domain == "drawn"


def test_rates_rise_with_the_gallery_and_fall_with_the_score() -> None:
    uppers = np.array([[search_rule(EVIDENCE, size, space="s").at_score(s)[1] for s in np.linspace(0, 0.6, 40)]  # type: ignore[index]
                       for size in (1, 5, 10, 11, 60, 100, 101, 150, 999)])
    assert (np.diff(uppers, axis=0) >= 0).all() and (np.diff(uppers, axis=1) <= 0).all() and uppers.min() > 0
    thresholds = [search_rule(EVIDENCE, size, 0.5, space="s").t_hi for size in (1, 10, 11, 100, 150, 999)]
    assert thresholds == sorted(thresholds, key=lambda t: t or 2)


def test_nothing_known_and_foreign_spaces() -> None:
    rule = search_rule(None, 5, space="x")
    assert rule.decide(1.0).outcome == "undecided" and "no calibration for space 'x'" in rule.decide(1.0).reason
    assert "without searches" in search_rule(SearchEvidence("s", "d", SCORES, (), 0.0), 5, space="s").reason
    with pytest.raises(InputError, match="'x'"):
        search_rule(EVIDENCE, 5, space="x")
    for target in (0.0, 1.0, -0.1, float("nan")):
        with pytest.raises(InputError, match="fpir"):
            search_rule(EVIDENCE, 5, target, space="s")
    with pytest.raises(InputError, match="gallery_templates"):
        search_rule(EVIDENCE, 0, space="s")
    with pytest.raises(InputError, match="curves of 5"):
        SearchEvidence("s", "d", SCORES, (SearchCurve(1, (0.5,), (0.6,), 0.1),), 0.0)


def test_a_calibration_gives_its_curves_in_order() -> None:
    made = Calibration(
        space="s", domain="drawn", name="n", status="site", target_fmr=0.6, target_fnmr=0.05, t_point=0.3, t_point_low=0.3,
        t_point_high=0.4, t_hi=0.4, t_lo=0.25, scores=SCORES, fmr=(0.5,) * 5, fmr_low=(0.4,) * 5, fmr_high=(0.6,) * 5,
        fmr_upper=(0.6,) * 5, fnmr=(0.0,) * 5,
        llr_offset=0.0, llr_slope=1.0, people=9, mated_people=9, search=(LARGE, SMALL), source={})
    evidence = SearchEvidence.of(made)
    assert evidence.curves == EVIDENCE.curves
    assert evidence.single == SearchCurve(1, made.fmr, made.fmr_upper, SCORES[-1])
    assert TARGETS == tuple(sorted(TARGETS))


def test_growth_of_unlike_strangers_stays_below_the_model() -> None:
    """Half of the strangers are never found, half often: FPIR measured in 10 and grown to 100 is above what 100 shows."""
    rng, people = np.random.default_rng(3), 300
    lure = np.where(np.arange(people) % 2, 1.5, -3.0)
    scores = rng.normal(size=(people, people)) + lure[:, None]
    small, large = fpir_curves(Searches(scores.astype(np.float32), np.arange(people)), np.array([4.0]), [10, 100])
    assert large.fpir[0] < grown(float(small.fpir[0]), 10)
    assert large.fpir[0] > 4 * small.fpir[0]


def test_the_threshold_of_one_comparison_reused_for_a_search_is_wrong() -> None:
    """FMR 1e-3 means one stranger in a thousand comparisons, and far more than one in a thousand searches among two hundred."""
    rng = np.random.default_rng(5)
    scores = rng.normal(size=(400, 400)).astype(np.float32)
    threshold = float(np.quantile(scores, 1 - 1e-3))
    curve, = fpir_curves(Searches(scores, np.arange(400)), np.array([threshold]), [200])
    assert curve.fpir[0] == pytest.approx(1 - 0.999**200, rel=0.1) and curve.fpir[0] > 100 * 1e-3
