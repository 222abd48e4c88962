"""Strips of thumbnails for the demonstration's report."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from vultus.image import load
from vultus.types import Image

SIDE, BORDER, GAP = 120, 5, 8
COLOURS = {"enrolled": (60, 110, 200), "right": (40, 160, 80), "wrong": (210, 50, 50), "undecided": (150, 150, 150)}


def write_strip(pictures: Sequence[tuple[Path, str]], out: Path) -> None:
    """A JPEG of thumbnails side by side, each in a border of the colour of its kind.

    Args:
        pictures: (picture file, key of COLOURS), at least one.
        out: file to write.
    """
    cells = [_cell(load(path), COLOURS[kind]) for path, kind in pictures]
    spaced = [part for cell in cells for part in (cell, np.full((cell.shape[0], GAP, 3), 255, np.uint8))][:-1]
    cv2.imwrite(str(out), np.hstack(spaced)[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, 85])


def _cell(image: Image, colour: tuple[int, int, int]) -> Image:
    height, width = image.shape[:2]
    ratio = SIDE / height
    small = cv2.resize(image, (max(1, round(width * ratio)), SIDE), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.copyMakeBorder(small, BORDER, BORDER, BORDER, BORDER, cv2.BORDER_CONSTANT, value=colour), np.uint8)
