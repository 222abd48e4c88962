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


def add_make_up(colour: Float, zones: Zones, worn: Worn) -> None:
    """Paints the make-up of `worn` on colour (n, 3), linear RGB, in place; lipstick keeps the skin's own light and dark beneath it."""
    if worn.lipstick > 0:
        where = np.flatnonzero(zones.lip > 0)
        lips, share = colour[where], (np.float32(0.88 * worn.lipstick) * zones.lip[where])[:, None]
        depth = np.sqrt(lips.mean(1, keepdims=True) * 4)
        colour[where] = lips * (1 - share) + linear(worn.lipstick_colour) * (0.45 + 0.55 * depth) * share
    if worn.eye_shadow > 0:
        where = np.flatnonzero((zones.shadow > 0) | (zones.lash > 0))
        density = zones.shadow[where, None] * SHADOW_DENSITY + LINER_DENSITY * zones.lash[where, None]
        colour[where] *= np.exp(-np.float32(worn.eye_shadow) * density)
