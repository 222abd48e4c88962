"""Lipstick and eye shadow on the skin's colour."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vultus.people.scene import Worn
from vultus.people.skin.face_zones import Zones
from vultus.people.skin.tone import linear

Float = NDArray[np.float32]
SHADOW_DENSITY = np.array([0.75, 0.95, 0.85], np.float32)  # optical density of eye shadow at full strength: a cool brown
LINER_DENSITY = 1.2


def with_make_up(colour: Float, zones: Zones, worn: Worn) -> Float:
    """Colour (n, 3), linear RGB, with the make-up of `worn`; lipstick keeps the skin's own light and dark beneath it."""
    if worn.lipstick > 0:
        share = (0.88 * worn.lipstick * zones.lip)[:, None]
        depth = np.sqrt(colour.mean(1, keepdims=True) / 0.25)
        colour = np.asarray(colour * (1 - share) + linear(worn.lipstick_colour) * (0.45 + 0.55 * depth) * share, np.float32)
    if worn.eye_shadow > 0:
        density = zones.shadow[:, None] * SHADOW_DENSITY + LINER_DENSITY * zones.lash[:, None]
        colour = np.asarray(colour * np.exp(-np.float32(worn.eye_shadow) * density), np.float32)
    return colour
