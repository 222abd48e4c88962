"""vultus enroll: put people into a gallery."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vultus.cli.output import json_option, print_json, progress, warn

if TYPE_CHECKING:
    from vultus.data.picture_files import PictureFile
    from vultus.gallery.intake import PictureOutcome


@click.command()
@click.argument("name", required=False)
@click.argument("files", nargs=-1, type=click.Path())
@click.option("--gallery", "path", required=True, type=click.Path(path_type=Path),
              help="Folder of the gallery; made if missing.")
@click.option("--folder", type=click.Path(path_type=Path),
              help="Enrol everybody in here: one sub-folder a person, named after them.")
@click.option("--virtual", is_flag=True, help="The people are rendered and do not exist; needs a gallery of their own.")
@click.option("--any-quality", is_flag=True, help="Also enrol small, blurred, turned or hardly visible faces.")
@click.option("--embedder", help="Method of task embed, or an imported net. [default: the one of the gallery's space]")
@json_option
def command(name: str | None, files: tuple[str, ...], path: Path, folder: Path | None, virtual: bool, any_quality: bool,
            embedder: str | None, as_json: bool) -> int:
    """Enrol NAME from FILES (pictures or folders of one person), or everybody in --folder.

    A picture counts once it is on disk; running the command again goes on where it stopped and enrols nothing twice. Pictures without
    exactly one prominent face, and those too poor to be recognised by, are refused with the reason.
    """
    if folder is None and (name is None or not files):
        raise click.UsageError("give NAME and FILES, or --folder")
    if folder is not None and name is not None:
        raise click.UsageError("give NAME and FILES or --folder, not both")
    from vultus.compat.face_recognition.legacy import recogniser_for
    from vultus.gallery import Gallery
    from vultus.gallery.intake import Intake
    from vultus.quality.gate import ANY_QUALITY, DEFAULT_USABLE
    pictures = _named_folders(folder) if folder is not None else _of_one(name or "", files)
    with Gallery.open(path, virtual=virtual) as gallery:
        usable = ANY_QUALITY if any_quality else DEFAULT_USABLE
        done = _work_off(Intake(gallery, recogniser_for(gallery.space, embedder), rendered=virtual, usable=usable).run(pictures))
        record = {"gallery": str(path), "virtual": gallery.virtual, **done}
    if as_json:
        print_json(record)
    else:
        pictures_done = "1 picture" if record["enrolled"] == 1 else f"{record['enrolled']} pictures"
        people = "1 person" if record["people"] == 1 else f"{record['people']} people"
        click.echo(f"{pictures_done} of {people} enrolled, {record['known']} known already, "
                   f"{len(record['refused'])} refused" + (" (virtual gallery)" if record["virtual"] else ""))
    return 0 if record["enrolled"] or record["known"] else 2


def _of_one(name: str, files: tuple[str, ...]) -> Iterator[tuple[str, PictureFile]]:
    from vultus.data.picture_files import find_pictures
    from vultus.gallery.naming import checked_name
    checked_name(name)
    return ((name, picture) for picture in find_pictures(files))


def _named_folders(folder: Path) -> Iterator[tuple[str, PictureFile]]:
    """Every picture below the sub-folders, with the sub-folder's name."""
    from vultus.data.picture_files import find_pictures
    from vultus.errors import InputError
    if not folder.is_dir():
        raise InputError("--folder", expected="a folder with one sub-folder a person", got=str(folder))
    people = sorted(entry.name for entry in folder.iterdir() if entry.is_dir() and not entry.name.startswith("."))
    if not people:
        raise InputError("--folder", expected="one sub-folder a person", got=f"{folder} without sub-folders",
                         hint="for one person give NAME and FILES")
    return ((person, picture) for person in people for picture in find_pictures([folder / person]))


def _work_off(outcomes: Iterator[PictureOutcome]) -> dict[str, Any]:
    """Count; refusals are told at once, because a long run may be interrupted."""
    from vultus.gallery.naming import encodable, printable
    counts = {"enrolled": 0, "known": 0}
    people: set[str] = set()
    refused = []
    for outcome in progress(outcomes, total=None, what="enrolling"):
        if outcome.status == "refused":
            warn(printable(f"{outcome.path} ({outcome.name}): {outcome.reason}"))
            refused.append({"path": encodable(outcome.path), "name": encodable(outcome.name), "reason": encodable(outcome.reason)})
        else:
            counts[outcome.status] += 1
            people.add(outcome.name)
    return {"people": len(people), **counts, "refused": refused}
