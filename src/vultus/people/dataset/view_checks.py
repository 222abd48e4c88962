"""Whether a controlled view can be taken."""

from __future__ import annotations

import math
from dataclasses import fields
from typing import Any

from vultus.errors import InputError
from vultus.people.dataset.spec import View
from vultus.people.dataset.spec_values import check_name
from vultus.people.scene import BACKGROUNDS, HATS, MASKS, OCCLUDERS

ANGLES = {"yaw": 90.0, "pitch": 60.0, "roll": 60.0, "gaze_yaw": 45.0, "gaze_pitch": 35.0}  # degrees, to either side


def check_view(view: View) -> None:
    """Raises InputError or UnknownNameError: an angle or intensity out of range, or a name that does not exist."""
    from vultus.people.expressions import EXPRESSIONS
    from vultus.people.sampling.lights import LIGHT_NAMES
    for name, most in ANGLES.items():
        _check_number(name, getattr(view, name), -most, most)
    _check_number("intensity", view.intensity, 0.0, 1.0)
    names = {"expression": tuple(EXPRESSIONS), "background": tuple(kind for kind in BACKGROUNDS if kind != "picture"), "hat": HATS,
             "mask": MASKS, "light": LIGHT_NAMES, "occluder": ("none", *OCCLUDERS)}
    for name, known in names.items():
        if getattr(view, name) is not None:
            check_name(name, getattr(view, name), known)
    if view.glasses is not None and not isinstance(view.glasses, bool):
        raise InputError("view.glasses", expected="true or false", got=repr(view.glasses))
    if view.expression is None and view.intensity != 1.0:
        raise InputError("view.intensity", expected="an expression that it belongs to", got="none")


def given(view: View) -> dict[str, Any]:
    """What a view fixes."""
    return {each.name: value for each in fields(view) if (value := getattr(view, each.name)) is not None and each.name != "intensity"}


def _check_number(name: str, value: Any, low: float, high: float) -> None:
    if value is not None and (type(value) not in (int, float) or not math.isfinite(value) or not low <= value <= high):
        raise InputError(f"view.{name}", expected=f"{low:g}..{high:g}", got=repr(value))
