"""`DeepFace.represent`: templates of the faces on a picture."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from vultus import geometry
from vultus.compat.call_check import checked_call
from vultus.compat.deepface.faces import KnownFace, known_faces
from vultus.compat.deepface.models import DEFAULT_MODEL, Chosen, choose
from vultus.compat.deepface.parameters import about_templates, checked_percentage, no_anti_spoofing
from vultus.compat.deepface.pictures import Source, batch, source
from vultus.errors import InputError
from vultus.pipeline import Recogniser


@checked_call
def represent(img_path: Any, model_name: str = DEFAULT_MODEL, enforce_detection: bool = True, detector_backend: str = "opencv",
              align: bool = True, expand_percentage: int = 0, normalization: str = "base", anti_spoofing: bool = False,
              max_faces: int | None = None, l2_normalize: bool = False, minmax_normalize: bool = False, return_face: bool = False, *,
              recogniser: Recogniser | None = None) -> list[Any]:
    """Templates of every face.

    Args:
        img_path: a path, BGR array (h, w, 3), data URI or binary file object; a list of these or an array (n, h, w, 3) is a batch.
        model_name, detector_backend: see `models`.
        enforce_detection: a picture without a face is an error; off, the whole picture gets a template of a space of its own.
        align, normalization: change nothing about templates; see `parameters`.
        expand_percentage: enlarges the areas in the result.
        anti_spoofing: refused.
        max_faces: only so many, the largest areas.
        l2_normalize: changes nothing, templates have length 1.
        minmax_normalize: numbers moved from -1..1 to 0..1; such templates cannot be compared by `verify`.
        return_face: add the crop that the recogniser saw, float32 BGR 0..1.
        recogniser: use this one instead of opening the networks for this call.

    Returns:
        For one picture, or a batch of one, a list of {embedding, facial_area, face_confidence}, the principal face first, each with
        `model` and `space` added; for a batch a list of such lists.
    """
    no_anti_spoofing(anti_spoofing)
    expand = checked_percentage(expand_percentage)
    about_templates(align=align, expand_percentage=expand, normalization=normalization)
    if max_faces is not None and (isinstance(max_faces, bool) or not isinstance(max_faces, int) or max_faces < 1):
        raise InputError("max_faces", expected="a number >= 1 or None", got=repr(max_faces))
    chosen = choose(model_name, detector_backend, recogniser)
    several = batch(img_path)
    sources = [source(each) for each in (several if several is not None else [img_path])]
    found = known_faces(sources, chosen, enforce_detection=enforce_detection, expand_percentage=expand)
    records = [[_record(face, each, chosen, minmax_normalize, return_face) for face in _largest(faces, max_faces)]
               for each, faces in zip(sources, found, strict=True)]
    return records[0] if len(records) == 1 else records


def _largest(faces: list[KnownFace], most: int | None) -> list[KnownFace]:
    if most is None or most >= len(faces):
        return faces
    return sorted(faces, key=lambda face: -face.area["w"] * face.area["h"])[:most]


def _record(face: KnownFace, given: Source, chosen: Chosen, minmax: bool, return_face: bool) -> dict[str, Any]:
    vector = (face.vector + 1) / 2 if minmax else face.vector
    record = {"embedding": [float(number) for number in vector], "facial_area": face.area, "face_confidence": face.confidence,
              "model": chosen.model, "space": f"{face.space}/minmax" if minmax else face.space}
    return {**record, "face": _seen(face, given, chosen)} if return_face else record


def _seen(face: KnownFace, given: Source, chosen: Chosen) -> NDArray[np.float32]:
    """The crop behind a template, float32 BGR 0..1 (h, w, 3)."""
    assert face.faces is not None
    crops = geometry.crop(given.pixels(), face.faces, chosen.recogniser.embedder.template)
    return np.asarray(crops.images[0][:, :, ::-1] / np.float32(255), np.float32)
