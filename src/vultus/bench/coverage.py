"""Whether intervals of FMR hold what they say, simulated with uneven people"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tqdm import trange

from vultus.bench.resume import Units
from vultus.evaluate.bounds import binomial_interval
from vultus.evaluate.people_bootstrap import FmrCurve, fmr_curve, person_pair_shares, unevenness, upper_when_unsupported
from vultus.plots import curves
from vultus.report import Picture, Report, Table, Value

Array = NDArray[np.float64]

PROTOCOL = (
    "A score of two pictures is the sum of an effect of each person, one of each picture, and noise; its variance is 1, so the true "
    "FMR of every threshold is known. Populations: 'like LFW' has the effects that the suite core/unevenness finds in LFW (persons "
    "0.33, pictures 0.19 standard deviations, one to four pictures); with one picture each, 'mild' has persons of 0.18, 'strong' of "
    "0.5, and 'few wolves' has exponential effects of 0.27, that is a long tail of people who resemble many. The interval was chosen "
    "on other populations (normal effects of 0.15, 0.3, 0.45, exponential ones of 0.3, one picture) with other seeds. A cell is "
    "accepted when the support rule accepts at least half of its samples; coverage is counted over the accepted samples alone, so "
    "that the rule's selection is part of it. The naive bootstrap draws picture pairs, the two-way bootstrap draws people (both "
    "percentile, 95 %, 500 and 200 draws). t_hi is the lowest supported threshold whose one-sided limit is at most the target.")
RATES = (1e-1, 1e-2, 1e-3, 1e-4)
SAMPLES = {50: 10_000, 200: 4_000, 1_000: 1_600}  # the smaller the sample of people, the rarer it is accepted
TWO_WAY_SAMPLES, TWO_WAY_DRAWS, PAIR_DRAWS = 400, 200, 500
GRID = 10.0 ** -np.round(np.arange(0.75, 5.3, 0.05), 2)  # true rates of the curve's thresholds, falling
ACCEPTED = 0.5
SEED = 71_000
COUNTED = ("accepted", "below", "above", "limit_holds", "bound_holds", "naive_covers", "two_way", "two_way_covers", "chosen",
           "chosen_holds")


@dataclass(frozen=True)
class Population:
    """How uneven people are.

    Args:
        name: as in the tables.
        skewed: exponential instead of normal effects of persons.
        person, picture: standard deviations of the effects; the score's own is 1.
        pictures: share of people with 1, 2, ... pictures.
    """

    name: str
    skewed: bool
    person: float
    picture: float
    pictures: tuple[float, ...]

    @property
    def noise(self) -> float:
        return math.sqrt(1 - 2 * (self.person**2 + self.picture**2))

    def draw(self, people: int, rng: np.random.Generator) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """A sample: scores (n, n) and the person on each picture (n,)."""
        counts = rng.choice(len(self.pictures), size=people, p=self.pictures) + 1
        subjects = np.repeat(np.arange(people), counts)
        persons = rng.standard_exponential(people) - 1 if self.skewed else rng.standard_normal(people)
        effect = (self.person * persons[subjects] + self.picture * rng.standard_normal(len(subjects))).astype(np.float32)
        noise = np.triu(rng.standard_normal((len(subjects),) * 2, np.float32), 1)
        return (noise + noise.T) * np.float32(self.noise) + (effect[:, None] + effect), subjects

    def rate(self, threshold: float) -> float:
        """True FMR: normal, or integrated over the sum of two exponential effects (a Gamma of shape 2)."""
        if not self.skewed:
            return 1 - NormalDist().cdf(threshold)
        total = np.arange(0.05, 30, 0.1)
        rest = math.sqrt(self.noise**2 + 2 * self.picture**2)
        tail = [math.erfc((threshold - self.person * (x - 2)) / rest / math.sqrt(2)) / 2 for x in total]
        return float((total * np.exp(-total) * tail).sum() * 0.1)

    def threshold(self, rate: float) -> float:
        """Where the true FMR is `rate`."""
        low, high = -2.0, 20.0
        for _ in range(30):
            middle = (low + high) / 2
            low, high = (middle, high) if self.rate(middle) > rate else (low, middle)
        return high


POPULATIONS = (Population("like LFW", False, 0.33, 0.19, (0.63, 0.17, 0.10, 0.10)),
               Population("mild", False, 0.18, 0.0, (1.0,)), Population("strong", False, 0.5, 0.0, (1.0,)),
               Population("few wolves", True, 0.27, 0.0, (1.0,)))


def run(out_dir: Path, units: Units) -> Report:
    """Simulate every population and size; a finished one is read. Under an hour on one busy core."""
    cells: list[dict[str, Any]] = []
    seeds = []
    for place, population in enumerate(POPULATIONS):
        for people, samples in SAMPLES.items():
            seeds.append(SEED + 10 * place + len(str(people)))
            name = f"{population.name.replace(' ', '-')}-{people}"
            outcome = units.run(name, seeds[-1], partial(simulate, population, people, samples, seeds[-1]))
            cells += [{"population": population.name, "people": people, **cell} for cell in outcome["cells"]]
    picture = _plot(out_dir / "coverage.svg", cells)
    return Report("core/coverage", "Whether intervals of FMR hold what they say, simulated with uneven people", PROTOCOL,
                  _values(cells), tables=(_intervals(cells), _bounds(cells), _thresholds(cells), _unevenness(cells)), pictures=(picture,),
                  config={"samples": SAMPLES, "rates": RATES}, seeds=tuple(seeds))


def simulate(population: Population, people: int, samples: int, seed: int) -> dict[str, Any]:
    """Draw samples of one population and size, and count what held at every rate: `cells`, one a rate."""
    rng = np.random.default_rng(seed)
    rates = np.append(GRID, RATES)
    order = np.argsort(-rates, kind="stable")
    known = {rate: population.threshold(rate) for rate in set(rates.tolist())}
    thresholds = np.array([known[rate] for rate in rates[order].tolist()])
    counts: list[Counter[str]] = [Counter() for _ in RATES]
    errors: list[Counter[int]] = [Counter() for _ in RATES]
    uneven = np.zeros(len(RATES))
    for number in trange(samples, desc=f"{population.name}, {people} people", unit="sample"):
        scores, subjects = population.draw(people, rng)
        curve = fmr_curve(scores, subjects, thresholds)
        own = np.nonzero(subjects[:, None] == subjects)
        for place, rate in enumerate(RATES):
            at, count = int(np.searchsorted(-rates[order], -rate)), counts[place]
            hits = scores >= thresholds[at]
            count.update(_judged(curve, at, rate, rates[order]))
            count["naive_covers"] += _pairs_cover(hits, own, rate, rng)
            needed = number < TWO_WAY_SAMPLES or not curve.supported[at]
            shares = person_pair_shares(hits, subjects) if needed else None
            if shares is not None and not curve.supported[at]:
                errors[place][seen := int((shares > 0).sum()) // 2] += 1
                count["bound_holds"] += _bound(seen, people) >= rate
            if shares is not None and number < TWO_WAY_SAMPLES:
                uneven[place] += unevenness(shares) * (curve.fmr[at] / rate) ** 2 / min(samples, TWO_WAY_SAMPLES)
                count["two_way"] += int(curve.supported[at])
                count["two_way_covers"] += bool(curve.supported[at]) and _two_way_covers(shares, rate, rng)
    return {"cells": [{"rate": rate, "samples": samples, "unevenness": float(uneven[place]), "bound_over_rate": None if not errors[place]
                       else _bound(int(np.median(list(errors[place].elements()))), people) / rate,
                       **{key: counts[place][key] for key in COUNTED}} for place, rate in enumerate(RATES)]}


def _judged(curve: FmrCurve, at: int, rate: float, rates: Array) -> dict[str, int]:
    """What one sample's curve says at one rate, and at the threshold it would choose for that rate as a target."""
    chosen = np.flatnonzero(curve.supported & (curve.upper <= rate))
    judged = {"chosen": int(chosen.size > 0), "chosen_holds": int(chosen.size > 0 and rates[chosen[0]] <= rate * (1 + 1e-9))}
    if curve.supported[at]:
        judged |= {"accepted": 1, "below": int(curve.high[at] < rate), "above": int(curve.low[at] > rate),
                   "limit_holds": int(curve.upper[at] >= rate)}
    return judged


