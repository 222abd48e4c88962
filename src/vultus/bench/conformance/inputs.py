"""What methods are tried on: the packaged rendered people, their faces and crops, and pictures of text."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property, partial
from pathlib import Path

import numpy as np

from vultus.bench.needs import PACKAGED
from vultus.errors import InputError
from vultus.geometry import crop
from vultus.image import load
from vultus.registry import build
from vultus.types import Crops, Faces, Image, Item

FOLDER = Path(__file__).parents[2] / "data" / "demo_people"
SIDE = 256  # px, longer side of the pictures that methods are tried on
WORDS = ("ID 4711", "EXAM ROOM 3", "CLOSED")


class Inputs:
    """The shared inputs of one conformance run; pictures are read and faces found once, on first use.

    Args:
        find_faces: pictures -> one `Faces` each; the packaged detector by default.
    """

    def __init__(self, find_faces: Callable[[list[Image]], list[Faces]] | None = None) -> None:
        self._find_faces = find_faces

    @cached_property
    def pictures(self) -> list[Image]:
        """Three rendered people, frontal, uint8 RGB, at most 256 px a side."""
        return [_read(path) for path in sorted(FOLDER.glob("*/frontal.jpg"))[:3]]

    @cached_property
    def faces(self) -> list[Faces]:
        """The principal face of every picture, one row each."""
        find = self._find_faces or build(PACKAGED["detect"]).detect
        found = [faces[:1] for faces in find(self.pictures)]
        if any(len(faces) != 1 for faces in found):
            raise InputError("demo_people", expected="a face in every picture", got=str([len(faces) for faces in found]))
        return found

    def crops(self, template: str) -> list[Crops]:
        """One crop a picture, each on its own."""
        return [crop(image, faces, template) for image, faces in zip(self.pictures, self.faces, strict=True)]

    @cached_property
    def items(self) -> list[Item]:
        """Twelve labelled items: three people, four views each."""
        paths = sorted(FOLDER.glob("*/*.jpg"))[:12]
        return [Item(f"{path.parent.name}/{path.stem}", partial(_read, path), path.parent.name, {"view": path.stem}) for path in paths]

    @cached_property
    def texts(self) -> list[Image]:
        """Three pictures with one line of text each, uint8 RGB (80, 320, 3)."""
        import cv2
        pages = [np.full((80, 320, 3), 255, np.uint8) for _ in WORDS]
        for page, words in zip(pages, WORDS, strict=True):
            cv2.putText(page, words, (12, 52), cv2.FONT_HERSHEY_SIMPLEX, 1.2, (20, 20, 20), 2, cv2.LINE_AA)
        return pages


def _read(path: Path) -> Image:
    import cv2
    image = load(path)
    ratio = SIDE / max(image.shape[:2])
    if ratio >= 1:
        return image
    size = (round(image.shape[1] * ratio), round(image.shape[0] * ratio))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)
