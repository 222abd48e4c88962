"""The camera that photographs an attack: lens blur, sensor with twice the pixels of the result, reduction, JPEG.

The result has half the pixels of the sensor a side, as applications reduce what a telephone's sensor gives. A frequency of f cycles per
px of the result is f / 2 on the sensor; folded there with one cycle per two pixels (red and blue of the mosaic) or one per pixel,
and folded again by the reduction, it lies at f - round(f) in the result, whichever way it came.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vultus.people.capture.checks import check_range
from vultus.people.capture.colour import Float
from vultus.people.capture.sensor import Sensor, finished, read_out
from vultus.types import Image

OVERSAMPLING = 2
_SENSOR = Sensor(full_well=4000.0, read_noise=3.0, sharpen=0.25, sharpen_px=1.0, chroma_halved=False, jpeg=92)


@dataclass(frozen=True)
class Recapture:
    """`size` longer side of the result in px, `lens_px` Gaussian sigma of lens and hand on the result, `aperture` = side of the
    light-sensitive area of a pixel as a share of its pitch, `sensor`."""

    size: int = 512
    lens_px: float = 0.32
    aperture: float = 0.9
    sensor: Sensor = _SENSOR

    def __post_init__(self) -> None:
        check_range("size", self.size, 64, 4096, "px")
        check_range("lens_px", self.lens_px, 0, 8, "px")
        check_range("aperture", self.aperture, 0.1, 1)

    def result_size(self, image: Image) -> tuple[int, int]:
        """Rows and columns of the result for a picture of this shape, even."""
        height, width = image.shape[:2]
        scale = self.size / max(height, width)
        return max(round(height * scale / 2) * 2, 2), max(round(width * scale / 2) * 2, 2)

    def transfer(self, frequency: NDArray[np.float64]) -> float:
        """What lens and pixel leave of a wave, 0..1, of `frequency` cycles per px of the sensor (2,): Gaussian times sinc."""
        lens = np.exp(-2 * (np.pi * self.lens_px * OVERSAMPLING) ** 2 * (frequency ** 2).sum())
        return float(abs(lens * np.prod(np.sinc(frequency * self.aperture))))


def photographed(light: Float, recapture: Recapture, rng: np.random.Generator, *, blur: bool = True) -> Image:
    """Linear light on the sensor, float32 (2 h, 2 w, 3), as the result, uint8 RGB (h, w, 3); `blur` = the lens is still to be applied."""
    import cv2
    sigma = recapture.lens_px * OVERSAMPLING
    seen = cv2.GaussianBlur(light, (0, 0), sigma) if blur and sigma > 0.05 else light
    sensed = read_out(np.asarray(seen, np.float32), recapture.sensor, rng)
    half = (light.shape[1] // OVERSAMPLING, light.shape[0] // OVERSAMPLING)
    return finished(np.asarray(cv2.resize(sensed, half, interpolation=cv2.INTER_AREA), np.float32), recapture.sensor)
