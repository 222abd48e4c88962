"""What captures leave behind, each as one number of a picture, with the limit that separates it from pictures without.

Limits were read off the packaged people and stand in the bench suite `core/people_simulators`, which measures how far they hold.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from vultus.people.capture.colour import luma
from vultus.types import Image

# |log2| of measured over predicted cut-off below which it counts as found there.
CUTOFF_OCTAVES = 0.6
# `mosaic_trace` above which a picture came through a colour mosaic at its own resolution.
MOSAIC = 0.02
# `block_grid` above which a picture carries a grid of blocks at the asked period.
BLOCKS = 0.05
CARRIED = 0.99  # share of the gradient energy that counts as carried


def spectral_cutoff(image: Image) -> float:
    """Frequency, cycles per px 0..0.5, below which 99 % of the gradient energy lies (f^2 times the radial mean of the power).

    Natural pictures fall as 1/f^2 (Field, JOSA A 4, 1987), so that their gradient energy is about even up to the highest frequency
    that was sampled; an enlarged picture has little beyond the old one's.
    """
    radial = radial_power(luma(image))
    frequency = (np.arange(len(radial)) + 0.5) / (2 * len(radial))
    energy = radial * frequency ** 2
    total = np.cumsum(energy)
    return float(np.interp(CARRIED * total[-1], total, frequency))


def cutoff_distance(image: Image, predicted: float) -> float:
    """|log2(measured / predicted)| of the spectral cut-off, octaves; found when <= `CUTOFF_OCTAVES`."""
    return float(abs(np.log2(max(spectral_cutoff(image), 1e-4) / predicted)))


def radial_power(plane: NDArray[Any], bins: int = 64) -> NDArray[np.float64]:
    """Mean power of a Hann-windowed plane (h, w) in rings of equal width up to 0.5 cycles per px, float64 (bins,)."""
    height, width = plane.shape
    window = np.hanning(height)[:, None] * np.hanning(width)
    power = np.abs(np.fft.rfft2((plane - plane.mean()) * window)) ** 2
    radius = np.hypot(np.fft.fftfreq(height)[:, None], np.fft.rfftfreq(width)[None])
    ring = np.minimum((radius * 2 * bins).astype(int), bins)
    sums = np.bincount(ring.ravel(), power.ravel(), bins + 1)
    return np.asarray(sums[:bins] / np.maximum(np.bincount(ring.ravel(), minlength=bins + 1)[:bins], 1), np.float64)


def mosaic_trace(image: Image) -> float:
    """How unevenly the green channel's second differences are spread over the two colours of a chess board, >= 0.

    Interpolated pixels are smoother than measured ones, and green is measured on one colour of the board (Gallagher and Chen, "Image
    authentication by detecting traces of demosaicing", CVPR workshops 2008). Absolute log ratio of the means; found when > `MOSAIC`.
    """
    import cv2
    green = image[..., 1].astype(np.float32)
    rough = np.abs(cv2.Laplacian(green, cv2.CV_32F))[2:-2, 2:-2]
    rough = np.minimum(rough, np.quantile(rough, 0.95))
    rows, columns = np.mgrid[:rough.shape[0], :rough.shape[1]]
    even = (rows + columns) % 2 == 0
    return float(abs(np.log((rough[even].mean(dtype=np.float64) + 1e-3) / (rough[~even].mean(dtype=np.float64) + 1e-3))))


def block_grid(image: Image, period_px: float) -> float:
    """How much of the steps between neighbouring pixels repeats every `period_px`, 0..1: the larger of both directions.

    Second differences along a direction are averaged across it; of the resulting line, the share of variance that its Fourier
    terms at 1, 2 and 3 times 1 / `period_px` hold above their neighbours. Found when > `BLOCKS`.
    """
    bright = luma(image)
    return max(_periodic_share(np.abs(np.diff(bright, 2, axis=axis)).mean(1 - axis), period_px) for axis in (0, 1))


def _periodic_share(line: NDArray[Any], period: float) -> float:
    trend = np.convolve(np.pad(line, 12, mode="reflect"), np.ones(25) / 25, mode="valid")
    signal = (line - trend) / np.maximum(trend, 1e-3) * np.hanning(len(line))
    at = np.arange(len(signal))
    total = float((signal ** 2).sum())

    def power(frequency: float) -> float:
        return float(np.abs((signal * np.exp(-2j * np.pi * frequency * at)).sum()) ** 2 * 2 / len(signal))

    orders = [order for order in (1, 2, 3) if order / period < 0.5]
    found = sum(max(power(order / period) - (power((order + 0.5) / period) + power((order - 0.5) / period)) / 2, 0.0) for order in orders)
    return found / total if total > 1e-9 else 0.0
