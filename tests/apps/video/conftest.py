"""Coloured squares as faces on a dark stage, and cameras that show them: whole videos without networks and files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import cv2
import numpy as np
import pytest

from vultus.apps.video.settings import Settings
from vultus.data.video import Source, Video
from vultus.geometry import TEMPLATES
from vultus.pipeline import Recogniser
from vultus.quality.gate import ANY_QUALITY
from vultus.types import Crops, Embeddings, Faces, Image

SIDE, STAGE = 40, (120, 320)
RED, GREEN, BLUE = (220, 30, 30), (30, 200, 40), (30, 40, 210)
Square = tuple[tuple[int, int, int], float, float]


def draw(*squares: Square, background: tuple[int, int, int] = (8, 8, 8)) -> Image:
    """Squares (colour, x, y of the middle), later ones in front."""
    picture = np.full((*STAGE, 3), background, np.uint8)
    for colour, x, y in squares:
        left, top = round(x - SIDE / 2), round(y - SIDE / 2)
        picture[max(0, top):max(0, top + SIDE), max(0, left):max(0, left + SIDE)] = colour
    return picture


class SquareDetector:
    """Finds each square that is not hidden by another."""

    def detect(self, images: Sequence[Image]) -> list[Faces]:
        return [self._faces(image) for image in images]

    def _faces(self, image: Image) -> Faces:
        boxes = []
        for channel in range(3):
            bright = image[..., channel] > 150
            others = np.delete(image, channel, 2).max(2) < 100
            _, _, found, _ = cv2.connectedComponentsWithStats((bright & others).astype(np.uint8))
            boxes += [(x, y, x + w, y + h) for x, y, w, h, area in found[1:] if area >= 0.9 * SIDE * SIDE]
        corners = np.array(boxes, np.float32).reshape(-1, 4)
        shape = np.array(TEMPLATES["dlib-150"].points, np.float32) / 150
        points = corners[:, None, :2] + shape[None] * (corners[:, 2:] - corners[:, :2])[:, None]
        return Faces(corners, np.full(len(corners), 0.9, np.float32), points, image.shape[:2])


class MeanColour:
    """The template of a crop is its mean colour. `blind`: every face looks the same."""

    template, space = "dlib-150", "colour/dlib-150"

    def __init__(self, blind: bool = False) -> None:
        self.blind, self.count = blind, 0

    def embed(self, crops: Crops) -> Embeddings:
        self.count += len(crops)
        means = crops.images.reshape(len(crops), -1, 3).astype(np.float32).mean(1) if len(crops) else np.empty((0, 3), np.float32)
        return Embeddings.normalised(np.ones_like(means) if self.blind else means, self.space)


class Reel:
    """A capture that shows pictures at `rate` frames per second, as a file would."""

    def __init__(self, pictures: Iterable[Image], rate: float, stated: int | None = None) -> None:
        self._pictures, self._rate, self._stated, self._at = iter(pictures), rate, stated, -1
        self._now: Image | None = None

    def isOpened(self) -> bool:
        return True

    def grab(self) -> bool:
        self._now, self._at = next(self._pictures, None), self._at + 1
        return self._now is not None

    def retrieve(self) -> tuple[bool, Any]:
        assert self._now is not None
        return True, self._now[..., ::-1].copy()

    def get(self, property_id: int) -> float:
        return {cv2.CAP_PROP_FRAME_WIDTH: STAGE[1], cv2.CAP_PROP_FRAME_HEIGHT: STAGE[0], cv2.CAP_PROP_FPS: self._rate,
                cv2.CAP_PROP_FRAME_COUNT: self._stated or -1, cv2.CAP_PROP_POS_MSEC: 1000 * self._at / self._rate}.get(property_id, 0)

    def release(self) -> None:
        """Nothing to release."""


@pytest.fixture
def reel() -> Callable[..., Video]:
    def make(pictures: Iterable[Image], *, rate: float = 5.0, kind: Any = "file", stated: int | None = None) -> Video:
        source = Source(kind, "camera 0" if kind == "camera" else "reel.mp4", 0)
        return Video(source, opener=lambda s: Reel(pictures, rate, stated))
    return make


@pytest.fixture
def stage() -> Callable[..., Image]:
    return draw


@pytest.fixture
def recogniser() -> Recogniser:
    return Recogniser(SquareDetector(), MeanColour(), threads=1)


@pytest.fixture
def blind_recogniser() -> Recogniser:
    return Recogniser(SquareDetector(), MeanColour(blind=True), threads=1)


@pytest.fixture
def settings() -> Settings:
    return Settings(usable=ANY_QUALITY, comparable=ANY_QUALITY)


@pytest.fixture
def colours() -> tuple[tuple[int, int, int], ...]:
    return RED, GREEN, BLUE
