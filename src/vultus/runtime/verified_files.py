"""Remembers which files had which sha256, so that large weights are not read twice.

A note is valid while size, time of change and inode stay as they were. This guards against damage and
half downloads. Who may write into the store may also write the notes; `vultus models verify` reads every byte all the same.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from vultus.errors import StorageError
from vultus.runtime.atomic_file import write_bytes
from vultus.runtime.pinned_source import sha256_of


class VerifiedFiles:
    """Digests of files, kept in one small JSON file.

    Args:
        notes: where the JSON lies; a missing, damaged or read-only one only costs time.
    """

    def __init__(self, notes: Path) -> None:
        self.notes = notes

    def sha256(self, path: Path) -> str:
        """Hex digest of the file at `path`, from the notes when the file has not changed since."""
        state, key = _state(path), str(path.resolve())
        known = self._read()
        if known.get(key, {}).get("state") == state:
            return str(known[key]["sha256"])
        return self._note(path, state, key)

    def read_again(self, path: Path) -> str:
        """Hex digest of the file at `path`, read in full whatever the notes say."""
        return self._note(path, _state(path), str(path.resolve()))

    def _note(self, path: Path, state: list[int], key: str) -> str:
        digest = sha256_of(path)
        if _state(path) == state:
            entries = {k: v for k, v in self._read().items() if k != key and Path(k).is_file()}
            entries[key] = {"state": state, "sha256": digest}
            with suppress(StorageError):
                write_bytes(self.notes, (json.dumps(entries, indent=1, sort_keys=True) + "\n").encode())
        return digest

    def _read(self) -> Mapping[str, Mapping[str, object]]:
        try:
            entries = json.loads(self.notes.read_text("utf-8"))
        except (OSError, ValueError):
            return {}
        return {k: v for k, v in entries.items() if isinstance(v, dict)} if isinstance(entries, dict) else {}


def _state(path: Path) -> list[int]:
    facts = path.stat()
    return [facts.st_size, facts.st_mtime_ns, facts.st_ino]
