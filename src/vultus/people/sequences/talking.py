"""A mouth that talks: mouth shapes one after the other, with pauses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from vultus.people.expressions import viseme
from vultus.people.sampling.quantiles import choose
from vultus.people.sampling.streams import stream
from vultus.people.scene import Scene
from vultus.people.sequences.timing import minimum_jerk
from vultus.people.sequences.track import require, with_actions

VOWELS: Mapping[str, float] = {"aa": 0.28, "eh": 0.27, "ee": 0.2, "oh": 0.15, "oo": 0.1}
CONSONANTS: Mapping[str, float] = {"mbp": 0.17, "fv": 0.08, "th": 0.05, "td": 0.28, "sz": 0.15, "sh": 0.06, "kg": 0.11, "r": 0.1}
PHRASE = 12  # syllables between the starts of two pauses
PAUSE = 2  # of them are silent


@dataclass(frozen=True)
class Talking:
    """Syllables of a consonant and a vowel, drawn from a seed (nothing is said in any language); the mouth moves smoothly from
    shape to shape, and rests for two syllables in twelve.

    Attributes:
        seed: of what is said.
        syllables: per second; conversation runs at 4 to 5.
        loudness: how far the mouth opens, 0..1.
        start, stop: seconds; outside them the mouth is as in the scene.
    """

    seed: int = 0
    syllables: float = 4.3
    loudness: float = 0.9
    start: float = 0.0
    stop: float = float("inf")

    def __post_init__(self) -> None:
        require("talking.syllables", 0.5 <= self.syllables <= 10, "0.5..10 a second", self.syllables)
        require("talking.loudness", 0 <= self.loudness <= 1, "0..1", self.loudness)
        require("talking.stop", self.stop > self.start, "later than the start", self.stop)

    def shape(self, half: int) -> str:
        """The mouth shape at the end of a half syllable: even ones are consonants, odd ones vowels."""
        if half // 2 % PHRASE >= PHRASE - PAUSE:
            return "rest"
        return choose(VOWELS if half % 2 else CONSONANTS, float(stream(self.seed, "talking", half).random()))

    def __call__(self, scene: Scene, seconds: float) -> Scene:
        if not self.start <= seconds < self.stop:
            return scene
        place = (seconds - self.start) * 2 * self.syllables
        half = int(place)
        share = minimum_jerk(place - half)
        before = viseme(self.shape(half - 1) if half else "rest", self.loudness)
        after = viseme(self.shape(half), self.loudness)
        mixed = {name: (1 - share) * before.get(name, 0.0) + share * after.get(name, 0.0) for name in {**before, **after}}
        fade = min(1.0, (self.stop - seconds) * 4)  # the mouth closes within a quarter of a second
        return with_actions(scene, {name: weight * fade for name, weight in mixed.items() if weight * fade > 0})
