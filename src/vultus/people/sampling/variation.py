"""How pictures of a person vary: each factor held at a value, drawn from a range, or drawn from names with shares."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from vultus.errors import InputError, UnknownNameError
from vultus.people.expressions import EXPRESSIONS
from vultus.people.identity import Rgb
from vultus.people.sampling.lights import LIGHT_NAMES
from vultus.people.scene import BACKGROUNDS, HATS, MASKS, OCCLUDERS

Number = float | tuple[float, float]
Names = tuple[tuple[str, float], ...]  # name and share
_INF = math.inf

# Bounds of every number, and vocabulary of every name.
BOUNDS: dict[str, tuple[float, float]] = {
    "yaw": (-90, 90), "pitch": (-60, 60), "roll": (-60, 60), "gaze_yaw": (-35, 35), "gaze_pitch": (-25, 25), "blink": (0, 1),
    "intensity": (0, 1), "focal_mm": (15, 300), "head_size": (0.2, 2.5), "shift_x": (-0.4, 0.4), "shift_y": (-0.4, 0.4),
    "exposure": (-4, 4), "white_balance_k": (2000, 15000), "noise": (0, 100_000), "blur_px": (0, 20), "motion_px": (0, 40),
    "jpeg": (0, 100), "light_turn": (-180, 180), "light_strength": (0.05, 3), "glasses": (0, 1), "make_up": (0, 1), "earrings": (0, 1),
    "neckline": (0, 1)}
VOCABULARY: dict[str, tuple[str, ...]] = {"expression": tuple(EXPRESSIONS), "light": LIGHT_NAMES, "background": BACKGROUNDS, "hat": HATS,
                                          "mask": MASKS, "occluder": ("none", *OCCLUDERS)}


@dataclass(frozen=True)
class Variation:
    """What each picture of a person draws; the defaults hold everything at the defaults of a `Scene`.

    A number is held, or a range (low, high). Angles (degrees), shifts, exposure and turns of the light are drawn from a normal
    distribution truncated to the range, of which the range is 2.2 spreads each way: most near the middle. Blur and motion fall off from
    the lower end,
    blink steeply (eyes half shut or more in 1 % of pictures from 0..0.7). Focal length and noise are even in their logarithm,
    white balance in 1 / kelvin (what the eye sees
    as even steps); the rest is even.

    Attributes:
        yaw, pitch, roll: of the head. gaze_yaw, gaze_pitch: of the eyes within the head. blink: 0 open .. 1 closed.
        expression: names of `EXPRESSIONS`; intensity: 0..1.
        focal_mm: the distance follows, so that the head keeps its size and only perspective changes. head_size: 1 = default;
            the distance follows. shift_x, shift_y: of the head in the picture, fractions of its width and height.
        exposure (stops), white_balance_k, noise (electrons, 0 = none), blur_px and motion_px (for a picture 256 px high), jpeg.
        light: names of `LIGHT_NAMES`; light_turn: degrees about the vertical; light_strength.
        background: kinds of `BACKGROUNDS`; pictures: files for the kind "picture"; background_colour: sRGB, None = any.
        clothing: sRGB, None = any; neckline 0..1.
        glasses: share of pictures in which people who have glasses wear them. make_up: share of pictures of women with make-up.
        earrings: share of women's pictures. hat, mask, occluder: names with shares.

    Raises:
        InputError: numbers out of range, empty ranges, unknown names (with the closest), a background "picture" without files.
    """

    yaw: Number = 0.0
    pitch: Number = 0.0
    roll: Number = 0.0
    gaze_yaw: Number = 0.0
    gaze_pitch: Number = 0.0
    blink: Number = 0.0
    expression: Names = (("neutral", 1.0),)
    intensity: Number = 1.0
    focal_mm: Number = 85.0
    head_size: Number = 1.0
    shift_x: Number = 0.0
    shift_y: Number = 0.0
    exposure: Number = 0.0
    white_balance_k: Number = 6500.0
    noise: Number = 0.0
    blur_px: Number = 0.0
    motion_px: Number = 0.0
    jpeg: Number = 0.0
    light: Names = (("key", 1.0),)
    light_turn: Number = 0.0
    light_strength: Number = 1.0
    background: Names = (("gradient", 1.0),)
    background_colour: Rgb | None = (0.55, 0.6, 0.66)
    pictures: tuple[Path, ...] = ()
    clothing: Rgb | None = (0.25, 0.28, 0.35)
    neckline: Number = 0.5
    glasses: Number = 1.0
    make_up: Number = 0.0
    earrings: Number = 0.0
    hat: Names = (("none", 1.0),)
    mask: Names = (("none", 1.0),)
    occluder: Names = (("none", 1.0),)

    def __post_init__(self) -> None:
        for name in BOUNDS:
            object.__setattr__(self, name, _number(name, getattr(self, name)))
        for name in VOCABULARY:
            object.__setattr__(self, name, _names(name, getattr(self, name)))
        for name in ("background_colour", "clothing"):
            _check_colour(name, getattr(self, name))
        if any(name == "picture" for name, share in self.background if share > 0) and not self.pictures:
            raise InputError("background", expected="files in `pictures` for the kind 'picture'", got="none")
        if isinstance(self.noise, tuple) and self.noise[0] <= 0:
            raise InputError("noise", expected="0 (none), or a range above 0 electrons", got=f"{self.noise[0]:g}..{self.noise[1]:g}")

    @classmethod
    def named(cls, name: str) -> Variation:
        """A preset: "none" (nothing varies), "studio" (portraits) or "wild" (photographs of daily life)."""
        if name not in PRESETS:
            raise UnknownNameError("variation", name, PRESETS, hint="known are " + ", ".join(PRESETS))
        return PRESETS[name]

    @classmethod
    def parse(cls, data: Mapping[str, Any]) -> Variation:
        """From a table of a specification file: an optional `preset` (default "none") and fields that replace its own. Ranges are
        lists; names are one name, a list (even shares) or a table of name and share.

        Raises:
            InputError: as the class; an unknown factor comes with the closest.

        Example:
            >>> Variation.parse({"preset": "studio", "yaw": [-10, 10], "hat": {"none": 0.8, "cap": 0.2}}).hat
            (('none', 0.8), ('cap', 0.2))
        """
        known = {each.name for each in fields(cls)}
        for name in data:
            if name not in known | {"preset"}:
                raise UnknownNameError("factor", name, sorted(known))
        given = {name: tuple(value) if isinstance(value, list) else value for name, value in data.items() if name != "preset"}
        if "pictures" in given:
            given["pictures"] = _files(given["pictures"])
        given |= {name: None for name in ("background_colour", "clothing") if given.get(name) == "any"}
        return replace(cls.named(str(data.get("preset", "none"))), **given)


def _number(name: str, value: Any) -> Number:
    """The number or range as floats, checked."""
    if isinstance(value, bool):
        value = float(value)
    pair = (value, value) if isinstance(value, int | float) else value
    low, high = BOUNDS[name]
    if not (isinstance(pair, tuple) and len(pair) == 2 and all(isinstance(each, int | float) for each in pair)):
        raise InputError(name, expected="a number or a range (low, high)", got=repr(value))
    if not low <= pair[0] <= pair[1] <= high:
        raise InputError(name, expected=f"low <= high within {low:g}..{high:g}", got=f"{pair[0]:g}..{pair[1]:g}")
    return float(pair[0]) if pair[0] == pair[1] else (float(pair[0]), float(pair[1]))


def _names(name: str, value: Any) -> Names:
    """Names with shares, from a name, several, a mapping, or pairs."""
    pairs: list[Any] = (
        [(value, 1.0)] if isinstance(value, str) else list(value.items()) if isinstance(value, Mapping)
        else [(each, 1.0) if isinstance(each, str) else each for each in value] if isinstance(value, tuple) else [])
    for pair in pairs:
        if not isinstance(pair, tuple | list) or len(pair) != 2:
            raise InputError(name, expected="names, or pairs of a name and its share", got=repr(pair))
    for each, share in pairs:
        if each not in VOCABULARY[name]:
            known = VOCABULARY[name]
            raise UnknownNameError(name, str(each), known, hint="known are " + ", ".join(known) if len(known) <= 16 else "")
        if not (isinstance(share, int | float) and 0 <= share < _INF):
            raise InputError(name, expected=f"a share >= 0 for {each}", got=repr(share))
    if not sum(share for _, share in pairs) > 0:
        raise InputError(name, expected="a name, several, or names with shares above 0", got=repr(value))
    return tuple((str(each), float(share)) for each, share in pairs)


def _files(value: Any) -> tuple[Path, ...]:
    names = [value] if isinstance(value, str | Path) else value
    if not isinstance(names, tuple | list) or not all(isinstance(each, str | Path) for each in names):
        raise InputError("pictures", expected="files", got=repr(value))
    return tuple(Path(each) for each in names)


def _check_colour(name: str, colour: Any) -> None:
    if colour is None:
        return
    shares = colour if isinstance(colour, tuple) and len(colour) == 3 else ()
    if not shares or not all(isinstance(each, int | float) and 0 <= each <= 1 for each in shares):
        raise InputError(name, expected="sRGB 0..1 (red, green, blue), or None (in a specification \"any\")", got=repr(colour))


_EVERYDAY: Names = (("neutral", 0.3), ("slight smile", 0.16), ("smile", 0.13), ("open smile", 0.11), ("laugh", 0.05),
                    ("thinking", 0.04), ("tense", 0.03), ("tired", 0.03), ("doubt", 0.02), ("amazed", 0.03), ("pout", 0.01),
                    ("happiness", 0.02), ("sadness", 0.02), ("surprise", 0.02), ("anger", 0.01), ("disgust", 0.01), ("dazzled", 0.01))
PRESETS: dict[str, Variation] = {
    "none": Variation(),
    "studio": Variation(
        yaw=(-25, 25), pitch=(-10, 10), roll=(-6, 6), gaze_yaw=(-8, 8), gaze_pitch=(-5, 5), blink=(0, 0.15), intensity=(0.3, 1),
        expression=(("neutral", 0.45), ("slight smile", 0.3), ("smile", 0.15), ("open smile", 0.1)),
        focal_mm=(60, 135), head_size=(0.75, 1), shift_x=(-0.04, 0.04), shift_y=(-0.04, 0.04), exposure=(-0.3, 0.3),
        white_balance_k=(5600, 7400), light=(("key", 0.3), ("studio", 0.3), ("beauty", 0.2), ("window-left", 0.1), ("window-right", 0.1)),
        light_turn=(-20, 20), background=(("plain", 0.3), ("gradient", 0.7)), background_colour=None, clothing=None,
        neckline=(0.2, 0.9), make_up=0.4, earrings=0.3),
    "wild": Variation(
        yaw=(-60, 60), pitch=(-24, 24), roll=(-18, 18), gaze_yaw=(-22, 22), gaze_pitch=(-8, 8), blink=(0, 0.7), intensity=(0.3, 1),
        expression=_EVERYDAY, focal_mm=(35, 150), head_size=(0.6, 1.05), shift_x=(-0.08, 0.08), shift_y=(-0.08, 0.08), exposure=(-0.8, 0.8),
        white_balance_k=(4300, 9500), noise=(800, 20_000), blur_px=(0, 1.6), motion_px=(0, 2.5), jpeg=(55, 96),
        light=tuple((name, 0.4 if name in ("night-lamp", "low-light", "screen", "split", "backlight") else 1.0) for name in LIGHT_NAMES),
        light_turn=(-45, 45), light_strength=(0.75, 1.25),
        background=(("blurred-room", 0.35), ("outdoor", 0.3), ("gradient", 0.15), ("plain", 0.08), ("noise", 0.12)), background_colour=None,
        clothing=None, neckline=(0.1, 1), glasses=0.85, make_up=0.4, earrings=0.3,
        hat=(("none", 0.92), ("cap", 0.04), ("beanie", 0.025), ("headscarf", 0.015)),
        occluder=(("none", 0.96), ("hand", 0.025), ("phone", 0.015)))}
