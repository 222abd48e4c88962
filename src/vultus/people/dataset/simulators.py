"""Simulators of capture and attack by name, with drawn settings of which a specification may fix some."""

from __future__ import annotations

import dataclasses
import importlib
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vultus.errors import InputError, UnsupportedError
from vultus.people.capture.simulated import Simulated, mark
from vultus.people.capture.surveillance import LEAST_PX
from vultus.people.dataset.maker import Maker, Taken
from vultus.people.dataset.spec_values import check_name
from vultus.people.scene import Scene
from vultus.types import Image

# Name -> module below people/ with `<name>(image, settings, rng)` and `drawn_<name>(rng)`.
_FOUND = {"surveillance": "capture.surveillance", "low_resolution": "capture.low_resolution", "webcam": "capture.webcam",
          "printed": "spoofs.printed", "replayed": "spoofs.replayed",
          "cut_out": "spoofs.cut_out", "mask3d": "spoofs.mask3d"}
LEAST_FACE = 8.0  # px
LEAST_EYES = 8.0  # px between the holes of a cut-out
SIMULATORS = tuple(_FOUND)
_SAME_VIEW = ("surveillance", "low_resolution", "webcam", "mask3d")  # the face stays where it was, up to the picture's size


def check_settings(name: str, settings: Mapping[str, Any]) -> None:
    """Raises InputError or UnknownNameError unless these are settings of the simulator, in range."""
    made = _settings(name, settings, np.random.default_rng(0))
    if name == "surveillance" and "distance_m" in settings and made.sampled_px < LEAST_PX:
        raise InputError("surveillance.distance_m", expected=f"a camera that has {LEAST_PX} px or more over the picture's width",
                         got=f"{made.distance_m:g} m, from where it has {made.sampled_px:.1f}", hint="come nearer, or raise focal_mm")


def simulated(name: str, settings: Mapping[str, Any], taken: Taken, scene: Scene, maker: Maker, rng: np.random.Generator) -> Taken:
    """The picture after the simulator.

    Args:
        name: of `SIMULATORS`. settings: those that are fixed; the others are drawn.
        taken: points, box and label arrays are kept where they still hold, and left out where the face moved.
    """
    result = _run(name, _settings(name, settings, rng), taken, scene, maker, rng)
    record = result.record()
    kept = Taken(result.image, None, None, record=record, mark=mark(record))
    if name == "mask3d":  # its face does not move: where it is, a picture of it without the plastic says
        from vultus.people.spoofs.mask3d import masked_scene
        taken = maker.take(masked_scene(scene), ())
    if name not in _SAME_VIEW or taken.points is None or taken.box is None:
        return kept
    height, width = taken.image.shape[:2]
    scale = np.array([result.image.shape[1] / width, result.image.shape[0] / height], np.float32)
    labels = taken.labels if result.image.shape == taken.image.shape else {}
    return dataclasses.replace(kept, points=taken.points * scale, box=taken.box * np.tile(scale, 2), labels=labels,
                               facts=taken.facts)


def _run(name: str, settings: Any, taken: Taken, scene: Scene, maker: Maker, rng: np.random.Generator) -> Simulated:
    simulator: Callable[..., Simulated] = getattr(importlib.import_module(f"vultus.people.{_FOUND[name]}"), name)
    if name == "mask3d":
        if maker.studio is None:
            raise UnsupportedError(f"the generator {maker.generator} builds no heads that a 3D mask could cover; the rasteriser does")
        return simulator(scene, settings, maker.studio)
    if name == "cut_out" and taken.points is not None:
        return simulator(taken.image, _eyes_apart(taken.points[:2], taken.image), settings, rng)
    if name == "surveillance":  # a camera that has more pixels than the picture, or too few, stands where it has as many
        wanted = float(np.clip(settings.sampled_px, LEAST_PX, taken.image.shape[1]))
        return simulator(taken.image, settings if wanted == settings.sampled_px else settings.close_enough(wanted), rng)
    if name == "low_resolution" and taken.box is not None:  # a face of fewer pixels than asked for keeps them all
        width = float(np.clip(taken.box[2] - taken.box[0], LEAST_FACE, taken.image.shape[1]))
        return simulator(taken.image, dataclasses.replace(settings, face_px=min(settings.face_px, width)), rng, face_width=width)
    return simulator(taken.image, settings, rng)


def _eyes_apart(eyes: NDArray[Any], image: Image) -> NDArray[Any]:
    """Where holes are cut: the eyes, moved into the picture and so far apart that two holes fit; in profile they are not."""
    size = np.array(image.shape[1::-1], np.float64)
    inside = np.clip(np.asarray(eyes, np.float64), 0, size)
    if np.linalg.norm(inside[1] - inside[0]) >= LEAST_EYES:
        return inside
    middle = np.clip(inside.mean(0), LEAST_EYES, size - LEAST_EYES)
    return np.asarray(middle + np.array([(-LEAST_EYES / 2, 0), (LEAST_EYES / 2, 0)]))


def _settings(name: str, fixed: Mapping[str, Any], rng: np.random.Generator) -> Any:
    """Settings drawn for one picture, with the fixed ones in place."""
    check_name("simulator", name, SIMULATORS)
    module = importlib.import_module(f"vultus.people.{_FOUND[name]}")
    return _changed(name, getattr(module, f"drawn_{name}")(rng), fixed)


def _changed(name: str, settings: Any, fixed: Mapping[str, Any]) -> Any:
    known = [field.name for field in dataclasses.fields(settings)]
    values = {}
    for key, value in fixed.items():
        check_name(f"setting of {name}", key, known)
        values[key] = _fitting(f"{name}.{key}", getattr(settings, key), value)
    return dataclasses.replace(settings, **values)


def _fitting(name: str, before: Any, value: Any) -> Any:
    """The value in the type that the setting has."""
    if dataclasses.is_dataclass(before):
        if not isinstance(value, Mapping):
            raise InputError(name, expected="a table of settings", got=repr(value))
        return _changed(name, before, value)
    if isinstance(before, tuple) and isinstance(value, list) and len(value) == len(before):
        return tuple(_fitting(name, one, each) for one, each in zip(before, value, strict=True))
    value = float(value) if type(value) is int and isinstance(before, float) else value
    if type(value) is not type(before) or (isinstance(value, float) and not np.isfinite(value)):
        raise InputError(name, expected=f"a value like {list(before) if isinstance(before, tuple) else before!r}", got=repr(value))
    return value
