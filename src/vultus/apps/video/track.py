"""One face followed through the frames of one shot: a few best templates, a thumbnail and a span of time, however long it lasts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vultus.apps.video.seen_faces import SeenFaces
from vultus.apps.video.settings import Settings
from vultus.types import Float, Image

MEMORY = 0.5  # s, how far a movement is carried on


@dataclass(frozen=True, eq=False)
class Kept:
    """A face kept for the template: how useful it is, when it was seen, its template float32 (d,)."""

    usefulness: float
    seconds: float
    vector: Float


class Track:
    """An open track. `mean` of the kept templates is its template before it is scaled to length 1.

    Faces that a comparison could neither confirm nor rule out are gathered apart, in `tail`. They become part of the track when
    a comparison confirms the track again; otherwise `cut_off` makes a track of its own of them.
    """

    def __init__(self, number: int, seen: SeenFaces, row: int, settings: Settings) -> None:
        self.number, self._settings = number, settings
        self.start = self.last = seen.seconds
        self.box = np.asarray(seen.faces.boxes[row], np.float64)
        self._speed = np.zeros(4)  # px/s of the four edges
        self.faces, self.checked = 0, -np.inf
        self._sure = seen.seconds
        self.kept: list[Kept] = []
        self.usable = False
        self.thumbnail: Image | None = None
        self.best: dict[str, float] = {}
        self.best_usefulness = -1.0
        self.best_seconds = seen.seconds
        self.tail: Track | None = None
        self.add(seen, row)

    def expected(self, seconds: float) -> NDArray[np.float64]:
        """Where the face should be at a time: its movement goes on for `MEMORY` seconds at most."""
        return np.asarray(self.box + self._speed * min(seconds - self.last, MEMORY))

    @property
    def mean(self) -> Float | None:
        """Mean of the kept templates, float32 (d,), of length <= 1; None before there is one."""
        return np.mean([kept.vector for kept in self.kept], axis=0, dtype=np.float32) if self.kept else None

    def similarity(self, vector: Float) -> float | None:
        """Cosine of a template with this track's, None before it has one."""
        mean = self.mean
        return None if mean is None else float(vector @ mean) / max(float(np.linalg.norm(mean)), 1e-6)

    def wants(self, seen: SeenFaces, row: int) -> bool:
        """Whether this face would be kept, so that its template is worth making."""
        return self._place(float(seen.usefulness[row]), seen.seconds) is not None

    def doubt(self, seen: SeenFaces, row: int) -> None:
        """Continue with a face that may be somebody else's: nothing of it is kept for the template."""
        if self.tail is None:
            self.tail = Track(self.number, seen, row, self._settings)
            self._sure = self.last
        else:
            self.tail.add(seen, row)
        self._move(seen, row)

    def unsure(self) -> float:
        """s since the last face that was surely of this track, 0 without a doubt."""
        return 0.0 if self.tail is None else self.last - self._sure

    def cut_off(self, number: int) -> Track:
        """End this track where it was last sure, and return the rest as a track with this number."""
        tail = self.tail
        assert tail is not None
        tail.number, tail.checked = number, tail.last
        self.last, self.faces, self.tail = self._sure, self.faces - tail.faces, None
        return tail

    def add(self, seen: SeenFaces, row: int) -> None:
        """Continue with this face; its template is made if it is to be kept. Ends any doubt."""
        self.tail = None
        self._move(seen, row)
        self.usable = self.usable or seen.meets(row, self._settings.usable)
        useful = float(seen.usefulness[row])
        place = self._place(useful, seen.seconds)
        if place is not None:
            self.kept[place:place + 1] = [Kept(useful, seen.seconds, seen.vector(row))]
        if useful > self.best_usefulness:
            self.best_usefulness, self.best_seconds = useful, seen.seconds
            self.best = {name: round(float(values[row]), 2) for name, values in seen.quality.items()}
            if self._settings.pictures:
                self.thumbnail = seen.thumbnail(row)

    def _move(self, seen: SeenFaces, row: int) -> None:
        box = np.asarray(seen.faces.boxes[row], np.float64)
        if seen.seconds > self.last:
            # Half the newest movement: detections jitter by a few pixels.
            self._speed = 0.5 * self._speed + 0.5 * (box - self.box) / (seen.seconds - self.last)
        self.box, self.last, self.faces = box, seen.seconds, self.faces + 1

    def _place(self, useful: float, seconds: float) -> int | None:
        """Index in `kept` that a face would take, its length to be added; None if it is not wanted."""
        near = [i for i, kept in enumerate(self.kept) if abs(kept.seconds - seconds) < self._settings.spacing]
        if near:
            worst = min(near, key=lambda i: self.kept[i].usefulness)
            return worst if useful > 1.2 * self.kept[worst].usefulness else None
        if len(self.kept) < self._settings.best:
            return len(self.kept)
        worst = min(range(len(self.kept)), key=lambda i: self.kept[i].usefulness)
        return worst if useful > 1.1 * self.kept[worst].usefulness else None

    def facts(self) -> dict[str, Any]:
        """Number, span and counts as plain values."""
        return {"track": self.number, "start": round(self.start, 3), "end": round(self.last, 3), "faces": self.faces}
