"""Entries of a foreign source into a gallery: previewed or enrolled, resumable, every refusal with its reason."""

from __future__ import annotations

import hashlib
import tempfile
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Literal

import numpy as np

from vultus.data.picture_files import PictureFile
from vultus.errors import InputError
from vultus.gallery.gallery import Gallery
from vultus.gallery.importers.entry import Entry, Refused
from vultus.gallery.importers.formats import FORMATS, format_of
from vultus.gallery.importers.legacy_encodings import LEGACY_SPACE
from vultus.gallery.intake import BATCH, Intake, Recognises, joined
from vultus.gallery.naming import checked_name
from vultus.gallery.source import Source
from vultus.image import shown
from vultus.quality.gate import DEFAULT_USABLE, Usable


@dataclass(frozen=True)
class ImportOutcome:
    """What became of one entry: `planned` in a preview, enrolled, known already, or refused for `reason`."""

    path: str
    name: str
    status: Literal["planned", "enrolled", "known", "refused"]
    reason: str = ""


@dataclass(frozen=True)
class ImportPlan:
    """A source as read: its format and everything in it.

    Args:
        kind: name of the format.
        entries: all entries and refusals, one person's together.
    """

    kind: str
    entries: tuple[Entry | Refused, ...]

    @property
    def has_pictures(self) -> bool:
        """Whether a recogniser is needed."""
        return any(isinstance(entry, Entry) and entry.picture is not None for entry in self.entries)

    def preview(self) -> Iterator[ImportOutcome]:
        """What would be tried; no picture is opened."""
        for entry in self.entries:
            yield _refused(entry) if isinstance(entry, Refused) else _named(entry)

    def check(self, gallery: Gallery) -> None:
        """Raise InputError when this gallery cannot hold the stored templates."""
        stored = any(isinstance(entry, Entry) and entry.templates is not None for entry in self.entries)
        if stored and gallery.space not in (None, LEGACY_SPACE):
            raise InputError("--gallery", expected=f"a new gallery, or one of space {LEGACY_SPACE!r}", got=f"space {gallery.space!r}",
                             hint="stored encodings do not compare with its templates; enrol from pictures, or name a new folder")

    def enrol(self, gallery: Gallery, recogniser: Recognises | None = None, *, rendered: bool = False,
              usable: Usable = DEFAULT_USABLE) -> Iterator[ImportOutcome]:
        """Enrol everything, and yield what became of each.

        Args:
            gallery: where to.
            recogniser: of the gallery's space; needed if `has_pictures`.
            rendered: the people do not exist.
            usable: the least quality of a picture that is enrolled.

        Raises:
            InputError: the gallery cannot hold the stored templates, or there is no recogniser for pictures.
        """
        self.check(gallery)
        if self.has_pictures and recogniser is None:
            raise InputError("recogniser", expected="one of the gallery's space, for pictures", got="None")
        intake = None if recogniser is None else Intake(gallery, recogniser, rendered=rendered, usable=usable)
        return self._enrol(gallery, intake, rendered)

    def _enrol(self, gallery: Gallery, intake: Intake | None, rendered: bool) -> Iterator[ImportOutcome]:
        yield from (_refused(entry) for entry in self.entries if isinstance(entry, Refused))
        entries = [entry for entry in self.entries if isinstance(entry, Entry)]
        yield from _stored(gallery, [entry for entry in entries if entry.templates is not None], rendered)
        if intake is not None:
            unpacked = {entry.picture.path: str(entry.picture.file) for entry in entries if entry.picture is not None}
            for done in intake.run(_pictures(entries)):
                reason = done.reason.replace(shown(unpacked.get(done.path, done.path)), shown(done.path))
                yield ImportOutcome(done.path, done.name, done.status, reason)


def plan(source: str | Path, kind: str | None = None) -> AbstractContextManager[ImportPlan]:
    """Read a source; what is unpacked for it goes away when the context ends.

    Args:
        source: file or folder.
        kind: a key of `FORMATS`; None = by its content.

    Raises:
        InputError: no such source, no such format, or a source that is refused as a whole.
    """
    return _planned(Path(source), kind)


@contextmanager
def _planned(source: Path, kind: str | None) -> Iterator[ImportPlan]:
    name = format_of(source, kind)
    with ExitStack() as stack:
        room = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="vultus-import-")))
        yield ImportPlan(name, tuple(_spoken(entry) for entry in FORMATS[name].read(source, room)))


def _pictures(entries: Iterable[Entry]) -> Iterator[tuple[str, PictureFile]]:
    return ((entry.name, entry.picture) for entry in entries if entry.picture is not None)


def _spoken(entry: Entry | Refused) -> Entry | Refused:
    """The same, refused if a control character is in the name: no person is called so, and a list of names would break at it."""
    if isinstance(entry, Entry) and any(unicodedata.category(sign) == "Cc" for sign in entry.name.strip()):
        return Refused(entry.path, entry.name, "bad_input: name: expected text without control characters, got one (a line break, "
                                               "a zero byte or the like); rename it")
    return entry


def _refused(entry: Refused) -> ImportOutcome:
    return ImportOutcome(entry.path, entry.name, "refused", entry.reason)


def _named(entry: Entry) -> ImportOutcome:
    try:
        return ImportOutcome(entry.path, checked_name(entry.name), "planned")
    except InputError as error:
        return ImportOutcome(entry.path, entry.name, "refused", f"{error.code}: {error}")


def _stored(gallery: Gallery, entries: list[Entry], rendered: bool) -> Iterator[ImportOutcome]:
    """Stored templates, one person's in writes of at most `BATCH`; the template itself is what is known again."""
    for name, group in groupby(entries, key=lambda entry: entry.name):
        rows = list(group)
        if (named := _named(rows[0])).status == "refused":
            yield from (ImportOutcome(row.path, name, "refused", named.reason) for row in rows)
            continue
        for start in range(0, len(rows), BATCH):
            part = rows[start:start + BATCH]
            templates = joined([row.templates for row in part if row.templates is not None])
            sources = [Source(row.path, hashlib.sha256(np.ascontiguousarray(vector).tobytes()).digest())
                       for row, vector in zip(part, templates.vectors, strict=True)]
            details = [{"imported": row.path, "length": round(row.length, 6)} for row in part]
            done = gallery.enrol(name, templates, source=sources, details=details, rendered=rendered)
            yield from (ImportOutcome(row.path, named.name, "enrolled" if added else "known")
                        for row, added in zip(part, done.rows, strict=True))
