"""Faces of 8 to 64 px by chains of blur, sampling, noise and JPEG, with or without an antialiasing filter.

Model: y = ((x * k) sampled) + n, then JPEG, the classical chain that blind super-resolution trains on (Liu and Sun, IEEE TPAMI 36,
2014; Zhang et al., "Designing a practical degradation model", ICCV 2021). The kernel k is a turned anisotropic Gaussian given in px of
the small picture; `area` sampling integrates over the pixel and does not alias, `point` sampling takes one value and does.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vultus.people.capture.checks import check_choice, check_picture, check_range
from vultus.people.capture.colour import Float
from vultus.people.capture.sensor import jpeg
from vultus.people.capture.simulated import Simulated
from vultus.types import Image

SAMPLINGS = ("area", "point", "cubic")
ENLARGEMENTS = ("none", "nearest", "linear", "cubic")
FACE_SHARE = 0.45  # of the picture's width, where no box is given: head-and-shoulders portraits


@dataclass(frozen=True)
class LowResolution:
    """`face_px` wanted width of the face 8..64, kernel `blur_px` (sigmas along and across, px of the small picture) turned by
    `turn_deg`, `sampling` of `SAMPLINGS`, `noise` standard deviation in levels, `jpeg` quality or 0, `enlarge` back to the old
    size, of `ENLARGEMENTS`."""

    face_px: float = 16.0
    blur_px: tuple[float, float] = (0.3, 0.3)
    turn_deg: float = 0.0
    sampling: str = "area"
    noise: float = 1.0
    jpeg: int = 0
    enlarge: str = "none"

    def __post_init__(self) -> None:
        check_range("face_px", self.face_px, 8, 1000, "px")
        for sigma in self.blur_px:
            check_range("blur_px", sigma, 0, 4, "px")
        check_range("turn_deg", self.turn_deg, -360, 360, "degrees")
        check_choice("sampling", self.sampling, SAMPLINGS)
        check_choice("enlarge", self.enlarge, ENLARGEMENTS)
        check_range("noise", self.noise, 0, 60, "levels")
        check_range("jpeg", self.jpeg, 0, 100)

    def full_size(self, width: float) -> LowResolution:
        """The same chain with as many pixels as the face of `width` px has: the simulator without its effect."""
        return replace(self, face_px=width, blur_px=(0.0, 0.0))


def drawn_low_resolution(rng: np.random.Generator) -> LowResolution:
    """A random chain, faces of 8..64 px, logarithmically even."""
    return LowResolution(float(np.exp(rng.uniform(np.log(8), np.log(64)))), (float(rng.uniform(0, 0.8)), float(rng.uniform(0, 0.8))),
                         float(rng.uniform(0, 180)), str(rng.choice(SAMPLINGS)), float(rng.uniform(0, 6)),
                         int(rng.choice((0, 40, 60, 80, 95))), str(rng.choice(ENLARGEMENTS)))


def low_resolution(image: Image, settings: LowResolution, rng: np.random.Generator, *, face_width: float | None = None) -> Simulated:
    """The picture with fewer pixels.

    Args:
        image: uint8 RGB (h, w, 3).
        face_width: px of the face in it; None = `FACE_SHARE` of the picture's width.

    Returns:
        The small picture, or the enlarged one. `predicted`: `sampled` (rows, columns) and, enlarged, `cutoff` = highest frequency
        that they carry, cycles per px of the result.
    """
    import cv2
    check_picture(image)
    height, width = image.shape[:2]
    face = FACE_SHARE * width if face_width is None else face_width
    check_range("face_width", face, settings.face_px, width, "px")
    scale = settings.face_px / face
    size = (max(round(height * scale), 8), max(round(width * scale), 8))
    values = _blurred(image.astype(np.float32), settings, 1 / scale)
    small = _picked(values, size, settings.sampling) + rng.normal(0, settings.noise, (*size, 3))
    result = jpeg(np.clip(np.rint(small), 0, 255).astype(np.uint8), settings.jpeg)
    predicted: dict[str, Any] = {"sampled": size}
    if settings.enlarge != "none":
        ways = {"nearest": cv2.INTER_NEAREST, "linear": cv2.INTER_LINEAR, "cubic": cv2.INTER_CUBIC}
        result = np.asarray(cv2.resize(result, (width, height), interpolation=ways[settings.enlarge]), np.uint8)
        predicted["cutoff"] = size[1] / width / 2
    return Simulated(result, "low_resolution", settings, {"face_width": face}, predicted)


def kernel(settings: LowResolution, scale: float) -> NDArray[np.float32]:
    """The turned Gaussian, px of the large picture, sum 1, odd sides; `scale` = large px a small one."""
    along, across = (max(sigma * scale, 1e-3) for sigma in settings.blur_px)
    half = max(int(np.ceil(3 * max(along, across))), 1)
    y, x = np.mgrid[-half:half + 1, -half:half + 1].astype(np.float64)
    turn = np.radians(settings.turn_deg)
    u, v = x * np.cos(turn) + y * np.sin(turn), -x * np.sin(turn) + y * np.cos(turn)
    values = np.exp(-0.5 * np.clip((u / along) ** 2 + (v / across) ** 2, 0, 1400))
    return np.asarray(values / values.sum(), np.float32)


def _blurred(values: Float, settings: LowResolution, scale: float) -> Float:
    import cv2
    if not any(settings.blur_px):
        return values
    return np.asarray(cv2.filter2D(values, -1, kernel(settings, scale), borderType=cv2.BORDER_REFLECT_101), np.float32)


def _picked(values: Float, size: tuple[int, int], sampling: str) -> Float:
    """Fewer pixels: integrated, by one point each, or by a cubic over neighbouring pixels only (aliases as most software does)."""
    import cv2
    ways = {"area": cv2.INTER_AREA, "point": cv2.INTER_NEAREST, "cubic": cv2.INTER_CUBIC}
    return np.asarray(cv2.resize(values, size[::-1], interpolation=ways[sampling]), np.float32)
