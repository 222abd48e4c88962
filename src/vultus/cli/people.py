"""vultus people: pictures and data sets of people who do not exist."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from vultus.cli.output import json_option, print_json, warn

if TYPE_CHECKING:
    from vultus.people.dataset.make import Progress
    from vultus.tasks import Embedder

_SHARD = 1000  # pictures


@click.group()
def command() -> None:
    """Pictures and data sets of people who do not exist, with every label exactly.

    Nobody is photographed: faces are drawn from parameters. Every picture says so in its metadata and is enrolled in virtual
    galleries only.
    """


@command.command()
@click.option("--seed", type=click.IntRange(min=0), default=7, show_default=True, help="Who: the same number is the same person.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), default=Path("face.png"), show_default=True,
              help="Picture to write, .png or .jpg.")
@click.option("--years", type=click.FloatRange(0, 90), help="Age; without it the person's own.")
@click.option("--yaw", type=click.FloatRange(-90, 90), default=0.0, help="Turn of the head in degrees, + to image right.")
@click.option("--pitch", type=click.FloatRange(-60, 60), default=0.0, help="Turn of the head in degrees, + up.")
@click.option("--expression", default="neutral", show_default=True, help="Name of an expression, such as smile or surprise.")
@click.option("--light", help="Name of a light.")
@click.option("--size", type=click.IntRange(32, 2048), default=256, show_default=True, help="Side of the picture, px.")
@click.option("--labels", type=click.Path(path_type=Path, file_okay=False),
              help="Folder for every label: points, parsing, depth, normals, uv.")
@json_option
def one(seed: int, out: Path, years: float | None, yaw: float, pitch: float, expression: str, light: str | None, size: int,
        labels: Path | None, as_json: bool) -> None:
    """Take one picture of one person."""
    from vultus.people.dataset.one_picture import take_one
    record = take_one(out, seed=seed, years=years, yaw=yaw, pitch=pitch, expression=expression, light=light, size=size, labels=labels)
    if as_json:
        print_json(record)
        return
    click.echo(f"{out}: person {seed}, {record['age_years']:.0f} years, {size}x{size} px; nobody, drawn from parameters")
    for file in record["labels"]:
        click.echo(file)


@command.command()
@click.option("--cells", is_flag=True, help="List the attributes of cells instead, with what each may be.")
@json_option
def spec(cells: bool, as_json: bool) -> None:
    """Print a specification to begin with; it makes 1,000 pictures of 200 people.

    `vultus people spec > people.toml`, change it, then `vultus people make people.toml OUT`.
    """
    from vultus.people.dataset.examples import attributes, example
    if cells:
        known = attributes()
        if as_json:
            print_json(known)
            return
        width = max(map(len, known))
        for name, levels in known.items():
            click.echo(f"{name:{width}}  {levels}")
        return
    print_json({"spec": example()}) if as_json else click.echo(example(), nl=False)


@command.command()
@click.argument("specification", metavar="SPEC", type=click.Path(path_type=Path))
@click.argument("out", metavar="OUT", type=click.Path(path_type=Path))
@click.option("--shards", is_flag=True, help="Also write WebDataset shards (tar), 1,000 pictures each.")
@click.option("--workers", type=click.IntRange(min=1), help="Processes on this machine.  [default: one a core]")
@click.option("--ray", metavar="ADDRESS", help="Use a Ray cluster instead: its address, auto, or local.")
@json_option
def make(specification: Path, out: Path, shards: bool, workers: int | None, ray: str | None, as_json: bool) -> None:
    """Make the data set that SPEC (TOML) describes in the folder OUT.

    The specification is checked before anything is written. Interrupted, the command goes on where it stopped when it is run again,
    and the files are the same as without the interruption; files that were lost or altered are made again. A folder that holds
    something else is refused.
    """
    from vultus.people.dataset import studio_maker
    from vultus.people.dataset.make import make as make_set
    from vultus.people.dataset.spec_file import read_spec
    wanted = read_spec(specification, studio_maker.LABELS)
    with _bar("pictures") as progress:
        made = make_set(wanted, out, factory=studio_maker.studio_maker, embedder=_embedder(wanted.recogniser), workers=workers or _cores(),
                        ray=ray, shards=_SHARD if shards else 0, progress=progress)
    if as_json:
        print_json({"out": str(made.root), "pictures": made.pictures, "people": made.people, "cells": made.cells, "people_made": made.made,
                    "people_kept": made.people - made.made, "rejected": made.rejected, "drawn": made.drawn, "shards": made.shards,
                    "spec_sha256": wanted.digest})
        return
    kept = f", {made.people - made.made} people were there already" if made.made < made.people else ""
    click.echo(f"{made.pictures} pictures of {made.people} people in {made.cells} {'cell' if made.cells == 1 else 'cells'}{kept}")
    if made.rejected:
        click.echo(f"{made.rejected} of {made.drawn} people drawn were turned down for being too near to somebody")
    packed = f"; {made.shards} {'shard' if made.shards == 1 else 'shards'}" if made.shards else ""
    click.echo(f"{made.root}: nobody in it exists; README.md says what is where{packed}")


@command.command()
@click.argument("out", metavar="OUT", type=click.Path(path_type=Path))
@json_option
def check(out: Path, as_json: bool) -> int:
    """Compare every file of the data set OUT with its digest and every count with its specification: exit 0 whole, 1 not."""
    from vultus.people.dataset.check import problems
    from vultus.people.dataset.virtual_people import open_people
    people = open_people(out)
    with _bar("checking") as progress:
        found = list(problems(people, progress))
    if as_json:
        print_json({"out": str(out), "pictures": len(people), "people": people.card["people"], "whole": not found, "problems": found})
        return 1 if found else 0
    for line in found:
        warn(line)
    state = "1 thing is wrong" if len(found) == 1 else f"{len(found)} things are wrong" if found else "whole"
    click.echo(f"{len(people)} pictures of {people.card['people']} people: {state}")
    return 1 if found else 0


@command.command()
@click.argument("out", metavar="OUT", type=click.Path(path_type=Path))
@click.argument("sheet_file", metavar="SHEET.png", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--by", type=click.Choice(["cell", "person"]), default="cell", show_default=True,
              help="A row is a cell with its people, or a person with their pictures.")
@click.option("--columns", type=click.IntRange(min=1), default=12, show_default=True, help="Pictures a row.")
@click.option("--rows", type=click.IntRange(min=1), help="At most so many rows.")
@click.option("--side", type=click.IntRange(16, 1024), default=128, show_default=True, help="Side of a picture, px.")
@json_option
def sheet(out: Path, sheet_file: Path, by: str, columns: int, rows: int | None, side: int, as_json: bool) -> None:
    """Lay pictures of the data set OUT side by side, to judge them by eye."""
    from vultus.people.dataset.sheet import write_sheet
    from vultus.people.dataset.virtual_people import open_people
    write_sheet(open_people(out), sheet_file, by=by, columns=columns, rows=rows, side=side)
    print_json({"sheet": str(sheet_file)}) if as_json else click.echo(str(sheet_file))


def _embedder(name: str) -> Embedder | None:
    """The recogniser that a specification names, None for none."""
    if not name:
        return None
    from vultus.pipeline import Recogniser
    return Recogniser(embedder=name).embedder


def _cores() -> int:
    import os
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def _bar(what: str) -> Iterator[Progress]:
    """A progress bar on stderr, silent when that is no terminal."""
    from tqdm import tqdm
    with tqdm(desc=what, unit="picture", disable=None, leave=False) as bar:
        def progress(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)
        yield progress
