"""Reads pictures for the pipeline: no larger than finding faces needs, sharper again where a small face is cut out."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from vultus.data.picture_files import PictureFile
from vultus.errors import ImageError
from vultus.image import DEFAULT_LIMITS, Decoded, Limits, decode, read_bytes, shown
from vultus.types import Image, check_image

Picture = str | os.PathLike[str] | PictureFile | Image


@dataclass(frozen=True, eq=False)
class Reading:
    """A picture as read. `error` says why there is none; arrays are `whole` from the start."""

    path: str
    source: PictureFile | None
    decoded: Decoded | None
    error: str = ""

    @property
    def pixels(self) -> int:
        return 0 if self.decoded is None else self.decoded.image.shape[0] * self.decoded.image.shape[1]

    def sharper(self, factor: float, limits: Limits) -> Decoded:
        """The picture decoded again at `factor` times the size or more, as far as the file goes; as it is if the file has gone."""
        assert self.decoded is not None
        if self.source is None or self.decoded.scale == 1:
            return self.decoded
        side = int(np.ceil(min(self.decoded.image.shape[:2]) * factor))
        again = read(self.path, self.source, min(side, min(self.decoded.size)), limits)
        return self.decoded if again.decoded is None or again.decoded.size != self.decoded.size else again.decoded


def named(pictures: Iterable[Picture]) -> Iterator[tuple[str, PictureFile | Image]]:
    """Pictures with the names that results carry."""
    for index, picture in enumerate(pictures):
        if isinstance(picture, PictureFile):
            yield picture.path, picture
        elif isinstance(picture, (str, os.PathLike)):
            path = os.fspath(picture)
            yield path, PictureFile(path, Path(path))
        else:
            yield f"image {index}", check_image(picture, f"image {index}")


def read(name: str, picture: PictureFile | Image, min_side: int, limits: Limits = DEFAULT_LIMITS) -> Reading:
    """Read a picture at a size whose shorter side is at least `min_side` px if the file has that; never raises ImageError."""
    if not isinstance(picture, PictureFile):
        return Reading(name, None, Decoded(picture, 1.0, picture.shape[:2]))
    if picture.error:
        return Reading(name, picture, None, picture.error)
    try:
        data = read_bytes(picture.file, limits=limits)
        return Reading(name, picture, decode(data, name=shown(name), limits=limits, min_side=min_side))
    except ImageError as error:
        return Reading(name, picture, None, f"{error.code}: {error}")
