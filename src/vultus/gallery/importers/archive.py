"""Unpacks a zip of pictures that comes from anywhere: no path leaves the folder, and no size is believed."""

from __future__ import annotations

import errno
import shutil
import stat
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from vultus.errors import InputError
from vultus.gallery.importers.entry import Refused
from vultus.image import SUFFIXES, shown

MAX_FILES = 20_000
MAX_FILE = 64 << 20
MAX_TOTAL = 4 << 30
# Pictures hardly get smaller in a zip; lists of names do, so a small archive may unpack to a little in any case.
MAX_RATIO = 100
MAX_SMALL = 64 << 20
MAX_SHOWN = 100  # characters
_BLOCK = 1 << 20
_HINT = "if you trust it, unpack it and import the folder"
# What a single name can be wrong about; anything else (a full disk) ends the import.
_NAME_ERRORS = {errno.ENAMETOOLONG: "its name is too long for this disk",
                errno.EEXIST: "a file of its name or of its folder's is there already",
                errno.ENOTDIR: "a file has the name of its folder", errno.EISDIR: "a folder has its name"}


def unpack(path: Path, room: Path) -> list[Refused]:
    """Write the pictures and JSON files of a zip below an empty folder; other files are left out.

    Returns:
        The entries that could not be written because of their names.

    Raises:
        InputError: no zip, empty, encrypted, damaged, a name that leads out of the folder, a link, or more than the caps.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
            if not entries:
                raise InputError(path.name, expected="a zip with pictures", got="an empty one")
            if len(entries) > MAX_FILES:
                raise InputError(path.name, expected=f"at most {MAX_FILES} files in a zip", got=str(len(entries)), hint=_HINT)
            places = [_place(entry, path.name) for entry in entries]
            wanted = [pair for pair in zip(entries, places, strict=True) if pair[1].suffix.lower() in (*SUFFIXES, ".json", "")]
            return _unpacked(archive, wanted, path, room)
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError) as error:
        raise InputError(path.name, expected="an undamaged zip without a password", got=type(error).__name__) from error
    except OSError as error:
        raise InputError(path.name, expected="a zip that can be read and unpacked", got=error.strerror or type(error).__name__) from error


def _unpacked(archive: zipfile.ZipFile, wanted: list[tuple[zipfile.ZipInfo, PurePosixPath]], path: Path, room: Path) -> list[Refused]:
    """Write the wanted entries; first by the sizes that they state, then by what is read, no more than is allowed."""
    refused = []
    ratio = f"{MAX_RATIO} times the size of the archive, or {_mib(MAX_SMALL)}; pictures do not shrink so far"
    most = min((max(MAX_RATIO * path.stat().st_size, MAX_SMALL), ratio), (MAX_TOTAL, f"{_mib(MAX_TOTAL)} together"),
               (shutil.disk_usage(room).free, "what the disk for temporary files has free"))
    stated = sum(entry.file_size for entry, _ in wanted)
    if stated > most[0]:
        raise InputError(path.name, expected=f"at most {most[1]}", got=_mib(stated), hint=_HINT)
    left = most[0]
    for entry, place in wanted:
        cap = min((left, most[1]), (MAX_FILE, f"{_mib(MAX_FILE)} a file"))
        try:
            left -= _write(archive, entry, room / place, cap, path.name)
        except OSError as error:
            if error.errno not in _NAME_ERRORS:
                raise
            refused.append(Refused(f"{path}/{_brief(entry.filename)}", "", f"unreadable: left out: {_NAME_ERRORS[error.errno]}"))
    return refused


def _mib(size: int) -> str:
    return f"{size / (1 << 20):.0f} MiB"


def _brief(name: str) -> str:
    """A name from the archive as messages print it: on one line, and not endless."""
    text = shown(name)
    return text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]}... ({len(text)} characters)"


def _place(entry: zipfile.ZipInfo, archive: str) -> PurePosixPath:
    """Where an entry goes, relative; refused when it could go elsewhere."""
    name = entry.filename
    place = PurePosixPath(name)
    unsafe = place.is_absolute() or ".." in place.parts or "\\" in name or name[1:2] == ":" or not place.parts
    if unsafe or stat.S_ISLNK(entry.external_attr >> 16):
        raise InputError(archive, expected="names below the archive's own folder, no links", got=repr(_brief(name)),
                         hint="do not trust this file; ask where it comes from")
    return place


def _write(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, place: Path, most: tuple[int, str], name: str) -> int:
    """Bytes written; counted while reading, because the size in the directory may be a lie."""
    place.parent.mkdir(parents=True, exist_ok=True)
    written = 0
    with place.open("xb") as file, archive.open(entry) as source:
        while block := source.read(_BLOCK):
            written += len(block)
            if written > most[0]:
                raise InputError(name, expected=f"at most {most[1]}", got=f"more with {_brief(entry.filename)!r}", hint=_HINT)
            file.write(block)
    return written
