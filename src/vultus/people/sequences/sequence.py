"""A sequence of scenes: one scene, and tracks that change it with time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from vultus.errors import InputError
from vultus.people.sampling.streams import stream
from vultus.people.scene import Scene
from vultus.people.sequences.track import Track

MAX_FRAMES = 1_000_000


@dataclass(frozen=True)
class Sequence:
    """Frames of a scene with tracks; a frame depends on its number alone, so frames can be made in any order or by any process.

    Tracks apply in order, each to what the one before left. The identity is the same object in every frame; the sensor's noise
    is new in each.

    Args:
        scene: at rest.
        tracks: see the classes of this package; any function of (scene, seconds) that changes nothing else will do.
        fps: frames a second, up to 1000.
        seconds: length; the number of frames is rounded.

    Raises:
        InputError: a rate or length out of range.

    Example:
        >>> from vultus.people.sampling import draw_identity
        >>> from vultus.people.sequences import Sequence, Turn
        >>> clip = Sequence(Scene(draw_identity(1)), (Turn(yaw=30),), fps=10, seconds=2)
        >>> len(clip), clip.at(19).pose.yaw
        (20, 30.0)
    """

    scene: Scene
    tracks: tuple[Track, ...]
    fps: float = 25.0
    seconds: float = 4.0

    def __post_init__(self) -> None:
        if not 0 < self.fps <= 1000:
            raise InputError("fps", expected="a rate above 0, up to 1000", got=f"{self.fps:g}")
        if not 0 < self.seconds * self.fps <= MAX_FRAMES or len(self) < 1:
            raise InputError("seconds", expected=f"a length of 1..{MAX_FRAMES} frames", got=f"{self.seconds:g} s at {self.fps:g} a second")

    def __len__(self) -> int:
        return round(self.seconds * self.fps)

    def __iter__(self) -> Iterator[Scene]:
        return (self.at(number) for number in range(len(self)))

    def at(self, number: int) -> Scene:
        """The scene of frame 0 .. len - 1. Raises InputError outside."""
        if not 0 <= number < len(self):
            raise InputError("number", expected=f"a frame 0..{len(self) - 1}", got=str(number))
        scene = replace(self.scene, seed=int(stream(abs(self.scene.seed), "frame", number).integers(1 << 31)))
        for track in self.tracks:
            scene = track(scene, number / self.fps)
        return scene

    def labels(self, number: int) -> dict[str, Any]:
        """Exact labels of a frame that change with time, plain numbers for JSON: seconds, pose, gaze, blink, actions, pulse, and
        the camera's centre and motion."""
        scene = self.at(number)
        pose, gaze, camera = scene.pose, scene.gaze, scene.camera
        return {"frame": number, "seconds": number / self.fps, "yaw": pose.yaw, "pitch": pose.pitch, "roll": pose.roll,
                "gaze_yaw": gaze.yaw, "gaze_pitch": gaze.pitch, "blink": scene.blink, "pulse": scene.pulse, "actions": dict(scene.actions),
                "centre": list(camera.centre), "motion_px": camera.motion_px}
