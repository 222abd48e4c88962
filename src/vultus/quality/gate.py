"""The least quality of a face that is compared or enrolled, and in words what a face lacks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Usable:
    """The least quality of a face that is compared or enrolled at all.

    Chosen on the 471 people with several pictures of LFW folds 1-3: copies of their pictures made smaller, blurred, compressed,
    darkened or turned were compared with an untouched picture of the same person at the similarity that strangers reach in 1 of
    1,000 comparisons. A face is refused where about a third of these comparisons or more fail; of 1,754 untouched pictures 1 is.
    On the people of folds 4-5 (`results/quality/components.json`) the gate refuses 2 of 1,076 untouched pictures and 24 % of the
    copies; FNMR of what remains falls from 0.328 to 0.199 with copies and does not change without.

    Args:
        face_px: px, shorter side of the box; 64 % failed at 12 to 16 px, 31 % at 16 to 20, 18 % at 20 to 24.
        sharpness: standard deviation of the Laplacian of the grey crop, 0..255 scale; of blurred copies 74 % failed below 2, 39 % at
            2 to 2.5, 23 % at 2.5 to 3.
        yaw_deg: degrees, largest turn to either side; half failed beyond 45, but the points of the packaged detector are guesses
            beyond 60, and no picture was turned further.
        confidence: of the detector, 0..1; 92 % failed at 0.7 to 0.75, 76 % at 0.75 to 0.8. Measured with the packaged detector.
    """

    face_px: float = 20.0
    sharpness: float = 2.5
    yaw_deg: float = 60.0
    confidence: float = 0.75


DEFAULT_USABLE = Usable()
ANY_QUALITY = Usable(face_px=0.0, sharpness=-1.0, yaw_deg=90.0, confidence=0.0)


def low_quality(fields: Mapping[str, float], confidence: float, usable: Usable = DEFAULT_USABLE) -> str:
    """What is wrong with a face and what helps, in words; empty when nothing is wrong.

    Args:
        fields: `face_px`, `sharpness`, `yaw_deg` of one face, as the pipeline gives them.
        confidence: of the detector, 0..1.
        usable: the least that is asked for.
    """
    if fields["face_px"] < usable.face_px:
        return f"the face is {fields['face_px']:.0f} px wide, at least {usable.face_px:.0f} are needed"
    if fields["sharpness"] < usable.sharpness:
        return f"the face is blurred (sharpness {fields['sharpness']:.1f}, at least {usable.sharpness:.1f} is needed)"
    if abs(fields["yaw_deg"]) > usable.yaw_deg:
        return f"the face is turned by {fields['yaw_deg']:.0f} degrees, at most {usable.yaw_deg:.0f} can be compared"
    if confidence < usable.confidence:
        return (f"the face is hard to make out (detector confidence {confidence:.2f}, at least "
                f"{usable.confidence:.2f} is needed); it may be dark, covered or cut off")
    return ""


def low_quality_of(face: Mapping[str, Any], usable: Usable = DEFAULT_USABLE) -> str:
    """Like `low_quality`, for a face as plain values (`PictureResult.face`); empty where no quality was measured."""
    return low_quality(face["quality"], face["score"], usable) if "quality" in face else ""
