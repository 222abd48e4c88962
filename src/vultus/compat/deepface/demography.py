"""`DeepFace.analyze`: ages; what a face is said to show about a person only for a declared purpose."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from vultus import registry
from vultus.analyse.purpose import require_purpose
from vultus.compat.call_check import checked_call
from vultus.compat.deepface.areas import facial_area, whole_area
from vultus.compat.deepface.exceptions import UnimplementedError
from vultus.compat.deepface.faces import no_face, whole_faces
from vultus.compat.deepface.models import DEFAULT_MODEL, Chosen, choose
from vultus.compat.deepface.parameters import checked_percentage, no_anti_spoofing
from vultus.compat.deepface.pictures import Source, batch, source
from vultus.compat.purpose import VARIABLE, declared_purpose
from vultus.errors import PolicyError, UnsupportedError
from vultus.pipeline import Recogniser
from vultus.types import Faces, Image

ACTIONS = ("emotion", "age", "gender", "race")
# Our method and its output, by DeepFace's action.
METHODS = {"emotion": ("analyse/expression", "expression"), "age": ("analyse/age", "age_years"),
           "gender": ("analyse/gender", "perceived_female")}
EMOTIONS = ("angry", "disgust", "fear", "happy", "sad", "surprise", "neutral")
GENDERS = ("Woman", "Man")


@checked_call
def analyze(img_path: Any, actions: Sequence[str] = ACTIONS, enforce_detection: bool = True, detector_backend: str = "opencv",
            align: bool = True, expand_percentage: int = 0, silent: bool = False, anti_spoofing: bool = False, *,
            purpose: str | None = None, recogniser: Recogniser | None = None) -> list[Any]:
    """Describe every face.

    Args:
        img_path: a path, BGR array (h, w, 3), data URI or binary file object; a list of these or an array (n, h, w, 3) is a batch.
        actions: out of `age` (free), `emotion` and `gender` (restricted), `race` (not offered).
        enforce_detection: a picture without a face is an error; off, the whole picture is described, with face_confidence 0.
        detector_backend: see `models`.
        align, silent: change nothing; each net gets the crop of its card.
        expand_percentage: enlarges the region in the result.
        anti_spoofing: refused.
        purpose: what restricted outputs are for, in a few words; None = what VULTUS_PURPOSE says.
        recogniser: search with its detector.

    Returns:
        For one picture a list with a dict a face, the principal face first: `region`, `face_confidence`, and by action `age` (whole
        years), `emotion` and `dominant_emotion`, `gender` and `dominant_gender` (percent). For a batch a list of such lists.

    Raises:
        PolicyError: a restricted action without a purpose.
        UnsupportedError: `race`, or anti_spoofing.
        WeightsError: a net is not there; the message names the command that fetches it.
    """
    no_anti_spoofing(anti_spoofing)
    wanted = _checked_actions(actions)
    analysers = _analysers(wanted, declared_purpose(purpose))
    chosen = choose(DEFAULT_MODEL, detector_backend, recogniser)
    expand = checked_percentage(expand_percentage)
    several = batch(img_path)
    found = [_described(source(each), chosen, analysers, enforce_detection, expand)
             for each in (several if several is not None else [img_path])]
    return found if several is not None else found[0]


def _checked_actions(actions: Sequence[str]) -> list[str]:
    wanted = [actions] if isinstance(actions, str) else list(actions) if isinstance(actions, (list, tuple)) else []
    if not wanted:
        raise UnimplementedError("actions", expected="names out of " + ", ".join(ACTIONS), got=repr(actions))
    for action in wanted:
        if action not in ACTIONS:
            raise UnimplementedError("actions", expected="names out of " + ", ".join(ACTIONS), got=repr(action))
    return wanted


def _analysers(actions: list[str], purpose: str) -> dict[str, Any]:
    """An object for each action; nothing is opened before every action is allowed."""
    restricted = [action for action in actions if action != "age"]
    try:
        for action in restricted:
            require_purpose(purpose, METHODS.get(action, METHODS["gender"])[1])
    except PolicyError:
        raise PolicyError(_undeclared([action for action in restricted if action != "race"], purpose, race="race" in actions)) from None
    if "race" in actions:
        raise UnsupportedError("actions: 'race' is not offered: no method here assigns people to it; ask for actions="
                               f"{tuple(name for name in ACTIONS if name != 'race')}")
    built = {}
    for action in actions:
        method = registry.get(METHODS[action][0])
        built[action] = method.build(method.config(overrides={} if action == "age" else {"purpose": purpose}))
    return built


def _undeclared(restricted: list[str], purpose: str, *, race: bool) -> str:
    """Why these actions do not run, and everything that has to change, so that no second error follows the first."""
    never = "'race' is never offered, whatever the purpose: name the actions without it; " if race else ""
    if not restricted:
        return f"actions: {never}actions=('age',) needs no purpose, 'emotion' and 'gender' a declared one"
    short = f"{purpose!r} is one word: say in a few words what it is for; " if len(purpose.split()) == 1 else ""
    return (f"actions: {never}{short}{', '.join(restricted)} say what a face is taken to show about a person and need a declared purpose: "
            f"give  actions={tuple(restricted)!r}, purpose='what it is for, in a few words'  or set {VARIABLE}; ('age',) needs none")


def _described(given: Source, chosen: Chosen, analysers: dict[str, Any], enforce_detection: bool, expand: int) -> list[dict[str, Any]]:
    image = given.pixels()
    faces = None if chosen.skip else chosen.recogniser.detector.detect([image])[0]
    whole = faces is None or not len(faces)
    if whole and enforce_detection and not chosen.skip:
        raise no_face(given.name)
    looked = whole_faces(image.shape[:2]) if faces is None or whole else faces
    records = _values(image, looked, analysers)
    for index, record in enumerate(records):
        record["region"] = whole_area(image.shape[:2]) if whole else facial_area(looked, index, expand)
        record["face_confidence"] = round(float(looked.scores[index]), 2)
    return records


def _values(image: Image, faces: Faces, analysers: dict[str, Any]) -> list[dict[str, Any]]:
    records: list[dict[str, Any]] = [{} for _ in range(len(faces))]
    for action, analyser in analysers.items():
        values = analyser.analyse([image], [faces])[METHODS[action][1]]
        for record, value in zip(records, values, strict=True):
            record.update(_fields(action, value))
    return records


def _fields(action: str, value: Any) -> dict[str, Any]:
    """DeepFace's keys for one value of ours; shares in percent."""
    if action == "age":
        return {"age": int(value)}
    names, shares = (EMOTIONS, value) if action == "emotion" else (GENDERS, np.array([value, 1 - value]))
    percent = {name: 100 * float(share) for name, share in zip(names, shares, strict=True)}
    return {action: percent, f"dominant_{action}": max(percent, key=lambda name: percent[name])}
