"""`vultus find PROBE DIR`: is this person in that folder?"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Literal

import click

from vultus.cli.output import json_option, print_json, printable, recogniser_options, warn

if TYPE_CHECKING:
    from vultus.apps.search import SearchResult
    from vultus.decide import Calibration
    from vultus.pipeline import Recogniser

STATUS = {"found": 0, "unknown": 1, "undecided": 3}


@click.command("find")
@click.argument("probe", type=click.Path())
@click.argument("pictures", nargs=-1, required=True, type=click.Path())
@click.option("--top", default=10, show_default=True, type=click.IntRange(1), help="How many faces to list.")
@click.option("--html", type=click.Path(), help="Also write a page with the faces side by side.")
@click.option("--calibration", "calibration_file", type=click.Path(), help="Decide by this file, not by the packaged one.")
@click.option("--fpir", type=click.FloatRange(0, 1, min_open=True, max_open=True),
              help="Share of strangers' searches that may find somebody. "
                   "[default: the strictest of 0.01, 0.02, 0.05, 0.1 that the calibration supports for so many faces]")
@recogniser_options
@json_option
def command(probe: str, pictures: tuple[str, ...], top: int, html: str | None, calibration_file: str | None, fpir: float | None,
            detector: str, embedder: str, engine: str, as_json: bool) -> int:
    """Rank the faces on PICTURES (files, folders, or one table of 'vultus represent') by similarity to the face on PROBE.

    Exit status: 0 found, 1 unknown, 3 undecided, 2 the probe is missing or cannot be read.
    """
    from pathlib import Path

    from vultus.apps import search
    from vultus.decide import Calibration
    from vultus.pipeline import Recogniser
    rule: Calibration | Literal["packaged"] = Calibration.read(Path(calibration_file)) if calibration_file else "packaged"
    recogniser = Recogniser(detector, embedder, engine=engine)
    if len(pictures) == 1 and pictures[0].endswith(".parquet"):
        result = search.find_in_table(probe, Path(pictures[0]), recogniser, top=top, calibration=rule, target_fpir=fpir)
    else:
        result = _in_folders(probe, pictures, recogniser, top, rule, fpir)
    if html is not None:
        _write_page(result, html)
    for path, error in list(result.errors.items())[:5]:
        warn(f"{path}: {error}")
    if as_json:
        print_json(result.as_dict())
    else:
        for line in _lines(result):
            click.echo(printable(line))
    return STATUS[result.outcome]


def _in_folders(probe: str, pictures: tuple[str, ...], recogniser: Recogniser, top: int,
                rule: Calibration | Literal["packaged"], fpir: float | None) -> SearchResult:
    from tqdm import tqdm

    from vultus.apps.search import find
    from vultus.data.picture_files import find_pictures
    with tqdm(find_pictures(pictures), desc="find", unit="picture", file=sys.stderr, disable=not sys.stderr.isatty(),
              leave=False) as files:
        return find(probe, files, recogniser, top=top, calibration=rule, target_fpir=fpir)


def _write_page(result: SearchResult, html: str) -> None:
    from pathlib import Path

    from vultus.apps.contact_sheet import Cell, Row, with_inline_thumbnails, write_sheet
    cells = [Cell(hit.path, hit.box, f"{hit.decision.similarity:.4f} {hit.decision.outcome.replace('_', ' ')}") for hit in result.hits]
    write_sheet(Path(html), f"Faces most similar to {result.probe}", "; ".join(_head(result)),
                [Row("best first", with_inline_thumbnails(cells))] if cells else [])


def _lines(result: SearchResult) -> list[str]:
    """The result for people."""
    from vultus.image import shown
    hits = [f"{hit.decision.similarity:.4f}  {hit.decision.outcome.replace('_', ' '):10}  {shown(hit.path)} (face {hit.face})"
            for hit in result.hits]
    return _head(result) + hits


def _head(result: SearchResult) -> list[str]:
    """What was searched and what the best hit is worth."""
    lines = [result.outcome + (f": {result.reason}" if result.reason else "")]
    lines.append(f"{result.faces} faces on {result.pictures} pictures searched, {len(result.errors)} unreadable")
    if result.fpir_upper is not None and result.threshold is not None:
        lines.append(f"found at {result.threshold:.4f} or more, unknown below {result.threshold_low:.4f}: at most {result.target_fpir:g} "
                     f"of strangers find somebody among so many faces ({result.fpir_basis})")
        lines.append(f"a stranger's search reaches the best similarity with probability {result.fpir_at_score:.2g} "
                     f"(at most {result.fpir_upper:.2g} with 95 % confidence)")
    return lines
