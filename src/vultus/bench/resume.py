"""The unit of resume: one arm x seed, kept as JSON when it is done, skipped when nothing that made it has changed."""

from __future__ import annotations

import hashlib
import json
import re
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from vultus.bench.results import write_atomically
from vultus.errors import InputError
from vultus.report import Report

MAX_BYTES = 200_000


class Units:
    """Runs pieces of an experiment and remembers the finished ones.

    Args:
        folder: where `<name>-s<seed>.json` files lie.
        code_digest: digest of the code that makes them.
        config: the settings that make them.

    Example:
        >>> import tempfile
        >>> units = Units(Path(tempfile.mkdtemp()))
        >>> units.run("baseline", 0, lambda: {"scores": [0.25, 0.5]})["scores"]
        [0.25, 0.5]
    """

    def __init__(self, folder: Path, code_digest: str = "", config: Mapping[str, Any] | None = None) -> None:
        self.folder, self.code_digest = folder, code_digest
        self.config_digest = config_digest(config or {})

    def run(self, name: str, seed: int, work: Callable[[], Mapping[str, Any]], *, data_digest: str = "") -> dict[str, Any]:
        """The unit's outcome: read when it is done with the same code and settings, else made by `work()` and kept.

        Args:
            name: the arm: letters, digits, dots, dashes, underscores.
            seed: the seed of this unit; `work` makes its own generator from it.
            data_digest: digest of the pictures it reads, where these come from outside the package.
            work: returns plain JSON values or numpy arrays, per-item scores among them; at most 200 KB of JSON.

        Returns:
            The outcome as plain JSON values, the same whether it was made now or before.
        """
        path = self._path(name, seed)
        kept = self._read(path, data_digest)
        if kept is not None:
            return kept
        start = time.perf_counter()
        outcome = plain(work())
        record = {"schema": 1, "unit": name, "seed": seed, "code_digest": self.code_digest, "config_digest": self.config_digest,
                  "data_digest": data_digest, "seconds": round(time.perf_counter() - start, 3), "outcome": outcome}
        text = json.dumps(record, ensure_ascii=False, allow_nan=False, sort_keys=True) + "\n"
        if len(text.encode()) > MAX_BYTES:
            raise InputError(f"unit {name!r}", expected=f"at most {MAX_BYTES} bytes of JSON", got=f"{len(text.encode())}",
                             hint="keep per-item scores, rounded, and nothing else")
        write_atomically(path, text)
        return dict(outcome)

    def is_done(self, name: str, seed: int, *, data_digest: str = "") -> bool:
        """Whether the unit would be read rather than made."""
        return self._read(self._path(name, seed), data_digest) is not None

    def seconds(self, name: str, seed: int, *, data_digest: str = "") -> float | None:
        """Wall time of the run that made the unit, None when it is not done."""
        done = self.is_done(name, seed, data_digest=data_digest)
        return float(json.loads(self._path(name, seed).read_text("utf-8"))["seconds"]) if done else None

    def _path(self, name: str, seed: int) -> Path:
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", name):
            raise InputError("unit", expected="letters, digits, dots, dashes and underscores", got=repr(name))
        return self.folder / f"{name}-s{int(seed)}.json"

    def _read(self, path: Path, data_digest: str) -> dict[str, Any] | None:
        if not path.is_file():
            return None
        try:
            record = json.loads(path.read_text("utf-8"))
        except ValueError:
            return None
        keys = ("code_digest", "config_digest", "data_digest")
        made_by = tuple(record.get(key) for key in keys) if isinstance(record, dict) else None
        return record["outcome"] if made_by == (self.code_digest, self.config_digest, data_digest) else None


def config_digest(config: Mapping[str, Any]) -> str:
    """sha256 over settings as sorted JSON."""
    return hashlib.sha256(json.dumps(plain(config), sort_keys=True).encode()).hexdigest()


def plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """Plain JSON types, as a report writes them: arrays to lists, NaN to None."""
    config = Report(name="", title="", config=values).as_dict()["config"]
    assert isinstance(config, dict)
    return config
