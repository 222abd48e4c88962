"""Strips of thumbnails for the demonstration's report."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from vultus.image import encode_jpeg, load
from vultus.runtime.atomic_file import write_bytes
from vultus.types import Image

SIDE, BORDER, GAP = 120, 5, 8
COLUMNS = 12
COLOURS = {"enrolled": (60, 110, 200), "right": (40, 160, 80), "wrong": (210, 50, 50), "undecided": (150, 150, 150)}


def write_strip(pictures: Sequence[tuple[Path, str]], out: Path) -> None:
    """A JPEG of thumbnails side by side, in rows of `COLUMNS`, each in a border of the colour of its kind.

    Args:
        pictures: (picture file, key of COLOURS), at least one.
        out: file to write.

    Raises:
        StorageError: it cannot be written.
    """
    cells = [_cell(load(path), COLOURS[kind]) for path, kind in pictures]
    rows = [_padded(np.hstack(cells[start:start + COLUMNS]), bottom=GAP) for start in range(0, len(cells), COLUMNS)]
    width = max(row.shape[1] for row in rows)
    sheet = np.vstack([_padded(row, right=width - row.shape[1]) for row in rows])
    write_bytes(out, encode_jpeg(sheet[:-GAP, :-GAP], 85))


def _padded(image: Image, bottom: int = 0, right: int = 0) -> Image:
    return np.pad(image, ((0, bottom), (0, right), (0, 0)), constant_values=255)


def _cell(image: Image, colour: tuple[int, int, int]) -> Image:
    height, width = image.shape[:2]
    ratio = SIDE / height
    small = cv2.resize(image, (max(1, round(width * ratio)), SIDE), interpolation=cv2.INTER_AREA)
    framed = cv2.copyMakeBorder(small, BORDER, BORDER, BORDER, BORDER, cv2.BORDER_CONSTANT, value=colour)
    return _padded(np.asarray(framed, np.uint8), right=GAP)
