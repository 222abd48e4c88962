"""A gallery calibrated by its own people: the rate it claims against strangers it has not seen, refusal, growth, the file."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from vultus.calibrate.collection import calibrate_collection
from vultus.calibrate.search import SIZES, search_curves
from vultus.decide.collection import CollectionCalibration
from vultus.decide.search import search_rule
from vultus.errors import InputError, SpaceError
from vultus.types import Embeddings

WHEN = "2026-01-02T03:04:05Z"


def people(count: int, pictures: int, seed: int, space: str = "sphere") -> tuple[Embeddings, np.ndarray]:
    """Directions with pictures scattered around them."""
    rng = np.random.default_rng(seed)
    centres = np.repeat(rng.normal(size=(count, 16)), pictures, axis=0)
    return Embeddings.normalised(centres + 0.3 * rng.normal(size=centres.shape), space), np.repeat(np.arange(count), pictures)


def sealed(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def made_of(templates: Embeddings, owners: np.ndarray, **changes: object) -> CollectionCalibration:
    settings = {"rng": np.random.default_rng(0), "revision": 7, "made": WHEN, "target_fpir": 0.2, **changes}
    return calibrate_collection(templates, owners, **settings)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def calibration() -> CollectionCalibration:
    return made_of(*people(400, 2, seed=1))


def test_the_claimed_rate_holds_for_strangers_it_has_not_seen(calibration: CollectionCalibration) -> None:
    gallery, _ = people(400, 2, seed=1)
    strangers, _ = people(3000, 1, seed=2)
    best = strangers.similarity(gallery).max(axis=1)
    assert (calibration.people, calibration.templates, calibration.left_out, calibration.strangers) == (400, 800, 400, 0)
    for score, rate, upper in zip(calibration.scores, calibration.curve.fpir, calibration.curve.fpir_upper, strict=True):
        if 0.05 < rate < 0.9:
            assert (best >= score).mean() == pytest.approx(rate, abs=0.05)
            assert (best >= score).mean() <= upper + 0.01
    rule = search_rule(calibration.evidence(None), 800, 0.2, space="sphere")
    assert rule.basis == "measured" and rule.t_hi is not None and (best >= rule.t_hi).mean() <= 0.2


def test_a_person_is_no_stranger_to_themself() -> None:
    """With own templates left in, everybody would find themself: the rate would be 1 at any score."""
    made = made_of(*people(400, 2, seed=1))
    assert made.curve.fpir[-1] == 0 and max(made.curve.fpir) > 0.9


def test_everybody_is_searched_among_the_others_and_the_rate_is_for_one_more() -> None:
    templates, owners = people(150, 1, seed=8)
    made = made_of(templates, owners, target_fpir=0.6)
    scores = templates.similarity(templates)
    np.fill_diagonal(scores, -1)
    for score, rate in zip(made.scores, made.curve.fpir, strict=True):
        assert rate == pytest.approx(1 - (1 - (scores.max(axis=1) >= score).mean()) ** (150 / 149), rel=1e-4)


def test_low_threshold_comes_from_people_with_two_pictures(calibration: CollectionCalibration) -> None:
    templates, _ = people(400, 2, seed=1)
    mated = np.einsum("ij,ij->i", templates.vectors[::2], templates.vectors[1::2])
    assert calibration.t_lo is not None and (mated < calibration.t_lo).mean() <= 0.05 < (mated < calibration.t_lo + 0.08).mean()
    single = made_of(*people(900, 1, seed=3))
    assert single.t_lo is None and single.evidence(None).t_lo == -1
    assert search_rule(single.evidence(None), 900, 0.1, space="sphere").decide(0.1).outcome == "undecided"


def test_too_few_people_are_refused_with_the_number_that_would_do_and_strangers_help() -> None:
    few = people(60, 2, seed=4)
    with pytest.raises(InputError, match="about 800 people would do"):
        made_of(*few, target_fpir=None)
    with pytest.raises(InputError, match="3 people or more"):
        made_of(*people(2, 1, seed=0))
    helped = made_of(*few, strangers=people(900, 1, seed=5))
    assert (helped.people, helped.strangers) == (60, 900) and "900 strangers" in helped.evidence(None).domain
    with pytest.raises(SpaceError):
        made_of(*few, strangers=people(900, 1, seed=5, space="other"))
    with pytest.raises(InputError, match=r"FPIR of 0\.001.* about 80000 people"):
        made_of(*people(400, 2, seed=1), target_fpir=0.001)


def test_people_enough_who_are_too_alike_are_told_a_larger_number() -> None:
    """Some are similar to many, so that the usual number does not do; the number that is named is above the one there is."""
    rng = np.random.default_rng(9)
    centres = rng.normal(size=(300, 16)) + 3.0 * np.eye(16)[0] * (rng.random(300) < 0.2)[:, None]
    with pytest.raises(InputError, match=r"about (\d+) people would do") as refused:
        made_of(Embeddings.normalised(centres, "sphere"), np.arange(300), target_fpir=0.3)
    assert int(str(refused.value).split("about ")[1].split()[0]) > 300


def test_growth_is_scaled_and_due_after_a_quarter(calibration: CollectionCalibration) -> None:
    evidence = calibration.evidence(None)
    assert search_rule(evidence, 801, 0.2, space="sphere").basis == "model"
    assert search_rule(evidence, 8001, 0.2, space="sphere").t_hi is None
    assert calibration.due(1000) == "" and "800 to 1001" in calibration.due(1001)


def test_the_accepted_rate_is_what_a_search_without_a_wish_is_decided_by() -> None:
    made = made_of(*people(150, 1, seed=8), target_fpir=0.6)
    evidence = made.evidence(None)
    rule = search_rule(evidence, 150, space="sphere")
    assert (made.target_fpir, evidence.accepted, rule.target_fpir) == (0.6, 0.6, 0.6) and rule.decide(1.0).outcome == "match"
    grown = search_rule(evidence, 600, space="sphere")
    assert grown.t_hi is None and "gallery calibrate" not in grown.reason


def test_file_holds_rates_alone_and_comes_back(calibration: CollectionCalibration, tmp_path: Path) -> None:
    path = tmp_path / "c.json"
    assert CollectionCalibration.read(path, sealed) is None
    calibration.write(path, sealed)
    assert CollectionCalibration.read(path, sealed) == calibration
    record = json.loads(path.read_text())
    assert set(record) == {"kind", "schema", "space", "people", "templates", "left_out", "strangers", "scores", "curve", "t_lo",
                           "target_fpir", "revision", "made", "seal"}
    assert len(path.read_bytes()) < 10_000
    for damage in ("{", "[]", "{}", "[" * 100_000, '{"kind": 1, "kind": 1}', json.dumps({**record, "schema": 2})):
        path.write_text(damage)
        with pytest.raises(InputError, match=r"c\.json.*make it again"):
            CollectionCalibration.read(path, sealed)


@pytest.mark.parametrize("change", [
    {"scores": [0.1]}, {"scores": None}, {"curve": 3}, {"t_lo": float("nan")}, {"t_lo": "0"}, {"t_lo": 10**400}, {"templates": 10**400},
    {"templates": 1.5}, {"people": True}, {"people": 10_000}, {"left_out": -1},
    {"target_fpir": 0}, {"target_fpir": 1}, {"target_fpir": None}, {"space": None}, {"made": 3}, {"more": 1}])
def test_a_sealed_file_of_something_else_is_refused(calibration: CollectionCalibration, tmp_path: Path, change: dict[str, object]) -> None:
    path = tmp_path / "c.json"
    calibration.write(path, sealed)
    record = {**json.loads(path.read_text()), **change}
    del record["seal"]
    path.write_text(json.dumps({**record, "seal": sealed(json.dumps(record, sort_keys=True).encode())}))
    with pytest.raises(InputError, match=r"c\.json.*(whole numbers|other fields)"):
        CollectionCalibration.read(path, sealed)


@pytest.mark.parametrize("seal", ["", "0" * 64, "\u00e9", "\ud800", None, 3, []])
def test_another_seal_is_refused(calibration: CollectionCalibration, tmp_path: Path, seal: object) -> None:
    path = tmp_path / "c.json"
    calibration.write(path, sealed)
    path.write_text(json.dumps({**json.loads(path.read_text()), "seal": seal}))
    with pytest.raises(InputError, match=r"seal of this gallery.*make it again"):
        CollectionCalibration.read(path, sealed)


def test_more_people_than_fit_are_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vultus.calibrate.collection.MAX_CELLS", 800 * 300)
    made = made_of(*people(400, 2, seed=1))
    assert (made.left_out, made.people) == (300, 400)


def test_shipped_curves_are_for_one_template_a_person_and_fit_the_grid() -> None:
    templates, owners = people(300, 2, seed=6)
    scores = tuple(np.round(np.arange(0.2, 1.0, 0.02), 6))
    curves = search_curves(templates, owners, scores, np.random.default_rng(0))
    assert [curve.gallery for curve in curves] == [size for size in SIZES if size < 300]
    assert all(len(curve.fpir) == len(scores) for curve in curves)
    strangers, _ = people(2000, 1, seed=7)
    best = strangers.similarity(people(300, 2, seed=6)[0][:200:2]).max(axis=1)
    hundred = next(curve for curve in curves if curve.gallery == 100)
    assert hundred.fpir[20] == pytest.approx((best >= scores[20]).mean(), abs=0.06)
    assert search_curves(*people(1, 3, seed=0), scores, np.random.default_rng(0)) == ()


def test_evidence_takes_the_lower_of_two_low_thresholds(calibration: CollectionCalibration) -> None:
    assert calibration.evidence(None).t_lo == calibration.t_lo
    assert replace(calibration, t_lo=None).evidence(None).t_lo == -1
