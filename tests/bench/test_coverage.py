"""The simulation of coverage: its populations have the rates it says, and a wrong interval is seen by it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from vultus.bench import coverage
from vultus.bench.resume import Units
from vultus.bench.schema_check import check_schema
from vultus.evaluate.people_bootstrap import fmr_curve


@pytest.mark.parametrize("population", coverage.POPULATIONS, ids=lambda population: population.name)
def test_a_population_has_the_rate_it_says_and_variance_one(population):
    rng = np.random.default_rng(0)
    threshold = {rate: population.threshold(rate) for rate in (1e-1, 1e-2)}
    seen = {rate: [] for rate in threshold}
    variance = []
    for _ in range(120):
        scores, subjects = population.draw(60, rng)
        others = scores[subjects[:, None] != subjects]
        assert (scores == scores.T).all()
        variance.append((others**2).mean())
        for rate, cut in threshold.items():
            seen[rate].append((others >= cut).mean())
    assert np.mean(variance) == pytest.approx(1, abs=0.05)
    for rate, values in seen.items():
        assert abs(np.mean(values) - rate) < 4 * np.std(values) / np.sqrt(len(values)), rate


def test_uneven_people_break_the_bootstrap_over_pairs_alone():
    cell = coverage.simulate(coverage.POPULATIONS[2], 200, 80, 5)["cells"][0]
    assert cell["accepted"] >= 76
    assert cell["below"] + cell["above"] <= 0.12 * cell["accepted"]
    assert cell["naive_covers"] < 0.5 * cell["samples"]
    assert cell["two_way_covers"] >= 0.85 * cell["two_way"]


def test_refused_samples_get_a_bound_and_low_rates_are_refused():
    cells = coverage.simulate(coverage.POPULATIONS[3], 50, 60, 6)["cells"]
    assert [cell["rate"] for cell in cells] == list(coverage.RATES)
    assert cells[1]["accepted"] == cells[3]["accepted"] == 0
    assert cells[1]["bound_holds"] >= 0.9 * 60 and cells[3]["bound_holds"] == 60
    assert cells[3]["bound_over_rate"] > 1


def test_an_interval_that_is_too_narrow_is_seen(monkeypatch):
    def narrow(scores, subjects, thresholds):
        curve = fmr_curve(scores, subjects, thresholds)
        return replace(curve, low=curve.fmr - (curve.fmr - curve.low) / 2, high=curve.fmr + (curve.high - curve.fmr) / 2)
    monkeypatch.setattr(coverage, "fmr_curve", narrow)
    cell = coverage.simulate(coverage.POPULATIONS[2], 200, 80, 5)["cells"][0]
    assert cell["below"] + cell["above"] > 0.2 * cell["accepted"]


def test_the_suite_reports_every_promise_and_reads_finished_cells(monkeypatch, tmp_path):
    monkeypatch.setattr(coverage, "SAMPLES", {50: 40, 200: 25})
    first = coverage.run(tmp_path, Units(tmp_path / "units"))
    monkeypatch.setattr(coverage, "simulate", lambda *_: pytest.fail("simulated again"))
    again = coverage.run(tmp_path, Units(tmp_path / "units"))
    assert first == again and len(first.seeds) == 8
    check_schema(first.as_dict())
    assert (tmp_path / first.pictures[0].file).is_file()
    intervals, bounds = first.tables[0], first.tables[1]
    assert all(len(row) == len(intervals.columns) for row in intervals.rows)
    assert {row[1] for row in bounds.rows} == {50, 200}
