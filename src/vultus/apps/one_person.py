"""Whether a picture can stand for one person: one face, or one that clearly is the main one, and good enough to compare."""

from __future__ import annotations

from vultus.errors import ImageError
from vultus.geometry import rivals
from vultus.pipeline import PictureResult
from vultus.quality.gate import DEFAULT_USABLE, Usable, low_quality_of
from vultus.types import Embeddings


def objection(result: PictureResult, usable: Usable = DEFAULT_USABLE) -> str:
    """Why this picture cannot be compared, in words; empty when it can.

    Raises:
        ImageError: the picture could not be read at all.
    """
    if result.faces is None:
        raise unreadable(result)
    if not len(result):
        return "no face was found"
    others = rivals(result.faces)
    if others:
        return f"{others + 1} faces of similar size; crop the picture to one"
    return low_quality(result, usable)


def low_quality(result: PictureResult, usable: Usable = DEFAULT_USABLE) -> str:
    """What is wrong with the principal face, in words; empty when nothing is."""
    poor = low_quality_of(result.face(0), usable)
    return f"low quality: {poor}" if poor else ""


def principal(result: PictureResult) -> Embeddings:
    """The template of the principal face, one row."""
    assert result.embeddings is not None and len(result)
    return result.embeddings[0]


def unreadable(result: PictureResult) -> ImageError:
    """The error of a picture that could not be read, as it was met."""
    reason = result.error.partition(": ")[2]
    name, _, rest = reason.partition(": expected ")
    expected, _, got = rest.partition(", got ")
    return ImageError(name, expected=expected or "a picture", got=got or reason)
