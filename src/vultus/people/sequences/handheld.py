"""The shake of a camera held by hand."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from vultus.people.sampling.streams import stream
from vultus.people.scene import Scene
from vultus.people.sequences.track import require

LOWEST, HIGHEST, WAVES = 0.15, 12.0, 28  # Hz, and sines between them, even in the logarithm


@dataclass(frozen=True)
class Handheld:
    """Moves the head in the picture along a sum of sines with random phases whose amplitudes fall with frequency: power of each
    octave is proportional to f**(1 - slope), a 1/f**slope spectrum. The speed at each moment blurs the picture.

    Attributes:
        amount: root mean square of the shift, as a share of the picture's height.
        seed: of the phases.
        slope: of the power spectrum: 1 = 1/f, 2 = a random walk; drift of hands lies between.
        shutter: seconds of exposure, for the motion blur; 0 = none.
    """

    amount: float = 0.004
    seed: int = 0
    slope: float = 1.5
    shutter: float = 1 / 60

    def __post_init__(self) -> None:
        require("handheld.amount", 0 <= self.amount <= 0.2, "0..0.2 of the picture's height", self.amount)
        require("handheld.slope", 0 <= self.slope <= 4, "0..4", self.slope)
        require("handheld.shutter", 0 <= self.shutter <= 1, "0..1 s", self.shutter)

    def shift(self, seconds: float) -> tuple[tuple[float, float], tuple[float, float]]:
        """(x, y) shift and its speed per second, as shares of the picture's height."""
        frequency, weight, phase = self._waves
        angle = 2 * math.pi * frequency * seconds + phase
        place = (weight * np.sin(angle)).sum(1)
        speed = (weight * 2 * math.pi * frequency * np.cos(angle)).sum(1)
        return (float(place[0]), float(place[1])), (float(speed[0]), float(speed[1]))

    def __call__(self, scene: Scene, seconds: float) -> Scene:
        if self.amount == 0:
            return scene
        (x, y), (vx, vy) = self.shift(seconds)
        camera = scene.camera
        centre = (camera.centre[0] + x * camera.height / camera.width, camera.centre[1] + y)
        motion = math.hypot(vx, vy) * self.shutter * camera.height
        if motion <= camera.motion_px:
            return replace(scene, camera=replace(camera, centre=centre))
        direction = math.degrees(math.atan2(vy, vx)) % 180
        return replace(scene, camera=replace(camera, centre=centre, motion_px=motion, motion_deg=direction))

    @cached_property
    def _waves(self) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        """Frequencies (w,), amplitudes (w,) and phases (2, w)."""
        frequency = LOWEST * (HIGHEST / LOWEST) ** (np.arange(WAVES) / (WAVES - 1))
        power = frequency ** (1 - self.slope)
        weight = self.amount * np.sqrt(2 * power / power.sum())
        return frequency, weight, stream(self.seed, "handheld").uniform(0, 2 * math.pi, (2, WAVES))
