"""Drawn faces with enough texture to be usable, a recogniser for them, and a calibration of its space."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from vultus.decide import Calibration, packaged
from vultus.image import encode_jpeg
from vultus.pipeline import Recogniser
from vultus.types import Image

RED, PINK, GREEN, BLUE = (200, 40, 40), (200, 62, 62), (40, 200, 50), (40, 50, 200)
PEOPLE = Path(__file__).parents[2] / "src" / "vultus" / "data" / "demo_people"


@pytest.fixture
def rough(drawn: Callable[..., Image]) -> Callable[..., Image]:
    """Like `drawn`, with noise, so that faces count as sharp; uint8 RGB."""
    def draw(*colours: tuple[int, int, int], seed: int = 0) -> Image:
        image = drawn(*colours).astype(np.int16)
        noise = np.random.default_rng(seed).integers(-20, 21, image.shape)
        return np.where(image.max(axis=2, keepdims=True) > 0, np.clip(image + noise, 0, 255), 0).astype(np.uint8)
    return draw


@pytest.fixture
def bgr(rough: Callable[..., Image]) -> Callable[..., Image]:
    """The same as cv2.imread would give it."""
    return lambda *colours, seed=0: np.ascontiguousarray(rough(*colours, seed=seed)[:, :, ::-1])


@pytest.fixture
def toy(drawn_detector: object, colour_embedder: object) -> Recogniser:
    return Recogniser(drawn_detector, colour_embedder, threads=1)  # type: ignore[arg-type]


@pytest.fixture
def rule() -> Calibration:
    """The packaged curve, said to be of colours: red matches red, nothing else."""
    measured = packaged("dlib-resnet29/dlib-150/flip")
    assert measured is not None
    return replace(measured, space="colour/dlib-150", domain="drawn faces")


@pytest.fixture
def album(tmp_path: Path, rough: Callable[..., Image]) -> Path:
    """A folder with two pictures of red, one of green, one without a face and one that is broken."""
    folder = tmp_path / "album"
    for name, image in (("red/1", rough(RED)), ("red/2", rough(RED, seed=1)), ("green/1", rough(GREEN)), ("empty", rough((0, 0, 0)))):
        place = folder / f"{name}.jpg"
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(encode_jpeg(image))
    (folder / "broken.jpg").write_bytes(b"no picture")
    return folder
