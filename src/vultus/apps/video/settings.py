"""Settings of the video application, with where they come from."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields, replace
from typing import Any

from vultus.errors import InputError
from vultus.quality.gate import DEFAULT_USABLE, Usable

# A face followed for a while is one, however sure the detector was: of the gate for single pictures everything but the confidence stays.
COUNTED = replace(DEFAULT_USABLE, confidence=0.6)
COMPARABLE = Usable(face_px=30.0, sharpness=3.0, yaw_deg=40.0, confidence=0.8)


@dataclass(frozen=True)
class Settings:
    """How a video is watched. Chosen on clips composed of rendered people that are not packaged and of LFW people of folds 1-3.

    Args:
        every: s between frames that are looked at, 0 for every frame.
        start_score: a face that starts a track has at least this confidence; weaker ones only continue tracks (the idea of
            ByteTrack, Zhang et al., ECCV 2022, section 3).
        overlap: intersection over union with the expected place at which one face near one track is linked without looking at it.
        reach: sides of the face that it may lie away from its expected place to be considered at all.
        patience: s that a track waits for its face.
        check_every: s after which the face of a track is compared with it again, so that a track cannot change its person. What no
            comparison confirmed for longer than this and `patience` together is cut off and belongs to nobody.
        best: faces that the template of a track is the mean of.
        spacing: s between faces that a track keeps, since neighbouring frames add nothing.
        cut: change of picture from which it is a cut, see `cuts.py`; 0.33 or more at 40 composed cuts, 0.03 or less elsewhere. Camera
            pans come between; a false cut costs little, since templates join what it parts.
        merge_gap: s; shorter absences are not shown as absences.
        brief: s; a track that loses its face sooner is too short to tell who it was: most are faces half hidden by another one.
            No rule where frames are farther apart than that.
        usable: the least quality of a face that a person is counted by.
        comparable: the least quality of a face that may break a track by looking different.
        reconnect: tries to connect again to a lost stream.
        pictures: keep a thumbnail for each track.
    """

    every: float = 0.2
    start_score: float = 0.6
    overlap: float = 0.3
    reach: float = 1.0
    patience: float = 1.0
    check_every: float = 1.0
    best: int = 5
    spacing: float = 0.3
    cut: float = 0.28
    merge_gap: float = 2.0
    brief: float = 0.35
    usable: Usable = COUNTED
    comparable: Usable = COMPARABLE
    reconnect: int = 0
    pictures: bool = True

    def __post_init__(self) -> None:
        for name in ("every", "overlap", "reach", "patience", "check_every", "spacing", "cut", "merge_gap", "brief", "reconnect"):
            value = getattr(self, name)
            if not (math.isfinite(value) and value >= 0):
                raise InputError(name, expected="a number >= 0", got=str(value))
        if self.best < 1:
            raise InputError("best", expected="a number >= 1", got=str(self.best))

    def as_dict(self) -> dict[str, Any]:
        """Plain values."""
        return {f.name: vars(value) if isinstance(value := getattr(self, f.name), Usable) else value for f in fields(self)}
