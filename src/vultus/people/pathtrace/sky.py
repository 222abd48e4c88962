"""The light of a scene as one picture of all directions: the environment's spherical harmonics, lamps as bright discs.

A lamp far away with `softness` s is a disc of the angular radius arctan(0.03 + 0.55 s), the same that the rasteriser's shadows
spread by; its radiance is such that a white matt surface that faces it leaves a radiance of the lamp's colour, as everywhere in people/.
Where the harmonics fall below 0 there is no light; the rasteriser clips after its convolution, so very steep environments differ.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from vultus.people.render.light import coefficients, evaluate, lamp_rows, quadratic
from vultus.people.scene import Light

ROWS = 512


def directions(rows: int = ROWS) -> NDArray[np.float64]:
    """Unit direction of every texel, float64 (rows, 2 rows, 3): row 0 up, column 0 away from the camera, a quarter to image right."""
    polar = (np.arange(rows) + 0.5) / rows * math.pi
    around = (np.arange(2 * rows) + 0.5) / rows * math.pi
    flat = np.sin(polar)[:, None]
    return np.stack([flat * np.sin(around), np.broadcast_to(np.cos(polar)[:, None], (rows, 2 * rows)), -flat * np.cos(around)], 2)


def sky(light: Light, rows: int = ROWS) -> NDArray[np.float32]:
    """Radiance from every direction, linear RGB float32 (rows, 2 rows, 3)."""
    toward = directions(rows)
    radiance = evaluate(quadratic(coefficients(light), (1.0, 1.0, 1.0)), toward.reshape(-1, 3)).reshape(toward.shape)
    solid = np.sin((np.arange(rows) + 0.5) / rows * math.pi)[:, None] * (math.pi / rows) ** 2
    for row in lamp_rows(light):
        cosine = toward @ row[:3]
        angle = np.arccos(np.clip(cosine, -1, 1))
        disc = np.clip((disc_radius(row[6]) - angle) * rows / math.pi + 0.5, 0, 1)
        radiance += disc[..., None] * (math.pi * row[3:6] / float((disc * cosine * solid).sum()))
    return radiance.astype(np.float32)


def disc_radius(softness: float) -> float:
    """Angular radius of a lamp, radians."""
    return math.atan(0.03 + 0.55 * softness)
