"""One SQLite file with the settings that the gallery relies on, and one place where driver errors become StorageError."""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from vultus.errors import StorageError

OnWrite = Callable[[str], None]
BUSY_SECONDS = 30
READER_SECONDS = 1  # how long emptying the log waits for readers of an old view
_REASONS = (
    ("is full", "no space is left; free some space and run it again, what was acknowledged is kept"),
    ("disk i/o error", "the disk refused a write (full, over a limit, or failing); free some space and run it again, "
                       "what was acknowledged is kept"),
    ("is locked", f"another process held it for more than {BUSY_SECONDS} s; run it again when that process is done"),
    ("not a database", "the file is damaged or is not a gallery; restore it from a backup"),
    ("malformed", "the file is damaged; restore it from a backup"),
    ("readonly", "the file cannot be written; check its permissions"),
    ("unable to open", "the file cannot be opened; check that its folder exists and is writable"),
)


class Database:
    """A SQLite file used by several threads and processes.

    Writers take the file's write lock before they read (BEGIN IMMEDIATE), so what they read is what they change. Commits
    reach the disk before they return (synchronous FULL). Freed pages are overwritten (secure_delete).

    Args:
        path: the file; made if missing.
        wal: write-ahead log (readers never wait) or, for a small file whose old pages must not outlive a commit, a
            rollback journal.
        on_write: called with a label before every changing statement, before every commit and after it: the seam for
            crash tests.
    """

    def __init__(self, path: Path, *, wal: bool, on_write: OnWrite | None = None) -> None:
        self.path, self._wal, self._on_write = path, wal, on_write or _ignore
        self._pid, self._writing = os.getpid(), threading.Lock()
        self._engine = create_engine(URL.create("sqlite+pysqlite", database=str(path)), hide_parameters=True,
                                     connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False})
        self._writer = self._engine.execution_options(vultus_write=True)
        event.listen(self._engine, "connect", self._configure)
        event.listen(self._engine, "begin", _begin)
        event.listen(self._engine, "before_cursor_execute", self._count_write)
        event.listen(self._engine, "commit", lambda _: self._on_write(f"{path.name}: commit"))

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A consistent view of the file."""
        with self._errors(), self._owned().connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that commits at the end of the block and leaves nothing behind when the block raises."""
        with self._errors(), self._writing:
            self._owned()
            with self._writer.begin() as connection:
                yield connection
            self._on_write(f"{self.path.name}: committed")

    def scrub(self) -> bool:
        """Rewrite the file without free pages and empty its log; False if another process or a full disk prevented it."""
        connection = self._owned().raw_connection()
        try:
            self._on_write(f"{self.path.name}: vacuum")
            cursor = connection.cursor()
            cursor.execute("VACUUM")
            cursor.execute(f"PRAGMA busy_timeout = {READER_SECONDS * 1000}")
            busy = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
            cursor.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")
            cursor.close()
            return not busy
        except sqlite3.OperationalError:
            return False
        finally:
            connection.close()

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()

    def _owned(self) -> Engine:
        if os.getpid() != self._pid:
            raise StorageError(f"{self.path}: opened before this process was forked; open the gallery again in the new process")
        return self._engine

    def _configure(self, connection: sqlite3.Connection, _record: Any) -> None:
        connection.isolation_level = None  # transactions are begun by `_begin`, not guessed by the driver
        cursor = connection.cursor()
        journal, durable = ("WAL", "FULL") if self._wal else ("DELETE", "EXTRA")
        pragmas = (f"busy_timeout = {BUSY_SECONDS * 1000}", f"journal_mode = {journal}", f"synchronous = {durable}",
                   "foreign_keys = ON", "secure_delete = ON", "temp_store = MEMORY")
        for pragma in pragmas:
            _patiently(cursor, f"PRAGMA {pragma}")
        cursor.close()

    def _count_write(self, _connection: Connection, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith(("SELECT", "BEGIN", "PRAGMA")):
            self._on_write(f"{self.path.name}: {' '.join(statement.split()[:3])}")

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except (DBAPIError, sqlite3.Error) as error:
            raise StorageError(f"{self.path}: {_reason(error)}") from error
        except PoolTimeout as error:
            raise StorageError(f"{self.path}: too many threads use it at once; use fewer") from error
        except SQLAlchemyError as error:
            raise StorageError(f"{self.path}: the database refused the request ({type(error).__name__})") from error


def _patiently(cursor: sqlite3.Cursor, statement: str) -> None:
    """Run a statement that SQLite refuses as locked without waiting: the change of journal while others open the same new file."""
    end = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            cursor.execute(statement)
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > end:
                raise
            time.sleep(0.02)


def _begin(connection: Connection) -> None:
    write = connection.get_execution_options().get("vultus_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


def _reason(error: DBAPIError | sqlite3.Error) -> str:
    text = str(error.orig if isinstance(error, DBAPIError) else error)
    return next((reason for mark, reason in _REASONS if mark in text.lower()), f"the database refused the request ({text})")


def _ignore(_label: str) -> None:
    pass
