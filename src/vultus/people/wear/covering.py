"""What a hat does to the hair beneath it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vultus.people.hair.skull import Skull

Float = NDArray[np.float32]
PRESSED_MM = 1.6  # thickness of the hair under a hat


@dataclass(frozen=True)
class Covering:
    """The part of the head under a hat: above a plane that falls from front to back, y > front_mm + slope * (z - front_z).

    Attributes:
        front_mm: height of the hat's edge over the forehead, mm.
        slope: rise of the edge per mm towards the camera.
        hides_all: no scalp hair is seen at all (headscarf).
    """

    front_mm: float
    slope: float
    hides_all: bool = False
    front_z: float = 20.0

    def height(self, points: Float) -> Float:
        """Height of points (..., 3) over the edge of the hat, mm."""
        return np.asarray(points[..., 1] - self.front_mm - self.slope * (points[..., 2] - self.front_z), np.float32)

    def press(self, points: Float, skull: Skull) -> tuple[Float, NDArray[np.bool_]]:
        """Strands (n, k, 3) pressed to the skull under the hat, and which (n,) are seen at all."""
        over = self.height(points)
        kept = (over < 3).any(1) & ~((over[:, 0] > 6) & (points[:, 0, 2] > -45))
        flat = self._pressed(points.reshape(-1, 3), over.ravel(), skull)
        return flat.reshape(points.shape), kept

    def flatten(self, vertices: Float, skull: Skull) -> Float:
        """Vertices (n, 3) pressed to the skull under the hat."""
        return self._pressed(vertices, self.height(vertices), skull)

    def _pressed(self, points: Float, over: Float, skull: Skull) -> Float:
        surface, own = skull.radius(points)
        room = PRESSED_MM + 0.55 * np.clip(-over, 0, 60)
        wanted = np.minimum(own, surface + room)
        near = np.clip((60 + over) / 20, 0, 1) * (points[:, 1] > -60)
        factor = 1 + (wanted / (own + 1e-6) - 1) * near
        return np.asarray(skull.centre + (points - skull.centre) * factor[:, None], np.float32)
