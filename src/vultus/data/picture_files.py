"""Picture files below folders: streamed in a stable order, safe against links that lead in circles."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from vultus.errors import ImageError
from vultus.image import SUFFIXES, shown, sniff


@dataclass(frozen=True)
class PictureFile:
    """One picture to read.

    Args:
        path: the argument as it was given, joined with the POSIX path below it; never resolved.
        file: the same place for opening.
        error: why it cannot be read (a folder that may not be listed), empty otherwise.
    """

    path: str
    file: Path
    error: str = ""

    def facts(self) -> str:
        """Name, size and time of change: what a finished result depends on."""
        try:
            state = self.file.stat()
        except OSError as error:
            return f"{self.path}\0{error.strerror}"
        return f"{self.path}\0{state.st_size}\0{state.st_mtime_ns}"


def find_pictures(arguments: Sequence[str | os.PathLike[str]]) -> Iterator[PictureFile]:
    """Every file argument, and every picture below every folder argument, folder by folder in the order of names.

    In folders, files count that have a picture's suffix, or none at all and a picture's first bytes; names that begin with a
    dot do not. A folder that several links lead to is read once.

    Raises:
        ImageError: an argument that does not exist.
    """
    for argument in arguments:
        if not os.path.exists(argument):
            raise ImageError(shown(argument), expected="a picture file or a folder", got="nothing there")
    return _found([os.fspath(argument) for argument in arguments])


def _found(arguments: list[str]) -> Iterator[PictureFile]:
    for argument in arguments:
        if os.path.isdir(argument):
            yield from _below(argument, set())
        else:
            yield PictureFile(argument, Path(argument))


def _below(folder: str, seen: set[tuple[int, int]]) -> Iterator[PictureFile]:
    try:
        state = os.stat(folder)
        if (state.st_dev, state.st_ino) in seen:
            return
        seen.add((state.st_dev, state.st_ino))
        with os.scandir(folder) as listing:
            names = sorted((entry.name, entry.is_dir()) for entry in listing if not entry.name.startswith("."))
    except OSError as error:
        yield PictureFile(folder, Path(folder), f"unreadable: {shown(folder)}: folder cannot be listed ({error.strerror})")
        return
    for name, is_folder in names:
        path = folder + name if folder.endswith("/") else f"{folder}/{name}"
        if is_folder:
            yield from _below(path, seen)
        elif _is_picture(path):
            yield PictureFile(path, Path(path))


def _is_picture(path: str) -> bool:
    suffix = os.path.splitext(path)[1].lower()
    if suffix:
        return suffix in SUFFIXES
    try:
        if not os.path.isfile(path):
            return False
        with open(path, "rb") as file:
            return sniff(file.read(16)) is not None
    except OSError:
        return False