@lru_cache(maxsize=100_000)
def _bound(errors: int, people: int) -> float:
    return upper_when_unsupported(errors, people)


def _pairs_cover(hits: NDArray[np.bool_], own: tuple[NDArray[np.int64], ...], rate: float, rng: np.random.Generator) -> bool:
    """Percentile bootstrap of picture pairs as if they were independent: drawing them is drawing a binomial count.

    Args:
        hits: bool (n, n).
        own: (rows, columns) of the entries that are pairs of one person.
    """
    pairs, errors = (hits.size - len(own[0])) // 2, (int(hits.sum()) - int(hits[own].sum())) // 2
    low, high = np.quantile(rng.binomial(pairs, errors / pairs, PAIR_DRAWS) / pairs, [0.025, 0.975])
    return bool(low <= rate <= high)


def _two_way_covers(shares: NDArray[np.float32], rate: float, rng: np.random.Generator) -> bool:
    """Percentile bootstrap over people, a pair weighing the product of its people's draws."""
    people = len(shares)
    weights = rng.multinomial(people, np.full(people, 1 / people), size=TWO_WAY_DRAWS).astype(np.float32)
    drawn = ((weights @ shares) * weights).sum(axis=1, dtype=np.float64)
    low, high = np.quantile(drawn / (people**2 - (weights.astype(np.float64) ** 2).sum(axis=1)), [0.025, 0.975])
    return bool(low <= rate <= high)


