"""Thumbnails of tracks in an unnamed temporary file, so that thousands of tracks take no memory and nothing stays behind."""

from __future__ import annotations

import tempfile
from typing import Self

from vultus.errors import StorageError
from vultus.image import encode_jpeg
from vultus.types import Image

Place = tuple[int, int]


class Thumbnails:
    """A store of JPEG pictures; use as a context."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile(prefix="vultus-video-")
        self._end = 0

    def add(self, image: Image) -> Place:
        """Keep a picture and return where it lies. Raises StorageError when the disk is full."""
        data = encode_jpeg(image, 85)
        try:
            self._file.seek(self._end)
            self._file.write(data)
        except OSError as error:
            raise StorageError(f"cannot keep a thumbnail: {error.strerror}; free space in the folder for temporary files, "
                               "or use --no-pictures") from error
        place = (self._end, len(data))
        self._end += len(data)
        return place

    def read(self, place: Place) -> bytes:
        """The JPEG at a place."""
        self._file.seek(place[0])
        return self._file.read(place[1])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()
