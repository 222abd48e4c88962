"""Pictures of named people into a gallery: streamed, resumable, every refusal with its reason."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal, Protocol

import numpy as np

from vultus.data.picture_files import PictureFile
from vultus.errors import ImageError, InputError
from vultus.gallery.gallery import Gallery
from vultus.gallery.naming import checked_name
from vultus.gallery.one_face import Seen, refusal
from vultus.gallery.source import Source
from vultus.quality.gate import DEFAULT_USABLE, Usable
from vultus.types import Embeddings

RENDERED = "policy: the picture is marked as a render; only a gallery marked virtual takes it (--virtual)"
BATCH = 32  # pictures of one person in one transaction: bounds both the waiting for the disk and what a crash repeats


class Recognises(Protocol):
    """What `vultus.pipeline.Recogniser` offers: one result for every picture, in order; may read ahead."""

    def process(self, pictures: Iterable[PictureFile]) -> Iterator[Seen]: ...


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
        recogniser: pictures to faces and templates.
        rendered: the pictures show people who do not exist.
        usable: the least quality that is enrolled.
    """

    def __init__(self, gallery: Gallery, recogniser: Recognises, *, rendered: bool = False, usable: Usable = DEFAULT_USABLE) -> None:
        self._gallery, self._recogniser, self._rendered, self._usable = gallery, recogniser, rendered, usable
        self._asked: deque[tuple[str, Source]] = deque()
        self._ready: deque[PictureOutcome] = deque()
        self._batch: list[tuple[Source, Embeddings, dict[str, Any]]] = []
        self._name = ""

    def run(self, pictures: Iterable[tuple[str, PictureFile]]) -> Iterator[PictureOutcome]:
        """Enrol (name, picture) pairs and yield what became of each, roughly in order."""
        for result in self._recogniser.process(self._unknown(pictures)):
            self._take(*self._asked.popleft(), result)
            yield from self._drain()
        self._flush()
        yield from self._drain()

    def _unknown(self, pictures: Iterable[tuple[str, PictureFile]]) -> Iterator[PictureFile]:
        """Pictures to recognise; what is known or cannot be read is answered at once."""
        for name, picture in pictures:
            try:
                name, source = checked_name(name), replace(Source.of_file(picture.file), path=picture.path)
            except (ImageError, InputError) as error:
                self._ready.append(PictureOutcome(picture.path, name, "refused", picture.error or f"{error.code}: {error}"))
                continue
            if source.rendered and not self._gallery.virtual:
                self._ready.append(PictureOutcome(picture.path, name, "refused", RENDERED))
                continue
            if self._gallery.known(name, [source])[0]:
                self._ready.append(PictureOutcome(picture.path, name, "known"))
                continue
            self._asked.append((name, source))
            yield picture

    def _take(self, name: str, source: Source, result: Seen) -> None:
        reason = refusal(result, self._usable)
        if reason:
            self._ready.append(PictureOutcome(source.path, name, "refused", reason))
            return
        assert result.embeddings is not None
        if name != self._name or len(self._batch) == BATCH:
            self._flush()
            self._name = name
        self._batch.append((source, result.embeddings[0], result.face(0)))

    def _flush(self) -> None:
        if not self._batch:
            return
        sources, templates, notes = (list(column) for column in zip(*self._batch, strict=True))
        done = self._gallery.enrol(self._name, joined(templates), source=sources, details=notes, rendered=self._rendered)
        self._ready.extend(PictureOutcome(source.path, self._name, "enrolled" if added else "known")
                           for source, added in zip(sources, done.rows, strict=True))
        self._batch = []

    def _drain(self) -> Iterator[PictureOutcome]:
        while self._ready:
            yield self._ready.popleft()


def joined(templates: list[Embeddings]) -> Embeddings:
    """All rows below each other; SpaceError unless they are of one space."""
    for each in templates:
        each.check_space(templates[0].space)
    return Embeddings(np.concatenate([each.vectors for each in templates]), templates[0].space)
