"""Names in memory, by person id: decrypted once, extended when the gallery's revision moves."""

from __future__ import annotations

from sqlalchemy import Connection, select

from vultus.gallery import seal, tables
from vultus.gallery.key_store import KeyStore


class Roster:
    """Who is enrolled. Not locked: the gallery calls `refresh` from one thread at a time."""

    def __init__(self, keys: KeyStore) -> None:
        self._keys = keys
        self._revision = 0
        self._names: dict[str, str] = {}
        self._ids: dict[str, str] = {}

    @property
    def names(self) -> dict[str, str]:
        """Name by person id; replaced by a new dict when it changes, never changed in place."""
        return self._names

    def find(self, name: str) -> str | None:
        """The id of the person of this name."""
        return self._ids.get(name)

    def refresh(self, connection: Connection) -> None:
        """Follow the committed state that `connection` sees; an older view changes nothing."""
        revision, deleted = connection.execute(select(tables.state.c.revision, tables.state.c.deleted_revision)).one()
        if revision <= self._revision:
            return
        people = tables.people
        rows = connection.execute(select(people.c.id, people.c.name).where(people.c.revision > self._revision)).all()
        names = dict(self._names)
        if deleted > self._revision:
            kept = set(connection.execute(select(people.c.id)).scalars())
            names = {person_id: name for person_id, name in names.items() if person_id in kept}
        keys = self._keys.read(row.id for row in rows)
        for row in rows:
            if row.id in keys:
                names[row.id] = seal.unseal_text(keys[row.id], row.name, "people.name", row.id, row.id)
        self._names, self._ids, self._revision = names, {name: person_id for person_id, name in names.items()}, revision
