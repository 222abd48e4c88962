"""An expression that comes, stays and goes."""

from __future__ import annotations

from dataclasses import dataclass

from vultus.people.expressions import expression
from vultus.people.scene import Scene
from vultus.people.sequences.timing import rise_hold_fall
from vultus.people.sequences.track import require, with_actions


@dataclass(frozen=True)
class Emotion:
    """Onset, apex and offset of a named expression.

    Attributes:
        name: of `EXPRESSIONS`. intensity: at the apex, 0..1.
        start: seconds. onset, apex, offset: durations; felt smiles rise within about 0.5 s and fade more slowly, posed ones rise
            faster (Schmidt et al. 2006).
    """

    name: str
    intensity: float = 1.0
    start: float = 0.0
    onset: float = 0.5
    apex: float = 1.5
    offset: float = 0.8

    def __post_init__(self) -> None:
        expression(self.name, self.intensity)
        require("emotion.onset, offset", self.onset > 0 and self.offset > 0, "durations > 0", f"{self.onset}, {self.offset}")
        require("emotion.apex", self.apex >= 0, "a duration >= 0", self.apex)

    def __call__(self, scene: Scene, seconds: float) -> Scene:
        amount = self.intensity * rise_hold_fall(seconds - self.start, self.onset, self.apex, self.offset)
        return with_actions(scene, expression(self.name, amount)) if amount > 0 else scene
