"""vultus gallery: look into a gallery, forget people, check its log."""

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
    """Look into a gallery, forget people, check its log."""


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
    click.echo(f"forgotten: {done.person_id}, {done.faces} faces, {done.templates} templates; key destroyed")
    if not done.scrubbed:
        warn("another process has the gallery open: encrypted remains, which nothing opens, leave the file when it is done")


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
