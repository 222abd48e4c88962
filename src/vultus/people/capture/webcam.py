"""A face before a webcam: automatic exposure and white balance, colour mosaic, noise, sharpening halo, halved chroma, JPEG.

Model: the picture is taken as the light of the scene; exposure is set so that the middle of the picture has a mean of `target` in
linear light (18 % grey by photographic convention), limited by the gain that the sensor has; each stop of gain halves the electrons and
so raises the noise; then `sensor` at the picture's own resolution. White balance moves towards grey world (Buchsbaum 1980).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from vultus.people.capture.checks import check_picture, check_range
from vultus.people.capture.colour import LUMINANCE, Float, to_linear
from vultus.people.capture.sensor import Sensor, finished, read_out
from vultus.people.capture.simulated import Simulated
from vultus.types import Image

_SENSOR = Sensor(full_well=2500.0, read_noise=4.0, sharpen=0.7, sharpen_px=1.2, jpeg=88)


@dataclass(frozen=True)
class Webcam:
    """`room` light 0..2 (1 = the sensor's base gain just suffices), `target` of the automatic exposure, `adapts` 0..1 (how much of
    the correction it makes), `grey_world` 0..1, `lens_px` Gaussian sigma, `sensor` at base gain."""

    room: float = 0.6
    target: float = 0.18
    adapts: float = 0.7
    grey_world: float = 0.4
    lens_px: float = 0.5
    sensor: Sensor = _SENSOR

    def __post_init__(self) -> None:
        check_range("room", self.room, 0.02, 2)
        check_range("target", self.target, 0.02, 0.8)
        check_range("adapts", self.adapts, 0, 1)
        check_range("grey_world", self.grey_world, 0, 1)
        check_range("lens_px", self.lens_px, 0, 5, "px")

    def without_mosaic(self) -> Webcam:
        """The same camera with three sensors and no sharpening: the simulator without its effect."""
        return replace(self, sensor=replace(self.sensor, mosaic=False, sharpen=0.0))


def drawn_webcam(rng: np.random.Generator) -> Webcam:
    """A random webcam in a random room."""
    sensor = Sensor(float(np.exp(rng.uniform(np.log(800), np.log(5000)))), float(rng.uniform(2, 7)), True, (1.0, 1.0, 1.0),
                    float(rng.uniform(0.3, 1.3)), float(rng.uniform(0.8, 1.6)), True, int(rng.integers(80, 96)))
    return Webcam(float(rng.uniform(0.2, 1.2)), float(rng.uniform(0.14, 0.24)), float(rng.uniform(0.4, 1)), float(rng.uniform(0, 0.7)),
                  float(rng.uniform(0.3, 0.7)), sensor)


def webcam(image: Image, settings: Webcam, rng: np.random.Generator) -> Simulated:
    """The picture, uint8 RGB (h, w, 3), as a webcam delivers it, of the same size.

    Returns:
        `drawn`: the `exposure` and `gains` that the automatics chose; `predicted`: `mosaic_period` 2 px.
    """
    import cv2
    check_picture(image)
    light = to_linear(image)
    if settings.lens_px:
        light = np.asarray(cv2.GaussianBlur(light, (0, 0), settings.lens_px), np.float32)
    exposure, gains = automatics(light, settings)
    gain = max(exposure / settings.room, 1e-3)
    sensor = replace(settings.sensor, gains=gains, full_well=max(settings.sensor.full_well / max(gain, 1.0), 20.0))
    picture = finished(read_out(light * exposure, sensor, rng), sensor)
    return Simulated(picture, "webcam", settings, {"exposure": exposure, "gains": gains, "full_well": sensor.full_well},
                     {"mosaic_period": 2} if sensor.mosaic else {})


def automatics(light: Float, settings: Webcam) -> tuple[float, tuple[float, float, float]]:
    """Exposure factor 0.25..4 and white-balance gains, from the middle of linear light (h, w, 3)."""
    height, width = light.shape[:2]
    means = light[height // 4:-(height // 4), width // 4:-(width // 4)].reshape(-1, 3).astype(np.float64).mean(0)
    grey = float(means @ LUMINANCE)
    exposure = float(np.clip((settings.target / max(grey, 1e-4)) ** settings.adapts, 0.25, 4))
    gains = np.clip((grey / np.maximum(means, 1e-4)) ** settings.grey_world, 0.5, 2)
    return exposure, (float(gains[0]), float(gains[1]), float(gains[2]))
