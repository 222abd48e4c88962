"""Whether a picture shows one person clearly enough to stand for that person."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np

from vultus.types import Embeddings, Faces

# A second face with at least this share of the principal face's area may be meant just as well.
SIMILAR_AREA = 0.5


class Seen(Protocol):
    """What a recogniser says of one picture, as `vultus.pipeline.PictureResult` does: faces, principal first, and templates."""

    @property
    def faces(self) -> Faces | None: ...
    @property
    def embeddings(self) -> Embeddings | None: ...
    @property
    def error(self) -> str: ...
    def face(self, index: int) -> dict[str, Any]: ...


def refusal(result: Seen) -> str:
    """Why the principal face cannot be taken for the one that is meant (`code: reason`), empty if it can."""
    if result.error:
        return result.error
    if result.faces is None or not len(result.faces):
        return "no_face: no face was found in the picture"
    rivals = rival_faces(result.faces)
    return f"several_faces: {rivals + 1} faces of similar size; crop the picture to one" if rivals else ""


def rival_faces(faces: Faces) -> int:
    """Faces besides the principal one whose area is at least `SIMILAR_AREA` of its area."""
    corners = faces.boxes.reshape(-1, 2, 2)
    areas = np.clip(corners[:, 1] - corners[:, 0], 0, None).prod(axis=1)
    return int((areas[1:] >= SIMILAR_AREA * areas[:1]).sum())
