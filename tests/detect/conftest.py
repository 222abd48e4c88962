"""Pictures of the packaged rendered people, for the tests of both detectors."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

import vultus
from vultus.image import load
from vultus.types import Image

FOLDER = Path(vultus.__file__).parent / "data" / "demo_people"


@pytest.fixture(scope="session")
def portraits() -> list[Image]:
    """Frontal pictures of eight people, longer side 256 px."""
    return [_reduced(load(path), 256) for path in sorted(FOLDER.glob("*/frontal.jpg"))]


@pytest.fixture(scope="session")
def crowd(portraits: list[Image]) -> Callable[[int, int, int], Image]:
    """crowd(columns, rows, side): one picture of columns x rows portraits of `side` px."""
    def build(columns: int, rows: int, side: int) -> Image:
        faces = [cv2.resize(image, (side, side)) for image in portraits]
        lines = [np.concatenate([faces[(r + c) % len(faces)] for c in range(columns)], axis=1) for r in range(rows)]
        return np.concatenate(lines)
    return build


def _reduced(image: Image, side: int) -> Image:
    ratio = side / max(image.shape[:2])
    return cv2.resize(image, (round(image.shape[1] * ratio), round(image.shape[0] * ratio)), interpolation=cv2.INTER_AREA)
