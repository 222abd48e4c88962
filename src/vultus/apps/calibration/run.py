"""The user's pictures to a calibration file, a report, and a list of pairs to look at."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vultus.apps.calibration.report import Findings, calibration_report
from vultus.apps.calibration.review_page import write_review_page
from vultus.apps.calibration.sample import Sample, read_sample
from vultus.calibrate.measure import calibrate_pairs, measured_curve
from vultus.calibrate.review import ReviewPair, review_list
from vultus.calibrate.search import search_curves
from vultus.calibrate.support import judge
from vultus.decide import Calibration, SearchCurve
from vultus.decide.search import SearchEvidence, SearchRule, search_rule
from vultus.errors import InputError
from vultus.evaluate.people_bootstrap import FmrCurve
from vultus.image import shown
from vultus.pipeline import Recogniser
from vultus.report import Report
from vultus.report_render import html
from vultus.runtime.atomic_file import write_bytes

FILE, REPORT, PAGE, REVIEW = "calibration.json", "report.json", "report.html", "review.html"
PREVIOUS = "calibration.previous.json"
TARGETS = tuple(10.0**-k for k in range(1, 7))


@dataclass(frozen=True)
class Wanted:
    """What the user asks for.

    Args:
        fmr, fnmr: targets of t_hi and t_lo, 0..1.
        fpir, gallery_size: a target for searches among that many templates, both or none.
        name, domain: as in `decide.Calibration`; an empty domain is filled in from the sample.
        seed: of the draws behind intervals.
        labels, images, space: see `read_sample`.
        with_pictures: also write a page with the faces of the review list.
    """

    fmr: float = 1e-3
    fnmr: float = 0.05
    fpir: float | None = None
    gallery_size: int | None = None
    name: str = "site"
    domain: str = ""
    seed: int = 0
    labels: Path | None = None
    images: Path | None = None
    space: str | None = None
    with_pictures: bool = False

    def __post_init__(self) -> None:
        for option, value in (("fmr", self.fmr), ("fnmr", self.fnmr), ("fpir", 0.5 if self.fpir is None else self.fpir)):
            if not 0 < value < 1:
                raise InputError(option, expected="a rate above 0 and below 1", got=f"{value:g}")
        if (self.fpir is None) != (self.gallery_size is None):
            raise InputError("fpir, gallery_size", expected="both or none", got="one of them",
                             hint="a rate of searches means nothing without the number of templates searched")


@dataclass(frozen=True)
class Calibrated:
    """What a run made: the calibration, its report, and the rule for searches that was asked for."""

    calibration: Calibration
    report: Report
    search: SearchRule | None


def calibrate_files(source: str | os.PathLike[str], out: str | os.PathLike[str], wanted: Wanted, *,
                    recogniser: Callable[[], Recogniser] = Recogniser,
                    on_picture: Callable[[int], None] = lambda count: None) -> Calibrated:
    """Calibrate and write `calibration.json`, `report.json` and `report.html` into folder `out`.

    An interrupted run goes on where it stopped. A target that the sample does not support leaves the report, which says why, and no
    calibration; one that an earlier run left there is renamed to `calibration.previous.json`.

    Args:
        source: a labelled folder, a table of `represent`, a CSV of pairs or scores, or LFW's pairs.txt.
        recogniser: makes what represents pictures.
        on_picture: called with the number of pictures that were just finished.

    Raises:
        InputError: labels that contradict each other, or a target that the sample does not support.
    """
    folder, rng = Path(out), np.random.default_rng(wanted.seed)
    if folder.is_file():
        raise InputError("out", expected="a folder", got=f"the file {shown(folder)}")
    sample = read_sample(Path(source), folder, recogniser, labels=wanted.labels, images=wanted.images, space=wanted.space, rng=rng,
                         on_picture=on_picture)
    curve = measured_curve(sample.pairs, rng)
    made, refusal = _calibrated(sample, curve, wanted, rng)
    verdicts = tuple(judge(target, curve, sample.pairs) for target in sorted({*TARGETS, wanted.fmr}, reverse=True))
    review = review_list(sample.pairs, made.t_hi if made else float(np.quantile(sample.pairs.scores[~sample.pairs.mated], 0.999)))
    rule = _search(made, wanted) if made else None
    report = calibration_report(Findings(sample, curve, verdicts, review, made, refusal, rule, wanted.seed), folder, rng)
    _write(folder, report, made, sample, review, wanted)
    if made is None:
        assert refusal is not None
        raise InputError(refusal.argument, expected=refusal.expected, got=refusal.got, hint=f"{refusal.hint}; see {folder / PAGE}")
    if rule is not None and rule.t_hi is None:
        raise InputError("fpir", expected="a rate that strangers' searches of this sample support", got=f"{wanted.fpir:g}",
                         hint=rule.reason)
    return Calibrated(made, report, rule)


def _calibrated(sample: Sample, curve: FmrCurve, wanted: Wanted, rng: np.random.Generator) -> tuple[Calibration | None, InputError | None]:
    pairs = sample.pairs

    def search(scores: NDArray[np.float64]) -> tuple[SearchCurve, ...]:
        if sample.templates is None:
            return ()
        return search_curves(sample.templates[pairs.place], pairs.person, scores.tolist(), rng)
    domain = wanted.domain or f"{pairs.people} people of one collection, compared with each other"
    try:
        return calibrate_pairs(pairs, space=sample.space, name=wanted.name, domain=domain, rng=rng, target_fmr=wanted.fmr,
                               target_fnmr=wanted.fnmr, status="site", search=search, curve=curve,
                               source={"data": sample.digest, "command": "vultus calibrate", "seed": wanted.seed,
                                       "pictures": sample.pictures, "failed": len(sample.failed)}), None
    except InputError as error:
        return None, error


def _search(made: Calibration, wanted: Wanted) -> SearchRule | None:
    if wanted.fpir is None or wanted.gallery_size is None:
        return None
    return search_rule(SearchEvidence.of(made), wanted.gallery_size, wanted.fpir, space=made.space)


def _write(folder: Path, report: Report, made: Calibration | None, sample: Sample, review: tuple[ReviewPair, ...], wanted: Wanted) -> None:
    write_bytes(folder / REPORT, report.to_json().encode())
    write_bytes(folder / PAGE, html(report, folder).encode("utf-8", "backslashreplace"))
    if wanted.with_pictures and sample.paths:
        write_review_page(folder / REVIEW, sample, review)
    if made is not None:
        write_bytes(folder / FILE, made.to_json().encode())
    elif (folder / FILE).is_file():  # beside a report of a refusal it would be taken for its result
        (folder / FILE).replace(folder / PREVIOUS)
