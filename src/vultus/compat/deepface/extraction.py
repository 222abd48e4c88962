"""`DeepFace.extract_faces`: pictures of the faces on a picture, and where they are."""

from __future__ import annotations

from typing import Any

import numpy as np

from vultus.compat.call_check import checked_call
from vultus.compat.deepface.areas import face_picture, facial_area, whole_area
from vultus.compat.deepface.exceptions import UnimplementedError
from vultus.compat.deepface.faces import no_face
from vultus.compat.deepface.models import DEFAULT_MODEL, Chosen, choose
from vultus.compat.deepface.parameters import checked_percentage, no_anti_spoofing
from vultus.compat.deepface.pictures import Source, batch, source
from vultus.pipeline import Recogniser
from vultus.types import Image

COLOURS = ("rgb", "bgr", "gray")


@checked_call
def extract_faces(img_path: Any, detector_backend: str = "opencv", enforce_detection: bool = True, align: bool = True,
                  expand_percentage: int = 0, grayscale: bool = False, color_face: str = "rgb", normalize_face: bool = True,
                  anti_spoofing: bool = False, *, recogniser: Recogniser | None = None) -> list[Any]:
    """Cut out every face.

    Args:
        img_path: a path, BGR array (h, w, 3), data URI or binary file object; a list of these or an array (n, h, w, 3) is a batch.
        detector_backend: see `models`; `skip` takes the whole picture.
        enforce_detection: a picture without a face is an error; off, the whole picture is returned with confidence 0.
        align: turn the face until its eyes lie level.
        expand_percentage: enlarge the box by this share.
        grayscale: the same as color_face='gray'.
        color_face: `rgb`, `bgr` or `gray`.
        normalize_face: float64 0..1 instead of uint8 0..255.
        anti_spoofing: refused.
        recogniser: search with its detector.

    Returns:
        For one picture a list of {face, facial_area, confidence}, the principal face first; for a batch a list of such lists.
    """
    no_anti_spoofing(anti_spoofing)
    if color_face not in COLOURS:
        raise UnimplementedError("color_face", expected=" or ".join(COLOURS), got=repr(color_face))
    chosen = choose(DEFAULT_MODEL, detector_backend, recogniser)
    colour, expand = "gray" if grayscale else color_face, checked_percentage(expand_percentage)
    several = batch(img_path)
    found = [[{**face, "face": _coloured(face["face"], colour, normalize_face)} for face in cut_faces(
        source(each), chosen, enforce_detection=enforce_detection, align=align, expand_percentage=expand)]
        for each in (several if several is not None else [img_path])]
    return found if several is not None else found[0]


def cut_faces(given: Source, chosen: Chosen, *, enforce_detection: bool, align: bool, expand_percentage: int) -> list[dict[str, Any]]:
    """Faces of one picture as {face, facial_area, confidence}, `face` uint8 RGB."""
    image = given.pixels()
    faces = None if chosen.skip else chosen.recogniser.detector.detect([image])[0]
    if faces is None or not len(faces):
        if enforce_detection and not chosen.skip:
            raise no_face(given.name)
        return [{"face": image, "facial_area": whole_area(image.shape[:2]), "confidence": 0.0}]
    cuts: list[dict[str, Any]] = [{"face": face_picture(image, faces, i, align=align, expand_percentage=expand_percentage),
                                   "facial_area": facial_area(faces, i, expand_percentage),
                                   "confidence": round(float(faces.scores[i]), 2)}
                                  for i in range(len(faces))]
    return [each for each in cuts if each["face"].size]


def _coloured(face: Image, colour: str, normalise: bool) -> Any:
    """A face in the wanted colours, of its own memory."""
    if colour == "gray":
        import cv2
        face = np.asarray(cv2.cvtColor(np.ascontiguousarray(face), cv2.COLOR_RGB2GRAY), np.uint8)
    elif colour == "bgr":
        face = face[:, :, ::-1]
    return face / 255.0 if normalise and face.max() > 1 else np.array(face)
