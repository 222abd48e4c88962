"""Measured figures that pages of the documentation repeat, and where they come from: `python tools/docs_quotes.py` writes them anew."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from vultus.bench.results import read_result
from vultus.decide import packaged
from vultus.decide.search import SearchEvidence, search_rule
from vultus.report import Report, Value

DOCS = Path(__file__).parents[1] / "docs"


@dataclass(frozen=True)
class Quote:
    """A text of a page with figures in it.

    Args:
        page: file below docs/.
        text: the words, `{}` for each figure; white space counts as white space.
        figures: what stands in the places of `{}`.
    """

    page: str
    text: str
    figures: tuple[str, ...]

    def found(self, page: str) -> re.Match[str] | None:
        """Where the page says it, one group a figure."""
        parts = [r"\s+".join(map(re.escape, re.split(r"\s+", part))) for part in self.text.split("{}")]
        return re.search(r"([^|\n]*?)".join(parts), page)

    def written(self, page: str) -> str:
        """The page with the figures as they are. Raises LookupError when it does not have the words."""
        match = self.found(page)
        if match is None:
            raise LookupError(f"{self.page} does not say {self.text!r}")
        for place in range(len(self.figures), 0, -1):
            page = page[:match.start(place)] + self.figures[place - 1] + page[match.end(place):]
        return page


def quotes() -> Iterator[Quote]:
    """Everything that pages quote from results and packaged calibrations; suites without a result are left out."""
    yield from _search_thresholds()
    for suite, made in (("core/compat", _compat), ("core/calibration", _calibration), ("core/open_set", _open_set),
                        ("quality/components", _quality)):
        report = read_result(suite)
        if report is not None:
            yield from made(report)


def _search_thresholds() -> Iterator[Quote]:
    calibration = packaged("dlib-resnet29/dlib-150/flip")
    assert calibration is not None
    for size in (10, 100, 1000, 2000):
        rule = search_rule(SearchEvidence.of(calibration), size, space=calibration.space)
        supported = rule.t_hi is not None and rule.target_fpir is not None
        cells = (f"{100 * rule.target_fpir:g} %", f"{rule.t_hi:.3f}") if supported else ("none", "-")
        yield Quote("identify.md", f"| {size} | {{}} | {{}} |", cells)


def _compat(report: Report) -> Iterator[Quote]:
    page = "moving-from/face-recognition.md"
    for kind in ("old against old", "new against old", "new against new"):
        cells = [report[f"{rate} at {where}, {kind}"] for where in ("0.6", "our default cut") for rate in ("FMR", "FNMR")]
        yield Quote(page, f"| {kind} | {{}} | {{}} | {{}} | {{}} |", tuple(f"{cell.value:.2g}" for cell in cells))
    rate = report["FMR at 0.6, new against old"].value
    yield Quote(page, "At 0.6 one stranger in about {} matches", (f"{10 * round(0.1 / rate) if rate else 0}",))


def _calibration(report: Report) -> Iterator[Quote]:
    def of(name: str) -> Value:
        return report[f"default recogniser: {name} folds 4-5"]

    for words, names in (("false matches (FMR)", ("FMR realised at t_hi,", "FMR at t_lo, undecided as accept,")),
                         ("false non-matches (FNMR)", ("FNMR at t_hi, undecided as reject,", "FNMR at t_lo, undecided as accept,"))):
        yield Quote("verify.md", f"| {words} | {{}} | {{}} |", tuple(_with_interval(of(name), ".2g") for name in names))
    yield Quote("verify.md", "Undecided were {} % of the comparisons of one person and {} % of those of two",
                tuple(f"{100 * (of(f'P(undecided | {who}),').value or 0):.2g}" for who in ("mated", "non-mated")))
    yield Quote("evidence.md", "has a Cllr of {} on those of folds 4-5; the best that any rising curve could reach there is {} (",
                tuple(f"{of(name).value:.2g}" for name in ("Cllr on", "least Cllr of")))


def _open_set(report: Report) -> Iterator[Quote]:
    default = "dlib, crop and mirror image"
    reused = report[f"control: {default}: FPIR at the threshold of FMR 0.001 per comparison"].value
    yield Quote("identify.md", "1,000 pass, {} % of strangers were named among 1,000 people", (f"{100 * (reused or 0):.0f}",))
    for name, words in ((default, "the default, crop and mirror image"), ("dlib, one network run", "the default, one network run"),
                        ("faceres", "`faceres`")):
        yield Quote("identify.md", f"| {words} | {{}} people |", (f"{report[f'{name}: largest recommended gallery'].value:.0f}",))


def _quality(report: Report) -> Iterator[Quote]:
    for name, words in (("the gate", "the gate"), ("components score", "the score of `quality/components`"),
                        ("vultus.sharpness", "`vultus.sharpness`"), ("vultus.confidence", "`vultus.confidence`")):
        good, faulty = (report[f"gain by {name}, pictures {which}"] for which in ("as they are", "with a fault"))
        yield Quote("quality.md", f"| {words} | {{}} | {{}} |", (_with_interval(good, ".4f"), _with_interval(faulty, ".3f")))


def _with_interval(value: Value, form: str) -> str:
    return f"{value.value:{form}} ({value.low:{form}} to {value.high:{form}})"


if __name__ == "__main__":
    for quote in quotes():
        path = DOCS / quote.page
        old = path.read_text("utf-8")
        new = quote.written(old)
        if new != old:
            path.write_text(new, "utf-8")
            print(f"{quote.page}: {quote.text.replace('{}', '_')}: {', '.join(quote.figures)}")
