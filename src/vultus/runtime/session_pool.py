"""One session a model file, for objects that share models: the pool is handed around, nothing is kept in the module."""

from __future__ import annotations

import threading
from pathlib import Path

from vultus.runtime.engines import Feeds
from vultus.runtime.session import Session


class SessionPool:
    """Opens a model when it is first asked for and hands out the same session afterwards; threads may share it."""

    def __init__(self) -> None:
        self._sessions: dict[tuple[Path, int | None, str], Session] = {}
        self._lock = threading.Lock()

    def session(self, path: str | Path, *, threads: int | None = None, engine: str = "onnxruntime",
                check: Feeds | None = None) -> Session:
        """The session of this file with these threads and this engine. Arguments and errors as in `Session`."""
        key = (Path(path).resolve(), threads, engine)
        with self._lock:
            if key not in self._sessions:
                self._sessions[key] = Session(key[0], threads=threads, engine=engine, check=check)
            return self._sessions[key]
