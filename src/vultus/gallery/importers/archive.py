"""Unpacks a zip of pictures that comes from anywhere: no path leaves the folder, and no size is believed."""

from __future__ import annotations

import stat
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from vultus.errors import InputError
from vultus.image import SUFFIXES

MAX_FILES = 200_000
MAX_FILE = 64 << 20
MAX_TOTAL = 8 << 30
_BLOCK = 1 << 20


def unpack(path: Path, room: Path) -> None:
    """Write the pictures and JSON files of a zip below an empty folder; other files are left out.

    Raises:
        InputError: no zip, empty, encrypted, damaged, a name that leads out of the folder, a link, or more than the caps.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
            if not entries:
                raise InputError(path.name, expected="a zip with pictures", got="an empty one")
            if len(entries) > MAX_FILES:
                raise InputError(path.name, expected=f"at most {MAX_FILES} files", got=str(len(entries)))
            places = [_place(entry, path.name) for entry in entries]
            left = MAX_TOTAL
            for entry, place in zip(entries, places, strict=True):
                if place.suffix.lower() in (*SUFFIXES, ".json", ""):
                    left -= _write(archive, entry, room / place, min(left, MAX_FILE), path.name)
    except (OSError, zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError) as error:
        raise InputError(path.name, expected="an undamaged zip without a password", got=type(error).__name__) from error


def _place(entry: zipfile.ZipInfo, archive: str) -> PurePosixPath:
    """Where an entry goes, relative; refused when it could go elsewhere."""
    name = entry.filename
    place = PurePosixPath(name)
    unsafe = place.is_absolute() or ".." in place.parts or "\\" in name or name[1:2] == ":" or not place.parts
    if unsafe or stat.S_ISLNK(entry.external_attr >> 16):
        raise InputError(archive, expected="names below the archive's own folder, no links", got=repr(name),
                         hint="do not trust this file; ask where it comes from")
    return place


def _write(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, place: Path, most: int, name: str) -> int:
    """Bytes written; counted while reading, because the size in the directory may be a lie."""
    place.parent.mkdir(parents=True, exist_ok=True)
    written = 0
    with archive.open(entry) as source, place.open("xb") as file:
        while block := source.read(_BLOCK):
            written += len(block)
            if written > most:
                raise InputError(name, expected=f"files of at most {MAX_FILE} bytes, {MAX_TOTAL} together",
                                 got=f"more in {entry.filename!r}")
            file.write(block)
    return written
