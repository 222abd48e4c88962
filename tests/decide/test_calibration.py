import dataclasses
import json

import numpy as np
import pytest

from vultus.calibrate import calibrate
from vultus.decide import Calibration, decide, packaged, undecided
from vultus.errors import InputError
from vultus.types import Embeddings


def made_templates(people, per_person, seed, noise=0.6, dimension=32):
    rng = np.random.default_rng(seed)
    centres = np.repeat(rng.normal(size=(people, dimension)), per_person, axis=0)
    templates = Embeddings.normalised(centres + noise * rng.normal(size=centres.shape), "made")
    return templates, np.repeat(np.arange(people), per_person)


@pytest.fixture(scope="module")
def calibration():
    templates, subjects = made_templates(200, 3, seed=0)
    return calibrate(templates, subjects, name="made", domain="made vectors", source={}, rng=np.random.default_rng(1),
                     target_fmr=0.01)


def test_target_holds_on_other_people(calibration):
    templates, subjects = made_templates(1000, 2, seed=9)
    scores = templates.similarity(templates)
    strangers = scores[subjects[:, None] != subjects[None]]
    assert (strangers >= calibration.t_hi).mean() <= 0.0105  # a 95 % limit of one sample; tests of calibrate count how often it holds
    index = np.searchsorted(calibration.scores, calibration.t_hi)
    assert calibration.fmr_upper[index] <= 0.01 < calibration.fmr_upper[index - 1]


def test_low_threshold_keeps_its_promise_on_other_people(calibration):
    templates, _ = made_templates(300, 2, seed=4)
    mated = np.array([templates[2 * i].similarity(templates[2 * i + 1])[0, 0] for i in range(300)])
    assert (mated < calibration.t_lo).mean() <= 0.05 and calibration.t_lo <= calibration.t_hi


def test_outcomes_around_the_thresholds(calibration):
    lower = dataclasses.replace(calibration, t_lo=calibration.t_hi - 0.1)
    assert decide(lower.t_hi, lower, space="made").outcome == "match"
    assert decide(lower.t_hi - 0.05, lower, space="made").outcome == "undecided"
    assert decide(lower.t_lo - 1e-6, lower, space="made").outcome == "no_match"


def test_rate_at_score_is_never_better_than_measured_and_its_limit_is_never_zero(calibration):
    rates, limits = zip(*(calibration.at_score(s) for s in np.linspace(-1, 1, 201)), strict=True)
    assert list(rates) == sorted(rates, reverse=True) and list(limits) == sorted(limits, reverse=True)
    assert calibration.at_score(-1.0) == (1.0, 1.0) and limits[-1] > 0
    between = (calibration.scores[5] + calibration.scores[6]) / 2
    assert calibration.at_score(between) == (calibration.fmr[5], calibration.fmr_upper[5])


def test_likelihood_ratios_stay_within_what_the_sample_supports(calibration):
    inside = next(s for s in np.linspace(-1, 1, 401) if abs(calibration.llr_offset + calibration.llr_slope * s) < 1)
    assert calibration.llr(inside) == pytest.approx(calibration.llr_offset + calibration.llr_slope * inside)
    assert calibration.llr(1.0) == pytest.approx(-np.log(calibration.fmr_upper[-1]))
    assert calibration.llr(-1.0) == pytest.approx(np.log(3 / calibration.mated_people))
    steps = [calibration.llr(s) for s in np.linspace(-1, 1, 401)]
    assert steps == sorted(steps)


def test_too_few_people_for_the_target_are_refused_with_the_number_that_would_do():
    templates, subjects = made_templates(20, 2, seed=0)
    with pytest.raises(InputError, match=r"about \d+ people would do"):
        calibrate(templates, subjects, name="x", domain="x", source={}, rng=np.random.default_rng(0), target_fmr=1e-6)


def test_file_round_trip_and_foreign_files(calibration, tmp_path):
    path = tmp_path / "c.json"
    path.write_text(json.dumps(calibration.as_dict()))
    assert Calibration.read(path) == calibration
    path.write_text("{")
    with pytest.raises(InputError, match=r"c\.json"):
        Calibration.read(path)
    with pytest.raises(InputError, match=r"about searches in its gallery: 'vultus identify --gallery FOLDER' reads it by itself"):
        Calibration.from_dict({"kind": "vultus-collection-calibration", "schema": 1})
    with pytest.raises(InputError, match=r"schema 2.*make it again with"):
        Calibration.from_dict({**calibration.as_dict(), "schema": 1})
    with pytest.raises(InputError, match="t_lo <= t_hi"):
        dataclasses.replace(calibration, t_lo=calibration.t_hi + 0.1)


