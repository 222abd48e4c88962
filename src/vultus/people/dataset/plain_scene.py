"""Scenes as plain dicts for manifests, and back: the identity is kept apart, since all pictures of a person share it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from vultus.people.identity import Identity
from vultus.people.scene import Background, Camera, Gaze, Lamp, Light, Occluder, Pose, Scene, Worn

_PARTS: dict[str, type] = {"pose": Pose, "gaze": Gaze, "camera": Camera, "background": Background, "worn": Worn}
_JSON = (str, bool, int, float)  # numpy's float64 is a float, and written like one


def scene_to_dict(scene: Scene) -> dict[str, Any]:
    """Every field but the identity as dicts, lists, numbers and text, ready for JSON."""
    names = [field.name for field in fields(scene) if field.name != "identity"]
    return {name: _plain(getattr(scene, name)) for name in names}


def scene_from_dict(data: Mapping[str, Any], identity: Identity) -> Scene:
    """The scene that `scene_to_dict` wrote, of this identity."""
    values = {name: _tuples(value) for name, value in data.items()}
    for name, kind in _PARTS.items():
        values[name] = kind(**values[name])
    picture = values["background"].picture
    if picture is not None:
        values["background"] = Background(**{**values["background"].__dict__, "picture": Path(picture)})
    light = values["light"]
    values["light"] = Light(**{**light, "lamps": tuple(Lamp(**lamp) for lamp in light["lamps"])})
    values["occluders"] = tuple(Occluder(**each) for each in values["occluders"])
    return Scene(identity=identity, **values)


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, _JSON):
        return value
    if isinstance(value, Mapping):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(each) for each in value]
    if isinstance(value, Path):
        return value.as_posix()
    return value.item() if hasattr(value, "item") else _plain(vars(value))  # a number of numpy's, or one of the scene's parts


def _tuples(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _tuples(each) for key, each in value.items()}
    return tuple(_tuples(each) for each in value) if isinstance(value, list) else value
