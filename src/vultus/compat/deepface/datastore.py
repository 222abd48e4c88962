"""The table of represented faces that `find` keeps inside the folder it searches, and how it follows the folder.

`ds_vultus_<digest>.parquet` holds the table of `vultus.pipeline.face_table`, `ds_vultus_<digest>.json` the size and time of change of each
picture in it; the digest is of the recogniser's settings. There is no pickle. Templates lie where the pictures lie, so that whoever
deletes the folder deletes both. A search computes only new and changed pictures and drops those that are gone; an interrupted one goes
on where it stopped.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from vultus._version import __version__
from vultus.data.picture_files import find_pictures
from vultus.errors import StorageError
from vultus.image import as_text, shown
from vultus.pipeline import Recogniser
from vultus.pipeline.face_table import FaceRows, read_table, schema
from vultus.pipeline.parquet import read_batches, write_batches
from vultus.pipeline.represent_table import represent_table
from vultus.runtime.atomic_file import write_bytes


class Datastore:
    """The faces of one folder for one recogniser.

    Args:
        folder: pictures, in folders below it too.
        recogniser: what they are represented with.
    """

    def __init__(self, folder: Path, recogniser: Recogniser) -> None:
        self.folder, self.recogniser = folder, recogniser
        settings = f"{__version__}\n{recogniser.settings()}"
        name = f"ds_vultus_{hashlib.sha256(settings.encode()).hexdigest()[:12]}"
        self.table, self.index = folder / f"{name}.parquet", folder / f"{name}.json"

    def refresh(self) -> int:
        """Follow the folder; how many pictures are in it now.

        Raises:
            StorageError: the folder cannot be written.
        """
        found = {as_text(picture.path): picture for picture in find_pictures([self.folder])}
        present = {path: as_text(picture.facts()) for path, picture in found.items()}
        if self._known() != present:
            with alone(self.table.with_suffix(".lock")):
                known = self._known()  # another search may have done it while this one waited
                wanted = [path for path, facts in present.items() if known.get(path) != facts]
                if known != present:
                    self._write([found[path].path for path in wanted], set(present) - set(wanted), resume=bool(known))
                    write_bytes(self.index, json.dumps({"bytes": self.table.stat().st_size, "pictures": present}).encode())
        return len(present)

    def rows(self) -> FaceRows:
        """The faces of the table."""
        return read_table(self.table)[0]

    def hashes(self) -> dict[str, str]:
        """For each picture a digest of name, size and time of change, as hexadecimal digits."""
        return {path: hashlib.sha256(facts.encode()).hexdigest()[:40] for path, facts in self._known().items()}

    def _known(self) -> dict[str, str]:
        """The pictures of the table; none when the table is not the one that the index was written for."""
        try:
            index = json.loads(self.index.read_bytes())
            known = dict(index["pictures"]) if index["bytes"] == self.table.stat().st_size else {}
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            return {}
        return known if all(isinstance(facts, str) for facts in known.values()) else {}

    def _write(self, wanted: list[str], kept: set[str], *, resume: bool) -> None:
        """A table of the old rows of `kept`, if the old table is to be trusted, and new rows of `wanted`."""
        fresh = self.table.with_name(f"{self.table.stem}.new.parquet")
        parts = [self._rows_of(kept)] if resume else []
        if wanted:
            represent_table(wanted, fresh, self.recogniser)
            parts.append(read_batches(fresh))
        write_batches(schema(), (batch for part in parts for batch in part), self.table)
        fresh.unlink(missing_ok=True)

    def _rows_of(self, kept: set[str]) -> Iterator[Any]:
        from arro3.core import Array, DataType
        for batch in read_batches(self.table):
            at = [i for i, path in enumerate(batch.column("path").to_pylist()) if path in kept]
            if at:
                yield batch.take(Array(at, DataType.uint32()))


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Wait until no other search, in any thread or process, holds this lock; where there are no such locks, do not wait."""
    try:
        import fcntl
    except ImportError:  # Windows
        yield
        return
    try:
        file = path.open("ab")
    except OSError as error:
        raise StorageError(f"cannot write {shown(path)}: {error.strerror}; the table of a search lies in the folder that is searched, so "
                           "make it writable or search a copy") from error
    with file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def absolute(folder: str | os.PathLike[str]) -> Path:
    """The folder as one absolute path, so that a table serves every working directory."""
    return Path(os.path.abspath(folder))
