"""Whether a scene can be taken: every number finite and in range, every name known; one sentence when not."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, SupportsIndex

from vultus.errors import InputError, UnknownNameError
from vultus.people.identity import BEARD_STYLES, GLASSES_STYLES, HAIR_STYLES, Identity
from vultus.people.scene import BACKGROUNDS, HATS, MASKS, OCCLUDERS, Camera, Scene

Range = tuple[float, float]
_UNIT = (0.0, 1.0)
# Wider than what is drawn (`sampling.variation.BOUNDS`, `sampling.attributes.NUMBERS`): what the renderers can take.
_POSE: dict[str, Range] = {"yaw": (-180, 180), "pitch": (-90, 90), "roll": (-180, 180)}
_GAZE: dict[str, Range] = {"yaw": (-60, 60), "pitch": (-60, 60)}
_CAMERA: dict[str, Range] = {"focal_mm": (1, 3000), "distance_mm": (150, 100_000), "exposure": (-10, 10),
                             "white_balance_k": (1000, 40_000), "noise": (0, 1e9), "blur_px": (0, 200), "motion_px": (0, 500),
                             "motion_deg": (-3600, 3600)}
_SIDE = (8, 8192)  # px
_CLOSEST = 1.0  # focal length over distance: larger shows a few millimetres of skin
_IDENTITY: dict[str, dict[str, Range]] = {
    "skin": {**dict.fromkeys(("melanin", "haemoglobin", "freckles", "pores", "blotches", "gloss", "wrinkles"), _UNIT),
             "undertone": (-1, 1)},
    "eyes": {**dict.fromkeys(("limbal_ring", "fibres", "sclera_warmth", "veins"), _UNIT), "iris_mm": (3, 9)},
    "brows": {**dict.fromkeys(("lift_mm", "arch_mm", "inner_mm", "outer_mm"), (-100, 100)), "thickness_mm": (0, 20), "slope": (-2, 2),
              "density": _UNIT, "taper": _UNIT},
    "lips": {"redness": _UNIT, "darkness": _UNIT},
    "hair": {**dict.fromkeys(("curl", "fringe", "density"), _UNIT), **dict.fromkeys(("part_mm", "line_lift_mm", "temple_mm", "peak_mm"),
             (-100, 100)), "length_mm": (0, 600)},
    "beard": {"stubble": _UNIT, "density": _UNIT, "length_mm": (0, 100)},
    "glasses": {"width": _UNIT, "tint": _UNIT, "rim_mm": (0.1, 20)}}
_COLOURS = {"eyes": ("iris", "inner"), "hair": ("colour",), "glasses": ("colour",)}
_STYLES = {"hair": HAIR_STYLES, "beard": BEARD_STYLES, "glasses": GLASSES_STYLES}
_WORN: dict[str, Range] = {"lipstick": _UNIT, "eye_shadow": _UNIT, "neckline": _UNIT}


def check_scene(scene: Scene) -> None:
    """Raises InputError or UnknownNameError where a parameter of the picture is out of range; the identity is left to `check_identity`,
    facial actions to the head basis."""
    _numbers("pose", scene.pose, _POSE)
    _numbers("gaze", scene.gaze, _GAZE)
    _number("pulse", scene.pulse, (-1, 1))
    _check_camera(scene.camera)
    _numbers("worn", scene.worn, _WORN)
    for name in ("hat_colour", "mask_colour", "lipstick_colour", "clothing"):
        _colour(f"worn.{name}", getattr(scene.worn, name), 1.0)
    _name("hat", scene.worn.hat, HATS)
    _name("mask", scene.worn.mask, MASKS)
    _name("background", scene.background.kind, BACKGROUNDS)
    for name in ("colour", "second"):
        _colour(f"background.{name}", getattr(scene.background, name), 1.0)
    for each in scene.occluders:
        _name("occluder", each.kind, OCCLUDERS)
        _numbers("occluder", each, {"size_mm": (1, 2000), "turn_deg": (-3600, 3600)})
        _vector("occluder.at_mm", each.at_mm, 2, (-2000, 2000))
        _colour("occluder.colour", each.colour, 1.0)
    _check_light(scene)


def check_identity(person: Identity) -> None:
    """Raises InputError or UnknownNameError where a constant of a person is out of range; age, phenotype and local changes are left to
    the head basis."""
    for part, ranges in _IDENTITY.items():
        constants = getattr(person, part)
        if constants is None:
            continue
        _numbers(part, constants, ranges)
        for name in _COLOURS.get(part, ()):
            _colour(f"{part}.{name}", getattr(constants, name), 1.0)
        if part in _STYLES:
            _name(f"{part}.style", constants.style, _STYLES[part])
    for part in ("skin", "eyes", "hair"):
        seed = getattr(person, part).seed
        if not isinstance(seed, SupportsIndex) or not 0 <= int(seed) < 2**63:
            raise InputError(f"{part}.seed", expected="a whole number 0..2^63 - 1", got=repr(seed))
    for mole in person.skin.moles:
        _vector("skin.moles", mole, 3, _UNIT)


def _check_camera(camera: Camera) -> None:
    for name in ("width", "height"):
        side = getattr(camera, name)
        if type(side) is not int or not _SIDE[0] <= side <= _SIDE[1]:
            raise InputError(f"camera.{name}", expected=f"a whole number of {_SIDE[0]} to {_SIDE[1]} px", got=repr(side))
    _numbers("camera", camera, _CAMERA)
    _vector("camera.centre", camera.centre, 2, (-10, 10))
    if camera.focal_mm > _CLOSEST * camera.distance_mm:
        raise InputError("camera.focal_mm", expected=f"at most the distance ({camera.distance_mm:g} mm)", got=f"{camera.focal_mm:g}")
    if type(camera.jpeg) is not int or not 0 <= camera.jpeg <= 100:
        raise InputError("camera.jpeg", expected="0 (none), or a quality of 1 to 100", got=repr(camera.jpeg))


def _check_light(scene: Scene) -> None:
    if len(scene.light.environment) != 9:
        raise InputError("light.environment", expected="9 coefficients", got=str(len(scene.light.environment)))
    for coefficient in scene.light.environment:
        _vector("light.environment", coefficient, 3, (-1e6, 1e6))
    for lamp in scene.light.lamps:
        _vector("lamp.towards", lamp.towards, 3, (-1e9, 1e9))
        if not any(lamp.towards):
            raise InputError("lamp.towards", expected="a direction", got=repr(lamp.towards))
        _colour("lamp.colour", lamp.colour, 1e6)
        _number("lamp.softness", lamp.softness, _UNIT)


def _numbers(owner: str, thing: Any, ranges: dict[str, Range]) -> None:
    for name, allowed in ranges.items():
        value = getattr(thing, name)
        if not (isinstance(value, float | int) and allowed[0] <= value <= allowed[1]):
            _number(f"{owner}.{name}", value, allowed)


def _number(name: str, value: Any, allowed: Range) -> None:
    if not (_is_number(value) and allowed[0] <= value <= allowed[1]):
        raise InputError(name, expected=f"a number {allowed[0]:g}..{allowed[1]:g}", got=f"{value!r}")


def _is_number(value: Any) -> bool:
    return hasattr(value, "__float__") and not hasattr(value, "__len__") and math.isfinite(value)


def _vector(name: str, value: Any, length: int, allowed: Range) -> None:
    if not hasattr(value, "__len__") or len(value) != length or not all(_is_number(v) and allowed[0] <= v <= allowed[1] for v in value):
        raise InputError(name, expected=f"{length} numbers {allowed[0]:g}..{allowed[1]:g}", got=f"{value!r}")


def _colour(name: str, value: Any, most: float) -> None:
    _vector(name, value, 3, (0.0, most))


def _name(kind: str, name: str, known: Sequence[str]) -> None:
    if name not in known:
        raise UnknownNameError(kind, str(name), known, hint="known are " + ", ".join(known))
