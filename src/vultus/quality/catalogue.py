"""All components in order: what each measures, in which unit, and what to do when it is low.

Names without prefix are those of ISO/IEC 29794-5:2025; `vultus.` marks ours. Advice is given below `ADVISE_BELOW`.
"""

from __future__ import annotations

from dataclasses import dataclass

from vultus.errors import UnknownNameError
from vultus.quality.component import Component

ADVISE_BELOW = 50  # the middle of the scale and of every sigmoid mapping


@dataclass(frozen=True)
class Entry:
    """One component.

    Args:
        name: as in `Component`.
        measures: what the native value is, in words.
        unit: of the native value, empty for a ratio.
        advice: what to change when the value is low; with `split`, when the native value is below it.
        split: native value that tells two faults apart.
        advice_above: what to change when the native value is above `split`.
    """

    name: str
    measures: str
    unit: str
    advice: str
    split: float | None = None
    advice_above: str = ""

    def advise(self, component: Component) -> str:
        """What to change, in plain words; empty when the value is good or unknown."""
        if component.native is None or component.value >= ADVISE_BELOW:
            return ""
        return self.advice_above if self.split is not None and component.native > self.split else self.advice


CATALOGUE = tuple(Entry(*row) for row in (
    ("SingleFacePresent", "root of the second largest chin-to-eyes distance over the largest", "", "be alone in the picture, or crop it"),
    ("InterEyeDistance", "distance of the eyes over the cosine of the yaw", "px", "move closer, or use a picture of higher resolution"),
    ("HeadSize", "chin-to-eyes distance over the height of the picture", "", "move closer, or crop the picture around the head", 0.45,
     "step back: the head fills too much of the picture"),
    ("HeadPoseYaw", "turn of the head, + to image right", "degrees", "face the camera: turn the head to the right of the picture", 0.0,
     "face the camera: turn the head to the left of the picture"),
    ("HeadPosePitch", "nod of the head, + up", "degrees", "lift the chin, or lower the camera", 0.0, "lower the chin, or raise the camera"),
    ("HeadPoseRoll", "tilt of the head, + clockwise", "degrees", "hold the head and the camera upright"),
    ("LeftwardCropOfTheFaceImage", "image-right eye to the left edge, in eye distances", "", "leave more room on the left of the picture"),
    ("RightwardCropOfTheFaceImage", "image-left eye to the right edge, in eye distances", "",
     "leave more room on the right of the picture"),
    ("UpwardCropOfTheFaceImage", "room below the eyes, in chin-to-eyes distances", "", "leave more room below the chin"),
    ("DownwardCropOfTheFaceImage", "room above the eyes, in chin-to-eyes distances", "", "leave more room above the head"),
    ("EyesOpen", "opening of the less open eye over the chin-to-eyes distance", "", "open both eyes"),
    ("MouthClosed", "opening of the inner lips over the chin-to-eyes distance", "", "close the mouth"),
    ("LuminanceMean", "mean luminance of the face", "0..1", "use more light", 0.5, "use less light, or expose shorter"),
    ("LuminanceVariance", "variance of the luminance of the face", "0..0.25", "use light with some direction: the face looks flat", 1 / 60,
     "use softer light: the face has hard shadows or highlights"),
    ("DynamicRange", "entropy of the luminance of the face", "bits", "use more light and a better camera setting: few shades are left"),
    ("NaturalColour", "distance of the cheeks' colour from skin under white light", "CIELAB",
     "use white light and check the white balance"),
    ("IlluminationUniformity", "overlap of the luminance histograms of both cheeks", "0..1",
     "use more even light on both sides of the face"),
    ("vultus.single_face", "root of the second largest box area over the largest", "", "be alone in the picture, or crop it"),
    ("vultus.face_size", "shorter side of the face's box", "px", "move closer, or use a picture of higher resolution"),
    ("vultus.room_left", "image-left eye to the left edge, in eye distances", "", "leave more room on the left of the picture"),
    ("vultus.room_right", "image-right eye to the right edge, in eye distances", "", "leave more room on the right of the picture"),
    ("vultus.sharpness", "standard deviation of the Laplacian of the grey crop", "levels", "hold still, focus on the face, wipe the lens"),
    ("vultus.confidence", "confidence of the detector", "0..1", "show the whole face, uncovered and in good light"),
    ("vultus.brightness", "mean luminance of an average face's place", "0..1", "use more light", 0.5, "use less light, or expose shorter"),
    ("vultus.shades", "entropy of the luminance of an average face's place", "bits", "use more light: few shades are left"),
    ("vultus.not_underexposed", "share of dark pixels in an average face's place", "0..1", "use more light, or expose longer"),
    ("vultus.not_overexposed", "share of bright pixels in an average face's place", "0..1", "use less light, or expose shorter"),
    ("vultus.even_light", "overlap of the luminance histograms of both cheeks, from five points", "0..1",
     "use more even light on both sides of the face"),
))
NAMES = tuple(entry.name for entry in CATALOGUE)
_BY_NAME = {entry.name: entry for entry in CATALOGUE}


def entry(name: str) -> Entry:
    """The entry called `name`. Raises UnknownNameError."""
    if name not in _BY_NAME:
        raise UnknownNameError("quality component", name, NAMES)
    return _BY_NAME[name]
