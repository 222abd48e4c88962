"""`DeepFace.verify`: do two pictures show one person."""

from __future__ import annotations

import time
from typing import Any

import numpy as np

from vultus.compat.call_check import checked_call
from vultus.compat.deepface.areas import NO_AREA
from vultus.compat.deepface.decisions import confidence, cut, extra_fields, judged, rule_for
from vultus.compat.deepface.distances import Metric, checked_metric, matrix
from vultus.compat.deepface.exceptions import DataTypeError, DimensionMismatchError
from vultus.compat.deepface.faces import NO_FACE, WHOLE, KnownFace, dimension, known_faces
from vultus.compat.deepface.models import DEFAULT_MODEL, Chosen, choose
from vultus.compat.deepface.parameters import about_templates, checked_percentage, no_anti_spoofing
from vultus.compat.deepface.pictures import source
from vultus.decide import Calibration
from vultus.errors import InputError, SpaceError
from vultus.pipeline import Recogniser
from vultus.types import Decision


@checked_call
def verify(img1_path: Any, img2_path: Any, model_name: str = DEFAULT_MODEL, detector_backend: str = "opencv",
           distance_metric: Metric = "cosine", enforce_detection: bool = True, align: bool = True, expand_percentage: int = 0,
           normalization: str = "base", silent: bool = False, threshold: float | None = None, anti_spoofing: bool = False, *,
           space: str | None = None, calibration: Calibration | None = None, recogniser: Recogniser | None = None) -> dict[str, Any]:
    """Compare two pictures; of several faces the most similar pair counts, as in DeepFace.

    Args:
        img1_path, img2_path: a path, BGR array (h, w, 3), data URI, binary file object, or a template as a list of numbers.
        model_name, detector_backend: see `models`; the result names what ran.
        distance_metric: `cosine`, `euclidean`, `euclidean_l2`, `angular`, or a function of two 1-d arrays (then with `threshold`).
        enforce_detection: a picture without a face is an error; off, the whole picture is compared and the outcome is undecided.
        align, normalization: change nothing about templates; see `parameters`.
        expand_percentage: enlarges the areas in the result.
        silent: no warnings about parameters without effect.
        threshold: largest distance that counts as verified; None = the calibration's.
        anti_spoofing: refused.
        space: of templates given as lists; they are refused without it, since equal lengths do not make them comparable.
        calibration: decide by this one instead of the packaged one.
        recogniser: use this one (`build_model` opens it once) instead of opening the networks for this call.

    Returns:
        DeepFace's keys, and `decision` (match, no_match, undecided), `reason`, `similarity`, `fmr_at_score`, `fmr_upper`,
        `calibration_domain`, `space`. `verified` is True for a match only. `confidence` is no probability: see `decisions.confidence`.

    Raises:
        FaceNotDetected, ImgNotFound, DataTypeError, DimensionMismatchError: all of them ValueError too.
        UnsupportedError: a foreign model, a URL, anti_spoofing.
    """
    started = time.perf_counter()
    no_anti_spoofing(anti_spoofing)
    checked_metric(distance_metric, threshold)
    about_templates(align=align, expand_percentage=checked_percentage(expand_percentage), normalization=normalization, silent=silent)
    chosen = choose(model_name, detector_backend, recogniser)
    sides = [_side(given, name, chosen, space, enforce_detection, checked_percentage(expand_percentage))
             for given, name in ((img1_path, "img1_path"), (img2_path, "img2_path"))]
    left, right, decision, distance, rule = _best(sides, chosen, distance_metric, calibration, threshold)
    return {"verified": decision.outcome == "match", "distance": distance, "threshold": cut(rule, distance_metric, threshold),
            "confidence": _confidence(decision, rule), "model": chosen.model, "detector_backend": chosen.detector,
            "similarity_metric": distance_metric, "facial_areas": {"img1": left.area, "img2": right.area},
            "time": round(time.perf_counter() - started, 2), **extra_fields(decision), "space": decision.space}


def _confidence(decision: Decision, rule: Calibration | None) -> float:
    target, least = (None, None) if rule is None else (rule.target_fmr, min(rule.fmr_upper))
    return confidence(decision.outcome == "match", decision.fmr_upper, target, least)


def _best(sides: list[list[KnownFace]], chosen: Chosen, metric: Metric, calibration: Calibration | None,
          threshold: float | None) -> tuple[KnownFace, KnownFace, Decision, float, Calibration | None]:
    """The nearest pair and what is decided about it."""
    vectors = [np.stack([face.vector for face in side]) for side in sides]
    cosine, distances = matrix(vectors[0], vectors[1], metric)
    at = np.unravel_index(int(np.argmin(distances)), distances.shape)
    left, right = sides[0][at[0]], sides[1][at[1]]
    space, distance = chosen.recogniser.space, float(distances[at])
    rule = rule_for(space, calibration)
    # A cut of the caller's own decides about anything that is a face.
    counts = {NO_FACE} if threshold is not None else {left.objection, right.objection}
    objection = "; ".join(f"{name}: {face.objection}" for name, face in (("img1", left), ("img2", right))
                          if face.objection and face.objection in counts)
    measured = rule if left.space == right.space == space else None
    decision = judged(float(cosine[at]), distance, measured, space=space, pairs=distances.size, objection=objection, threshold=threshold)
    return left, right, decision, distance, rule


def _side(given: Any, name: str, chosen: Chosen, space: str | None, enforce_detection: bool, expand: int) -> list[KnownFace]:
    """The faces of a picture, or the given template."""
    if isinstance(given, (list, tuple)):
        return [_template(given, name, chosen, space)]
    return known_faces([source(given, name)], chosen, enforce_detection=enforce_detection, expand_percentage=expand)[0]


def _template(given: Any, name: str, chosen: Chosen, space: str | None) -> KnownFace:
    if not all(isinstance(number, (int, float, np.floating, np.integer)) and not isinstance(number, bool) for number in given):
        raise DataTypeError(name, expected="a list of numbers, one template", got="a list of something else")
    vector = np.asarray(given, np.float32)
    if not np.isfinite(vector).all():
        raise DataTypeError(name, expected="finite numbers", got="NaN or infinity")
    wanted = chosen.recogniser.space
    if space is None:
        raise InputError(name, expected="a picture, or a template whose space is stated", got=f"{len(vector)} numbers of unknown space",
                         hint=f"templates of represent() state it under the key 'space': give space={wanted!r} if these come from it; "
                              "templates of other packages cannot be compared")
    if space not in (wanted, f"{wanted}/{WHOLE}"):
        raise SpaceError(wanted, space)
    return _checked_template(vector, name, chosen, space)


def _checked_template(vector: Any, name: str, chosen: Chosen, space: str) -> KnownFace:
    length, wanted = float(np.linalg.norm(vector)), dimension(chosen)
    if len(vector) != wanted:
        raise DimensionMismatchError(name, expected=f"{wanted} numbers", got=str(len(vector)))
    if not 0.99 <= length <= 1.01:
        raise DataTypeError(name, expected="a template of length 1", got=f"one of length {length:.3g}",
                            hint="give it as represent() returned it")
    objection = "a template of a whole picture" if space.endswith(WHOLE) else ""
    return KnownFace(dict(NO_AREA), 0.0, vector / length, space, objection)
