"""Faces of one picture with templates, and why one of them may not be decided about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from vultus import geometry
from vultus.compat.deepface.areas import facial_area, whole_area
from vultus.compat.deepface.exceptions import FaceNotDetected, ImgNotFound
from vultus.compat.deepface.models import Chosen
from vultus.compat.deepface.pictures import Source, unreadable
from vultus.data.picture_files import PictureFile
from vultus.errors import ImageError
from vultus.image import load
from vultus.pipeline import PictureResult
from vultus.quality.gate import low_quality_of
from vultus.types import Faces, Float, Image

# Where five points lie in a box of CenterFace, as shares of its width and height: means over the 32 portraits of data/demo_people.
POINTS_IN_BOX = ((0.25, 0.386), (0.72, 0.379), (0.47, 0.583), (0.289, 0.745), (0.68, 0.739))
WHOLE = "whole-picture"
NO_FACE = "no face was found"


@dataclass(frozen=True, eq=False)
class KnownFace:
    """One face.

    Args:
        area: as `areas.facial_area` gives it.
        confidence: of the detector, 0..1 with two digits; 0 for a whole picture.
        vector: its template, float32 (d,), of length 1.
        space: of the template.
        objection: why it must stay undecided, empty when nothing speaks against it.
        faces: where it was found, one row; None for a given template.
    """

    area: dict[str, Any]
    confidence: float
    vector: Float
    space: str
    objection: str = ""
    faces: Faces | None = None


def known_faces(sources: Sequence[Source], chosen: Chosen, *, enforce_detection: bool, expand_percentage: int) -> list[list[KnownFace]]:
    """The faces of each picture, the principal one first.

    Where nothing is searched, or nothing is found and `enforce_detection` is off, the whole picture counts as a face; its template
    belongs to a space of its own.

    Raises:
        FaceNotDetected: no face, and `enforce_detection` is on.
        ImgNotFound: a picture that cannot be read.
    """
    if chosen.skip:
        return [[whole_picture(each.pixels(), chosen, "detector_backend='skip': no face was searched")] for each in sources]
    found = []
    for each, result in zip(sources, chosen.recogniser.process([each.picture for each in sources]), strict=True):
        if result.faces is None:
            raise _unread(each, result)
        if not len(result) and enforce_detection:
            raise no_face(each.name)
        found.append(_faces(result, expand_percentage) if len(result)
                     else [whole_picture(each.pixels(), chosen, NO_FACE)])
    return found


def no_face(name: str) -> FaceNotDetected:
    """The error for a picture without a face."""
    return FaceNotDetected(name, expected="a picture with a face", got="none found",
                           hint="take another picture, or set enforce_detection=False to go on without a face")


def whole_faces(size: tuple[int, int]) -> Faces:
    """One face that fills a picture of (height, width), its points where they lie on average; confidence 0."""
    height, width = size
    points = np.array(POINTS_IN_BOX, np.float32) * (width, height)
    return Faces(np.array([[0, 0, width, height]], np.float32), np.zeros(1, np.float32), points[None], size)


def whole_picture(image: Image, chosen: Chosen, reason: str) -> KnownFace:
    """The whole picture as a face, undecided for `reason`."""
    embedder, faces = chosen.recogniser.embedder, whole_faces(image.shape[:2])
    templates = embedder.embed(geometry.crop(image, faces, embedder.template))
    return KnownFace(whole_area(image.shape[:2]), 0.0, templates.vectors[0], f"{templates.space}/{WHOLE}", reason, faces)


def _faces(result: PictureResult, expand_percentage: int) -> list[KnownFace]:
    faces, templates = result.faces, result.embeddings
    assert faces is not None and templates is not None
    return [KnownFace(facial_area(faces, i, expand_percentage), round(float(faces.scores[i]), 2), templates.vectors[i], templates.space,
                      _poor(result.face(i)), faces[i]) for i in range(len(faces))]


def _poor(face: Mapping[str, Any]) -> str:
    poor = low_quality_of(face)
    return f"low quality: {poor}" if poor else ""


def _unread(source: Source, result: PictureResult) -> Exception:
    """The reading error of a picture, met again where it has its type."""
    if isinstance(source.picture, PictureFile):
        try:
            load(source.picture.file)
        except ImageError as error:
            return unreadable(error)
    return ImgNotFound(source.name, expected="a picture that can be read", got=result.error)



def dimension(chosen: Chosen) -> int:
    """Numbers in a template of the chosen recogniser."""
    embedder = chosen.recogniser.embedder
    side = geometry.template(embedder.template).size
    return int(whole_picture(np.zeros((side, side, 3), np.uint8), chosen, "").vector.size)
