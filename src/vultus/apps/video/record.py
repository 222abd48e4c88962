"""What stays of a track when it has ended: a few numbers, one vector and the place of a thumbnail."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from vultus.apps.video.settings import Settings
from vultus.apps.video.thumbnails import Place, Thumbnails
from vultus.apps.video.track import Track
from vultus.types import Float


@dataclass(frozen=True, eq=False)
class TrackRecord:
    """A finished track.

    Args:
        number: from 0, in the order in which tracks began.
        start, end: s, first and last sighting.
        faces: sightings.
        mean: mean of its best templates, float32 (d,), not scaled: the product of two means is the mean cosine over all pairs.
        doubt: why it is too poor to tell who it is, empty when it is not.
        quality: of its best face; `best_seconds`: when that was seen.
        thumbnail: where its picture lies, None without pictures.
    """

    number: int
    start: float
    end: float
    faces: int
    mean: Float | None
    doubt: str
    quality: dict[str, float]
    best_seconds: float
    thumbnail: Place | None

    @classmethod
    def of(cls, track: Track, settings: Settings, pictures: Thumbnails | None, *, lost: bool) -> TrackRecord:
        """The record of a track that has ended.

        Args:
            lost: its face was not found again, as opposed to a shot or a video that ended.
        """
        doubt = ""
        if not track.usable:
            doubt = "every face is too small, blurred, turned or covered"
        elif lost and is_brief(track, settings):
            doubt = "seen too briefly"
        place = pictures.add(track.thumbnail) if pictures is not None and track.thumbnail is not None else None
        mean = track.mean
        return cls(track.number, track.start, track.last, track.faces, None if mean is None else mean.astype(np.float32), doubt,
                   dict(track.best), track.best_seconds, place)

    def as_dict(self) -> dict[str, Any]:
        """Plain values without the template."""
        return {"track": self.number, "start": round(self.start, 3), "end": round(self.end, 3), "faces": self.faces,
                "best_seconds": round(self.best_seconds, 3), "quality": self.quality, "too_poor": self.doubt or None}


def is_brief(track: Track, settings: Settings) -> bool:
    """Whether a track is so short that its face may be one half hidden by another."""
    return settings.every <= settings.brief and track.last - track.start < settings.brief
