"""The draws, the thresholds and the counts of the suite on open sets, against loops; and what it must show on made people."""

from __future__ import annotations

import numpy as np
import pytest

from vultus.bench.open_set_draws import draw, fnir, point_threshold, safe_threshold
from vultus.bench.open_set_rule import _mated, applied_rule, extrapolated, recommended
from vultus.evaluate.bounds import binomial_upper
from vultus.types import Embeddings


def people(seed: int, spread: float = 0.35) -> tuple[Embeddings, np.ndarray]:
    """400 people of one to three pictures each, directions with pictures scattered around them."""
    rng = np.random.default_rng(seed)
    owners = np.repeat(np.arange(400), rng.integers(1, 4, 400))
    vectors = rng.normal(size=(400, 24))[owners] + spread * rng.normal(size=(len(owners), 24))
    return Embeddings.normalised(vectors, "made"), owners


def test_a_draw_keeps_people_apart_and_searches_by_another_picture() -> None:
    templates, owners = people(0)
    drawn = draw(templates, owners, np.random.default_rng(1), mated=100, unmated=80)
    assert (len(drawn.mated), len(drawn.strangers), drawn.tuning.sum()) == (100, 220, 110)
    assert not set(drawn.mated_people) & set(drawn.stranger_people)
    assert drawn.mated.max() < 0.9999 and np.bincount(owners)[drawn.mated_people].min() > 1
    assert drawn.comparisons.shape == (110 * 180,)
    everything = templates.similarity(templates)
    for person, similarity in zip(drawn.mated_people, drawn.mated, strict=True):
        rows = np.flatnonzero(owners == person)
        assert np.abs(everything[np.ix_(rows, rows)] - similarity).min() < 1e-6


def test_a_search_fails_below_the_threshold_or_behind_another_person() -> None:
    drawn = draw(*people(0, spread=0.8), np.random.default_rng(1), mated=100, unmated=80)
    expected = [bool(own < 0.6 or rival >= own) for own, rival in zip(drawn.mated, drawn.rivals, strict=True)]
    assert fnir(drawn, 0.6).tolist() == expected and 0 < np.mean(expected) < 1
    assert fnir(drawn, -1.0).sum() == (drawn.rivals >= drawn.mated).sum()


def test_thresholds_let_through_what_they_may_and_no_more() -> None:
    best = np.random.default_rng(2).normal(size=543)
    point, safe = point_threshold(best, 0.1), safe_threshold(best, 0.1)
    assert (best >= point).sum() == 54 and (best >= np.nextafter(point, -9)).sum() == 55
    errors = int((best >= safe).sum())
    assert binomial_upper(errors, 543) <= 0.1 < binomial_upper(errors + 1, 543)
    assert safe_threshold(best[:20], 0.1) == float("inf")


def test_mated_searches_weigh_people_alike() -> None:
    templates, owners = people(3, spread=0.8)
    mated = _mated(templates, owners)
    first = np.array([np.flatnonzero(owners == p)[0] for p in range(400)])
    rates = []
    for person in np.flatnonzero(np.bincount(owners) > 1):
        rows = np.flatnonzero(owners == person)
        found = []
        for probe in rows:
            for entry in rows[rows != probe]:
                own = float(templates[probe].similarity(templates[entry]).item())
                rivals = templates[probe].similarity(templates[np.delete(first, person)])[0]
                found.append((own >= 0.5) * (1 - (rivals >= own).mean()) ** 9)
        rates.append(1 - np.mean(found))
    assert mated.fnir(0.5, 10) == pytest.approx(np.mean(rates), abs=1e-6)
    assert mated.fnir(0.5, 10) < mated.fnir(0.5, 100) and mated.fnir(0.5, 10) < mated.fnir(0.6, 10)


def test_the_rule_keeps_its_promise_on_other_people_and_a_better_recogniser_carries_more() -> None:
    templates, owners = people(4)
    half = owners < 200
    _, table = applied_rule("made", templates, owners, [half, ~half], np.random.default_rng(0))
    assert [row[:3] for row in table.rows] == [(10, 10, 0.02), (10, 10, 0.05), (10, 10, 0.1), (50, 50, 0.1)]
    for gallery, _, target, _, point, limit, realised, _ in table.rows:
        assert point <= limit <= target and realised <= 1.3 * target, gallery
    largest = []
    for spread in (0.2, 1.0):
        fitted, _ = applied_rule("made", *people(4, spread), [half, ~half], np.random.default_rng(0))
        value, = recommended("made", fitted)
        largest.append(value.value)
    assert largest[0] > largest[1]


def test_scaling_is_never_below_the_measured_rate(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vultus.bench.open_set_rule.STEPS", 30)
    rng = np.random.default_rng(5)
    templates = Embeddings.normalised(rng.normal(size=(1200, 12)), "made")
    for value in extrapolated("made", templates, np.arange(1200), np.random.default_rng(0)):
        assert value.value is not None and value.value > 0.97
