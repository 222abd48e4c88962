"""Light and colour of a region of a picture: luminance, its histogram, and what is read off it.

Formulas: ISO/IEC 29794-5:2025 as the OFIQ-Project states them (`image_utils.cpp`, `Luminance.cpp`, `DynamicRange.cpp`,
`NaturalColour.cpp`, `IlluminationUniformity.cpp`). Luminance is Y of linearised sRGB (IEC 61966-2-1), as one byte.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from vultus.types import Image

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]
LUMINANCE = (0.2126, 0.7152, 0.0722)
# sRGB to XYZ adapted to D50 (Bradford), and the white of D50: what OFIQ's colour conversion uses.
XYZ = np.array([[0.43605, 0.38508, 0.14309], [0.22249, 0.71689, 0.06062], [0.01393, 0.09710, 0.71419]])
WHITE = np.array([0.964221, 1.0, 0.825211])
DARK, BRIGHT = (0, 25), (247, 255)  # luminance bytes, ends included


def linear(encoded: Array) -> Array:
    """Linear light 0..1 of sRGB values 0..1."""
    encoded = np.asarray(encoded, np.float64)
    return np.where(encoded > 0.04045, ((encoded + 0.055) / 1.055) ** 2.4, encoded / 12.92)


def luminance(image: Image) -> Image:
    """Luminance uint8 (..., h, w) of pictures uint8 RGB (..., h, w, 3)."""
    steps = linear(np.arange(256) / 255)
    total = sum(weight * steps[image[..., channel]] for channel, weight in enumerate(LUMINANCE))
    return np.asarray(np.floor(total * 255 + 0.5), np.uint8)


def histogram(bright: Image, mask: Mask | None = None) -> Array:
    """Shares of the 256 luminance bytes of the masked pixels, float64 (256,); all zero for an empty mask."""
    chosen = bright.ravel() if mask is None else bright[mask]
    return np.bincount(chosen, minlength=256) / max(len(chosen), 1)


def mean_and_variance(shares: Array) -> tuple[float, float]:
    """Mean 0..1 and variance 0..0.25 of a luminance histogram."""
    levels = np.arange(256) / 255
    mean = float(shares @ levels)
    return mean, float(shares @ (levels - mean) ** 2)


def entropy_bits(shares: Array) -> float:
    """-sum p log2 p of a histogram, 0..8 bits."""
    used = shares[shares > 0]
    return float(max(-(used * np.log2(used)).sum(), 0.0))


def share_within(shares: Array, span: tuple[int, int]) -> float:
    """Share of pixels whose luminance byte lies in `span`, ends included."""
    return float(shares[span[0]:span[1] + 1].sum())


def overlap(left: Array, right: Array) -> float:
    """Sum of the smaller of two histograms, 0..1: 1 when both halves are lit alike."""
    return float(np.minimum(left, right).sum())


def colour_distance(pixels: Image) -> float:
    """How far the mean colour lies from the box a* 5..25, b* 5..35 of skin under white light, CIELAB units; 100 for a negative axis.

    Args:
        pixels: uint8 RGB (n, 3).
    """
    a, b = lab(pixels.reshape(-1, 3).mean(axis=0) / 255)
    if a < 0 or b < 0:
        return 100.0
    return math.hypot(max(0.0, 5 - a, a - 25), max(0.0, 5 - b, b - 35))


def lab(rgb: Array) -> tuple[float, float]:
    """a* and b* of one sRGB colour (3,), 0..1."""
    ratio = XYZ @ linear(rgb) / WHITE
    # 24389/27 and 216/24389: CIE 15. OFIQ writes 24289, which only colours below luminance 0.9 % notice.
    curve = np.where(ratio > 216 / 24389, np.cbrt(ratio), (24389 / 27 * ratio + 16) / 116)
    return float(500 * (curve[0] - curve[1])), float(200 * (curve[1] - curve[2]))
