"""`vultus represent DIR|FILES --out t.parquet`: a table with a template for every face."""

from __future__ import annotations

import sys

import click

from vultus.cli.output import json_option, print_json, recogniser_options, warn_of_errors


@click.command("represent")
@click.argument("pictures", nargs=-1, required=True, type=click.Path())
@click.option("--out", required=True, type=click.Path(), help="Parquet table to write.")
@recogniser_options
@json_option
def command(pictures: tuple[str, ...], out: str, detector: str, embedder: str, engine: str, as_json: bool) -> None:
    """Represent every face on PICTURES (files and folders) in a Parquet table, one row a face.

    A picture without a face, or one that cannot be read, is one row with its error. An interrupted run goes on where it stopped
    when it is started again.
    """
    from tqdm import tqdm

    from vultus.pipeline import Recogniser
    from vultus.pipeline.represent_table import represent_table
    with tqdm(desc="represent", unit="picture", file=sys.stderr, disable=not sys.stderr.isatty(), leave=False) as bar:
        summary = represent_table(pictures, out, Recogniser(detector, embedder, engine=engine), on_picture=bar.update)
    warn_of_errors(summary)
    if as_json:
        print_json(summary.as_dict())
    else:
        counts = "".join(f", {number} {kind}" for kind, number in summary.errors.items())
        click.echo(f"wrote {out}: {summary.faces} faces on {summary.pictures} pictures{counts}")
