"""A new gallery file opened by several processes at once: SQLite refuses the change of journal without waiting."""

import sqlite3

import pytest

from vultus.gallery import database


class _Refusing:
    def __init__(self, times: int, reason: str = "database is locked") -> None:
        self.calls, self.times, self.reason = 0, times, reason

    def execute(self, statement: str) -> None:
        self.calls += 1
        if self.calls <= self.times:
            raise sqlite3.OperationalError(self.reason)


def test_a_locked_file_is_asked_again():
    cursor = _Refusing(2)
    database._patiently(cursor, "PRAGMA journal_mode = WAL")
    assert cursor.calls == 3


def test_other_faults_and_endless_locks_are_told(monkeypatch):
    with pytest.raises(sqlite3.OperationalError, match="malformed"):
        database._patiently(_Refusing(1, "database disk image is malformed"), "PRAGMA journal_mode = WAL")
    monkeypatch.setattr(database, "BUSY_SECONDS", -1)
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        database._patiently(_Refusing(10), "PRAGMA journal_mode = WAL")
