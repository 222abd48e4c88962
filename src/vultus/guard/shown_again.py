"""Simulated attacks for checks: a picture as it looks when it is printed, or shown on a screen, and photographed again.

A rough model, for telling a working net from a broken one, not for stating how good a net is: a print loses contrast and gains grain and a
warm cast; a screen gains a cool cast and moire, the beat of its pixels with the camera's; both are blurred and compressed once more.
"""

from __future__ import annotations

import numpy as np

from vultus.image import decode, encode_jpeg
from vultus.types import Image


def printed(image: Image, rng: np.random.Generator) -> Image:
    """The picture printed and photographed."""
    pixels = 128 + (image.astype(np.float32) - 128) * rng.uniform(0.6, 0.8) + rng.normal(0, 3, image.shape) + (8, 4, -6)
    return _photographed(pixels, rng)


def on_screen(image: Image, rng: np.random.Generator) -> Image:
    """The picture shown on a screen and photographed."""
    rows, columns = np.mgrid[:image.shape[0], :image.shape[1]]
    (slow, fast), phases = rng.uniform(0.8, 2.2, 2), rng.uniform(0, 2 * np.pi, 3)
    waves = 1 + 0.06 * np.sin((slow * columns + fast * rows)[..., None] + phases)
    return _photographed(image * waves * rng.uniform(0.9, 1.15) + np.multiply((-6, 0, 12), rng.uniform(0.3, 1)), rng)


def _photographed(pixels: np.ndarray, rng: np.random.Generator) -> Image:
    import cv2
    blurred = cv2.GaussianBlur(pixels.astype(np.float32), (0, 0), rng.uniform(0.6, 1.2))
    picture = np.clip(np.rint(blurred), 0, 255).astype(np.uint8)
    return decode(encode_jpeg(picture, int(rng.integers(40, 75)))).image
