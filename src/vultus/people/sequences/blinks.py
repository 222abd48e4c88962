"""Blinks at a known rate and at irregular times."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from vultus.people.sampling.streams import stream
from vultus.people.scene import Scene
from vultus.people.sequences.timing import minimum_jerk
from vultus.people.sequences.track import require

CLOSING, CLOSED, OPENING = 0.09, 0.04, 0.2  # s: lids close about twice as fast as they open (Evinger et al. 1991)
DURATION = CLOSING + CLOSED + OPENING


@dataclass(frozen=True)
class Blinks:
    """One blink in each period of 60 / rate seconds, at a time of its own within it, so that the number of blinks is known and
    their times are not.

    Attributes:
        per_minute: rate; people at rest blink 10 to 20 times a minute. Up to 120.
        seed: of the times.
        depth: how far the lids close, 0..1.
    """

    per_minute: float = 15.0
    seed: int = 0
    depth: float = 1.0

    def __post_init__(self) -> None:
        require("blinks.per_minute", 0 < self.per_minute <= 120, "a rate above 0, up to 120 a minute", self.per_minute)
        require("blinks.depth", 0 <= self.depth <= 1, "0..1", self.depth)

    def times(self, seconds: float) -> list[float]:
        """Starts of the blinks that begin before a time."""
        found = [self.time(k) for k in range(math.ceil(seconds * self.per_minute / 60))]
        return [time for time in found if time < seconds]

    def time(self, k: int) -> float:
        """Start of blink k = 0, 1, ...: somewhere in its period where it can end before the next period."""
        period = 60 / self.per_minute
        return period * k + float(stream(self.seed, "blink", k).random()) * (period - DURATION)

    def __call__(self, scene: Scene, seconds: float) -> Scene:
        if seconds < 0:
            return scene
        closed = self.depth * lid(seconds - self.time(int(seconds * self.per_minute / 60)))
        return replace(scene, blink=min(1.0, scene.blink + closed)) if closed > 0 else scene


def lid(t: float) -> float:
    """How far the lid is closed, 0..1, at t seconds after the start of a blink."""
    if t <= CLOSING + CLOSED:
        return minimum_jerk(t / CLOSING)
    return 1 - minimum_jerk((t - CLOSING - CLOSED) / OPENING)
