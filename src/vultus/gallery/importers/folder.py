"""Plain folders: one sub-folder a person, and loose pictures named after whom they show, as face_recognition's KNOWN folder has."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from vultus.data.picture_files import PictureFile, find_pictures
from vultus.errors import InputError
from vultus.gallery.importers.entry import Entry, Refused
from vultus.image import SUFFIXES

_NUMBERED = re.compile(r"(.*\S)(?:[ _-]\d+| ?\(\d+\))")


def recognises(source: Path) -> bool:
    return source.is_dir()


def read(source: Path, room: Path) -> Iterator[Entry | Refused]:
    if not source.is_dir():
        raise InputError("SOURCE", expected="a folder of people or of pictures", got=str(source))
    found = sorted((entry for entry in source.iterdir() if not entry.name.startswith(".")), key=lambda entry: entry.name)
    loose = [entry for entry in found if entry.is_file() and entry.suffix.lower() in SUFFIXES]
    folders = [entry for entry in found if entry.is_dir()]
    if not loose and not folders:
        raise InputError("SOURCE", expected="sub-folders named after people, or pictures named after them", got=f"{source} without either")
    return _entries(folders, loose)


def _entries(folders: list[Path], loose: list[Path]) -> Iterator[Entry | Refused]:
    for folder in folders:
        count = 0
        for picture in find_pictures([folder]):
            count += 1
            yield Entry(folder.name, picture.path, picture)
        if not count:
            yield Refused(str(folder), folder.name, "no_picture: the folder holds no picture")
    for file in sorted(loose, key=lambda each: (person_of(each), each.name)):
        yield Entry(person_of(file), str(file), PictureFile(str(file), file))


def person_of(file: Path) -> str:
    """Whom a loose picture shows by its name: without suffix, and without a number set off by `_`, `-`, a space or brackets."""
    numbered = _NUMBERED.fullmatch(file.stem)
    return numbered[1] if numbered else file.stem
