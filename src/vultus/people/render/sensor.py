"""From linear light to the picture: optics' blur, exposure, white balance, noise of the sensor, tone curve, JPEG."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from vultus.errors import InputError
from vultus.image import decode, encode_jpeg
from vultus.people.scene import Camera

Float = NDArray[np.float32]
READ_ELECTRONS = 3.0  # read noise of a present small CMOS sensor, electrons (EMVA 1288 data sheets: 1 .. 6)
SHOULDER = 0.7  # light above is compressed towards 1
NEUTRAL_K = 6500.0
_NOISE_STREAM = 0x5E2502  # keeps sensor noise apart from other uses of a scene's seed
_XYZ_TO_RGB = ((3.2406, -1.5372, -0.4986), (-0.9689, 1.8758, 0.0415), (0.0557, -0.2040, 1.0570))  # IEC 61966-2-1


def linear(srgb: NDArray[np.floating]) -> Float:
    """sRGB 0..1 to linear light (IEC 61966-2-1)."""
    s = np.clip(np.asarray(srgb, np.float64), 0, 1)
    return np.asarray(np.where(s <= 0.04045, s / 12.92, ((s + 0.055) / 1.055) ** 2.4), np.float32)


def tone(light: NDArray[np.floating]) -> Float:
    """Linear light to sRGB 0..1: a straight line up to `SHOULDER`, then a shoulder that reaches 1 never quite."""
    x = np.maximum(light, 0).astype(np.float32)
    room = np.float32(1 - SHOULDER)
    x = np.where(x > SHOULDER, np.float32(1) - room * np.exp(-(x - np.float32(SHOULDER)) / room), x)
    return np.asarray(np.where(x <= 0.0031308, np.float32(12.92) * x, np.float32(1.055) * x ** np.float32(1 / 2.4) - np.float32(0.055)))


def planckian(kelvin: float) -> NDArray[np.float64]:
    """Linear RGB (3,) of a black body: cubic fits of the Planckian locus in CIE 1931 x, y for 1667 .. 25000 K (Kim et al.,
    US patent 7024034, 2006), to linear sRGB with luminance 1."""
    if not 1667 <= kelvin <= 25000:
        raise InputError("camera.white_balance_k", expected="1667 .. 25000 kelvin", got=f"{kelvin:g}")
    t = 1000 / kelvin
    if kelvin <= 4000:
        x = -0.2661239 * t ** 3 - 0.2343589 * t ** 2 + 0.8776956 * t + 0.179910
    else:
        x = -3.0258469 * t ** 3 + 2.1070379 * t ** 2 + 0.2226347 * t + 0.240390
    if kelvin <= 2222:
        y = -1.1063814 * x ** 3 - 1.34811020 * x ** 2 + 2.18555832 * x - 0.20219683
    elif kelvin <= 4000:
        y = -0.9549476 * x ** 3 - 1.37418593 * x ** 2 + 2.09137015 * x - 0.16748867
    else:
        y = 3.0817580 * x ** 3 - 5.87338670 * x ** 2 + 3.75112997 * x - 0.37001483
    xyz = (x / y, 1.0, (1 - x - y) / y)
    return np.maximum([sum(row[i] * xyz[i] for i in range(3)) for row in _XYZ_TO_RGB], 0.02)


def gains(kelvin: float) -> NDArray[np.float64]:
    """Factors of linear R, G, B (3,) of a camera balanced for light of `kelvin`: 1 at 6500, warmer above, bluer below, green kept."""
    if kelvin == NEUTRAL_K:
        return np.ones(3)
    gain = planckian(NEUTRAL_K) / planckian(kelvin)
    return np.asarray(gain / gain[1])


def expose(light: Float, camera: Camera) -> Float:
    """Exposure (+1 doubles) and white balance."""
    return np.asarray(light * (2.0 ** camera.exposure * gains(camera.white_balance_k)).astype(np.float32), np.float32)


def blur(light: Float, camera: Camera) -> Float:
    """Gaussian blur of the lens, then the smear of a moving camera."""
    import cv2
    if camera.blur_px > 0:
        light = np.asarray(cv2.GaussianBlur(light, (0, 0), camera.blur_px, borderType=cv2.BORDER_REPLICATE), np.float32)
    if camera.motion_px > 1e-3:
        kernel = streak(camera.motion_px, camera.motion_deg)
        light = np.asarray(cv2.filter2D(light, -1, kernel, borderType=cv2.BORDER_REPLICATE), np.float32)
    return light


def streak(length: float, degrees: float) -> Float:
    """Kernel of an even motion: a line of `length` px turned by `degrees` (0 = to the right, 90 = up), sum 1."""
    half = math.ceil(length / 2)
    kernel = np.zeros((2 * half + 1, 2 * half + 1), np.float64)
    steps = 8 * half + 9
    for step in range(steps):
        along = (step / (steps - 1) - 0.5) * length
        x, y = half + along * math.cos(math.radians(degrees)), half - along * math.sin(math.radians(degrees))
        j, i = min(int(x), 2 * half - 1), min(int(y), 2 * half - 1)
        for di, dj, weight in ((0, 0, (1 - x + j) * (1 - y + i)), (0, 1, (x - j) * (1 - y + i)), (1, 0, (1 - x + j) * (y - i)),
                               (1, 1, (x - j) * (y - i))):
            kernel[i + di, j + dj] += weight
    return np.asarray(kernel / kernel.sum(), np.float32)


def grain(light: Float, camera: Camera, seed: int) -> Float:
    """Noise of photons and electronics: variance light / electrons + (read noise / electrons)^2, as if the full well were light 1.

    The Poisson law of the photons is taken as Gaussian, which it is but for the darkest pixels.
    """
    if camera.noise <= 0:
        return light
    gain = gains(camera.white_balance_k).astype(np.float32)
    raw = np.maximum(light / gain, 0)
    rng = np.random.default_rng([abs(int(seed)), _NOISE_STREAM])
    spread = np.sqrt(raw / np.float32(camera.noise) + np.float32((READ_ELECTRONS / camera.noise) ** 2))
    return np.asarray(light + gain * spread * rng.standard_normal(light.shape, np.float32), np.float32)


def develop(light: Float, camera: Camera, seed: int) -> NDArray[np.uint8]:
    """Linear light float32 (h, w, 3) to the picture uint8 RGB; `seed` drives the noise only."""
    seen = grain(expose(blur(light, camera), camera), camera, seed)
    image = np.asarray(tone(seen) * np.float32(255) + np.float32(0.5), np.float32).clip(0, 255).astype(np.uint8)
    return decode(encode_jpeg(image, camera.jpeg)).image if camera.jpeg > 0 else image
