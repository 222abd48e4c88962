"""sRGB to linear light and back (IEC 61966-2-1), and luminance (ITU-R BT.709)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from vultus.types import Image

Float = NDArray[np.float32]
LUMINANCE = (0.2126, 0.7152, 0.0722)


def to_linear(image: Image) -> Float:
    """uint8 sRGB (..., 3) to linear light float32, 0..1."""
    return np.asarray(_TABLE[image], np.float32)


def to_srgb(linear: NDArray[Any]) -> Float:
    """Linear light (..., 3) to sRGB values float32, clipped to 0..1."""
    clipped = np.clip(linear, 0, 1).astype(np.float32)
    curve = 1.055 * np.power(clipped, 1 / 2.4, dtype=np.float32) - 0.055
    return np.asarray(np.where(clipped <= 0.0031308, clipped * 12.92, curve), np.float32)


def to_bytes(values: NDArray[Any]) -> Image:
    """Values 0..1 to uint8, rounded and clipped."""
    return np.asarray(np.clip(np.rint(values * 255), 0, 255), np.uint8)


def luma(image: NDArray[Any]) -> Float:
    """Weighted sum of the channels as stored, float32 (h, w)."""
    return np.asarray(image.astype(np.float32) @ np.array(LUMINANCE, np.float32), np.float32)


def _table() -> Float:
    values = np.arange(256) / 255
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4).astype(np.float32)


_TABLE = _table()
