"""Comparisons: every rate against a slow loop, limits never 0, nothing depends on names or order, samples without evidence are refused."""

from __future__ import annotations

from collections.abc import Callable
from importlib import resources
from itertools import combinations
from typing import Any

import numpy as np
import pytest

from vultus.calibrate.comparisons import EACH, Comparisons
from vultus.calibrate.measure import calibrate, fnmr_curve, measured_curve, score_grid
from vultus.decide import Calibration
from vultus.errors import InputError
from vultus.evaluate.people_bootstrap import upper_when_unsupported
from vultus.types import Embeddings

Made = Callable[..., tuple[Embeddings, np.ndarray]]


def test_rates_equal_a_loop_over_people(made: Made) -> None:
    templates, subjects = made(12, 3, 0)
    subjects = subjects[:-2]
    templates = templates[:-2]
    pairs = Comparisons.of_templates(templates, subjects)
    cosines = pairs.matrix[np.ix_(np.argsort(pairs.place), np.argsort(pairs.place))].astype(float)
    grid = np.array([-0.2, 0.1, 0.4, cosines[0, 1], 0.95])  # a score equal to the threshold is a match
    rows = {name: np.flatnonzero(subjects == name) for name in np.unique(subjects)}
    for threshold, fmr, fnmr in zip(grid, pairs.curve(grid, np.random.default_rng(0)).fmr, fnmr_curve(pairs, grid), strict=True):
        strangers = [np.mean([cosines[i, j] >= threshold for i in rows[a] for j in rows[b]]) for a, b in combinations(rows, 2)]
        own = [np.mean([cosines[i, j] < threshold for i, j in combinations(index, 2)]) for index in rows.values() if len(index) > 1]
        assert fmr == pytest.approx(np.mean(strangers), abs=1e-6)
        assert fnmr == pytest.approx(np.mean(own), abs=1e-6)
    assert (pairs.people, pairs.mated_people, int(pairs.mated.sum())) == (12, 11, 33)


def test_names_and_order_of_the_input_change_nothing(made: Made) -> None:
    templates, subjects = made(120, 3, 1)
    first = calibrate(templates, subjects, name="n", domain="d", source={}, rng=np.random.default_rng(0), target_fmr=0.05)
    order = np.random.default_rng(5).permutation(len(subjects))
    renamed = np.array([f"{999 - int(name[1:])} other" for name in subjects[order]])
    assert calibrate(templates[order], renamed, name="n", domain="d", source={}, rng=np.random.default_rng(0), target_fmr=0.05) == first


def test_upper_limits_are_never_zero_and_never_below_the_rate(made: Made) -> None:
    templates, subjects = made(40, 2, 2)
    pairs = Comparisons.of_templates(templates, subjects)
    curve = measured_curve(pairs, np.random.default_rng(0))
    assert curve.fmr[-1] == 0 and not curve.supported[-1]
    for limit in (curve.upper, curve.high):
        assert (limit > 0).all() and (limit >= curve.fmr).all() and (np.diff(limit) <= 0).all()
    last = np.flatnonzero(curve.supported)[-1]
    assert curve.upper[-1] < curve.upper[last]  # no errors at all say more than the last supported limit
    assert (curve.low <= curve.fmr).all()


def test_every_person_and_every_two_people_weigh_the_same_in_the_evidence(made: Made) -> None:
    templates, subjects = made(6, 2, 3)
    many, names = made(7, 40, 3)
    both = Embeddings(np.concatenate([templates.vectors, many.vectors[-40:]]), "made")
    pairs = Comparisons.of_templates(both, np.concatenate([subjects, names[-40:]]))
    mated, non_mated = pairs.one_of_each()
    assert (len(mated), len(non_mated)) == (7 * EACH, 7 * 6 // 2)
    assert set(np.round(mated, 5)) <= set(np.round(pairs.scores[pairs.mated].astype(float), 5))


def test_halves_share_nobody(made: Made) -> None:
    templates, subjects = made(21, 2, 4)
    pairs = Comparisons.of_templates(templates, subjects)
    halves = pairs.halves()
    assert halves is not None
    assert {*subjects[halves[0].place]}.isdisjoint(subjects[halves[1].place])
    assert halves[0].people + halves[1].people == 21
    assert set(np.round(halves[0].scores, 6)) <= set(np.round(pairs.scores, 6))


def test_a_list_of_all_pairs_has_the_rates_of_all_pairs_and_wider_limits(made: Made) -> None:
    templates, subjects = made(60, 2, 5)
    whole = Comparisons.of_templates(templates, subjects)
    left, right = np.triu_indices(len(subjects), 1)
    listed = Comparisons.of_pairs(templates.similarity(templates)[left, right], left, right, subjects)
    grid = score_grid(whole.scores[~whole.mated])
    a, b = whole.curve(grid, np.random.default_rng(0)), listed.curve(grid, np.random.default_rng(0))
    np.testing.assert_allclose(a.fmr, b.fmr, atol=1e-6)
    assert (a.supported == b.supported).all() and a.supported.any()
    assert (b.upper >= b.fmr).all() and (b.upper > 0).all()
    middle = np.flatnonzero(a.supported)[::10]
    assert (b.upper[middle] > 0.8 * a.upper[middle]).all() and (b.upper[middle] < 2 * a.upper[middle]).all()
    # half of the pairs: fewer comparisons carry wider limits
    half = np.random.default_rng(1).random(len(left)) < 0.3
    thin = Comparisons.of_pairs(templates.similarity(templates)[left[half], right[half]], left[half], right[half], subjects)
    c = thin.curve(grid, np.random.default_rng(0))
    assert np.median(c.high[middle] - c.low[middle]) > np.median(b.high[middle] - b.low[middle])


@pytest.mark.parametrize(("subjects", "words"), [
    (["a"] * 4, "people: expected at least two people, got 1"), ([], "people: expected at least two people, got 0")])
def test_samples_without_evidence_are_refused(subjects: list[str], words: str, made: Made) -> None:
    templates, _ = made(4, 1, 6)
    with pytest.raises(InputError, match=words):
        Comparisons.of_templates(templates[:len(subjects)], np.array(subjects))


def test_lists_without_evidence_are_refused(made: Made) -> None:
    left, right, subjects = np.array([0, 2]), np.array([1, 3]), np.array(["a", "a", "b", "b"])
    with pytest.raises(InputError, match="some pairs of different people, got pairs of one person only"):
        Comparisons.of_pairs(np.array([0.5, 0.6]), left, right, subjects)
    scores: Any = np.array([0.5, np.nan])
    with pytest.raises(InputError, match="scores: expected finite numbers, got 1 that are NaN"):
        Comparisons.of_pairs(scores, left, np.array([1, 1]), subjects)
    with pytest.raises(InputError, match="subjects: expected 2 names"):
        Comparisons.of_templates(made(2, 1, 0)[0], np.array(["a"]))


def test_shipped_curves_and_those_of_a_folder_end_in_the_limit_for_no_false_match(made: Made) -> None:
    folder = Comparisons.of_templates(*made(100, 2, 3))
    mine = folder.curve(np.array([0.9999]))
    assert mine.upper[0] == pytest.approx(upper_when_unsupported(0, 100), rel=1e-6)
    for name in ("photographs", "photographs-one-run"):
        shipped = Calibration.read(resources.files("vultus.data") / "calibrations" / f"{name}.json")  # type: ignore[arg-type]
        assert shipped.fmr[-1] == 0 and shipped.fmr_upper[-1] == pytest.approx(upper_when_unsupported(0, shipped.people), rel=1e-4)
