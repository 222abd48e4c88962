"""Open-set search on LFW: nominal against realised FPIR, misses, and what must not be done"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vultus.bench.lfw_templates import extract_lfw, need_lfw
from vultus.bench.open_set_draws import Draw, draw, fnir, point_threshold, safe_threshold
from vultus.bench.open_set_rule import applied_rule, extrapolated, recommended
from vultus.data.lfw import Lfw, read_lfw
from vultus.evaluate.people_bootstrap import mean_interval
from vultus.plots import curves
from vultus.report import Picture, Report, Table, Value

PROTOCOL = (
    "All people of the half of LFW. Each of 20 draws enrols 500 people with a second picture, which is searched, and 500 others, one "
    "template each; the other people are strangers, one picture each, split at random: thresholds come from one half and are applied to "
    "the other. A mated search fails when its person is not the most similar one, or below the threshold. Intervals: people resampled "
    "over all draws, galleries and thresholds as drawn. The packaged rule: curves from folds 1-3, as they ship, applied to random "
    "galleries of the people of folds 4-5. Largest recommended gallery, a rule stated before any FNIR was seen: the largest with "
    "FNIR at most 20 % (folds 4-5) at the threshold whose upper limit of FPIR is at most 10 % (folds 1-3), never beyond ten times the "
    "largest measured one.")
ARMS: dict[str, dict[str, Any]] = {
    "dlib, crop and mirror image": {}, "dlib, one network run": {"settings": {"flip": False}}, "faceres": {"embedder": "embed/faceres"}}
NOMINAL = (0.06, 0.1)
DRAWS, ONE_TO_ONE = 20, 1e-3


def run(data: Path | None, rng: np.random.Generator, out_dir: Path) -> Report:
    """Measure every recogniser; control: the threshold of one comparison, reused for the search."""
    lfw = read_lfw(need_lfw(data))
    values: list[Value] = []
    tables: list[Table] = []
    lines = {}
    for name, arm in ARMS.items():
        extracted = extract_lfw(lfw, **arm)
        seen = ~extracted.failed
        templates, owners = extracted.templates(seen), np.unique(lfw.subjects[seen], return_inverse=True)[1]
        draws = [draw(templates, owners, rng) for _ in range(DRAWS)]
        values += _nominal_against_realised(name, draws, rng) + _reused(name, draws, rng)
        lines[name] = _line(draws)
        parts = [_part(lfw, seen, folds) for folds in ((1, 2, 3), (4, 5))]
        rule, table = applied_rule(name, templates, owners, parts, rng)
        values += extrapolated(name, templates, owners, rng) + recommended(name, rule)
        tables.append(table)
    plot = curves(out_dir / "search.svg", lines, title="Misses against false positives, 1,000 people enrolled", x_title="FPIR",
                  y_title="FNIR", x_scale="log")
    return Report("core/open_set", "Open-set search on LFW: nominal against realised FPIR, misses, and what must not be done", PROTOCOL,
                  tuple(values), tables=tuple(tables), data_digest=lfw.digest,
                  pictures=(Picture(plot.name, "FNIR against FPIR, mean of 20 draws"),))


def _part(lfw: Lfw, seen: NDArray[np.bool_], folds: Sequence[int]) -> NDArray[np.bool_]:
    return lfw.people_of_folds(*folds)[seen]


def _nominal_against_realised(name: str, draws: Sequence[Draw], rng: np.random.Generator) -> list[Value]:
    values = []
    for nominal in NOMINAL:
        at_point = [point_threshold(d.strangers[d.tuning], nominal) for d in draws]
        at_safe = [safe_threshold(d.strangers[d.tuning], nominal) for d in draws]
        values += [
            _false_positives(f"{name}: realised FPIR at nominal {nominal:.0%}", draws, at_point, rng, nominal),
            _misses(f"{name}: FNIR at nominal FPIR {nominal:.0%}", draws, at_point, rng),
            _false_positives(f"{name}: realised FPIR where the upper limit is {nominal:.0%}", draws, at_safe, rng, nominal)]
    return values


def _false_positives(what: str, draws: Sequence[Draw], thresholds: Sequence[float], rng: np.random.Generator, nominal: float) -> Value:
    found = [d.strangers[~d.tuning] >= t for d, t in zip(draws, thresholds, strict=True)]
    people = np.concatenate([d.stranger_people[~d.tuning] for d in draws])
    rates = [f.mean() for f in found]
    low, high = mean_interval(np.concatenate(found).astype(np.float64), people, rng)
    return Value(what, float(np.mean(rates)), "share", low, high, len(np.unique(people)),
                 f"draws {min(rates):.3f} to {max(rates):.3f}, {np.mean(np.array(rates) <= nominal):.0%} of them at most {nominal:.0%}")


def _misses(what: str, draws: Sequence[Draw], thresholds: Sequence[float], rng: np.random.Generator) -> Value:
    missed = np.concatenate([fnir(d, t) for d, t in zip(draws, thresholds, strict=True)])
    people = np.concatenate([d.mated_people for d in draws])
    low, high = mean_interval(missed.astype(np.float64), people, rng)
    return Value(what, float(missed.mean()), "share", low, high, len(np.unique(people)))


def _reused(name: str, draws: Sequence[Draw], rng: np.random.Generator) -> list[Value]:
    """Control: the threshold at which one comparison in a thousand matches, taken for a search."""
    thresholds = [float(np.quantile(d.comparisons, 1 - ONE_TO_ONE)) for d in draws]
    value = _false_positives(f"control: {name}: FPIR at the threshold of FMR {ONE_TO_ONE:g} per comparison", draws, thresholds, rng, 0.1)
    return [value, Value(f"control: {name}: that FPIR over {ONE_TO_ONE:g}", (value.value or 0) / ONE_TO_ONE, "times",
                         note="must be far above 1")]


def _line(draws: Sequence[Draw]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    everybody = np.concatenate([d.strangers for d in draws])
    rates = np.geomspace(0.005, 1, 60)
    thresholds = np.quantile(everybody, 1 - rates)
    return rates, np.array([np.mean([fnir(d, t).mean() for d in draws]) for t in thresholds])
