"""The sheet that a picture is printed on, and the light it is held in.

Paper white and its fibre texture (band-limited noise of the thickness of fibre flocks, 0.2 to 1 mm), a lamp that lights it unevenly, and
the mirror image of a lamp in its surface: about 4 % of the lamp at steep view (Fresnel, refractive index 1.5), spread by roughness.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from vultus.people.capture.colour import Float


def fibres(points_mm: NDArray[Any], seed: int, strength: float) -> Float:
    """Factor about 1 of the paper's reflectance at points (h, w, 2) in mm, float32 (h, w)."""
    import cv2
    rng = np.random.default_rng(seed)
    tile = rng.normal(0, 1, (512, 512)).astype(np.float32)
    flocks = cv2.GaussianBlur(tile, (0, 0), 1.2, borderType=cv2.BORDER_REFLECT_101)
    flocks = flocks / flocks.std() + 0.7 * _normalised(cv2.GaussianBlur(tile, (0, 0), 4.0, borderType=cv2.BORDER_REFLECT_101))
    place = np.mod(np.abs(points_mm * 6 + 1e4), 1022).astype(np.float32)  # six samples a mm, mirrored over the tile's borders
    place = np.where(place > 511, 1022 - place, place).astype(np.float32)
    found = cv2.remap(flocks, place[..., 0], place[..., 1], cv2.INTER_LINEAR)
    return np.asarray(1 + strength * found, np.float32)


def uneven_light(size: tuple[int, int], towards_deg: float, fall: float) -> Float:
    """Factor of the light over the picture, float32 (h, w): falls by `fall` from one side to the other."""
    y, x = np.mgrid[:size[0], :size[1]].astype(np.float32)
    along = (x / size[1] - 0.5) * np.cos(np.radians(towards_deg)) + (y / size[0] - 0.5) * np.sin(np.radians(towards_deg))
    return np.asarray(1 + fall * along, np.float32)


def mirrored_lamp(size: tuple[int, int], middle: tuple[float, float], radii: tuple[float, float], turn_deg: float, edge: float) -> Float:
    """Strength 0..1 of a lamp's mirror image, float32 (h, w): a turned rectangle with rounded corners (a window, a tube), soft by `edge`.

    Args:
        middle, radii: in shares of the picture's width and height.
        edge: softness as a share of the radii; rough paper 1 and more, a screen 0.3.
    """
    y, x = np.mgrid[:size[0], :size[1]].astype(np.float32)
    dx, dy = x / size[1] - middle[0], y / size[0] - middle[1]
    turn = np.radians(turn_deg)
    u, v = (dx * np.cos(turn) + dy * np.sin(turn)) / radii[0], (-dx * np.sin(turn) + dy * np.cos(turn)) / radii[1]
    radius = (np.abs(u) ** 4 + np.abs(v) ** 4) ** 0.25
    return np.asarray(1 / (1 + np.exp(np.clip((radius - 1) * 4 / edge, -40, 40))), np.float32)


def background(size: tuple[int, int], rng: np.random.Generator) -> Float:
    """What is behind the sheet, out of focus: linear RGB float32 (h, w, 3), 0.03..0.5."""
    import cv2
    grey = rng.uniform(0.04, 0.4, (4, 5, 1))
    spots = np.clip(grey * rng.uniform(0.8, 1.2, (4, 5, 3)), 0.03, 0.5).astype(np.float32)
    return np.asarray(np.clip(cv2.resize(spots, size[::-1], interpolation=cv2.INTER_CUBIC), 0.02, 0.6), np.float32)


def _normalised(values: NDArray[Any]) -> Float:
    return np.asarray(values / values.std(), np.float32)
