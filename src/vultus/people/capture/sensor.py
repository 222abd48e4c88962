"""A colour camera behind its lens: colour filter array, photon noise, demosaicing, tone curve, sharpening, JPEG.

Model: a Bayer mosaic (RGGB; Bayer, US patent 3,971,065, 1976); Poisson photon noise over Gaussian read noise (EMVA 1288, section
2); bilinear demosaicing of each colour plane; sRGB tone curve; unsharp masking of the brightness; JPEG with 4:2:0 chroma.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vultus.people.capture.checks import check_range
from vultus.people.capture.colour import Float, luma, to_bytes, to_srgb
from vultus.types import Image


@dataclass(frozen=True)
class Sensor:
    """`full_well` electrons of a white pixel (fewer = noisier; small sensors in a room: 500..5000), `read_noise` electrons,
    `mosaic` (colour filter array and demosaicing), `gains` wrong white balance, `sharpen` strength 0..3 and `sharpen_px` its
    radius, `chroma_halved` (4:2:0), `jpeg` quality 1..100 or 0 for none."""

    full_well: float = 3000.0
    read_noise: float = 3.0
    mosaic: bool = True
    gains: tuple[float, float, float] = (1.0, 1.0, 1.0)
    sharpen: float = 0.0
    sharpen_px: float = 1.0
    chroma_halved: bool = True
    jpeg: int = 90

    def __post_init__(self) -> None:
        check_range("full_well", self.full_well, 20, 1e6, "electrons")
        check_range("read_noise", self.read_noise, 0, 1000, "electrons")
        check_range("sharpen", self.sharpen, 0, 3)
        check_range("sharpen_px", self.sharpen_px, 0.3, 10, "px")
        check_range("jpeg", self.jpeg, 0, 100)
        for gain in self.gains:
            check_range("gains", gain, 0.3, 3)


def read_out(light: NDArray[Any], sensor: Sensor, rng: np.random.Generator) -> Float:
    """Linear light float (h, w, 3) that falls on the sensor to demosaiced linear float32 (h, w, 3), 0..1, noise included."""
    exposed = np.clip(light * np.array(sensor.gains, np.float32), 0, 1)
    raw = mosaicked(exposed) if sensor.mosaic else exposed
    electrons = rng.poisson(raw * sensor.full_well) + rng.normal(0, sensor.read_noise, raw.shape)
    measured = np.clip(electrons / sensor.full_well, 0, 1).astype(np.float32)
    return demosaicked(measured) if sensor.mosaic else measured


def finished(linear: Float, sensor: Sensor) -> Image:
    """Linear float32 (h, w, 3) to the uint8 RGB picture of the file: tone curve, sharpening, JPEG."""
    values = to_srgb(linear)
    if sensor.sharpen:
        values = sharpened(values, sensor.sharpen, sensor.sharpen_px)
    return jpeg(to_bytes(values), sensor.jpeg, sensor.chroma_halved)


def mosaicked(linear: NDArray[Any]) -> Float:
    """One value a pixel, float32 (h, w): red at even rows and columns, blue at odd ones, green elsewhere."""
    raw = np.array(linear[..., 1], np.float32)
    raw[::2, ::2] = linear[::2, ::2, 0]
    raw[1::2, 1::2] = linear[1::2, 1::2, 2]
    return raw


def demosaicked(raw: Float) -> Float:
    """Missing colours as the mean of their nearest neighbours of that colour (normalised convolution), float32 (h, w, 3)."""
    import cv2
    near = np.array([[1, 2, 1], [2, 4, 2], [1, 2, 1]], np.float32) / 4
    cross = np.array([[0, 1, 0], [1, 4, 1], [0, 1, 0]], np.float32) / 4
    planes = []
    for channel, kernel in enumerate((near, cross, near)):
        mask = mosaicked(np.eye(3, dtype=np.float32)[channel] * np.ones((*raw.shape, 3), np.float32))
        total = cv2.filter2D(raw * mask, -1, kernel, borderType=cv2.BORDER_REFLECT_101)
        weight = cv2.filter2D(mask, -1, kernel, borderType=cv2.BORDER_REFLECT_101)
        planes.append(np.where(mask > 0, raw, total / np.maximum(weight, 1e-6)))
    return np.stack(planes, -1).astype(np.float32)


def sharpened(values: Float, strength: float, radius_px: float) -> Float:
    """Unsharp mask of the brightness, with the halo at edges that it leaves."""
    import cv2
    bright = luma(values)
    detail = bright - cv2.GaussianBlur(bright, (0, 0), radius_px)
    return np.asarray(np.clip(values + strength * detail[..., None], 0, 1), np.float32)


def jpeg(image: Image, quality: int, chroma_halved: bool = True) -> Image:
    """Encoded and decoded once; quality 0 leaves the picture as it is."""
    import cv2
    if not quality:
        return image
    sampling = cv2.IMWRITE_JPEG_SAMPLING_FACTOR_420 if chroma_halved else cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444
    options = [cv2.IMWRITE_JPEG_QUALITY, int(quality), cv2.IMWRITE_JPEG_SAMPLING_FACTOR, int(sampling)]
    _, data = cv2.imencode(".jpg", np.ascontiguousarray(image[..., ::-1]), options)
    return np.ascontiguousarray(np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)[..., ::-1])
