"""What a track is: one cause of movement, as a pure function of a scene and a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Protocol

from vultus.errors import InputError
from vultus.people.expressions import ordered
from vultus.people.scene import Scene


class Track(Protocol):
    """Changes its own part of the scene at a time and nothing else; never depends on other times."""

    def __call__(self, scene: Scene, seconds: float) -> Scene:
        """The scene at so many seconds from the start of the sequence."""
        ...


def with_actions(scene: Scene, actions: Mapping[str, float]) -> Scene:
    """Facial actions added to those of the scene, each at most 1; the same scene when there is nothing to add."""
    if not actions:
        return scene
    total = dict(scene.actions)
    for name, weight in actions.items():
        total[name] = total.get(name, 0.0) + weight
    return replace(scene, actions=ordered(total))


def require(owner: str, condition: bool, expected: str, got: Any) -> None:
    """Raises InputError that names the setting of a track."""
    if not condition:
        raise InputError(owner, expected=expected, got=str(got))
