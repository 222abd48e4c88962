"""Pictures of named people into a gallery: streamed, resumable, every refusal with its reason."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from vultus.errors import ImageError, InputError
from vultus.gallery.gallery import Gallery
from vultus.gallery.naming import checked_name
from vultus.gallery.seen import Recognise, Seen
from vultus.gallery.source import Source
from vultus.types import Embeddings

BATCH = 32  # pictures of one person in one transaction: bounds both the waiting for the disk and what a crash repeats


@dataclass(frozen=True)
class PictureOutcome:
    """What became of one picture: enrolled, known already, or refused for `reason`."""

    path: str
    name: str
    status: Literal["enrolled", "known", "refused"]
    reason: str = ""


class Intake:
    """Enrols pictures one person after the other. A picture counts as enrolled once it is on disk.

    Args:
        gallery: where to.
        recognise: pictures to faces and templates.
        rendered: the pictures show people who do not exist.
    """

    def __init__(self, gallery: Gallery, recognise: Recognise, *, rendered: bool = False) -> None:
        self._gallery, self._recognise, self._rendered = gallery, recognise, rendered
        self._asked: deque[tuple[str, Source]] = deque()
        self._ready: deque[PictureOutcome] = deque()
        self._batch: list[tuple[Source, Seen]] = []
        self._name = ""

    def run(self, pictures: Iterable[tuple[str, Path]]) -> Iterator[PictureOutcome]:
        """Enrol (name, path) pairs and yield what became of each; order is kept within a person, roughly between people."""
        for seen in self._recognise(self._unknown(pictures)):
            name, source = self._asked.popleft()
            if name != self._name or len(self._batch) == BATCH:
                self._flush()
                self._name = name
            reason = seen.refusal()
            if reason:
                self._ready.append(PictureOutcome(source.path, name, "refused", reason))
            else:
                self._batch.append((source, seen))
            yield from self._drain()
        self._flush()
        yield from self._drain()

    def _unknown(self, pictures: Iterable[tuple[str, Path]]) -> Iterator[Path]:
        """Paths of the pictures to recognise; what is known or cannot be read is answered at once."""
        for name, path in pictures:
            try:
                name, source = checked_name(name), Source.of_file(path)
            except (ImageError, InputError) as error:
                self._ready.append(PictureOutcome(str(path), name, "refused", f"{error.code}: {error}"))
                continue
            if self._gallery.known(name, [source])[0]:
                self._ready.append(PictureOutcome(str(path), name, "known"))
                continue
            self._asked.append((name, source))
            yield path

    def _flush(self) -> None:
        if not self._batch:
            return
        templates = [seen.embeddings for _, seen in self._batch if seen.embeddings is not None]
        for other in templates[1:]:
            other.check_space(templates[0].space)
        rows = Embeddings(np.stack([each.vectors[0] for each in templates]), templates[0].space)
        sources = [source for source, _ in self._batch]
        notes = [seen.note() for _, seen in self._batch]
        done = self._gallery.enrol(self._name, rows, source=sources, details=notes, rendered=self._rendered)
        self._ready.extend(PictureOutcome(source.path, self._name, "enrolled" if added else "known")
                           for source, added in zip(sources, done.rows, strict=True))
        self._batch = []

    def _drain(self) -> Iterator[PictureOutcome]:
        while self._ready:
            yield self._ready.popleft()
