"""A face as a surveillance camera sees it from a distance: few pixels, lens blur, noise, interlacing, low bit rate, enlarged again.

Model: a pinhole camera puts `picture_mm * focal / distance / pitch` pixels over what the picture shows; the lens blurs by a Gaussian
(its residual aberrations and diffraction, 0.42 * wavelength * f-number: Zhang, Zerubia and Olivo-Marin, Applied Optics 46, 2007);
each pixel integrates over its area; photon and read noise as in `sensor`; two fields of an interlaced frame are 1/50 s apart, so that
what moves is combed; the frame is coded in blocks (`block_codec`) and the cut-out face is enlarged to the size of the input.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from vultus.people.capture.block_codec import BLOCK, coded
from vultus.people.capture.checks import check_picture, check_range
from vultus.people.capture.colour import Float, to_bytes, to_linear, to_srgb
from vultus.people.capture.sensor import Sensor, read_out
from vultus.people.capture.simulated import Simulated
from vultus.types import Image

WAVELENGTH_UM = 0.55
LEAST_PX = 12  # sampled width below which nothing of a face is left


@dataclass(frozen=True)
class Surveillance:
    """`distance_m` to the face, `focal_mm` and `f_number` of the lens, `pitch_um` of its pixels, `picture_mm` = width that the input
    picture shows at the face, `aberration_px` Gaussian sigma of the lens on the sensor, `full_well` and `read_noise` in electrons,
    `comb_px` = sideways motion between two fields (0 = progressive), `qp` quantisation 0..51 (0 = not coded)."""

    distance_m: float = 9.0
    focal_mm: float = 4.0
    f_number: float = 1.6
    pitch_um: float = 2.8
    picture_mm: float = 330.0
    aberration_px: float = 0.45
    full_well: float = 900.0
    read_noise: float = 6.0
    comb_px: float = 0.0
    qp: int = 32

    def __post_init__(self) -> None:
        check_range("distance_m", self.distance_m, 0.2, 200, "m")
        check_range("focal_mm", self.focal_mm, 1, 300, "mm")
        check_range("f_number", self.f_number, 0.9, 32)
        check_range("pitch_um", self.pitch_um, 0.7, 12, "um")
        check_range("picture_mm", self.picture_mm, 50, 3000, "mm")
        check_range("aberration_px", self.aberration_px, 0, 5, "px")
        check_range("full_well", self.full_well, 20, 1e6, "electrons")
        check_range("read_noise", self.read_noise, 0, 1000, "electrons")
        check_range("comb_px", self.comb_px, -8, 8, "px")
        check_range("qp", self.qp, 0, 51)

    @property
    def sampled_px(self) -> float:
        """Pixels of the sensor over the width of the picture."""
        return self.picture_mm * self.focal_mm / (self.distance_m * 1000) / (self.pitch_um / 1000)

    @property
    def blur_px(self) -> float:
        """Gaussian sigma of the lens in px of the sensor."""
        return float(np.hypot(self.aberration_px, 0.42 * WAVELENGTH_UM * self.f_number / self.pitch_um))

    def close_up(self, width: int) -> Surveillance:
        """The same camera so near that it takes all `width` pixels of the picture: the simulator without its effect."""
        return replace(self.close_enough(width), aberration_px=0.0, f_number=0.9)

    def close_enough(self, width: float) -> Surveillance:
        """The same camera where it takes `width` pixels of the picture."""
        return replace(self, distance_m=self.distance_m * self.sampled_px / width)


def drawn_surveillance(rng: np.random.Generator) -> Surveillance:
    """Settings of a plausible installation, 5 to 14 m away."""
    return Surveillance(distance_m=float(rng.uniform(5, 14)), full_well=float(np.exp(rng.uniform(np.log(400), np.log(3000)))),
                        aberration_px=float(rng.uniform(0.3, 0.7)), comb_px=float(rng.choice((0.0, 0.0, 1.0, 2.0))),
                        qp=int(rng.integers(26, 38)))


def surveillance(image: Image, settings: Surveillance, rng: np.random.Generator) -> Simulated:
    """The picture, uint8 RGB (h, w, 3), seen from a distance and enlarged to its old size.

    Returns:
        `predicted`: `sampled` (rows, columns) on the sensor, `cutoff` = highest frequency that its pixels carry and `block_px` =
        side of a coded block, both in px of the result.
    """
    import cv2
    check_picture(image)
    height, width = image.shape[:2]
    columns = round(settings.sampled_px)
    check_range("distance_m, focal_mm, pitch_um: sampled width", columns, LEAST_PX, width, "px")
    rows = max(round(height * columns / width), LEAST_PX)
    seen = _sampled(to_linear(image), (rows, columns), settings.blur_px)
    if settings.comb_px:
        seen = _combed(seen, settings.comb_px)
    sensor = Sensor(full_well=settings.full_well, read_noise=settings.read_noise, mosaic=False)
    frame = to_bytes(to_srgb(read_out(seen, sensor, rng)))
    phase = (int(rng.integers(16)), int(rng.integers(16)))
    frame = coded(frame, settings.qp, phase) if settings.qp else frame
    enlarged = np.asarray(cv2.resize(frame, (width, height), interpolation=cv2.INTER_CUBIC), np.uint8)
    predicted: dict[str, Any] = {"sampled": (rows, columns), "cutoff": columns / width / 2, "block_px": BLOCK * width / columns}
    return Simulated(enlarged, "surveillance", settings, {"phase": phase}, predicted)


def _sampled(light: Float, size: tuple[int, int], blur_px: float) -> Float:
    """Blurred by the lens, then integrated over the area of each pixel of the sensor."""
    import cv2
    scale = light.shape[1] / size[1]
    blurred = cv2.GaussianBlur(light, (0, 0), blur_px * scale) if blur_px * scale > 0.2 else light
    return np.asarray(cv2.resize(blurred, size[::-1], interpolation=cv2.INTER_AREA), np.float32)


def _combed(light: Float, shift_px: float) -> Float:
    """Odd rows show the scene `shift_px` further to the side."""
    import cv2
    shift = np.array([[1, 0, shift_px], [0, 1, 0]], np.float64)
    later = cv2.warpAffine(light, shift, light.shape[1::-1], flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    combed = light.copy()
    combed[1::2] = later[1::2]
    return combed
