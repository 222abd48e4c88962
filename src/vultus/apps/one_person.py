"""Whether a picture can stand for one person: one face, or one that clearly is the main one, and good enough to compare."""

from __future__ import annotations

from dataclasses import dataclass

from vultus.errors import ImageError
from vultus.geometry import rivals
from vultus.pipeline import PictureResult
from vultus.types import Embeddings


@dataclass(frozen=True)
class Usable:
    """The least quality of a face that is compared at all.

    On one picture of 225 LFW pairs of folds 1-3, made smaller or blurred by a Gaussian: at 24 px the share of pairs below cosine
    0.93 doubled (12 to 26 %), at 17 px it was 50 %; at sharpness 2.9 it was 20 %, at 2.3 it was 42 %, at 2.0 it was 70 %.

    Args:
        face_px: px, shorter side of the box.
        sharpness: standard deviation of the Laplacian of the grey crop, 0..255 scale.
        yaw_deg: degrees, largest turn to either side.
    """

    face_px: float = 20.0
    sharpness: float = 2.0
    yaw_deg: float = 70.0


DEFAULT_USABLE = Usable()


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
    """What is wrong with the principal face, empty when nothing is."""
    assert result.quality is not None
    face_px, sharpness, yaw = (float(result.quality[name][0]) for name in ("face_px", "sharpness", "yaw_deg"))
    if face_px < usable.face_px:
        return f"low quality: the face is {face_px:.0f} px wide, at least {usable.face_px:.0f} are needed"
    if sharpness < usable.sharpness:
        return f"low quality: the face is blurred (sharpness {sharpness:.1f}, at least {usable.sharpness:.1f} is needed)"
    if abs(yaw) > usable.yaw_deg:
        return f"low quality: the face is turned by {yaw:.0f} degrees, at most {usable.yaw_deg:.0f} can be compared"
    return ""


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
