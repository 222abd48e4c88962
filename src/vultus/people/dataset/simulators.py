"""Simulators of capture and attack by name, with drawn settings of which a specification may fix some."""

from __future__ import annotations

import dataclasses
import importlib
from collections.abc import Mapping
from typing import Any

import numpy as np

from vultus.errors import InputError
from vultus.people.capture.simulated import mark
from vultus.people.dataset.maker import Taken
from vultus.people.dataset.spec_values import check_name

# Name -> (module below people/ with `<name>(image, settings, rng)` and `drawn_<name>(rng)`, class of the settings).
_FOUND = {"surveillance": ("capture.surveillance", "Surveillance"), "low_resolution": ("capture.low_resolution", "LowResolution"),
          "webcam": ("capture.webcam", "Webcam"), "printed": ("spoofs.printed", "Printed"), "replayed": ("spoofs.replayed", "Replayed")}
SIMULATORS = tuple(_FOUND)
_SAME_VIEW = ("surveillance", "low_resolution", "webcam")  # the face stays where it was, up to the picture's size


def check_settings(name: str, settings: Mapping[str, Any]) -> None:
    """Raises InputError or UnknownNameError unless these are settings of the simulator, in range."""
    _settings(name, settings, np.random.default_rng(0))


def simulated(name: str, settings: Mapping[str, Any], taken: Taken, rng: np.random.Generator) -> Taken:
    """The picture after the simulator.

    Args:
        name: of `SIMULATORS`. settings: those that are fixed; the others are drawn.
        taken: points, box and label arrays are kept where they still hold, and left out where the face moved.
    """
    module = importlib.import_module(f"vultus.people.{_FOUND[name][0]}")
    result = getattr(module, name)(taken.image, _settings(name, settings, rng), rng)
    record = result.record()
    kept = Taken(result.image, None, None, {}, record, mark(record))
    if name not in _SAME_VIEW or taken.points is None or taken.box is None:
        return kept
    height, width = taken.image.shape[:2]
    scale = np.array([result.image.shape[1] / width, result.image.shape[0] / height], np.float32)
    labels = taken.labels if result.image.shape == taken.image.shape else {}
    return dataclasses.replace(kept, points=taken.points * scale, box=taken.box * np.tile(scale, 2), labels=labels)


def _settings(name: str, fixed: Mapping[str, Any], rng: np.random.Generator) -> Any:
    """Settings drawn for one picture, with the fixed ones in place."""
    check_name("simulator", name, SIMULATORS)
    module = importlib.import_module(f"vultus.people.{_FOUND[name][0]}")
    return _changed(name, getattr(module, f"drawn_{name}")(rng), fixed)


def _changed(name: str, settings: Any, fixed: Mapping[str, Any]) -> Any:
    known = [field.name for field in dataclasses.fields(settings)]
    values = {}
    for key, value in fixed.items():
        check_name(f"setting of {name}", key, known)
        before = getattr(settings, key)
        if dataclasses.is_dataclass(before) != isinstance(value, Mapping):
            raise InputError(f"{name}.{key}", expected="a table of settings" if dataclasses.is_dataclass(before) else "a value", got=repr(value))
        if not isinstance(value, Mapping) and not isinstance(value, type(before)) and not (isinstance(before, float) and type(value) is int):
            if not (isinstance(before, tuple) and isinstance(value, list)):
                raise InputError(f"{name}.{key}", expected=f"a value like {before!r}", got=repr(value))
        values[key] = _changed(f"{name}.{key}", before, value) if isinstance(value, Mapping) else tuple(value) if isinstance(value, list) else value
    return dataclasses.replace(settings, **values)
