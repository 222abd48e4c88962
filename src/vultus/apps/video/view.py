"""What is seen at one moment: handed to whoever follows a video while it is watched."""

from __future__ import annotations

from dataclasses import dataclass

from vultus.apps.video.track import Track
from vultus.types import Faces, Image


@dataclass(frozen=True, eq=False)
class View:
    """One frame that was looked at.

    Args:
        seconds: its time.
        image: uint8 RGB.
        faces: the faces found; `owners`: the track of each, None for a face that is too weak to start one.
        open: tracks that go on; `ended`: tracks that ended with this frame.
        cut: whether a new shot begins here.
    """

    seconds: float
    image: Image
    faces: Faces
    owners: tuple[Track | None, ...]
    open: tuple[Track, ...]
    ended: tuple[Track, ...]
    cut: bool = False
