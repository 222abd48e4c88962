"""One picture of one person, the quick way."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from vultus.errors import InputError
from vultus.image import shown
from vultus.people.dataset.maker import Factory, Taken
from vultus.people.dataset.marked_picture import SUFFIXES, marked
from vultus.people.dataset.plain_scene import scene_to_dict
from vultus.people.dataset.studio_maker import studio_maker
from vultus.people.scene import Camera, Light, Pose, Scene
from vultus.runtime.atomic_file import write_bytes

_KINDS = {**{suffix: kind for kind, suffix in SUFFIXES.items()}, ".jpeg": "jpeg"}


def take_one(out: Path, *, seed: int = 7, years: float | None = None, yaw: float = 0.0, pitch: float = 0.0, expression: str = "neutral",
             light: str | None = None, size: int = 256, labels: Path | None = None, factory: Factory | None = None) -> dict[str, Any]:
    """Draw a person, take the picture, write it; with `labels` also every label into that folder.

    Args:
        out: file, .png or .jpg. years: age, None = the person's own. yaw, pitch: degrees. expression, light: names; None = key light.
        size: side in px.

    Returns:
        What was taken: file, seed, age, identity, scene, points, box, and the files of labels.

    Raises:
        InputError: another suffix, or a name that does not exist. StorageError: it cannot be written.
    """
    kind = _KINDS.get(out.suffix.lower())
    if kind is None:
        raise InputError("out", expected="a file name ending in .png or .jpg", got=shown(out))
    scene = _scene(seed, years, Pose(yaw, pitch), expression, light, size)
    taken = (factory or studio_maker)().take(scene, ())
    write_bytes(out, marked(taken.image, kind))
    saved = taken.save(labels) if labels is not None and taken.save is not None else []
    return {"file": str(out), "seed": seed, "age_years": scene.identity.years, "identity": scene.identity.to_dict(),
            "scene": scene_to_dict(scene), **_places(taken), "labels": [str(path) for path in saved]}


def _scene(seed: int, years: float | None, pose: Pose, expression: str, light: str | None, size: int) -> Scene:
    from vultus.people import expressions, sampling
    from vultus.people.sampling import lights
    person = sampling.draw_identity(seed, id=f"p{seed:06d}")
    person = person if years is None else sampling.aged(person, years)
    lamp = Light() if light is None else lights.light(light)
    return Scene(person, pose=pose, actions=expressions.expression(expression), camera=Camera(width=size, height=size), light=lamp)


def _places(taken: Taken) -> dict[str, Any]:
    return {"points": None if taken.points is None else taken.points.tolist(), "box": None if taken.box is None else taken.box.tolist()}
