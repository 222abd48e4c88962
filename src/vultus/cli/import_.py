"""vultus import: people from face_recognition, DeepFace, CompreFace or plain folders into a gallery."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vultus.cli.output import json_option, print_json, progress, warn

if TYPE_CHECKING:
    from vultus.gallery.importers import ImportOutcome, ImportPlan


@click.command("import")
@click.argument("source", required=False, type=click.Path(path_type=Path))
@click.option("--gallery", "path", type=click.Path(path_type=Path), help="Folder of the gallery; made if missing.")
@click.option("--from", "kind", type=click.Choice(["folder", "deepface", "compreface", "face_recognition"]),
              help="What SOURCE is; without this its content says.")
@click.option("--dry-run", is_flag=True, help="List who would be enrolled from what, and change nothing.")
@click.option("--virtual", is_flag=True, help="The people are rendered and do not exist; needs a gallery of their own.")
@click.option("--any-quality", is_flag=True, help="Also enrol small, blurred, turned or hardly visible faces.")
@click.option("--recipe", "wanted", type=click.Choice(["face_recognition", "deepface", "compreface"]),
              help="Print a script that writes, in the old environment, what can be imported.")
@json_option
def command(source: Path | None, path: Path | None, kind: str | None, dry_run: bool, virtual: bool, any_quality: bool,
            wanted: str | None, as_json: bool) -> int:
    """Enrol the people of SOURCE: a folder, a CompreFace export (folder or zip), a DeepFace datastore, face_recognition encodings.

    Pickles are never loaded. Running the command again goes on where it stopped and enrols nothing twice.
    """
    from vultus.gallery.importers import plan, recipe
    if wanted is not None:
        text = recipe(wanted)
        print_json({"recipe": wanted, "script": text}) if as_json else click.echo(text, nl=False)
        return 0
    if source is None or (path is None and not dry_run):
        raise click.UsageError("give SOURCE and --gallery" if source is None else "give --gallery, or --dry-run to look only")
    with plan(source, kind) as read:
        record = _previewed(read, path) if dry_run or path is None else _imported(read, path, virtual, any_quality)
    record = {"source": str(source), "format": read.kind, "gallery": None if path is None else str(path), "dry_run": dry_run, **record}
    if as_json:
        print_json(record)
    else:
        _say(record)
    return 0 if record["planned"] or record["enrolled"] or record["known"] else 2


def _previewed(read: ImportPlan, path: Path | None) -> dict[str, Any]:
    from vultus.gallery import Gallery
    from vultus.gallery.opening import FILE
    if path is not None and (path / FILE).exists():
        with Gallery.open(path, create=False) as gallery:
            read.check(gallery)
    return {"virtual": None, **_counted(read.preview())}


def _imported(read: ImportPlan, path: Path, virtual: bool, any_quality: bool) -> dict[str, Any]:
    from vultus.compat.face_recognition.legacy import recogniser_for
    from vultus.gallery import Gallery
    from vultus.quality.gate import ANY_QUALITY, DEFAULT_USABLE
    with Gallery.open(path, virtual=virtual) as gallery:
        recogniser = recogniser_for(gallery.space) if read.has_pictures else None
        total = len(read.entries)
        outcomes = read.enrol(gallery, recogniser, rendered=virtual, usable=ANY_QUALITY if any_quality else DEFAULT_USABLE)
        done = progress(outcomes, total=total, what="importing", unit="face")
        return {"virtual": gallery.virtual, **_counted(iter(done))}


def _counted(outcomes: Iterator[ImportOutcome]) -> dict[str, Any]:
    """Counts, templates or pictures by person, and refusals, which are told at once."""
    from vultus.gallery.naming import encodable, printable
    counts = {"planned": 0, "enrolled": 0, "known": 0}
    people: dict[str, int] = {}
    refused = []
    for outcome in outcomes:
        if outcome.status == "refused":
            warn(printable(f"{outcome.path} ({outcome.name}): {outcome.reason}"))
            refused.append({"path": encodable(outcome.path), "name": encodable(outcome.name), "reason": encodable(outcome.reason)})
        else:
            counts[outcome.status] += 1
            people[outcome.name] = people.get(outcome.name, 0) + 1
    return {**counts, "people": [{"name": encodable(name), "entries": count} for name, count in people.items()], "refused": refused}


def _say(record: dict[str, Any]) -> None:
    from vultus.gallery.naming import printable
    count = len(record["people"])
    if record["dry_run"]:
        for person in record["people"]:
            click.echo(f"{person['entries']:>5}  {printable(person['name'])}")
        click.echo(f"{record['planned']} entries of {count} people would be tried ({record['format']}), {len(record['refused'])} refused; "
                   "nothing changed")
        return
    click.echo(f"{record['enrolled']} entries of {count} people enrolled ({record['format']}), {record['known']} known already, "
               f"{len(record['refused'])} refused" + (" (virtual gallery)" if record["virtual"] else ""))