def test_no_calibration_no_decision(calibration):
    decision = decide(0.99, None, space="other")
    assert decision.outcome == "undecided" and "no calibration" in decision.reason
    with pytest.raises(InputError, match="'other'"):
        decide(0.99, calibration, space="other")
    assert undecided("no face", calibration).threshold == calibration.t_hi
    assert packaged("no-such-space") is None


@pytest.mark.parametrize("change", [{"t_hi": float("nan")}, {"scores": 3}, {"fmr": ["a"]}, {"t_lo": None}])
def test_values_that_are_no_numbers_are_refused(calibration, change):
    with pytest.raises(InputError, match="calibration"):
        Calibration.from_dict({**json.loads(json.dumps(calibration.as_dict())), **change})
    with pytest.raises(InputError, match="JSON object"):
        Calibration.from_dict([1])


@pytest.mark.parametrize("change", [
    {"target_fmr": 0.0}, {"target_fmr": True}, {"target_fnmr": 1.0}, {"t_point_low": -1.5}, {"people": -1}, {"people": 1.5},
    {"mated_people": True}, {"space": None}, {"domain": 3}, {"source": []}, {"llr_slope": 10**400}, {"llr_offset": None}, {"search": "x"},
    {"target_fmr": 1e-6}, {"fmr_upper": "1"}])
def test_contradictions_are_refused(calibration, change):
    with pytest.raises(InputError, match="calibration"):
        Calibration.from_dict({**json.loads(json.dumps(calibration.as_dict())), **change})


@pytest.mark.parametrize(("curve", "change"), [("fmr", -0.1), ("fmr", 1.5), ("fmr_low", 2.0), ("fmr_high", 2.0), ("fnmr", 10**400),
                                               ("fmr_upper", 1.5), ("fmr", True)])
def test_rates_outside_0_to_1_are_refused(calibration, curve, change):
    with pytest.raises(InputError, match=curve):
        dataclasses.replace(calibration, **{curve: (change, *getattr(calibration, curve)[1:])})
    with pytest.raises(InputError, match="below fmr"):
        dataclasses.replace(calibration, fmr=(1.0,) * len(calibration.fmr))


@pytest.mark.parametrize("change", [{"gallery": None}, {"gallery": True}, {"fpir": None}, {"fpir": ["a"]}, {"fpir_upper": [1.5]},
                                    {"supported_to": 10**400}, {"supported_to": "1"}])
def test_search_curves_of_something_else_are_refused(calibration, change):
    curve = {"gallery": 3, "fpir": [0.5], "fpir_upper": [0.6], "supported_to": 0.5, **change}
    with pytest.raises(InputError, match=r"calibration\.search"):
        Calibration.from_dict({**json.loads(json.dumps(calibration.as_dict())), "search": [curve]})


@pytest.mark.parametrize("text", ["[" * 100_000, '{"kind": 1, "kind": 2}', '{"a": ' * 100_000])
def test_deep_and_ambiguous_files_are_refused(tmp_path, text):
    path = tmp_path / "c.json"
    path.write_text(text)
    with pytest.raises(InputError, match=r"c\.json.*each key once"):
        Calibration.read(path)
    with pytest.raises(InputError, match="no file"):
        Calibration.read(tmp_path / "none.json")


def test_shipped_calibrations_load():
    from importlib import resources
    files = [entry for entry in (resources.files("vultus.data") / "calibrations").iterdir() if entry.name.endswith(".json")]
    assert files and all(Calibration.read(entry).people > 0 for entry in files)


def test_a_picture_given_for_a_calibration_is_said_to_be_no_text(tmp_path):
    (tmp_path / "p.jpg").write_bytes(b"\xff\xd8\xff\xe0")
    with pytest.raises(InputError, match=r"calibration p\.jpg: expected a readable JSON file, each key once, got a file that is no text$"):
        Calibration.read(tmp_path / "p.jpg")
