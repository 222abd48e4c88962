"""The packaged calibrations: made on folds 1-3, checked on folds 4-5 of LFW"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vultus.bench.calibration_planted import Planted, plant
from vultus.bench.lfw_templates import Extracted, extract_lfw, need_lfw
from vultus.bench.results import PACKAGE, source_root, write_atomically
from vultus.calibrate.applied import Applied, Rate, apply
from vultus.calibrate.comparisons import Comparisons
from vultus.calibrate.measure import calibrate_pairs, measured_curve
from vultus.calibrate.reliability_plot import draw_reliability
from vultus.calibrate.search import search_curves
from vultus.calibrate.support import judge
from vultus.data.lfw import Lfw, read_lfw
from vultus.decide import Calibration
from vultus.errors import WeightsError
from vultus.evaluate.people_bootstrap import FmrCurve
from vultus.report import Picture, Report, Table, Value

DOMAIN = "press photographs (LFW folds 1-3), random impostors: optimistic within a group of like people"
# Looked at by eye in the space of the default recogniser, highest first.
REVIEWED: dict[str, Any] = {
    "pairs": 100, "one person under two spellings": 2, "duplicate pictures": 0, "in doubt, kept as different people": 1,
    "excluded": ["Hasan_Wirayuda_0001"],
    "why": "Hasan_Wirayuda is Hassan_Wirajuda (ranks 2 and 13); Flor_Montulo_0001 and Nora_Bendijo_0002 (rank 94) look alike and could not "
           "be told apart for certain"}
PROTOCOL = (
    "Non-mated: all pictures of the people of folds 1-3, every two people weighing the same. The curve and the thresholds are then applied "
    "unchanged to the people of folds 4-5. FNMR and P(undecided) weigh every person the same. Intervals are over people. The hundred "
    "most similar pairs of different people of folds 1-3 were looked at; one person under two spellings was left out. Rotation: the "
    "same with every three folds against the other two; splits share people, so their outcomes are not independent. Planted errors: in "
    "each of ten copies of the labels one person's pictures stand under two names and two people's pictures are swapped.")
ARMS: dict[str, dict[str, Any]] = {"default recogniser": {}, "one network run": {"settings": {"flip": False}},
                                   "second recogniser (faceres)": {"embedder": "embed/faceres"}}
FILES = {"default recogniser": "photographs.json", "one network run": "photographs-one-run.json"}
NOMINAL = (1e-2, 1e-3)


@dataclass(frozen=True, eq=False)
class Split:
    """People of some folds, in one space: comparisons, their curve on the calibration's grid."""

    templates: Any
    subjects: NDArray[np.str_]
    pairs: Comparisons
    curve: FmrCurve

    @classmethod
    def of(cls, extracted: Extracted, lfw: Lfw, folds: tuple[int, ...], rng: np.random.Generator) -> Split:
        left_out = np.isin([path.stem for path in lfw.paths], REVIEWED["excluded"])
        chosen = lfw.people_of_folds(*folds) & ~extracted.failed & ~left_out
        templates, subjects = extracted.templates(chosen), lfw.subjects[chosen]
        pairs = Comparisons.of_templates(templates, subjects)
        return cls(templates, subjects, pairs, measured_curve(pairs, rng))


def run(data: Path | None, rng: np.random.Generator, out_dir: Path) -> Report:
    """Make the calibration files that ship (in a source tree) and measure them on people they have not seen."""
    lfw = read_lfw(need_lfw(data))
    values: list[Value] = []
    tables: list[Table] = []
    pictures: list[Picture] = []
    notes = [f"{REVIEWED['pairs']} pairs looked at: {REVIEWED['why']}"]
    for name, settings in ARMS.items():
        try:
            extracted = extract_lfw(lfw, **settings)
        except WeightsError as error:
            notes.append(f"{name} was not measured: {error}")
            continue
        fit, check = (Split.of(extracted, lfw, folds, rng) for folds in ((1, 2, 3), (4, 5)))
        made = _made(fit, extracted.space, lfw, rng)
        if source_root() is not None and name in FILES:
            write_atomically(PACKAGE / "data" / "calibrations" / FILES[name], made.to_json())
        done = apply(made, check.pairs, rng)
        values += _values(name, made, done)
        tables += [_nominal(name, fit, check), _reliability(name, done)]
        picture = f"reliability-{len(pictures)}.svg"
        draw_reliability(out_dir / picture, done.reliability)
        pictures.append(Picture(picture, f"{name}: FMR stated from folds 1-3 against FMR of folds 4-5 at the same score."))
        if name != "one network run":
            tables.append(_rotation(name, extracted, lfw, rng))
            values += _planted(name, plant(fit.templates, fit.subjects, made.t_hi, rng))
    return Report("core/calibration", "The packaged calibrations: made on folds 1-3, checked on folds 4-5 of LFW", PROTOCOL, tuple(values),
                  tables=tuple(tables), pictures=tuple(pictures), notes=tuple(notes), data_digest=lfw.digest,
                  complete=len(pictures) == len(ARMS))


def _made(fit: Split, space: str, lfw: Lfw, rng: np.random.Generator) -> Calibration:
    def search(scores: NDArray[np.float64]) -> Any:
        return search_curves(fit.templates[fit.pairs.place], fit.pairs.person, scores.tolist(), rng)
    return calibrate_pairs(fit.pairs, space=space, name="photographs", domain=DOMAIN, rng=rng, search=search, curve=fit.curve,
                           source={"data": lfw.digest, "command": "vultus bench core/calibration", "folds": [1, 2, 3],
                                   "label_review": REVIEWED})


