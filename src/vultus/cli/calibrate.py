"""`vultus calibrate PICTURES --out DIR`: thresholds from the user's own people."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vultus.cli.output import json_option, print_json, printable, recogniser_options

if TYPE_CHECKING:
    from vultus.apps.calibration.run import Calibrated


@click.command("calibrate")
@click.argument("source", type=click.Path(path_type=Path))
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Folder for calibration.json, report.html and report.json.")
@click.option("--fmr", default=1e-3, show_default=True, help="Target false match rate: t_hi keeps its upper limit at or below it.")
@click.option("--fnmr", default=0.05, show_default=True, help="Target false non-match rate of t_lo, below which there is no match.")
@click.option("--fpir", type=float, help="Also choose a threshold for searches: target rate of strangers who are named.")
@click.option("--gallery-size", type=click.IntRange(1), help="Templates in the gallery that --fpir is for.")
@click.option("--name", default="site", show_default=True, help="Short name of the calibration.")
@click.option("--domain", default="", help="Who was measured and under what conditions, in words; shown with every decision.")
@click.option("--labels", type=click.Path(path_type=Path), help="CSV with columns path, subject: who is on the pictures of a table.")
@click.option("--images", type=click.Path(path_type=Path), help="Folder of the pictures that an LFW pairs.txt names.")
@click.option("--space", help="Space of a list of scores.")
@click.option("--seed", default=0, show_default=True, help="Of the draws behind intervals.")
@click.option("--with-pictures", is_flag=True, help="Also write review.html with the faces to look at; private.")
@recogniser_options
@json_option
def command(source: Path, out: Path, detector: str, embedder: str, engine: str, as_json: bool, **wanted: Any) -> None:
    """Choose thresholds from SOURCE, your own labelled people, for a target error rate.

    SOURCE is a folder with one sub-folder a person; or a CSV with columns a, b, mated (paths relative to it) and perhaps subject_a,
    subject_b; or LFW's pairs.txt with --images; or a table of 'vultus represent' with --labels; or a CSV with columns score, mated,
    subject_a, subject_b and --space.

    A target that so few people cannot support is refused with the number that would do (exit status 2); the report says why. Use the
    result with --calibration of verify, find and identify. An interrupted run goes on where it stopped.
    """
    from tqdm import tqdm

    from vultus.apps.calibration.run import Wanted, calibrate_files
    from vultus.pipeline import Recogniser
    with tqdm(desc="calibrate", unit="picture", file=sys.stderr, disable=not sys.stderr.isatty(), leave=False) as bar:
        made = calibrate_files(source, out, Wanted(**wanted), recogniser=lambda: Recogniser(detector, embedder, engine=engine),
                               on_picture=bar.update)
    if as_json:
        calibration = made.calibration
        print_json({"calibration": str(out / "calibration.json"), "report": str(out / "report.html"), "space": calibration.space,
                    "domain": calibration.domain, "people": calibration.people, "mated_people": calibration.mated_people,
                    "target_fmr": calibration.target_fmr, "target_fnmr": calibration.target_fnmr, "t_point": calibration.t_point,
                    "t_point_low": calibration.t_point_low, "t_point_high": calibration.t_point_high, "t_hi": calibration.t_hi,
                    "t_lo": calibration.t_lo, "search_threshold": made.search.t_hi if made.search else None,
                    "values": [vars(value) for value in made.report.values]})
    else:
        for line in _lines(made, out):
            click.echo(printable(line))


def _lines(made: Calibrated, out: Path) -> list[str]:
    """The result for people."""
    c = made.calibration
    low = f"no match below {c.t_lo:.4f}" if c.t_lo > -1 else "no lower threshold: everything below is undecided"
    lines = [f"match at {c.t_hi:.4f} or more, {low}",
             f"FMR {c.target_fmr:g} is reached at {c.t_point:.4f} (95 % interval {c.t_point_low:.4f} to {c.t_point_high:.4f}), "
             f"from {c.people} people, {c.mated_people} of them with two pictures or more"]
    for value in made.report.values:
        if value.unit == "share" and value.value is not None:
            interval = f" ({value.low:.2g} to {value.high:.2g})" if value.low is not None and value.high is not None else ""
            lines.append(f"{value.name}: {value.value:.2g}{interval}")
    if not c.mated_people:
        lines.append("no FNMR was measured: nobody has two pictures")
    if made.search is not None and made.search.t_hi is not None:
        lines.append(f"search among {made.search.gallery_templates} templates: named at {made.search.t_hi:.4f} or more")
    doubts = sum(bool(row[-1]) for table in made.report.tables if table.columns[-1] == "doubt" for row in table.rows)
    lines.append(f"{doubts} pairs whose labels should be looked at" if doubts else "no pair's labels are in doubt")
    return [*lines, f"wrote {out / 'calibration.json'} and {out / 'report.html'}"]
