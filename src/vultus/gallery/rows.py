"""Writing and removing a person's rows, inside the caller's write transaction."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from vultus.gallery import clock, seal, tables
from vultus.gallery.naming import encodable
from vultus.gallery.source import Source
from vultus.types import Embeddings

Details = Mapping[str, Any]


def tag(key: bytes, source: Source) -> bytes:
    """What tells a person's picture again: HMAC of its digest under a key derived from the person's, gone with that key."""
    return seal.mac(seal.derive(key, "picture tag"), source.digest)


def known_tags(connection: Connection, person_id: str) -> set[bytes]:
    """The tags of every picture of a person."""
    return set(connection.execute(select(tables.sources.c.tag).where(tables.sources.c.person_id == person_id)).scalars())


def next_revision(connection: Connection) -> int:
    """The revision that this transaction will commit."""
    return int(connection.execute(select(tables.state.c.revision)).scalar_one()) + 1


def commit_revision(connection: Connection, revision: int, *, removed: bool = False) -> None:
    """Record the revision, and that something was removed in it."""
    values = {"revision": revision, **({"deleted_revision": revision} if removed else {})}
    connection.execute(update(tables.state).values(values))


def add_person(connection: Connection, person_id: str, name: str, key: bytes, revision: int) -> None:
    """The person's row, with the name sealed."""
    sealed = seal.seal_text(key, name, "people.name", person_id, person_id)
    connection.execute(insert(tables.people).values(id=person_id, name=sealed, created=clock.now(), revision=revision))


def add_faces(connection: Connection, person_id: str, key: bytes, embeddings: Embeddings, sources: Sequence[Source | None],
              details: Sequence[Details | None], revision: int) -> list[bool]:
    """A face and a template for every row; one `Source` object at several rows is one picture with several faces.

    A row whose picture the person has already, or that is another object's picture again, is skipped. Returns which rows were
    added.
    """
    known = known_tags(connection, person_id)
    made: dict[int, str] = {}  # by identity of the source object
    added: list[bool] = []
    for vector, source, note in zip(embeddings.vectors, sources, details, strict=True):
        if source and id(source) not in made:
            mark = tag(key, source)
            if mark in known:
                added.append(False)
                continue
            known.add(mark)
            made[id(source)] = _add_source(connection, person_id, key, source, mark)
        face_id = _add_face(connection, person_id, key, made[id(source)] if source else None, note)
        _add_template(connection, (person_id, face_id, embeddings.space), key, vector.astype("<f4").tobytes(), revision)
        added.append(True)
    return added


def remove_person(connection: Connection, person_id: str) -> tuple[int, int]:
    """Delete everything of a person; returns the number of faces and templates removed."""
    counts = [int(connection.execute(select(func.count()).where(table.c.person_id == person_id)).scalar_one())
              for table in (tables.faces, tables.templates)]
    connection.execute(delete(tables.people).where(tables.people.c.id == person_id))
    return counts[0], counts[1]


def _add_source(connection: Connection, person_id: str, key: bytes, source: Source, mark: bytes) -> str:
    row_id = seal.new_id()
    path = seal.seal_text(key, encodable(source.path), "sources.path", person_id, row_id)
    connection.execute(insert(tables.sources).values(id=row_id, person_id=person_id, tag=mark, path=path))
    return row_id


def _add_face(connection: Connection, person_id: str, key: bytes, source_id: str | None, note: Details | None) -> str:
    row_id = seal.new_id()
    sealed = None if note is None else seal.seal_text(key, json.dumps(note, allow_nan=False), "faces.details", person_id, row_id)
    values = {"id": row_id, "person_id": person_id, "source_id": source_id, "details": sealed, "created": clock.now()}
    connection.execute(insert(tables.faces).values(values))
    return row_id


def _add_template(connection: Connection, owner: tuple[str, str, str], key: bytes, plain: bytes, revision: int) -> None:
    person_id, face_id, space = owner
    row_id = seal.new_id()
    vector = seal.seal(key, plain, "templates.vector", person_id, row_id, space)
    values = {"id": row_id, "person_id": person_id, "face_id": face_id, "space": space, "vector": vector, "revision": revision}
    connection.execute(insert(tables.templates).values(values))
