"""Folders to a table of faces: streamed, resumable, written as a whole or not at all.

Pictures are taken in parts. A finished part lies beside the table, in `<table>.parts/`, under a name made of what it depends on:
the recogniser's settings, and names, sizes and times of change of its files. The next run computes only what has no part. When all
are there they are joined into the table and removed.
"""

from __future__ import annotations

import hashlib
import os
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from vultus._version import __version__
from vultus.data.picture_files import PictureFile, find_pictures
from vultus.errors import InputError, StorageError
from vultus.image import shown
from vultus.pipeline.face_table import schema, to_batch
from vultus.pipeline.parquet import read_batches, write_batches
from vultus.pipeline.recogniser import Recogniser
from vultus.pipeline.result import PictureResult

PART = 128  # pictures: what an interruption may lose at most
FIRST_ERRORS = 5


@dataclass
class Summary:
    """What a run did.

    Args:
        out: the table. pictures: all of them. resumed: of these, how many an earlier run had done.
        faces: rows with a face. errors: how often each kind of error occurred. examples: the first few errors.
    """

    out: str
    pictures: int = 0
    resumed: int = 0
    faces: int = 0
    errors: Counter[str] = field(default_factory=Counter)
    examples: list[dict[str, str]] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        return {**vars(self), "errors": dict(self.errors)}


@dataclass(frozen=True)
class _Part:
    files: tuple[PictureFile, ...]
    place: Path


def represent_table(arguments: Sequence[str | os.PathLike[str]], out: str | os.PathLike[str], recogniser: Recogniser, *,
                    on_picture: Callable[[int], None] = lambda count: None) -> Summary:
    """Represent every face of every picture into a Parquet table; see `face_table` for its columns.

    Args:
        arguments: picture files and folders.
        out: the table; replaced when the new one is complete.
        recogniser: what to represent with.
        on_picture: called with the number of pictures that were just finished, for a progress bar.

    Raises:
        ImageError: an argument that does not exist.
        StorageError: the disk is full or `out` cannot be written; finished parts are kept.
    """
    place = Path(out)
    if place.is_dir():
        raise InputError("out", expected="a file name", got=f"the folder {shown(place)}")
    folder = place.with_name(place.name + ".parts")
    pictures = find_pictures(arguments)
    _make(folder)
    used: list[Path] = []
    counter = _Counter(Summary(os.fspath(out)), on_picture)
    for part, results in _computed(_parts(pictures, folder, recogniser), recogniser, used, counter):
        write_batches(schema(), [to_batch(results)], part.place)
    write_batches(schema(), (counter.batch(batch) for part in used for batch in read_batches(part)), place)
    _clear(folder)
    return counter.summary


def _parts(pictures: Iterator[PictureFile], folder: Path, recogniser: Recogniser) -> Iterator[_Part]:
    settings = f"{__version__}\n{recogniser.settings()}\n"
    for number in range(1 << 30):
        files = tuple(islice(pictures, PART))
        if not files:
            return
        facts = "\n".join(file.facts() for file in files)
        digest = hashlib.sha256((settings + facts).encode("utf-8", "surrogateescape")).hexdigest()
        yield _Part(files, folder / f"{number:06d}-{digest[:24]}.parquet")


def _computed(parts: Iterator[_Part], recogniser: Recogniser, used: list[Path],
              counter: _Counter) -> Iterator[tuple[_Part, list[PictureResult]]]:
    """The parts that no earlier run finished, with their results, in order; `used` gets the places of all parts."""
    waiting: deque[_Part] = deque()

    def files() -> Iterator[PictureFile]:
        for part in parts:
            used.append(part.place)
            if part.place.is_file():
                counter.resumed(len(part.files))
                continue
            waiting.append(part)
            yield from part.files

    stream = recogniser.process(files())
    results: list[PictureResult] = []
    for result in stream:
        results.append(result)
        counter.done()
        if len(results) == len(waiting[0].files):
            yield waiting.popleft(), results
            results = []


class _Counter:
    """Counts pictures, faces and errors as they pass."""

    def __init__(self, summary: Summary, on_picture: Callable[[int], None]) -> None:
        self.summary, self._on_picture = summary, on_picture

    def done(self) -> None:
        self.summary.pictures += 1
        self._on_picture(1)

    def resumed(self, count: int) -> None:
        self.summary.pictures += count
        self.summary.resumed += count
        self._on_picture(count)

    def batch(self, batch: Any) -> Any:
        """Count the rows of a batch on its way into the table."""
        errors = batch.column("error").to_pylist()
        self.summary.faces += sum(error is None for error in errors)
        for path, error in zip(batch.column("path").to_pylist(), errors, strict=True):
            if error is not None:
                self.summary.errors[error.split(":")[0]] += 1
                if len(self.summary.examples) < FIRST_ERRORS:
                    self.summary.examples.append({"path": path, "error": error})
        return batch


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError(f"cannot write beside {shown(folder)}: {error.strerror}; choose another place for the table") from error


def _clear(folder: Path) -> None:
    """Remove parts, also those of other settings and of killed runs; a folder with anything else in it stays."""
    for pattern in ("[0-9]*-*.parquet", ".[0-9]*-*.parquet-*"):
        for part in folder.glob(pattern):
            part.unlink(missing_ok=True)
    if not any(folder.iterdir()):
        folder.rmdir()
