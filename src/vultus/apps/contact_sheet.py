"""Faces side by side as one HTML page. Names of files and people are only ever written escaped."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from vultus.errors import ImageError
from vultus.geometry import Template, crop
from vultus.image import DEFAULT_LIMITS, Limits, decode, encode_jpeg, read_bytes, shown
from vultus.runtime.atomic_file import write_bytes
from vultus.types import Faces, Image

THUMBNAIL = Template("thumbnail", 112, kind="loose", margin=0.25)


@dataclass(frozen=True)
class Cell:
    """One face: the picture, the box x1 y1 x2 y2 in its upright pixels, and a caption."""

    path: str
    box: tuple[float, ...]
    caption: str = ""
    source: str = ""


@dataclass(frozen=True)
class Row:
    """Cells under a heading."""

    heading: str
    cells: tuple[Cell, ...]


def thumbnails(cells: Sequence[Cell], limits: Limits = DEFAULT_LIMITS) -> Iterator[bytes | None]:
    """A JPEG for each cell; None where the picture can no longer be read. Neighbouring cells of one picture decode it once."""
    last: tuple[str, Image | None] = ("", None)
    for cell in cells:
        if cell.path != last[0] or last[1] is None:
            try:
                last = cell.path, decode(read_bytes(cell.path, limits=limits), name=shown(cell.path), limits=limits).image
            except ImageError:
                yield None
                continue
        image = last[1]
        assert image is not None
        face = Faces(np.array([cell.box], np.float32), np.ones(1, np.float32), np.zeros((1, 5, 2), np.float32), image.shape[:2])
        yield encode_jpeg(crop(image, face, THUMBNAIL).images[0], 85)


def with_inline_thumbnails(cells: Sequence[Cell]) -> tuple[Cell, ...]:
    """The cells with their thumbnails inside the page."""
    return tuple(Cell(cell.path, cell.box, cell.caption, _data(picture))
                 for cell, picture in zip(cells, thumbnails(cells), strict=True))


def with_thumbnail_files(cells: Sequence[Cell], folder: Path) -> tuple[Cell, ...]:
    """The cells with their thumbnails as files of `folder`, which lies beside the page."""
    placed = []
    for number, (cell, picture) in enumerate(zip(cells, thumbnails(cells), strict=True)):
        file = folder / f"{number:06d}.jpg"
        if picture is not None:
            write_bytes(file, picture)
        placed.append(Cell(cell.path, cell.box, cell.caption, f"{folder.name}/{file.name}" if picture is not None else ""))
    return tuple(placed)


def write_sheet(path: Path, title: str, lead: str, rows: Sequence[Row]) -> None:
    """Write the page, all or nothing. Raises StorageError."""
    from jinja2 import Environment, PackageLoader
    environment = Environment(loader=PackageLoader("vultus", "templates"), autoescape=True, trim_blocks=True, lstrip_blocks=True)
    page = environment.get_template("contact_sheet.html.j2").render(title=title, lead=lead, rows=rows, side=THUMBNAIL.size)
    write_bytes(path, page.encode("utf-8", "backslashreplace"))


def _data(picture: bytes | None) -> str:
    return "" if picture is None else "data:image/jpeg;base64," + base64.b64encode(picture).decode()
