"""A heart beat that reddens the skin."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from vultus.people.scene import Scene
from vultus.people.sequences.timing import heart_wave
from vultus.people.sequences.track import require


@dataclass(frozen=True)
class Pulse:
    """Adds the wave of a pulse of known rate to `Scene.pulse`.

    Attributes:
        per_minute: heart rate, 30..240.
        amplitude: peak of the wave as a share of the largest swing that a scene knows, 0..1; 1 is the strongest that skin shows
            (under 1 % of its brightness).
        phase: of the first frame, 0..1 of a beat.
        breaths_per_minute, swing: the rate rises and falls with breath by up to `swing` of itself (respiratory sinus
            arrhythmia); 0 = a metronome. The mean rate stays what it is.
    """

    per_minute: float = 66.0
    amplitude: float = 1.0
    phase: float = 0.0
    breaths_per_minute: float = 14.0
    swing: float = 0.0

    def __post_init__(self) -> None:
        require("pulse.per_minute", 30 <= self.per_minute <= 240, "30..240 beats a minute", self.per_minute)
        require("pulse.amplitude", 0 <= self.amplitude <= 1, "0..1", self.amplitude)
        require("pulse.breaths_per_minute", 0 < self.breaths_per_minute <= 60, "above 0, up to 60", self.breaths_per_minute)
        require("pulse.swing", 0 <= self.swing <= 0.3, "0..0.3", self.swing)

    def beats(self, seconds: float) -> float:
        """Beats since the start, with their fraction."""
        breath = 2 * math.pi * self.breaths_per_minute / 60
        return self.phase + self.per_minute / 60 * (seconds + self.swing / breath * (1 - math.cos(breath * seconds)))

    def __call__(self, scene: Scene, seconds: float) -> Scene:
        if self.amplitude == 0:
            return scene
        wave = 2 * self.amplitude * heart_wave(self.beats(seconds) % 1)
        return replace(scene, pulse=min(max(scene.pulse + wave, -1.0), 1.0))
