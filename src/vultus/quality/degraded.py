"""Copies of a picture as bad cameras, bad light and bad handling make them; which fault and how much comes from the generator."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from vultus.types import Image

FAULTS = ("smaller", "blurred", "compressed", "darker", "turned")


def degraded(image: Image, rng: np.random.Generator) -> tuple[str, Image]:
    """One fault of `FAULTS` and the picture with it, uint8 RGB; a smaller copy has fewer pixels, the others keep the size."""
    fault = FAULTS[int(rng.integers(len(FAULTS)))]
    makers: dict[str, Callable[[Image, np.random.Generator], Image]] = {
        "smaller": smaller, "blurred": blurred, "compressed": compressed, "darker": darker, "turned": turned}
    return fault, makers[fault](image, rng)


def smaller(image: Image, rng: np.random.Generator) -> Image:
    """0.09 to 0.5 of the size, logarithmically even."""
    import cv2
    factor = _log_even(0.09, 0.5, rng)
    size = (max(round(image.shape[1] * factor), 8), max(round(image.shape[0] * factor), 8))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)


def blurred(image: Image, rng: np.random.Generator) -> Image:
    """Gaussian of 1 to 8 px in a picture of 250 px, logarithmically even."""
    import cv2
    return np.asarray(cv2.GaussianBlur(image, (0, 0), _log_even(1, 8, rng) * max(image.shape[:2]) / 250), np.uint8)


def compressed(image: Image, rng: np.random.Generator) -> Image:
    """JPEG of quality 2 to 24."""
    import cv2
    quality = int(rng.integers(2, 25))
    _, data = cv2.imencode(".jpg", image[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.ascontiguousarray(np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)[..., ::-1])


def darker(image: Image, rng: np.random.Generator) -> Image:
    """0.03 to 0.5 of the brightness, logarithmically even, with sensor noise of 2 levels."""
    factor = _log_even(0.03, 0.5, rng)
    return np.clip(image * factor + rng.normal(0, 2, image.shape), 0, 255).astype(np.uint8)


def turned(image: Image, rng: np.random.Generator) -> Image:
    """Turned by 15 to 75 degrees within the picture, to either side; the corners become black."""
    import cv2
    angle = float(rng.uniform(15, 75)) * (1 if rng.random() < 0.5 else -1)
    height, width = image.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1)
    return np.asarray(cv2.warpAffine(image, turn, (width, height)), np.uint8)


def _log_even(low: float, high: float, rng: np.random.Generator) -> float:
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))