def _values(name: str, made: Calibration, done: Applied) -> Iterator[Value]:
    yield Value(f"{name}: point threshold", made.t_point, "cosine", made.t_point_low, made.t_point_high, made.people, "folds 1-3")
    yield Value(f"{name}: t_hi", made.t_hi, "cosine", note=f"upper limit of FMR <= {made.target_fmr}")
    yield Value(f"{name}: t_lo", made.t_lo, "cosine", note=f"exact upper limit of FNMR <= {made.target_fnmr}")
    yield Value(f"{name}: people behind t_lo", float(made.mated_people))
    for what, rate, people in (
            ("FMR realised at t_hi", done.fmr_hi, done.people), ("FNMR at t_hi, undecided as reject", done.fnmr_hi, done.mated_people),
            ("FMR at t_lo, undecided as accept", done.fmr_lo, done.people),
            ("FNMR at t_lo, undecided as accept", done.fnmr_lo, done.mated_people),
            ("FNMR at the point threshold", done.fnmr_point, done.mated_people),
            ("P(undecided | mated)", done.undecided_mated, done.mated_people),
            ("P(undecided | non-mated)", done.undecided_non_mated, done.people)):
        yield Value(f"{name}: {what}, folds 4-5", rate.value, "share", rate.low, rate.high, people)
    yield Value(f"{name}: Cllr on folds 4-5", done.cllr, "bits", n=done.mated_people, note="line fitted on folds 1-3")
    yield Value(f"{name}: least Cllr of folds 4-5", done.min_cllr, "bits", n=done.mated_people)


def _nominal(name: str, fit: Split, check: Split) -> Table:
    """Point thresholds of folds 1-3 on folds 4-5."""
    rows = []
    for target in NOMINAL:
        verdict = judge(target, fit.curve, fit.pairs)
        assert verdict.t_point is not None
        at = np.array([verdict.t_point])
        own, other = (_at(split, at) for split in (fit, check))
        other_point = judge(target, check.curve, check.pairs)
        inside = own.contains(target) and other.contains(target)
        rows.append((f"{target:g}", verdict.t_point, own.value, own.low, own.high, other.value, other.low, other.high,
                     "yes" if inside else "no", round(_standard_errors(own, other), 2), other_point.t_point_low, other_point.t_point_high))
    return Table(f"{name}: point thresholds of folds 1-3 on folds 4-5",
                 ("nominal FMR", "point threshold", "FMR, folds 1-3", "low", "high", "FMR, folds 4-5", "low", "high",
                  "nominal inside both", "difference in standard errors", "point threshold of folds 4-5, low", "high"), tuple(rows))


def _at(split: Split, threshold: NDArray[np.float64]) -> Rate:
    curve = split.pairs.curve(threshold, np.random.default_rng(0))
    return Rate(float(curve.fmr[0]), float(curve.low[0]), float(curve.high[0]))


def _standard_errors(a: Rate, b: Rate) -> float:
    """Difference of the logarithms of two rates in its standard error, from their intervals; NaN without lower limits."""
    if not (a.low > 0 and b.low > 0):
        return float("nan")
    spread = [np.log(rate.high / rate.low) / (2 * 1.96) for rate in (a, b)]
    return float(np.log(b.value / a.value) / np.hypot(*spread))


def _reliability(name: str, done: Applied) -> Table:
    return Table(f"{name}: reliability of the FMR at a score, stated from folds 1-3, realised on folds 4-5",
                 ("nominal", "score", "stated", "low", "high", "realised", "low", "high", "stated inside realised",
                  "realised at most the stated limit"),
                 tuple((f"{r.nominal:g}", r.score, r.stated.value, r.stated.low, r.stated.high, r.realised.value, r.realised.low,
                        r.realised.high, "yes" if r.agrees else "no", "yes" if r.realised.value <= r.stated.high else "no")
                       for r in done.reliability))


def _rotation(name: str, extracted: Extracted, lfw: Lfw, rng: np.random.Generator) -> Table:
    rows = []
    for folds in combinations(range(1, 6), 3):
        rest = tuple(fold for fold in range(1, 6) if fold not in folds)
        fit, check = (Split.of(extracted, lfw, chosen, rng) for chosen in (folds, rest))
        row: list[Any] = [" ".join(map(str, folds)), " ".join(map(str, rest))]
        for target in NOMINAL:
            verdict = judge(target, fit.curve, fit.pairs)
            assert verdict.t_point is not None and verdict.t_hi is not None
            own, point, high = (_at(split, np.array([at])) for split, at in
                                ((fit, verdict.t_point), (check, verdict.t_point), (check, verdict.t_hi)))
            inside = own.contains(target) and point.contains(target)
            row += [point.value, "yes" if inside else "no", high.value, "yes" if high.value <= target else "no"]
        rows.append(tuple(row))
    columns = [f"{what}, {target:g}" for target in NOMINAL for what in
               ("FMR at the point threshold", "nominal inside both", "FMR at t_hi", "at most the target")]
    return Table(f"{name}: rotation over folds", ("calibrated on folds", "applied to folds", *columns), tuple(rows))


def _planted(name: str, found: Planted) -> Iterator[Value]:
    for what, ranks in (("one person under two names", found.split), ("two people's pictures swapped", found.swapped)):
        held = [rank for rank in ranks if rank is not None]
        yield Value(f"{name}: planted label error found, {what}", len(held) / len(ranks), "share", n=len(ranks),
                    note="n counts trials; ranks " + ", ".join("-" if rank is None else str(rank) for rank in ranks))
    yield Value(f"{name}: planted split also flagged", sum(found.split_flagged) / len(found.split_flagged), "share", n=len(found.split),
                note="n counts trials")
