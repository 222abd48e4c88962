"""The key of every person, wrapped by the master key, and the list of people whose key was destroyed.

A file of its own, apart from the gallery and its backups. Erasing a person deletes the only copy of the key in one durable
transaction with an entry in the append-only list, after which no copy of the gallery, however old, opens that person's rows.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from sqlalchemy import delete, insert, select

from vultus.errors import StorageError
from vultus.gallery import clock, migrations, seal, tables
from vultus.gallery.database import Database, OnWrite

_CHUNK = 500  # ids in one IN (...) list, below SQLite's smallest variable limit


class KeyStore:
    """Person keys of one gallery.

    Args:
        path: the file.
        gallery_id: the gallery it belongs to; a store of another gallery does not open.
        master: 32-byte master key.
        on_write: see `Database`.
    """

    def __init__(self, path: Path, gallery_id: str, master: bytes, *, on_write: OnWrite | None = None) -> None:
        if not path.exists():
            raise StorageError(f"{path}: the key store of this gallery is missing; restore it, or set VULTUS_KEYS to the folder "
                               "that holds it (without it nothing in the gallery can be read)")
        self.path, self._gallery = path, gallery_id
        self._wrap = seal.derive(master, f"wrap/{gallery_id}")
        self._database = Database(path, wal=False, on_write=on_write)
        try:
            self._upgrade()
            self._secret = self._open_secret()
        except StorageError:
            self._database.close()
            raise

    @classmethod
    def create(cls, path: Path, gallery_id: str, master: bytes, *, on_write: OnWrite | None = None) -> KeyStore:
        """Make an empty store; the file appears with mode 0600."""
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            path.touch(mode=0o600)
        except OSError as error:
            raise StorageError(f"{path}: the key store cannot be written ({error.strerror}); "
                               "set VULTUS_KEYS to a writable folder") from error
        database = Database(path, wal=False, on_write=on_write)
        sealed = seal.seal(seal.derive(master, f"wrap/{gallery_id}"), seal.new_key(), "secrets.gallery", gallery_id)
        try:
            with database.write() as connection:
                migrations.migrate(connection, migrations.KEY_STORE, path)
                connection.execute(insert(tables.secrets).values(name="gallery", value=sealed))
        finally:
            database.close()
        return cls(path, gallery_id, master, on_write=on_write)

    def secret(self, purpose: str) -> bytes:
        """A 32-byte key of the whole gallery for one purpose."""
        return seal.derive(self._secret, purpose)

    def add(self, person_id: str) -> bytes:
        """Make, store and return the key of a new person."""
        key = seal.new_key()
        wrapped = seal.seal(self._wrap, key, "person_keys.wrapped", self._gallery, person_id)
        with self._database.write() as connection:
            connection.execute(insert(tables.person_keys).values(person_id=person_id, wrapped=wrapped))
        return key

    def read(self, person_ids: Iterable[str]) -> dict[str, bytes]:
        """The keys of these people by id; erased people are absent, any other missing key is a StorageError."""
        wanted = list(dict.fromkeys(person_ids))
        found: dict[str, bytes] = {}
        with self._database.read() as connection:
            for start in range(0, len(wanted), _CHUNK):
                chosen = tables.person_keys.c.person_id.in_(wanted[start:start + _CHUNK])
                for person_id, wrapped in connection.execute(select(tables.person_keys).where(chosen)):
                    found[person_id] = seal.unseal(self._wrap, wrapped, "person_keys.wrapped", self._gallery, person_id)
        missing = [person_id for person_id in wanted if person_id not in found]
        if missing and not self.erased().issuperset(missing):
            raise StorageError(f"{self.path}: the key store lacks the key of a person in the gallery who was not erased; "
                               "it is older than the gallery, restore the newest one")
        return found

    def erase(self, person_id: str) -> None:
        """Destroy a person's key for good; doing it again changes nothing."""
        with self._database.write() as connection:
            connection.execute(delete(tables.person_keys).where(tables.person_keys.c.person_id == person_id))
            known = connection.execute(select(tables.erased.c.seq).where(tables.erased.c.person_id == person_id)).first()
            if known is None:
                connection.execute(insert(tables.erased).values(person_id=person_id, time=clock.now()))

    def erased(self) -> set[str]:
        """Ids of everyone whose key was destroyed."""
        with self._database.read() as connection:
            return set(connection.execute(select(tables.erased.c.person_id)).scalars())

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def _upgrade(self) -> None:
        with self._database.read() as connection:
            found = migrations.version(connection, migrations.KEY_STORE, self.path)
        if found == 0:
            raise StorageError(f"{self.path}: the key store is empty; restore it from a copy")
        if found < len(migrations.KEY_STORE):
            with self._database.write() as connection:
                migrations.migrate(connection, migrations.KEY_STORE, self.path)

    def _open_secret(self) -> bytes:
        with self._database.read() as connection:
            sealed = connection.execute(select(tables.secrets.c.value).where(tables.secrets.c.name == "gallery")).scalar_one()
        try:
            return seal.unseal(self._wrap, sealed, "secrets.gallery", self._gallery)
        except StorageError as error:
            raise StorageError(f"{self.path}: the master key does not open this key store; "
                               "use the key that the gallery was made with") from error
