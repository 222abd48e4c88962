"""What a reader of a foreign format gives: people to enrol, by picture or by stored template, and what it cannot take."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from vultus.data.picture_files import PictureFile
from vultus.types import Embeddings


@dataclass(frozen=True, eq=False)
class Entry:
    """One picture or one stored template of one person.

    Args:
        name: the person.
        path: where it comes from, as the user knows it.
        picture: the picture to enrol from; None for a template.
        templates: one row, of a named space; None for a picture.
        length: length of the stored vector before it was scaled to 1; 0 for a picture.
    """

    name: str
    path: str
    picture: PictureFile | None = None
    templates: Embeddings | None = None
    length: float = 0.0


@dataclass(frozen=True)
class Refused:
    """Something in the source that cannot be enrolled: where, whose, and why (`code: reason`)."""

    path: str
    name: str
    reason: str


class Format(Protocol):
    """One foreign format: a module with these two functions."""

    def recognises(self, source: Path) -> bool:
        """Whether a file or folder looks like this format; reads a few bytes, never raises for other formats."""
        ...

    def read(self, source: Path, room: Path) -> Iterator[Entry | Refused]:
        """Everybody in the source, one person's entries together.

        Args:
            source: the file or folder.
            room: an empty private folder that lives as long as the entries are used, for archives.

        Raises:
            InputError: the source as a whole is not what the format says; the message names the next step.
        """
        ...
