"""A turn of the head."""

from __future__ import annotations

from dataclasses import dataclass, replace

from vultus.people.scene import Pose, Scene
from vultus.people.sequences.timing import minimum_jerk
from vultus.people.sequences.track import require


@dataclass(frozen=True)
class Turn:
    """From the pose of the scene to another one, with the smoothest movement (minimum jerk); stays there.

    Attributes:
        yaw, pitch, roll: of the target, degrees; None = as it was.
        start: seconds. seconds: duration; about 0.5 for a glance aside, 1.5 for a slow turn.
        back: seconds after `start` at which the way back begins, of the same duration; None = never.
    """

    yaw: float | None = None
    pitch: float | None = None
    roll: float | None = None
    start: float = 0.0
    seconds: float = 1.0
    back: float | None = None

    def __post_init__(self) -> None:
        require("turn.seconds", self.seconds > 0, "a duration > 0", self.seconds)
        require("turn.back", self.back is None or self.back >= self.seconds, "not before the target is reached", self.back)

    def __call__(self, scene: Scene, seconds: float) -> Scene:
        share = minimum_jerk((seconds - self.start) / self.seconds)
        if self.back is not None:
            share -= minimum_jerk((seconds - self.start - self.back) / self.seconds)
        if share == 0:
            return scene
        ends = zip((scene.pose.yaw, scene.pose.pitch, scene.pose.roll), (self.yaw, self.pitch, self.roll), strict=True)
        return replace(scene, pose=Pose(*(here if there is None else here + share * (there - here) for here, there in ends)))
