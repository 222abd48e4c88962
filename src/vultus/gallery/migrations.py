"""The gallery's schema as a list of steps: version n is what the first n steps make.

A step is a tuple of SQL statements and is never edited once it was released; a change is a new step at the end.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, inspect

from vultus.errors import StorageError

Steps = tuple[tuple[str, ...], ...]

_APPEND_ONLY = """CREATE TRIGGER {table}_{verb} BEFORE {verb} ON {table}
    BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"""
VERSION_TABLE = "CREATE TABLE schema_version (version INTEGER NOT NULL)"


def append_only(table: str) -> tuple[str, ...]:
    """Statements after which rows of `table` can be added but neither changed nor removed by accident."""
    return tuple(_APPEND_ONLY.format(table=table, verb=verb) for verb in ("UPDATE", "DELETE"))


GALLERY: Steps = ((
    "CREATE TABLE settings (key VARCHAR(32) NOT NULL PRIMARY KEY, value TEXT NOT NULL)",
    """CREATE TABLE state (id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1), revision INTEGER NOT NULL,
        deleted_revision INTEGER NOT NULL, audit_seal BLOB NOT NULL)""",
    """CREATE TABLE people (id VARCHAR(32) NOT NULL PRIMARY KEY, name BLOB NOT NULL, created VARCHAR(20) NOT NULL,
        revision INTEGER NOT NULL)""",
    "CREATE INDEX people_revision ON people (revision)",
    """CREATE TABLE sources (id VARCHAR(32) NOT NULL PRIMARY KEY,
        person_id VARCHAR(32) NOT NULL REFERENCES people (id) ON DELETE CASCADE,
        tag BLOB NOT NULL, path BLOB NOT NULL, UNIQUE (person_id, tag))""",
    """CREATE TABLE faces (id VARCHAR(32) NOT NULL PRIMARY KEY,
        person_id VARCHAR(32) NOT NULL REFERENCES people (id) ON DELETE CASCADE,
        source_id VARCHAR(32) REFERENCES sources (id) ON DELETE CASCADE, details BLOB, created VARCHAR(20) NOT NULL)""",
    "CREATE INDEX faces_person ON faces (person_id)",
    "CREATE INDEX faces_source ON faces (source_id)",
    """CREATE TABLE templates (id VARCHAR(32) NOT NULL PRIMARY KEY,
        person_id VARCHAR(32) NOT NULL REFERENCES people (id) ON DELETE CASCADE,
        face_id VARCHAR(32) NOT NULL REFERENCES faces (id) ON DELETE CASCADE, space TEXT NOT NULL, vector BLOB NOT NULL,
        revision INTEGER NOT NULL, UNIQUE (face_id, space))""",
    "CREATE INDEX templates_person ON templates (person_id)",
    "CREATE INDEX templates_revision ON templates (revision)",
    """CREATE TABLE audit (seq INTEGER NOT NULL PRIMARY KEY, time VARCHAR(20) NOT NULL, event VARCHAR(32) NOT NULL,
        person_id VARCHAR(32) NOT NULL, detail TEXT NOT NULL, seal BLOB NOT NULL)""",
    *append_only("audit"),
),)

KEY_STORE: Steps = ((
    "CREATE TABLE secrets (name VARCHAR(32) NOT NULL PRIMARY KEY, value BLOB NOT NULL)",
    "CREATE TABLE person_keys (person_id VARCHAR(32) NOT NULL PRIMARY KEY, wrapped BLOB NOT NULL)",
    "CREATE TABLE erased (seq INTEGER NOT NULL PRIMARY KEY, person_id VARCHAR(32) NOT NULL UNIQUE, time VARCHAR(20) NOT NULL)",
    *append_only("erased"),
),)


def version(connection: Connection, steps: Steps, path: Path) -> int:
    """The schema version of a file, 0 if it is empty; StorageError if it is newer than `steps` or not ours."""
    tables = inspect(connection).get_table_names()
    if not tables:
        return 0
    if "schema_version" not in tables:
        raise StorageError(f"{path}: expected a Vultus gallery, got another program's database; name another folder")
    found = int(connection.exec_driver_sql("SELECT version FROM schema_version").scalar_one())
    if found > len(steps):
        raise StorageError(f"{path}: expected schema version {len(steps)} or older, got version {found} from a newer Vultus; "
                           "upgrade with  pip install --upgrade vultus")
    return found


def migrate(connection: Connection, steps: Steps, path: Path) -> int:
    """Bring a file to the newest schema inside the caller's write transaction and return the version it had before."""
    before = version(connection, steps, path)
    if before == 0:
        connection.exec_driver_sql(VERSION_TABLE)
        connection.exec_driver_sql("INSERT INTO schema_version VALUES (0)")
    for statements in steps[before:]:
        for statement in statements:
            connection.exec_driver_sql(statement)
    if before < len(steps):
        connection.exec_driver_sql(f"UPDATE schema_version SET version = {len(steps)}")
    return before
