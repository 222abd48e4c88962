"""The folder of a data set while it is made: whose it is, who in it is finished, and files that appear whole or not at all."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from vultus._version import __version__
from vultus.errors import InputError, StorageError
from vultus.image import shown
from vultus.people.dataset.manifest import FILE, Row, read_manifest
from vultus.people.dataset.person_work import PersonFiles
from vultus.people.dataset.spec import Spec
from vultus.runtime.atomic_file import write_bytes

SPEC_FILE, PEOPLE_FILE, CARD_FILE = "spec.json", "people.json", "card.json"
SCHEMA = 1
_ROWS = ".rows"  # one file a finished person, until the manifest holds their rows


class SetFolder:
    """A folder that belongs to one specification, generator and version of this package.

    Args:
        root: the folder; need not exist yet.
        spec: the specification. generator: `Maker.generator`.
    """

    def __init__(self, root: Path, spec: Spec, generator: str) -> None:
        self.root, self.spec, self.generator = root, spec, generator

    def claim(self) -> None:
        """Make the folder, or go on in it when it was begun with the same specification; otherwise change nothing.

        Raises:
            InputError: it holds another set, or something else. StorageError: it cannot be made.
        """
        mine = {"schema": SCHEMA, "spec_sha256": self.spec.digest, "generator": self.generator, "vultus": __version__}
        there = read_record(self.root)
        if there is None:
            write_bytes(self.root / SPEC_FILE, as_json({**mine, "spec": self.spec.to_dict()}))
            return
        for name, wanted in mine.items():
            if there.get(name) != wanted:
                what = {"spec_sha256": "another specification", "generator": f"the generator {there.get('generator')}",
                        "vultus": f"vultus {there.get('vultus')}"}.get(name, f"another {name}")
                raise InputError("OUT", expected="a new folder, or one begun with this specification, generator and version",
                                 got=f"{shown(self.root)}, which was made with {what}", hint="choose another folder; nothing was changed")
        self._sweep()

    def put(self, name: str, record: Any) -> None:
        """Write a JSON file of the set. Raises StorageError."""
        write_bytes(self.root / name, as_json(record))

    def commit(self, person: PersonFiles) -> None:
        """Put the files of a person into place, then their rows: from then on the person is finished. Raises StorageError.

        What an earlier attempt left in the person's folder goes first.
        """
        for folder in {(self.root / path).parent for path in person.files}:
            shutil.rmtree(folder, ignore_errors=True)
        for path, data in person.files.items():
            _place(self.root / path, data)
        write_bytes(self._rows_file(person.index), as_json(person.rows))

    def finished(self, index: int) -> bool:
        """Whether a person's rows are there and every file is whole; what is not is made again."""
        try:
            rows = json.loads(self._rows_file(index).read_bytes())
        except (OSError, ValueError):
            return False
        return all(file_digest(self.root / path) == digest for row in rows for path, digest in hashed_files(row))

    def rows(self) -> Iterator[Row]:
        """The rows of everybody, in order. Raises StorageError."""
        for index in range(self.spec.people):
            try:
                yield from json.loads(self._rows_file(index).read_bytes())
            except (OSError, ValueError) as error:
                raise StorageError(f"cannot read the rows of person {index} in {shown(self.root)}: {error}; run the command again") \
                    from error

    def card(self) -> dict[str, Any]:
        """The content of the set's `card.json`, empty while there is none."""
        return _read_json(self.root / CARD_FILE) or {}

    def reopen(self) -> None:
        """Take the rows out of a manifest that is there already, so that a finished set is looked through like a half-finished one."""
        manifest = self.root / FILE
        if not manifest.exists() or file_digest(manifest) != self.card().get("manifest_sha256"):
            return
        rows: list[Row] = []
        for row in read_manifest(manifest):
            if rows and rows[-1]["person"] != row["person"]:
                self._put_back(rows)
                rows = []
            rows.append(row)
        self._put_back(rows)

    def close(self) -> None:
        """Remove what is needed only while the set is made."""
        shutil.rmtree(self.root / _ROWS, ignore_errors=True)

    def _sweep(self) -> None:
        """Remove files that a killed run was about to rename."""
        names = (SPEC_FILE, PEOPLE_FILE, CARD_FILE, FILE, "README.md", "shards/*.tar")
        for name in names:
            place, _, plain = name.rpartition("/")
            for left in (self.root / place).glob(f".{plain}-*"):
                left.unlink(missing_ok=True)

    def _put_back(self, rows: list[Row]) -> None:
        file = self._rows_file(int(rows[0]["person"][1:]))
        if not file.exists():
            _place(file, as_json(rows))

    def _rows_file(self, index: int) -> Path:
        return self.root / _ROWS / f"{index // 1000:04d}" / f"{index:06d}.json"


def read_record(root: Path) -> dict[str, Any] | None:
    """The content of a set's `spec.json`; None when the folder is not there or is empty.

    Raises:
        InputError: something else is there.
    """
    try:
        begun = root.exists() and (not root.is_dir() or any(not name.startswith(f".{SPEC_FILE}-") for name in os.listdir(root)))
    except OSError as error:
        raise InputError("OUT", expected="a folder that can be read", got=f"{shown(root)} ({error.strerror})") from error
    if root.is_symlink() and not root.exists():
        raise InputError("OUT", expected="a folder", got=f"{shown(root)}, a link to nothing")
    if not begun:
        return None
    record = _read_json(root / SPEC_FILE)
    if record is None or "spec_sha256" not in record:
        raise InputError("OUT", expected="a new or empty folder, or a data set of virtual people",
                         got=f"{shown(root)}, which is neither", hint="choose another folder; nothing was changed")
    return record


def hashed_files(row: Row) -> Iterator[tuple[str, str]]:
    """(path, digest) of the files that a row names."""
    yield row["file"], row["sha256"]
    if row["label_file"] is not None:
        yield row["label_file"], row["label_sha256"]


def file_digest(path: Path) -> str | None:
    """SHA-256 of a file's content, hex; None when it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return None


def _place(path: Path, data: bytes) -> None:
    """Write a file by renaming, without waiting for the disk: a file lost with the power is found by its digest and made again."""
    scratch = path.with_name(f".{path.name}-{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        scratch.write_bytes(data)
        os.replace(scratch, path)
    except OSError as error:
        with suppress(OSError):
            scratch.unlink()
        raise StorageError(f"cannot write {shown(path)}: {error.strerror or error}; finished people are kept, free space there and run "
                           "the command again") from error


def _read_json(path: Path) -> dict[str, Any] | None:
    try:
        value = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return None
    return value if isinstance(value, dict) else None


def as_json(record: Any) -> bytes:
    """A record as the JSON files of a set have it: UTF-8, one line."""
    return (json.dumps(record, separators=(",", ":"), ensure_ascii=False, allow_nan=False) + "\n").encode()
