"""What a face does: facial action units, expressions made of them, and mouth shapes of speech, as weights of 52 facial actions.

An action unit (AU) is what one muscle group does to a face; the numbering is that of the Facial Action Coding System (Ekman,
Friesen and Hager, Facial Action Coding System: the manual, 2002). The 52 facial actions are the blend shapes of the head basis
(the names that face tracking on phones made usual); a unit is a short sum of them. Prototypes of the six basic expressions and
contempt are the combinations of the emotional subset of that system (EMFACS; Ekman and Friesen 1983). Milder everyday
expressions are our own choice.

`L` or `R` after the number of a unit means one side only, the person's own left or right: `AU12L`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from vultus.errors import InputError, UnknownNameError

ACTIONS = (
    "browDownLeft", "browDownRight", "browInnerUp", "browOuterUpLeft", "browOuterUpRight", "cheekPuff", "cheekSquintLeft",
    "cheekSquintRight", "eyeBlinkLeft", "eyeBlinkRight", "eyeLookDownLeft", "eyeLookDownRight", "eyeLookInLeft", "eyeLookInRight",
    "eyeLookOutLeft", "eyeLookOutRight", "eyeLookUpLeft", "eyeLookUpRight", "eyeSquintLeft", "eyeSquintRight", "eyeWideLeft",
    "eyeWideRight", "jawForward", "jawLeft", "jawOpen", "jawRight", "mouthClose", "mouthDimpleLeft", "mouthDimpleRight",
    "mouthFrownLeft", "mouthFrownRight", "mouthFunnel", "mouthLeft", "mouthLowerDownLeft", "mouthLowerDownRight", "mouthPressLeft",
    "mouthPressRight", "mouthPucker", "mouthRight", "mouthRollLower", "mouthRollUpper", "mouthShrugLower", "mouthShrugUpper",
    "mouthSmileLeft", "mouthSmileRight", "mouthStretchLeft", "mouthStretchRight", "mouthUpperUpLeft", "mouthUpperUpRight",
    "noseSneerLeft", "noseSneerRight", "tongueOut")

# Unit -> (what it does, weights at full strength). A name ending in * stands for both sides.
ACTION_UNITS: Mapping[str, tuple[str, Mapping[str, float]]] = {
    "AU1": ("inner brow raiser", {"browInnerUp": 1.0}),
    "AU2": ("outer brow raiser", {"browOuterUp*": 1.0}),
    "AU4": ("brow lowerer", {"browDown*": 1.0}),
    "AU5": ("upper lid raiser", {"eyeWide*": 1.0}),
    "AU6": ("cheek raiser", {"cheekSquint*": 1.0, "eyeSquint*": 0.25}),
    "AU7": ("lid tightener", {"eyeSquint*": 1.0}),
    "AU9": ("nose wrinkler", {"noseSneer*": 1.0, "browDown*": 0.2}),
    "AU10": ("upper lip raiser", {"mouthUpperUp*": 1.0}),
    "AU12": ("lip corner puller", {"mouthSmile*": 1.0}),
    "AU14": ("dimpler", {"mouthDimple*": 1.0}),
    "AU15": ("lip corner depressor", {"mouthFrown*": 1.0}),
    "AU16": ("lower lip depressor", {"mouthLowerDown*": 1.0}),
    "AU17": ("chin raiser", {"mouthShrugLower": 0.9, "mouthShrugUpper": 0.3}),
    "AU18": ("lip pucker", {"mouthPucker": 1.0}),
    "AU20": ("lip stretcher", {"mouthStretch*": 1.0}),
    "AU22": ("lip funneler", {"mouthFunnel": 1.0}),
    "AU23": ("lip tightener", {"mouthRollLower": 0.35, "mouthRollUpper": 0.35, "mouthPress*": 0.4}),
    "AU24": ("lip presser", {"mouthPress*": 1.0}),
    "AU25": ("lips part", {"mouthLowerDown*": 0.35, "mouthUpperUp*": 0.35, "jawOpen": 0.04}),
    "AU26": ("jaw drop", {"jawOpen": 0.35}),
    "AU27": ("mouth stretch", {"jawOpen": 0.9}),
    "AU28": ("lip suck", {"mouthRollLower": 1.0, "mouthRollUpper": 1.0}),
    "AU29": ("jaw thrust", {"jawForward": 1.0}),
    "AU30": ("jaw sideways", {"jaw*": 1.0}),
    "AU34": ("cheek puff", {"cheekPuff": 1.0}),
    "AU41": ("lid droop", {"eyeBlink*": 0.35}),
    "AU43": ("eyes closed", {"eyeBlink*": 1.0}),
    "AU45": ("blink", {"eyeBlink*": 1.0}),
}
ONE_SIDE_ONLY = ("AU30",)  # both sides at once would cancel

EXPRESSIONS: Mapping[str, Mapping[str, float]] = {
    "neutral": {},
    "happiness": {"AU6": 0.8, "AU12": 0.85, "AU25": 0.6},
    "sadness": {"AU1": 0.9, "AU4": 0.45, "AU15": 0.8, "AU17": 0.3},
    "surprise": {"AU1": 0.9, "AU2": 0.9, "AU5": 0.7, "AU25": 0.3, "AU26": 1.0},
    "fear": {"AU1": 0.9, "AU2": 0.6, "AU4": 0.5, "AU5": 0.9, "AU7": 0.3, "AU20": 0.7, "AU25": 0.5, "AU26": 0.5},
    "anger": {"AU4": 1.0, "AU5": 0.5, "AU7": 0.6, "AU23": 0.8, "AU24": 0.3},
    "disgust": {"AU9": 0.9, "AU10": 0.5, "AU15": 0.5, "AU16": 0.3, "AU17": 0.3},
    "contempt": {"AU12R": 0.45, "AU14R": 0.8},
    "slight smile": {"AU12": 0.3},
    "smile": {"AU6": 0.4, "AU12": 0.6},
    "open smile": {"AU6": 0.5, "AU10": 0.2, "AU12": 0.7, "AU25": 0.9, "AU26": 0.1},
    "laugh": {"AU6": 0.9, "AU7": 0.25, "AU10": 0.25, "AU12": 0.9, "AU25": 1.0, "AU26": 0.8},
    "doubt": {"AU2L": 0.7, "AU4R": 0.4, "AU14L": 0.4, "AU17": 0.2},
    "thinking": {"AU4": 0.35, "AU7": 0.3, "AU17": 0.25, "AU24": 0.5},
    "dazzled": {"AU4": 0.5, "AU6": 0.5, "AU7": 0.9, "AU10": 0.15},
    "tired": {"AU1": 0.15, "AU15": 0.2, "AU41": 1.0},
    "pout": {"AU17": 0.6, "AU18": 0.7},
    "tense": {"AU4": 0.25, "AU14": 0.3, "AU24": 0.7},
    "amazed": {"AU1": 0.4, "AU2": 0.5, "AU5": 0.25, "AU12": 0.35, "AU25": 0.4},
    "wink": {"AU45L": 1.0, "AU6L": 0.5, "AU12L": 0.5, "AU12R": 0.2},
}

# Mouth shapes of speech, by the sounds that share them.
VISEMES: Mapping[str, Mapping[str, float]] = {
    "rest": {},
    "aa": {"jawOpen": 0.5, "mouthLowerDownLeft": 0.15, "mouthLowerDownRight": 0.15},
    "eh": {"jawOpen": 0.28, "mouthStretchLeft": 0.3, "mouthStretchRight": 0.3, "mouthLowerDownLeft": 0.2, "mouthLowerDownRight": 0.2},
    "ee": {"jawOpen": 0.12, "mouthStretchLeft": 0.45, "mouthStretchRight": 0.45, "mouthSmileLeft": 0.2, "mouthSmileRight": 0.2,
           "mouthLowerDownLeft": 0.25, "mouthLowerDownRight": 0.25},
    "oh": {"jawOpen": 0.32, "mouthFunnel": 0.6},
    "oo": {"jawOpen": 0.12, "mouthPucker": 0.75, "mouthFunnel": 0.25},
    "mbp": {"mouthPressLeft": 0.45, "mouthPressRight": 0.45, "mouthRollLower": 0.2, "mouthRollUpper": 0.2},
    "fv": {"jawOpen": 0.06, "mouthRollLower": 0.55, "mouthUpperUpLeft": 0.25, "mouthUpperUpRight": 0.25},
    "th": {"jawOpen": 0.14, "mouthLowerDownLeft": 0.2, "mouthLowerDownRight": 0.2, "tongueOut": 0.15},
    "td": {"jawOpen": 0.1, "mouthUpperUpLeft": 0.15, "mouthUpperUpRight": 0.15, "mouthLowerDownLeft": 0.2, "mouthLowerDownRight": 0.2},
    "sz": {"jawOpen": 0.05, "mouthStretchLeft": 0.25, "mouthStretchRight": 0.25, "mouthLowerDownLeft": 0.3, "mouthLowerDownRight": 0.3},
    "sh": {"jawOpen": 0.1, "mouthFunnel": 0.55, "mouthUpperUpLeft": 0.15, "mouthUpperUpRight": 0.15},
    "kg": {"jawOpen": 0.2, "mouthLowerDownLeft": 0.12, "mouthLowerDownRight": 0.12},
    "r": {"jawOpen": 0.12, "mouthFunnel": 0.35, "mouthPucker": 0.2},
}
_SIDES = {"L": "Left", "R": "Right"}


def actions(aus: Mapping[str, float]) -> dict[str, float]:
    """Facial actions of action units.

    Args:
        aus: unit (`ACTION_UNITS`, with `L` or `R` appended for one side) -> strength 0..1.

    Returns:
        action -> weight 0..1, in the order of `ACTIONS`, without zeros; sums above 1 are cut off at 1.

    Raises:
        InputError: an unknown unit, or a strength outside 0..1.

    Example:
        >>> actions({"AU12L": 0.5, "AU26": 1.0})
        {'jawOpen': 0.35, 'mouthSmileLeft': 0.5}
    """
    total: dict[str, float] = {}
    for unit, strength in aus.items():
        check_strength(unit, strength)
        for action, weight in unit_actions(unit).items():
            total[action] = total.get(action, 0.0) + weight * strength
    return ordered(total)


def expression(name: str, intensity: float = 1.0) -> dict[str, float]:
    """Facial actions of a named expression; every unit of it grows in proportion to the intensity.

    Args:
        name: one of `EXPRESSIONS`.
        intensity: 0 (neutral) .. 1 (full).

    Raises:
        InputError: an unknown name, or an intensity outside 0..1.

    Example:
        >>> expression("slight smile", 0.5)
        {'mouthSmileLeft': 0.15, 'mouthSmileRight': 0.15}
    """
    return actions(action_units(name, intensity))


def action_units(name: str, intensity: float = 1.0) -> dict[str, float]:
    """Action units of a named expression, 0..1 each; errors as those of `expression`."""
    if name not in EXPRESSIONS:
        raise UnknownNameError("expression", name, EXPRESSIONS)
    check_strength("intensity", intensity)
    return {unit: round(strength * intensity, 6) for unit, strength in EXPRESSIONS[name].items() if strength * intensity}


def viseme(name: str, amount: float = 1.0) -> dict[str, float]:
    """Facial actions of a mouth shape of `VISEMES`, scaled by 0..1; errors as those of `expression`."""
    if name not in VISEMES:
        raise UnknownNameError("viseme", name, VISEMES)
    check_strength("amount", amount)
    return ordered({action: weight * amount for action, weight in VISEMES[name].items()})


def unit_actions(unit: str) -> dict[str, float]:
    """Action -> weight at full strength of one unit, of both sides or of the side that its name ends in.

    Raises:
        InputError: an unknown unit, a side of a unit that has none, or both sides where they would cancel.
    """
    plain, side = (unit[:-1], unit[-1]) if unit[-1:] in _SIDES else (unit, "")
    if plain not in ACTION_UNITS:
        raise UnknownNameError("action unit", unit, ACTION_UNITS)
    weights = ACTION_UNITS[plain][1]
    if side and not any(name.endswith("*") for name in weights):
        raise InputError("action unit", expected=f"{plain}, which has no sides", got=repr(unit))
    if not side and plain in ONE_SIDE_ONLY:
        raise InputError("action unit", expected=f"{plain}L or {plain}R", got=repr(unit))
    return {name: weight for pattern, weight in weights.items() for name in _sided(pattern, side)}


def ordered(weights: Mapping[str, float]) -> dict[str, float]:
    """Weights cut to 0..1, without zeros, in the order of `ACTIONS`, rounded to 1e-6 so that sums do not depend on their order."""
    return {name: value for name in ACTIONS if (value := round(min(1.0, weights.get(name, 0.0)), 6)) > 0}


def check_strength(name: str, value: float) -> None:
    """Raises InputError unless the value is a number 0..1."""
    if not (math.isfinite(value) and 0 <= value <= 1):
        raise InputError(name, expected="a strength 0..1", got=f"{value:g}")


def _sided(pattern: str, side: str) -> tuple[str, ...]:
    if not pattern.endswith("*"):
        return (pattern,)
    return tuple(pattern[:-1] + word for letter, word in _SIDES.items() if side in ("", letter))
