"""The report of a calibration: thresholds, support, errors, reliability, and the pairs that should be looked at."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from vultus import plots
from vultus._version import __version__
from vultus.apps.calibration.sample import Sample
from vultus.calibrate.applied import Applied, Rate, Reliability, apply, reliability
from vultus.calibrate.comparisons import Comparisons
from vultus.calibrate.measure import fnmr_curve, likelihood_line, measured_curve
from vultus.calibrate.reliability_plot import draw_reliability
from vultus.calibrate.review import ReviewPair
from vultus.calibrate.support import Verdict, people_for_low_threshold
from vultus.decide import Calibration
from vultus.decide.search import SearchRule
from vultus.errors import InputError
from vultus.evaluate.bounds import binomial_interval
from vultus.evaluate.cllr import cllr, llr
from vultus.evaluate.people_bootstrap import FmrCurve
from vultus.report import Picture, Report, Table, Value

PROTOCOL = (
    "Every two pictures are compared unless a list of pairs was given; every two people weigh the same in false match rates (FMR), every "
    "person in false non-match rates (FNMR). Limits are for other people of the same kind: people are the sample, not pairs. A target is "
    "accepted with 30 false matches between people, from 30 people, none in more than a tenth of them, and an upper limit of at most twice "
    "the target. Errors at the thresholds are of the same people that the thresholds were chosen on; reliability and Cllr are of one half "
    "of the people, measured on the other.")
PRIVATE = "This report names your files; keep it as private as the pictures. templates.parquet beside it holds biometric templates."
PAIR = ("rank", "similarity", "picture", "other picture", "of their pairs at or above t_hi")
FIRST = 30  # lines of lists that may be long


@dataclass(frozen=True, eq=False)
class Findings:
    """What was found: all that the report shows."""

    sample: Sample
    curve: FmrCurve
    verdicts: tuple[Verdict, ...]
    review: tuple[ReviewPair, ...]
    calibration: Calibration | None
    refusal: InputError | None
    search: SearchRule | None
    seed: int


def calibration_report(found: Findings, folder: Path, rng: np.random.Generator) -> Report:
    """The report, with its plots written into `folder`."""
    sample, made = found.sample, found.calibration
    halves = sample.pairs.halves()
    rows = reliability(measured_curve(halves[0], rng), halves[1], rng) if halves else ()
    done = apply(made, sample.pairs, rng) if made else None
    errors = _errors(made, done) if made and done else ()
    values = [*_thresholds(made), *_search(found.search), *errors, *_counts(sample), *_evidence(halves, done)]
    tables = [_support(found.verdicts), *([_reject_accept(done)] if done else ()), *([_reliability(rows)] if rows else ()),
              *_doubts(found.review, sample), *_lists(sample), *_review(found.review, sample)]
    notes = [PRIVATE, *sample.notes]
    if found.refusal:
        notes.insert(0, f"No calibration: {found.refusal}")
    if not sample.pairs.mated_people:
        notes.append("No FNMR was measured: nobody has two pictures. How often a person is missed is unknown, and there is no likelihood "
                     "ratio; add a second picture of some people, best from another day")
    if made and made.t_lo == -1:
        notes.append(f"There is no lower threshold: an FNMR of {made.target_fnmr:g} needs at least "
                     f"{people_for_low_threshold(made.target_fnmr)} people with two pictures; below t_hi everything is undecided")
    if made and made.mated_people and not made.llr_slope:
        notes.append("There is no likelihood ratio: one threshold separates the two kinds of pairs, so no slope is too steep")
    return Report("calibrate", "Calibration" if made else "No calibration: the sample does not support the target", PROTOCOL,
                  tuple(values), tables=tuple(tables), pictures=_pictures(found, rows, folder), notes=tuple(notes), seeds=(found.seed,),
                  data_digest=sample.digest, versions={"vultus": __version__},
                  config={"space": sample.space, **({"name": made.name, "domain": made.domain, "target_fmr": made.target_fmr,
                                                     "target_fnmr": made.target_fnmr} if made else {})})


def _thresholds(made: Calibration | None) -> Iterator[Value]:
    if made:
        yield Value("t_hi, a match begins here", made.t_hi, "cosine", note=f"upper limit of FMR <= {made.target_fmr:g}")
        yield Value("t_lo, no match below", made.t_lo, "cosine", note=f"exact upper limit of FNMR <= {made.target_fnmr:g}, at most t_hi")
        yield Value("point threshold", made.t_point, "cosine", made.t_point_low, made.t_point_high, made.people,
                    f"measured FMR <= {made.target_fmr:g}")


def _search(rule: SearchRule | None) -> Iterator[Value]:
    if rule is not None:
        yield Value(f"threshold of a search among {rule.gallery_templates} templates", rule.t_hi, "cosine",
                    note=rule.reason or f"FPIR <= {rule.target_fpir:g}, {rule.basis} at {rule.measured_gallery} templates")


def _errors(made: Calibration, done: Applied) -> Iterator[Value]:
    yield Value("FMR at t_hi", done.fmr_hi.value, "share", done.fmr_hi.low, done.fmr_hi.high, done.people,
                f"two-sided interval; t_hi was chosen by the one-sided 95 % limit, {made.at_score(made.t_hi)[1]:.2g}")
    for name, rate, people in (("FNMR at t_hi", done.fnmr_hi, done.mated_people),
                               ("P(undecided | one person)", done.undecided_mated, done.mated_people),
                               ("P(undecided | different people)", done.undecided_non_mated, done.people)):
        if people:
            yield Value(name, rate.value, "share", rate.low, rate.high, people)


def _counts(sample: Sample) -> Iterator[Value]:
    if sample.pictures:
        failed = len(sample.failed)
        yield Value("pictures without a usable face", failed / sample.pictures, "share", *binomial_interval(failed, sample.pictures),
                    sample.pictures, f"{failed} pictures, left out of all rates; n counts pictures")
    yield Value("people", float(sample.pairs.people))
    yield Value("people with two pictures or more", float(sample.pairs.mated_people))
    yield Value("pairs of one person", float(sample.pairs.mated.sum()))
    yield Value("pairs of different people", float((~sample.pairs.mated).sum()))


def _evidence(halves: tuple[Comparisons, Comparisons] | None, done: Applied | None) -> Iterator[Value]:
    """Cllr of each half by the line of the other; the least Cllr of all."""
    if halves is None or done is None:
        return
    costs = []
    for fit, check in (halves, halves[::-1]):
        line = likelihood_line(fit)
        if line is None:
            return
        mated, non_mated = check.one_of_each()
        costs.append(cllr(llr(mated, *line), llr(non_mated, *line)))
    yield Value("Cllr on other people", float(np.mean(costs)), "bits", note="fitted on one half of the people, measured on the other")
    yield Value("least Cllr of the scores", done.min_cllr, "bits", note="of the best rising function of the score")


def _support(verdicts: Sequence[Verdict]) -> Table:
    rows = tuple((f"{v.target:g}", "accepted" if v.accepted else "refused", v.t_point, v.t_hi,
                  "; ".join(filter(None, (v.reason, v.would_do)))) for v in verdicts)
    return Table("Which targets this sample supports", ("target FMR", "verdict", "point threshold", "t_hi", "why refused"), rows)


def _reject_accept(done: Applied) -> Table:
    rows = tuple((name, rate.value, rate.low, rate.high) for name, rate in (
        ("FMR, undecided as reject (t_hi)", done.fmr_hi), ("FNMR, undecided as reject (t_hi)", done.fnmr_hi),
        ("FMR, undecided as accept (t_lo)", done.fmr_lo), ("FNMR, undecided as accept (t_lo)", done.fnmr_lo))
        if done.mated_people or not name.startswith("FNMR"))
    return Table("Errors with undecided as reject and as accept", ("rate", "value", "low", "high"), rows)


def _reliability(rows: Sequence[Reliability]) -> Table:
    return Table("FMR stated from one half of the people against the other half",
                 ("nominal", "score", "stated", "low", "high", "realised", "low", "high", "stated inside realised"),
                 tuple((f"{r.nominal:g}", r.score, *_cells(r.stated), *_cells(r.realised), "yes" if r.agrees else "no") for r in rows))


def _cells(rate: Rate) -> tuple[float, float, float]:
    return rate.value, rate.low, rate.high


def _lists(sample: Sample) -> Iterator[Table]:
    for title, groups in (("The same picture under two names (left out until the labels agree)", sample.across),
                          ("The same picture twice for one person (one of them is used)", sample.within)):
        if groups:
            yield Table(f"{title}: {len(groups)}", ("pictures",), tuple((", ".join(group),) for group in groups[:FIRST]))
    if sample.failed:
        yield Table(f"Pictures without a usable face: {len(sample.failed)}", ("picture", "reason"),
                    tuple(sorted(sample.failed.items()))[:FIRST])


def _doubts(review: Sequence[ReviewPair], sample: Sample) -> Iterator[Table]:
    rows = tuple((*_row(r, sample), r.flag) for r in review if r.flag)
    if rows:
        yield Table(f"Pairs whose labels are in doubt: {len(rows)}", (*PAIR, "doubt"), rows)


def _review(review: Sequence[ReviewPair], sample: Sample) -> Iterator[Table]:
    titles = {"different": "Most similar pictures of different people: is a label wrong?",
              "same": "Least similar pictures of one person: is a label wrong?"}
    for kind, title in titles.items():
        rows = tuple(_row(r, sample) for r in review if r.kind == kind and r.rank <= FIRST)
        if rows:
            yield Table(title, PAIR, rows)


def _row(pair: ReviewPair, sample: Sample) -> tuple[int, float, str, str, str]:
    return pair.rank, round(pair.score, 4), _name(sample, pair.left), _name(sample, pair.right), f"{pair.alike:.0%} of {pair.pairs}"


def _name(sample: Sample, place: int) -> str:
    return sample.paths[place] if sample.paths else sample.subjects[place]


def _pictures(found: Findings, rows: Sequence[Reliability], folder: Path) -> tuple[Picture, ...]:
    pairs, curve, made = found.sample.pairs, found.curve, found.calibration
    marks = {"t_lo": made.t_lo, "t_hi": made.t_hi} if made and made.t_lo > -1 else {"t_hi": made.t_hi} if made else {}
    mated, non_mated = pairs.one_of_each()
    scores = {name: values for name, values in (("one person", mated), ("different people", non_mated)) if values.size}
    plots.histogram(folder / "histogram.svg", scores, title="Similarities",
                    x_title="cosine", marks=marks)
    pictures = [Picture("histogram.svg", "Similarities of pairs of one person and of different people, every person weighing the same.")]
    missed = fnmr_curve(pairs, curve.thresholds)
    seen = (curve.fmr > 0) & (curve.fmr < 1) & (missed > 0) & (missed < 1)
    lines = {name: (rate[seen], missed[seen]) for name, rate in (("measured", curve.fmr), ("lower limit of FMR", curve.low),
                                                                 ("upper limit of FMR", curve.high))}
    if seen.any():
        plots.curves(folder / "det.svg", lines, title="Detection error trade-off", x_title="FMR", y_title="FNMR", x_scale="probit",
                     y_scale="probit")
        pictures.append(Picture("det.svg", "FNMR over FMR, with the 95 % limits of FMR over people; where false matches are too few, "
                                "the upper limit stays."))
    if any(r.realised.value > 0 for r in rows):
        draw_reliability(folder / "reliability.svg", rows)
        pictures.append(Picture("reliability.svg", "FMR stated by one half of the people against FMR of the other half at the same score."))
    return tuple(pictures)
