"""Hair colour of every strand: pigment, grey, variation from strand to strand and lock to lock, darker roots, lighter tips."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vultus.people.identity import Rgb
from vultus.people.skin.tone import linear

Float = NDArray[np.float32]
GREY = np.array([0.47, 0.465, 0.455], np.float32)  # linear colour of hair without pigment


def strand_colours(pigment: Rgb, grey: float, draws: Float, lock: Float) -> tuple[Float, Float]:
    """Colours at root and tip (n, 3) each, linear.

    Args:
        pigment: sRGB of hair with pigment.
        grey: share 0..1 of strands without.
        draws: (n, 3) uniform: grey or not, brightness, warmth.
        lock: (n,) uniform, shared by the strands of a lock.
    """
    base = linear(pigment)
    shade = np.exp(0.26 * (draws[:, 1] - 0.5) * 2 + 0.16 * (lock - 0.5) * 2)[:, None]
    warm = 1 + 0.1 * (draws[:, 2, None] - 0.5) * np.array([1, 0.1, -1], np.float32)
    pigmented = base * shade * warm
    white = (0.82 * GREY + 0.18 * base) * (0.85 + 0.3 * draws[:, 1, None])
    colour = np.where(draws[:, :1] < grey, white, pigmented)
    tip = np.where(draws[:, :1] < grey, white * 1.05, pigmented * 1.22 + 0.004)
    return (0.86 * colour).astype(np.float32), tip.astype(np.float32)


def mean_colour(pigment: Rgb, grey: float) -> Float:
    """Mean linear colour (3,) of all strands."""
    return ((1 - grey) * linear(pigment) + grey * GREY).astype(np.float32)
