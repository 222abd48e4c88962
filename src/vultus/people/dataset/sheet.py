"""A contact sheet of a set: one row a cell with its people, or one row a person with their pictures."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from vultus.errors import InputError
from vultus.image import shown
from vultus.people.dataset.marked_picture import marked
from vultus.people.dataset.virtual_people import VirtualPeople
from vultus.runtime.atomic_file import write_bytes
from vultus.types import Image, Item

LINE, GAP = 22, 4  # px of a caption's height, between pictures
_GREY, _INK = 245, (40, 40, 40)
MOST = 40_000  # px, side of a sheet


def write_sheet(people: VirtualPeople, path: Path, *, by: str = "cell", columns: int = 12, rows: int | None = None,
                side: int = 128) -> None:
    """Write the sheet as PNG.

    Args:
        by: "cell" (first picture of different people) or "person" (pictures of one person). columns, rows: at most so many; every
            cell, or the first of every cell, where rows is None. side: of a picture, px.

    Raises:
        InputError: numbers out of range. StorageError: it cannot be written.
    """
    if by not in ("cell", "person"):
        raise InputError("by", expected="cell or person", got=repr(by))
    if columns < 1 or (rows is not None and rows < 1) or not 16 <= side <= 1024:
        raise InputError("sheet", expected="columns and rows of 1 or more, pictures of 16 to 1024 px", got=f"{columns}, {rows}, {side}")
    if path.suffix.lower() != ".png":
        raise InputError("sheet", expected="a file name ending in .png", got=shown(path))
    chosen = _by_cell(people, columns) if by == "cell" else _by_person(people, columns, rows)
    lines = list(chosen.items())[:rows]
    if max(len(lines) * (side + LINE + GAP), columns * (side + GAP)) > MOST:
        raise InputError("sheet", expected=f"at most {MOST} px a side", got=f"{len(lines)} rows of {columns}",
                         hint="fewer --rows, or a smaller --side")
    write_bytes(path, marked(np.concatenate([_line(caption, items, columns, side) for caption, items in lines]), "png"))


def _by_cell(people: VirtualPeople, columns: int) -> dict[str, list[Item]]:
    """The first picture of up to `columns` people of every cell."""
    lines: dict[str, list[Item]] = {_caption(people, name): [] for name in people.card["cells"]}
    seen: set[str | None] = set()
    for item in people.items():
        line = lines[_caption(people, item.labels["cell"])]
        if item.subject not in seen and len(line) < columns:
            line.append(item)
        seen.add(item.subject)
    return lines


def _by_person(people: VirtualPeople, columns: int, rows: int | None) -> dict[str, list[Item]]:
    """Up to `columns` pictures of the first people, who are of different cells."""
    most = rows or len(people.card["cells"])
    lines: dict[str, list[Item]] = {}
    for item in people.items():
        caption = f"{item.subject}  {_caption(people, item.labels['cell'])}"
        if caption not in lines and len(lines) == most:
            break
        line = lines.setdefault(caption, [])
        if len(line) < columns:
            line.append(item)
    return lines


def _caption(people: VirtualPeople, cell: str) -> str:
    return "  ".join([cell, *(f"{name} {level}" for name, level in people.card["cells"][cell]["levels"].items())])


def _line(caption: str, items: Sequence[Item], columns: int, side: int) -> Image:
    import cv2
    strip = np.full((side + LINE + GAP, columns * (side + GAP), 3), _GREY, np.uint8)
    cv2.putText(strip, caption, (2, LINE - 7), cv2.FONT_HERSHEY_SIMPLEX, 0.45, _INK, 1, cv2.LINE_AA)
    for place, item in enumerate(items):
        picture = _fitted(item.load(), side)
        left = place * (side + GAP)
        strip[LINE:LINE + picture.shape[0], left:left + picture.shape[1]] = picture
    return strip


def _fitted(image: Image, side: int) -> Image:
    """The whole picture within a square of `side` px."""
    import cv2
    scale = side / max(image.shape[:2])
    size = (max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale)))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC), np.uint8)
