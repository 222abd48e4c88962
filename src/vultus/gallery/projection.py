"""Every template of one space in memory as a float32 matrix, built by decrypting the SQL rows and dropped at will.

The matrix is plain text: whoever can read this process's memory can read the templates. It is never written to disk.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Row, select

from vultus.gallery import seal, tables
from vultus.gallery.key_store import KeyStore
from vultus.types import Embeddings, Float

_ROOM = 1024  # rows
_CHUNK = 4096  # rows decrypted at a time
_BLOCK = 1 << 24  # similarities held at a time: 64 MB


@dataclass(frozen=True, eq=False)
class Snapshot:
    """An unchanging view.

    Args:
        matrix: float32 (n, d), unit rows.
        owner: intp (n,), index into `people`.
        faces: bytes (n,), the 32 hex digits of each template's face.
        people: ids of the people, (p,).
        revision: of the gallery.
    """

    matrix: Float
    owner: NDArray[np.intp]
    faces: NDArray[np.bytes_]
    people: tuple[str, ...]
    revision: int

    def nearest(self, probes: Float, k: int) -> list[list[tuple[str, float, str]]]:
        """For every row of probes (q, d) the k most similar people as (person id, cosine, face id), best first; exact.

        A person's similarity is that of the person's most similar template.
        """
        if not self.people:
            return [[] for _ in probes]
        step = max(1, _BLOCK // len(self.matrix))
        return [self._best(row, min(k, len(self.people)))
                for start in range(0, len(probes), step)
                for row in np.clip(probes[start:start + step] @ self.matrix.T, -1, 1)]

    def _best(self, similarity: Float, k: int) -> list[tuple[str, float, str]]:
        best = np.full(len(self.people), -2, np.float32)
        np.maximum.at(best, self.owner, similarity)
        chosen = np.argpartition(-best, k - 1)[:k]
        chosen = chosen[np.lexsort((chosen, -best[chosen]))]
        return [(self.people[person], float(best[person]), self._face(similarity, person)) for person in chosen]

    def _face(self, similarity: Float, person: int) -> str:
        rows = np.flatnonzero(self.owner == person)
        return bytes(self.faces[rows[np.argmax(similarity[rows])]]).decode()


@dataclass(frozen=True, eq=False)
class Templates:
    """Everything enrolled at one revision: templates (n, d), and whose each is, 0..people-1 without gaps."""

    embeddings: Embeddings
    owners: NDArray[np.int64]
    revision: int


class Projection:
    """Keeps a `Snapshot` at the gallery's revision. Not locked: the gallery calls `refresh` from one thread at a time.

    New rows go behind the old ones in arrays with spare room, so extending costs what is new; a view handed out before stays
    valid.
    """

    def __init__(self, keys: KeyStore, space: str, dimension: int) -> None:
        self._keys, self._space, self._dimension = keys, space, dimension
        self._revision, self._count = 0, 0
        self._people: list[str] = []
        self._index: dict[str, int] = {}
        self._matrix, self._owner, self._faces = self._room(0)
        self.snapshot = self._view()

    def refresh(self, connection: Connection) -> None:
        """Follow the committed state that `connection` sees; an older view changes nothing."""
        revision, deleted = connection.execute(select(tables.state.c.revision, tables.state.c.deleted_revision)).one()
        if revision <= self._revision:
            return
        try:
            if deleted > self._revision:
                self._drop_missing(connection)
            self._read_new(connection)
        except BaseException:
            self._empty()
            raise
        self._revision = revision
        self.snapshot = self._view()

    def _empty(self) -> None:
        self._revision, self._count = 0, 0
        self._people, self._index = [], {}
        self.snapshot = self._view()

    def _read_new(self, connection: Connection) -> None:
        table = tables.templates
        new = table.c.revision > self._revision, table.c.space == self._space
        wanted = select(table).where(*new).order_by(table.c.revision)
        with connection.execute(wanted.execution_options(yield_per=_CHUNK)) as result:
            for rows in result.partitions():
                self._extend(list(rows))

    def _extend(self, rows: list[Row[tuple[str, ...]]]) -> None:
        keys = self._keys.read(row.person_id for row in rows)
        rows = [row for row in rows if row.person_id in keys]
        plain = b"".join(open_vector(keys[row.person_id], row) for row in rows)
        end = self._count + len(rows)
        if end > len(self._matrix):
            self._reserve(max(end, 2 * len(self._matrix)))
        self._matrix[self._count:end] = np.frombuffer(plain, "<f4").reshape(-1, self._dimension)
        self._owner[self._count:end] = [self._person(row.person_id) for row in rows]
        self._faces[self._count:end] = [row.face_id.encode() for row in rows]
        self._count = end

    def _person(self, person_id: str) -> int:
        if person_id not in self._index:
            self._index[person_id] = len(self._people)
            self._people.append(person_id)
        return self._index[person_id]

    def _drop_missing(self, connection: Connection) -> None:
        present = set(connection.execute(select(tables.people.c.id)).scalars())
        kept = [person_id for person_id in self._people if person_id in present]
        old, self._people = self.snapshot, kept
        self._index = {person_id: number for number, person_id in enumerate(kept)}
        renumber = np.array([self._index.get(person_id, -1) for person_id in old.people], np.intp)
        owner = renumber[old.owner]
        chosen = owner >= 0
        self._count = int(chosen.sum())
        self._matrix, self._owner, self._faces = self._room(self._count)
        filled = slice(self._count)
        self._matrix[filled], self._owner[filled], self._faces[filled] = old.matrix[chosen], owner[chosen], old.faces[chosen]

    def _reserve(self, rows: int) -> None:
        """Fresh arrays with room for `rows`, holding the first `_count` rows of the old ones."""
        kept = slice(self._count)
        matrix, owner, faces = self._room(rows)
        matrix[kept], owner[kept], faces[kept] = self._matrix[kept], self._owner[kept], self._faces[kept]
        self._matrix, self._owner, self._faces = matrix, owner, faces

    def _room(self, rows: int) -> tuple[Float, NDArray[np.intp], NDArray[np.bytes_]]:
        rows = max(rows, _ROOM)
        return np.empty((rows, self._dimension), np.float32), np.empty(rows, np.intp), np.empty(rows, "S32")

    def _view(self) -> Snapshot:
        return Snapshot(self._matrix[:self._count], self._owner[:self._count], self._faces[:self._count], tuple(self._people),
                        self._revision)


def open_vector(key: bytes, row: Row[tuple[str, ...]]) -> bytes:
    """The float32 little-endian bytes of one row of `templates`."""
    return seal.unseal(key, row.vector, "templates.vector", row.person_id, row.id, row.space)
