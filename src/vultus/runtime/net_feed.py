"""Turns uint8 RGB pictures into the tensor that a net's card asks for: size, colour order, scaling, type and axes."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from vultus.errors import InputError
from vultus.runtime.model_card import NetInput
from vultus.types import Image, describe

GREY = (0.299, 0.587, 0.114)  # ITU-R BT.601 luma of r, g, b


def feed(images: Image, wanted: NetInput) -> NDArray[Any]:
    """The tensor for a batch of pictures of one size.

    Args:
        images: uint8 RGB (n, h, w, 3).
        wanted: the card's input; pictures of another size are resized to it, by area when they shrink.

    Returns:
        float32 or uint8, (n, h, w, c) or (n, c, h, w), with (pixel - mean) / std.
    """
    if not (isinstance(images, np.ndarray) and images.dtype == np.uint8 and images.ndim == 4 and images.shape[3] == 3):
        raise InputError("images", expected="uint8 RGB (n, h, w, 3)", got=describe(images))
    pixels = _coloured(_resized(images, wanted.size), wanted.colour)
    if wanted.dtype == "float32":
        pixels = pixels.astype(np.float32)
        if any(wanted.mean) or set(wanted.std) != {1.0}:
            pixels = (pixels - np.asarray(wanted.mean, np.float32)) / np.asarray(wanted.std, np.float32)
    return np.ascontiguousarray(pixels.transpose(0, 3, 1, 2) if wanted.layout == "nchw" else pixels)


def _resized(images: Image, size: tuple[int, int]) -> Image:
    height, width = (wanted or given for wanted, given in zip(size, images.shape[1:3], strict=True))
    if images.shape[1:3] == (height, width) or not len(images):
        return images
    import cv2
    method = cv2.INTER_AREA if height * width < images.shape[1] * images.shape[2] else cv2.INTER_LINEAR
    return np.stack([np.asarray(cv2.resize(image, (width, height), interpolation=method), np.uint8) for image in images])


def _coloured(images: Image, colour: str) -> NDArray[Any]:
    if colour == "bgr":
        return images[..., ::-1]
    if colour == "grey":
        return np.asarray(np.rint(images @ np.asarray(GREY, np.float32))[..., None], np.uint8)
    return images
