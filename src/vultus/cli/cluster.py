"""`vultus cluster DIR --out OUT`: photographs sorted by person."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from vultus.cli.output import json_option, print_json, warn_of_errors


@click.command("cluster")
@click.argument("pictures", nargs=-1, required=True, type=click.Path())
@click.option("--out", required=True, type=click.Path(), help="Folder for the table, the list of people and the contact sheet.")
@click.option("--threshold", type=click.FloatRange(-1, 1), help="Least mean similarity between groups that are joined.")
@click.option("--engine", default="onnxruntime", show_default=True, help="Inference engine.")
@json_option
def command(pictures: tuple[str, ...], out: str, threshold: float | None, engine: str, as_json: bool) -> None:
    """Group the faces on PICTURES (files and folders) by person.

    Writes OUT/people.json, OUT/index.html with OUT/faces/, and OUT/faces.parquet. An interrupted run goes on where it stopped.
    """
    from tqdm import tqdm

    from vultus.apps.album import SHEET, sort_by_person
    from vultus.pipeline import Recogniser
    with tqdm(desc="cluster", unit="picture", file=sys.stderr, disable=not sys.stderr.isatty(), leave=False) as bar:
        album = sort_by_person(pictures, out, Recogniser(engine=engine), threshold=threshold, on_picture=bar.update)
    warn_of_errors(album.summary)
    if as_json:
        print_json(album.as_dict())
    else:
        several = sum(len(members) > 1 for members in album.people)
        click.echo(f"{len(album.people)} people on {album.summary.pictures} pictures, {several} of them more than once; "
                   f"see {Path(out, SHEET)}")
