"""vultus gallery: look into a gallery, calibrate it, forget people, check its log."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from vultus.cli.output import json_option, print_json, warn

F = TypeVar("F", bound=Callable[..., Any])


def _place(function: F) -> F:
    """Add `--gallery`, passed to the command as `path`."""
    return click.option("--gallery", "path", required=True, type=click.Path(path_type=Path), help="Folder of the gallery.")(function)


@click.group()
def command() -> None:
    """Look into a gallery, calibrate it, forget people, check its log."""


@command.command()
@_place
@json_option
def info(path: Path, as_json: bool) -> None:
    """How many people, which space, where the keys are."""
    from vultus.gallery import Gallery
    from vultus.gallery.naming import printable
    with Gallery.open(path, create=False) as gallery:
        record = gallery.info().as_dict()
    if as_json:
        print_json(record)
        return
    for key, value in record.items():
        shown = "yes" if value is True else "no" if value is False else "-" if value is None else str(value)
        click.echo(f"{key}: {printable(shown)}")


@command.command()
@_place
@json_option
def people(path: Path, as_json: bool) -> None:
    """Everybody, by name, with the number of templates."""
    from vultus.gallery import Gallery
    from vultus.gallery.naming import printable
    with Gallery.open(path, create=False) as gallery:
        found = gallery.people()
        virtual = gallery.virtual
    if as_json:
        print_json({"gallery": str(path), "virtual": virtual, "people": [vars(person) for person in found]})
        return
    for person in found:
        click.echo(f"{person.id}  {person.templates:>5}  {person.created}  {printable(person.name)}")
    if virtual:
        warn("this gallery holds rendered people who do not exist")


@command.command()
@click.argument("person")
@_place
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
def forget(person: str, path: Path, yes: bool, as_json: bool) -> None:
    """Destroy the key of PERSON (name or id) and delete every row; no copy of the gallery opens them afterwards."""
    from vultus.gallery import Gallery
    from vultus.gallery.naming import printable
    with Gallery.open(path, create=False) as gallery:
        if not yes and not as_json and sys.stdin.isatty():
            click.confirm(f"Forget {printable(person)} for good?", abort=True, err=True)
        done = gallery.forget(person)
    if as_json:
        print_json(vars(done))
        return
    click.echo(f"forgotten: {done.person_id}, {done.faces} {'face' if done.faces == 1 else 'faces'}, "
               f"{done.templates} {'template' if done.templates == 1 else 'templates'}; key destroyed")
    for file in done.fitted:
        warn(f"{file} was measured on the people enrolled then (rates alone, no templates); "
             "make it again with 'vultus gallery calibrate', or delete it")
    if not done.scrubbed:
        warn("another process has the gallery open: encrypted remains, which nothing opens, leave the file when it is done")


@command.command()
@_place
@click.option("--strangers", type=click.Path(path_type=Path, exists=True, file_okay=False),
              help="Pictures of people who are not enrolled: one sub-folder a person, loose pictures one person each.")
@click.option("--fpir", type=click.FloatRange(0, 1, min_open=True, max_open=True),
              help="Share of strangers' searches that may name somebody; refused when it is not supported.  [default: 0.1]")
@json_option
def calibrate(path: Path, strangers: Path | None, fpir: float | None, as_json: bool) -> None:
    """Measure how often strangers find somebody in this very gallery; 'vultus identify' decides by it from then on.

    Everybody who is enrolled is searched among the others, who do not know them. The result lies in the gallery's folder: rates, no
    names and no templates. Too few people are refused with the number that would do; the previous calibration stays then.
    """
    from vultus.apps.collection import calibrate_gallery
    from vultus.apps.identification import calibration_for
    from vultus.decide.search import search_rule
    from vultus.gallery import Gallery
    from vultus.pipeline import Recogniser
    with Gallery.open(path, create=False) as gallery:
        made = calibrate_gallery(gallery, Recogniser() if strangers else None, strangers=strangers, target_fpir=fpir)
        rule = search_rule(made.evidence(calibration_for(gallery, made.space)), made.templates, fpir, space=made.space)
        file = gallery.calibration_file
    if as_json:
        print_json({"gallery": str(path), "file": str(file), "space": made.space, "people": made.people, "templates": made.templates,
                    "left_out": made.left_out, "strangers": made.strangers, "target_fpir": rule.target_fpir, "threshold": rule.t_hi,
                    "threshold_low": rule.t_lo, "supported_to": made.curve.supported_to})
        return
    click.echo(f"{made.left_out} of {made.people} people searched among the others, {made.strangers} strangers; {made.templates} templates")
    click.echo(f"FPIR {rule.target_fpir:g}: a person from {rule.t_hi:.4f}, unknown below {rule.t_lo:.4f}\n{file}")


@command.command(name="verify-log")
@_place
@json_option
def verify_log(path: Path, as_json: bool) -> int:
    """Recompute the chain of the audit log: exit 0 intact, 1 broken."""
    from vultus.gallery import Gallery
    with Gallery.open(path, create=False) as gallery:
        result = gallery.verify_log()
    if as_json:
        print_json(vars(result))
    else:
        click.echo(f"{result.entries} entries, intact" if result.intact else f"broken: {result.problem}")
    return 0 if result.intact else 1