def _is_accepted(cell: Mapping[str, Any]) -> bool:
    return bool(cell["accepted"] >= ACCEPTED * cell["samples"])


def _share(held: int, of: int) -> tuple[float | None, str]:
    """A share and its exact 95 % interval as text, both empty of nothing."""
    if not of:
        return None, ""
    low, high = binomial_interval(held, of)
    return round(held / of, 4), f"{low:.3f}-{high:.3f}"


def _place(cell: Mapping[str, Any]) -> tuple[str, int, str]:
    return cell["population"], cell["people"], f"{cell['rate']:g}"


def _values(cells: list[dict[str, Any]]) -> tuple[Value, ...]:
    """The headline: the worst cell of each promise."""
    accepted = [cell for cell in cells if _is_accepted(cell)]
    covered = {id(cell): 1 - (cell["below"] + cell["above"]) / cell["accepted"] for cell in accepted}
    refused = [cell for cell in cells if cell["samples"] - cell["accepted"] >= 100]
    naive = [cell["naive_covers"] / cell["samples"] for cell in accepted]
    two_way = [cell["two_way_covers"] / cell["two_way"] for cell in accepted]
    rare = [1 - (cell["below"] + cell["above"]) / cell["accepted"] for cell in cells
            if cell["accepted"] >= 100 and not _is_accepted(cell)]
    failed = [(cell["chosen"] - cell["chosen_holds"]) / cell["samples"] for cell in cells]
    fine = sum(0.93 <= covered[id(cell)] <= 0.97 or (cell["people"] == 50 and covered[id(cell)] >= 0.9) for cell in accepted)
    return (
        Value("accepted cells", len(accepted), "cells", n=len(cells), note="support in at least half of the samples; n = all cells"),
        Value("accepted cells with coverage of 93-97 %", fine, "cells", n=len(accepted),
              note="n = accepted cells; at 50 people 90 % or more"),
        Value("lowest coverage of an accepted cell", min(covered.values(), default=None), "share"),
        Value("highest coverage of an accepted cell", max(covered.values(), default=None), "share"),
        Value("lowest coverage where few samples are accepted", min(rare, default=None), "share",
              note="cells with support in 100 samples or more and less than half: the rule picks samples that are low or lack wolves"),
        Value("lowest coverage of the one-sided bound where refused",
              min((cell["bound_holds"] / (cell["samples"] - cell["accepted"]) for cell in refused), default=None), "share",
              note="cells with 100 refusals"),
        Value("highest share of samples with a t_hi whose FMR is above the target", max(failed), "share", note="all cells, all samples"),
        Value("baseline: coverage of a bootstrap over pairs, lowest", min(naive, default=None), "share", note="accepted cells"),
        Value("baseline: coverage of a bootstrap over pairs, highest", max(naive, default=None), "share", note="accepted cells"),
        Value("baseline: coverage of the plain two-way bootstrap, lowest", min(two_way, default=None), "share", note="accepted cells"),
        Value("baseline: coverage of the plain two-way bootstrap, highest", max(two_way, default=None), "share", note="accepted cells"))


