"""People enrolled with their templates, encrypted at rest, and the search among them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self, TypeVar

import numpy as np
from sqlalchemy import Connection, func, insert, select

from vultus.errors import InputError, PolicyError, SpaceError, UnknownNameError
from vultus.gallery import audit, migrations, opening, rows, seal, tables
from vultus.gallery.audit import AuditResult
from vultus.gallery.database import OnWrite
from vultus.gallery.key_source import KeySource
from vultus.gallery.naming import checked_name
from vultus.gallery.projection import Projection, Snapshot, Templates
from vultus.gallery.records import Enrolled, Forgotten, GalleryInfo, Hit, Identification, Person, Rule
from vultus.gallery.roster import Roster
from vultus.gallery.source import Source
from vultus.types import Embeddings, Outcome

T = TypeVar("T")
_OUTCOMES: dict[Outcome, Literal["person", "unknown", "undecided"]] = {
    "match": "person", "no_match": "unknown", "undecided": "undecided"}


class Gallery:
    """A folder of enrolled people. Use `Gallery.open`, and close it, best by `with`.

    One object may be used by several threads: writes take turns, searches run side by side on an unchanging view. Several
    processes may open the same folder; each opens it itself, after a fork too. A name is one person.

    Example:
        >>> from vultus.gallery import Gallery
        >>> with Gallery.open("people") as gallery:           # doctest: +SKIP
        ...     gallery.enrol("Ada", embeddings)
        ...     gallery.search(probes, k=3)
    """

    def __init__(self, folder: Path, source: KeySource, stores: opening.Stores) -> None:
        self.path, self._source = folder, source
        self._database, self._keys = stores.database, stores.keys
        self._settings = stores.settings
        self._refreshing = threading.Lock()
        self._roster = Roster(self._keys)
        self._projection: Projection | None = None

    @classmethod
    def open(cls, path: str | Path, *, create: bool = True, virtual: bool = False, keys: KeySource | None = None,
             on_write: OnWrite | None = None) -> Gallery:
        """Open the gallery in a folder.

        Args:
            path: the folder.
            create: make a gallery if there is none.
            virtual: a new gallery is marked for people who do not exist; an existing one must be marked already.
            keys: where keys are; by default what the environment says, see `KeySource`.
            on_write: called with a label before each write to disk and after each commit; for crash tests.

        Raises:
            StorageError: missing, damaged, newer, busy, or its keys are missing or wrong.
            InputError: the folder is none, contains the keys, or is not marked virtual.
        """
        folder, source = Path(path), keys or KeySource.default()
        return cls(folder, source, opening.open_stores(folder, source, create=create, virtual=virtual, on_write=on_write))

    @property
    def virtual(self) -> bool:
        """Whether this gallery is marked for people who do not exist."""
        return self._settings["virtual"] == "yes"

    @property
    def space(self) -> str | None:
        """The space of every template, None before the first enrolment."""
        if "space" not in self._settings:
            self._settings = opening.read_settings(self._database)
        return self._settings.get("space")

    def enrol(self, name: str, embeddings: Embeddings, *, source: Source | Sequence[Source | None] | None = None,
              details: Sequence[rows.Details | None] | None = None, rendered: bool = False) -> Enrolled:
        """Add templates to the person of this name, who is made if new; all of them or none, on disk when this returns.

        Args:
            name: the person's name, 1 to 1024 bytes.
            embeddings: (n, d), n >= 1, all of the gallery's space.
            source: the picture they came from, or one for every row; a picture that the person has already is skipped,
                and the same object at several rows is one picture with several faces.
            details: one JSON-able note for every row (box, quality); stored encrypted.
            rendered: the pictures show people who do not exist, as a source's mark may say too; only a gallery marked
                `virtual` takes them.
        """
        name = checked_name(name)
        sources = [source] * len(embeddings) if isinstance(source, Source) else _per_row(source, len(embeddings), "source")
        notes = _per_row(details, len(embeddings), "details")
        if not self.virtual and (rendered or any(each is not None and each.rendered for each in sources)):
            raise PolicyError(f"{self.path}: rendered people are enrolled only in a gallery marked virtual; "
                              "make one with  vultus enroll --virtual")
        with self._database.write() as connection:
            self._check_space(connection, embeddings)
            revision = rows.next_revision(connection)
            person_id, key, created = self._person_for(connection, name, revision)
            added = rows.add_faces(connection, person_id, key, embeddings, sources, notes, revision)
            if any(added):
                rows.commit_revision(connection, revision)
                audit.append(connection, self._audit_key, "enrolled", person_id, {"templates": sum(added), "new_person": created})
        return Enrolled(person_id, created, tuple(added))

    def known(self, name: str, sources: Sequence[Source]) -> list[bool]:
        """For every picture, whether the person of this name has it already."""
        with self._database.read() as connection:
            person_id = self._refreshed(connection).find(checked_name(name))
            key = self._keys.read([person_id]).get(person_id) if person_id else None
            if not person_id or not key:
                return [False] * len(sources)
            tags = rows.known_tags(connection, person_id)
            return [rows.tag(key, source) in tags for source in sources]

    def people(self) -> list[Person]:
        """Everyone, by name."""
        with self._database.read() as connection:
            names = self._refreshed(connection).names
            counted = select(tables.templates.c.person_id, func.count()).group_by(tables.templates.c.person_id)
            counts: dict[str, int] = {person_id: count for person_id, count in connection.execute(counted)}
            created = connection.execute(select(tables.people.c.id, tables.people.c.created))
            found = [Person(person_id, names[person_id], counts.get(person_id, 0), when)
                     for person_id, when in created if person_id in names]
        return sorted(found, key=lambda person: (person.name.casefold(), person.name))

    def search(self, embeddings: Embeddings, k: int = 5) -> list[list[Hit]]:
        """For every row the k most similar people, best first: an exact scan, each person by the most similar template."""
        return self._search(embeddings, k)[0]

    def identify(self, embeddings: Embeddings, rule_for: Callable[[int], Rule], *, k: int = 5) -> list[Identification]:
        """For every row: the enrolled person, unknown, or undecided.

        Args:
            embeddings: the probes, (q, d).
            rule_for: the rule for a search among that many templates, from a calibration of this space.
            k: how many candidates to report.
        """
        found, snapshot = self._search(embeddings, k)
        if snapshot is None or not snapshot.people:
            return [Identification("unknown", None, (), None, 0, 0, reason="the gallery holds nobody") for _ in found]
        people, templates = len(snapshot.people), len(snapshot.matrix)
        rule = rule_for(templates)
        return [_identification(hits, rule, people, templates) for hits in found]

    def templates(self) -> Templates:
        """Every template in memory and whose it is, for measurements of the whole gallery."""
        space = self.space
        if space is None:
            raise InputError("gallery", expected="people enrolled", got="nobody")
        snapshot, _ = self._view(Embeddings(np.empty((0, int(self._settings["dimension"])), np.float32), space))
        assert snapshot is not None
        owners = np.unique(snapshot.owner, return_inverse=True)[1].astype(np.int64)
        return Templates(Embeddings(snapshot.matrix, space), owners, snapshot.revision)

    @property
    def calibration_file(self) -> Path:
        """Where a calibration of this gallery by its own people lies, if there is one: aggregate figures, nobody's templates."""
        return self.path / opening.CALIBRATION

    def calibration_seal(self, content: bytes) -> str:
        """HMAC-SHA-256 of a calibration of this gallery under a secret of its key store, as hexadecimal digits."""
        return seal.mac(self._keys.secret("calibration"), content).hex()

    def log_calibrated(self, people: int, strangers: int) -> None:
        """Note in the audit log that a calibration was fitted on this many enrolled people and strangers."""
        with self._database.write() as connection:
            audit.append(connection, self._audit_key, "calibrated", detail={"people": people, "strangers": strangers})

    def forget(self, person: str) -> Forgotten:
        """Destroy a person's key and delete every row, by id or name; after this no copy of the gallery opens them.

        The rows are deleted first, inside the transaction, so that a full disk stops it before the key is gone; if the
        process dies between the two, opening the gallery finishes the work.
        """
        with self._database.write() as connection:
            person_id = self._resolve(connection, person)
            faces, templates = rows.remove_person(connection, person_id)
            audit.append(connection, self._audit_key, "forgotten", person_id, {"faces": faces, "templates": templates})
            rows.commit_revision(connection, rows.next_revision(connection), removed=True)
            self._keys.erase(person_id)
        fitted = (opening.CALIBRATION,) if self.calibration_file.exists() else ()
        return Forgotten(person_id, faces, templates, self._database.scrub(), fitted)

    def info(self) -> GalleryInfo:
        """The gallery in figures."""
        with self._database.read() as connection:
            people, faces, templates, entries = (int(connection.execute(select(func.count()).select_from(table)).scalar_one())
                                                 for table in (tables.people, tables.faces, tables.templates, tables.audit))
            revision = int(connection.execute(select(tables.state.c.revision)).scalar_one())
            schema = migrations.version(connection, migrations.GALLERY, self._database.path)
        space, dimension = self.space, self._settings.get("dimension")
        size = sum(file.stat().st_size for file in self.path.glob(f"{opening.FILE}*"))
        return GalleryInfo(
            path=str(self.path), id=self._settings["gallery_id"], virtual=self.virtual, space=space,
            dimension=int(dimension) if dimension else None, people=people, faces=faces, templates=templates, revision=revision,
            schema=schema, audit_entries=entries, created=self._settings["created"], bytes=size, keys=str(self._keys.path),
            master_key=self._source.describe_master())

    def log(self) -> list[dict[str, Any]]:
        """The audit log, oldest entry first: seq, time, event, person_id, detail."""
        with self._database.read() as connection:
            return audit.entries(connection)

    def verify_log(self) -> AuditResult:
        """Recompute the audit log's chain."""
        with self._database.read() as connection:
            return audit.verify(connection, self._audit_key)

    def close(self) -> None:
        """Close the files; doing it again changes nothing."""
        self._database.close()
        self._keys.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Gallery({str(self.path)!r}, virtual={self.virtual}, space={self._settings.get('space')!r})"

    @property
    def _audit_key(self) -> bytes:
        return self._keys.secret("audit")

    def _refreshed(self, connection: Connection) -> Roster:
        with self._refreshing:
            self._roster.refresh(connection)
        return self._roster

    def _search(self, embeddings: Embeddings, k: int) -> tuple[list[list[Hit]], Snapshot | None]:
        """Hits for every row, and the view that they were found in."""
        if k < 1:
            raise InputError("k", expected="1 or more", got=str(k))
        snapshot, names = self._view(embeddings)
        if snapshot is None:
            return [[] for _ in range(len(embeddings))], None
        hits = [[Hit(person_id, names[person_id], similarity, face_id)
                 for person_id, similarity, face_id in found if person_id in names]
                for found in snapshot.nearest(embeddings.vectors, k)]
        return hits, snapshot

    def _view(self, embeddings: Embeddings) -> tuple[Snapshot | None, dict[str, str]]:
        """The templates and names of one state of the gallery, None and nothing if it is empty."""
        space = self.space
        if space is None:
            return None, {}
        embeddings.check_space(space)
        with self._database.read() as connection, self._refreshing:
            self._roster.refresh(connection)
            if self._projection is None:
                self._projection = Projection(self._keys, space, int(self._settings["dimension"]))
            self._projection.refresh(connection)
            return self._projection.snapshot, self._roster.names

    def _check_space(self, connection: Connection, embeddings: Embeddings) -> None:
        """Hold the gallery to one space and dimension; the first enrolment sets them."""
        if not len(embeddings):
            raise InputError("embeddings", expected="one row or more", got="none")
        dimension = embeddings.vectors.shape[1]
        found = opening.settings_in(connection)
        if "space" not in found:
            connection.execute(insert(tables.settings), [{"key": "space", "value": embeddings.space},
                                                         {"key": "dimension", "value": str(dimension)}])
            return
        if found["space"] != embeddings.space:
            raise SpaceError(found["space"], embeddings.space)
        if found["dimension"] != str(dimension):
            raise InputError("embeddings", expected=f"float32 (n, {found['dimension']})", got=f"float32 (n, {dimension})")

    def _person_for(self, connection: Connection, name: str, revision: int) -> tuple[str, bytes, bool]:
        """Id, key and whether the person is new; reads under the write lock, so that two processes make one person of a name."""
        person_id = self._refreshed(connection).find(name)
        key = self._keys.read([person_id]).get(person_id) if person_id else None
        if person_id and key:
            return person_id, key, False
        person_id = seal.new_id()
        key = self._keys.add(person_id)
        rows.add_person(connection, person_id, name, key, revision)
        return person_id, key, True

    def _resolve(self, connection: Connection, person: str) -> str:
        roster = self._refreshed(connection)
        if person in roster.names:
            return person
        found = roster.find(checked_name(person))
        if found is None:
            raise UnknownNameError("person", person, roster.names.values(), hint="vultus gallery people lists everyone")
        return found


def _per_row(values: Sequence[T | None] | None, count: int, argument: str) -> list[T | None]:
    """One entry for every row."""
    if values is None:
        return [None] * count
    if len(values) != count:
        raise InputError(argument, expected=f"{count} entries, one for every row of embeddings", got=str(len(values)))
    return list(values)


def _identification(hits: list[Hit], rule: Rule, people: int, templates: int) -> Identification:
    if not hits:
        return Identification("unknown", None, (), None, people, templates, reason="the gallery holds nobody")
    similarity = hits[0].similarity
    decision, rates = rule.decide(similarity), rule.at_score(similarity)
    rate, upper = rates or (None, None)
    return Identification(_OUTCOMES[decision.outcome], hits[0], tuple(hits), decision, people, templates, rule.target_fpir, rate, upper,
                          rule.basis, decision.reason)
