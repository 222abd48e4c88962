"""Whether a picture shows one person, and well enough, to stand for that person."""

from __future__ import annotations

from typing import Any, Protocol

from vultus.geometry import rivals
from vultus.quality.gate import DEFAULT_USABLE, Usable, low_quality_of
from vultus.types import Embeddings, Faces


class Seen(Protocol):
    """What a recogniser says of one picture, as `vultus.pipeline.PictureResult` does: faces, principal first, and templates."""

    @property
    def faces(self) -> Faces | None: ...
    @property
    def embeddings(self) -> Embeddings | None: ...
    @property
    def error(self) -> str: ...
    def face(self, index: int) -> dict[str, Any]: ...


def refusal(result: Seen, usable: Usable = DEFAULT_USABLE) -> str:
    """Why the principal face cannot be taken for the one that is meant (`code: reason`), empty if it can."""
    if result.error:
        return result.error
    if result.faces is None or not len(result.faces):
        return "no_face: no face was found in the picture"
    others = rivals(result.faces)
    if others:
        return f"several_faces: {others + 1} faces of similar size; crop the picture to one"
    poor = low_quality_of(result.face(0), usable)
    return f"low_quality: {poor}" if poor else ""
