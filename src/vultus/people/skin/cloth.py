"""Clothing below the neckline: colour, weave, folds and the hem."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vultus.people.scene import Worn
from vultus.people.skin.noise import value_noise
from vultus.people.skin.tone import linear

Float = NDArray[np.float32]
HEM_MM = 9.0


def cloth_colour(points: Float, below: Float, worn: Worn, seed: int) -> Float:
    """Linear RGB (n, 3) of cloth at canonical points (n, 3), mm, that lie `below` (n,) mm under its edge."""
    weave = 1 + 0.10 * value_noise(points, 2.6, seed + 21) + 0.07 * value_noise(points, 38.0, seed + 22, 2)
    seam = 1 - 0.35 * np.exp(-(((below - HEM_MM) / 1.3) ** 2)) - 0.30 * np.clip(1 - below / 2.0, 0, 1)
    return np.asarray(linear(worn.clothing) * (weave * seam)[:, None], np.float32)


def cloth_height(points: Float, below: Float, seed: int) -> Float:
    """Relief mm (n,): folds, the rib of the hem, the weave."""
    folds = 1.6 * value_noise(points * np.array([1, 0.45, 1], np.float32), 26.0, seed + 23, 2)
    rib = np.clip(1 - np.abs(below - HEM_MM / 2) / HEM_MM, 0, 1) * 0.6
    return np.asarray(folds * np.clip(below / 25, 0, 1) + rib + 0.10 * value_noise(points, 3.0, seed + 24), np.float32)
