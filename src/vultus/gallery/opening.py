"""Making a gallery, or opening one: files, schema, keys, and erasures that an older copy does not know of."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, insert, select

from vultus.errors import InputError, StorageError
from vultus.gallery import audit, clock, migrations, rows, seal, tables
from vultus.gallery.database import Database, OnWrite
from vultus.gallery.key_source import KeySource
from vultus.gallery.key_store import KeyStore

FILE = "gallery.sqlite"
CALIBRATION = "calibration.json"


@dataclass(frozen=True)
class Stores:
    """The two open files of a gallery and its settings."""

    database: Database
    keys: KeyStore
    settings: dict[str, str]


def open_stores(folder: Path, source: KeySource, *, create: bool, virtual: bool, on_write: OnWrite | None) -> Stores:
    """Open both files, made or upgraded as needed; nothing stays open when it fails."""
    _prepare(folder, source, create)
    database = Database(folder / FILE, wal=True, on_write=on_write)
    keys: KeyStore | None = None
    try:
        _ensure_schema(database, source, create, virtual, on_write)
        settings = read_settings(database)
        if virtual and settings["virtual"] != "yes":
            raise InputError("gallery", expected="a gallery marked virtual", got=f"{folder}, which holds real people",
                             hint="enrol renders in a folder of their own")
        path = source.store_path(settings["gallery_id"])
        keys = KeyStore(path, settings["gallery_id"], source.master_key(first=False), on_write=on_write)
        _replay_erasures(database, keys)
    except BaseException:
        database.close()
        if keys is not None:
            keys.close()
        raise
    return Stores(database, keys, settings)


def read_settings(database: Database) -> dict[str, str]:
    """All settings."""
    with database.read() as connection:
        return settings_in(connection)


def settings_in(connection: Connection) -> dict[str, str]:
    """All settings, as this transaction sees them."""
    return {key: value for key, value in connection.execute(select(tables.settings.c.key, tables.settings.c.value))}


def _prepare(folder: Path, source: KeySource, create: bool) -> None:
    source.check_outside(folder)
    file = folder / FILE
    if folder.exists() and not folder.is_dir():
        raise InputError("gallery", expected="a folder", got=f"{folder}, a file",
                         hint="name the folder that holds, or shall hold, the gallery")
    if file.exists():
        return
    if not create:
        raise StorageError(f"{folder}: there is no gallery here; "
                           f"make one with  vultus enroll NAME FILES --gallery {folder}")
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        file.touch(mode=0o600)
    except OSError as error:
        raise StorageError(f"{folder}: the gallery cannot be written ({error.strerror}); name another folder") from error


def _ensure_schema(database: Database, source: KeySource, create: bool, virtual: bool, on_write: OnWrite | None) -> None:
    with database.read() as connection:
        found = migrations.version(connection, migrations.GALLERY, database.path)
    if found == len(migrations.GALLERY):
        return
    if found == 0 and not create:
        raise StorageError(f"{database.path}: the gallery is empty, not even made; restore it from a backup, or enrol people anew")
    with database.write() as connection:  # looks again: another process may have been first
        if migrations.migrate(connection, migrations.GALLERY, database.path) == 0:
            _found_gallery(connection, source, virtual, on_write)


def _found_gallery(connection: Connection, source: KeySource, virtual: bool, on_write: OnWrite | None) -> None:
    gallery_id = seal.new_id()
    keys = KeyStore.create(source.store_path(gallery_id), gallery_id, source.master_key(first=True), on_write=on_write)
    settings = {"gallery_id": gallery_id, "virtual": "yes" if virtual else "no", "created": clock.now()}
    connection.execute(insert(tables.settings), [{"key": key, "value": value} for key, value in settings.items()])
    connection.execute(insert(tables.state).values(id=1, revision=0, deleted_revision=0, audit_seal=b""))
    audit.append(connection, keys.secret("audit"), "created", detail={"virtual": virtual})
    keys.close()


def _replay_erasures(database: Database, keys: KeyStore) -> None:
    """Remove rows of people whose key is gone: the process was killed while it forgot them, or an older copy was put back."""
    erased = keys.erased()
    if not erased:
        return
    with database.read() as connection:
        if erased.isdisjoint(connection.execute(select(tables.people.c.id)).scalars()):
            return
    with database.write() as connection:
        found = erased.intersection(connection.execute(select(tables.people.c.id)).scalars())
        for person_id in sorted(found):
            faces, templates = rows.remove_person(connection, person_id)
            counts = {"faces": faces, "templates": templates}
            audit.append(connection, keys.secret("audit"), "erasure_replayed", person_id, counts)
        if found:
            rows.commit_revision(connection, rows.next_revision(connection), removed=True)
    database.scrub()