def _intervals(cells: list[dict[str, Any]]) -> Table:
    rows = []
    for cell in (cell for cell in cells if cell["accepted"] >= 100):
        n = cell["accepted"]
        rows.append((*_place(cell), round(n / cell["samples"], 4), "yes" if _is_accepted(cell) else "no",
                     *_share(n - cell["below"] - cell["above"], n), round(cell["below"] / n, 4), round(cell["above"] / n, 4),
                     round(cell["limit_holds"] / n, 4), round(cell["naive_covers"] / cell["samples"], 4),
                     _share(cell["two_way_covers"], cell["two_way"])[0]))
    return Table("Two-sided 95 % intervals, samples that the support rule accepts",
                 ("people are", "people", "FMR", "share accepted", "accepted cell", "coverage", "its 95 % interval", "interval below FMR",
                  "interval above FMR", "one-sided limit holds", "bootstrap over pairs, all samples", "two-way bootstrap"), tuple(rows))


def _bounds(cells: list[dict[str, Any]]) -> Table:
    refused = [(cell, cell["samples"] - cell["accepted"]) for cell in cells]
    return Table("One-sided 95 % bounds, samples that the support rule refuses",
                 ("people are", "people", "FMR", "share refused", "bound holds", "its 95 % interval", "median bound / FMR"),
                 tuple((*_place(cell), round(n / cell["samples"], 4), *_share(cell["bound_holds"], n), round(cell["bound_over_rate"], 2))
                       for cell, n in refused if n >= 20))


def _thresholds(cells: list[dict[str, Any]]) -> Table:
    return Table("Thresholds chosen by the limit",
                 ("people are", "people", "target FMR", "share of samples with a t_hi", "FMR <= target there", "its 95 % interval"),
                 tuple((*_place(cell), round(cell["chosen"] / cell["samples"], 4), *_share(cell["chosen_holds"], cell["chosen"]))
                       for cell in cells if cell["chosen"] >= 20))


def _unevenness(cells: list[dict[str, Any]]) -> Table:
    """From the largest size alone: at the smaller ones a low rate has too few errors to tell."""
    return Table("How uneven people are: squared variation of a person's own false match rate", ("people are", "FMR", "unevenness"),
                 tuple((cell["population"], f"{cell['rate']:g}", round(cell["unevenness"], 2))
                       for cell in cells if cell["people"] == max(SAMPLES)))


def _plot(path: Path, cells: list[dict[str, Any]]) -> Picture:
    """Coverage over the rate, the three ways, 'like LFW' and 'strong' at the largest size."""
    series: dict[str, tuple[list[float], list[float]]] = {"95 %": (list(RATES), [0.95] * len(RATES))}
    for name in ("like LFW", "strong"):
        chosen = [cell for cell in cells if cell["population"] == name and cell["people"] == max(SAMPLES) and _is_accepted(cell)]
        rates = [cell["rate"] for cell in chosen]
        series[f"{name}: this interval"] = rates, [1 - (cell["below"] + cell["above"]) / cell["accepted"] for cell in chosen]
        series[f"{name}: two-way bootstrap"] = rates, [cell["two_way_covers"] / cell["two_way"] for cell in chosen]
        series[f"{name}: bootstrap over pairs"] = rates, [cell["naive_covers"] / cell["samples"] for cell in chosen]
    curves(path, series, title=f"Coverage of 95 % intervals, {max(SAMPLES)} people", x_title="true FMR", y_title="coverage", x_scale="log")
    return Picture(path.name, "Coverage over the true FMR in the cells that the support rule accepts")
