"""What printed, replayed, cut-out and flat faces leave in pictures, each as one number, with the limit that separates it.

Limits were read off the packaged people; the bench suite `core/people_simulators` measures on other people how far they hold.
Frequencies are cycles per px of the picture (x, y), after folding by its sampling.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vultus.errors import InputError
from vultus.people.capture.colour import luma, to_linear
from vultus.people.spoofs import ink
from vultus.people.spoofs.printed import Printed
from vultus.people.spoofs.replayed import Replayed
from vultus.people.spoofs.sheet import Sheet, folded
from vultus.types import Image

Array = NDArray[np.float64]
WINDOW, STEP = 64, 48  # px; one bin is 1 / 64 cycles per px
BINS = 1.5  # how far from the predicted place, in bins, a peak may lie
# Decibels of the peak at the predicted frequency over its surroundings, above which it counts as present.
DOTS_DB, MOIRE_DB = 10.0, 14.0
QUANTISATION = 48.0  # power that rounding to 8 bit leaves in each bin of a window: 1 / 12 times the window's energy
LEAST_FREQUENCY = 0.09  # below that the face itself is stronger than any pattern
# Decibels by which the inside of eye holes is calmer than the paper around them.
CALM_DB = 3.3
# Levels by which the rim of an eye hole is brighter than both its sides.
RIM_LEVELS = 3.0
# Levels that an asked expression changes the middle of the picture by at least.
RIGID_LEVELS = 0.5
# Share of smoothed pixels that the inks cannot give, below which a picture may be a print.
GAMUT = 0.01


def dot_height(image: Image, settings: Printed) -> float:
    """Decibels by which a picture's power at the frequencies of the dots that `settings` predict exceeds its surroundings.

    Mean over cyan (seen in red), magenta (green) and black (brightness), both directions of each; yellow is all but invisible to
    a camera's brightness and is left out. Present when > `DOTS_DB`.
    """
    view = settings.sheet(image)
    planes: dict[int, NDArray[Any]] = {0: image[..., 0], 1: image[..., 1], 3: luma(image)}
    heights = [_heights(plane, settings.carriers()[which], view) for which, plane in planes.items()]
    return float(np.nanmean(heights)) if np.isfinite(heights).any() else 0.0


def moire_height(image: Image, settings: Replayed) -> float:
    """The same for the moire of a screen's columns and rows with the camera's grid: the higher of both, in green against red and
    blue, where the stripes' places differ, or brightness. Present when > `MOIRE_DB`."""
    view = settings.sheet(image)
    values = image.astype(np.float32)
    planes = (luma(image), values[..., 1] - values[..., 0])
    heights = [_heights(plane, settings.carriers(), view) for plane in planes]
    return float(np.nanmax(heights)) if np.isfinite(heights).any() else 0.0


def strongest_wave(image: Image, *, colour: bool = False) -> Array:
    """The frequency (2,) that stands out most, found without knowing where to look: the mean spectrum of all windows, divided by the
    median of its ring; frequencies below `LEAST_FREQUENCY` are left out. `colour` looks at green against red."""
    plane = image[..., 1].astype(np.float32) - image[..., 0] if colour else luma(image)
    y, x = np.fft.fftfreq(WINDOW)[:, None], np.fft.fftfreq(WINDOW)[None]
    standing = _over_ring(_windows(plane)[1].mean(0) + QUANTISATION)
    standing = np.where((np.hypot(x, y) >= LEAST_FREQUENCY) & (x >= 0), standing, 0)
    row, column = np.unravel_index(int(standing.argmax()), standing.shape)
    return np.array([x[0, column], y[row, 0]])


def bins_apart(found: NDArray[Any], predicted: NDArray[Any]) -> float:
    """Distance in bins of 1 / 64 cycles per px between a found frequency (2,) and the nearest of predicted ones (..., 2); a
    frequency and its negative are the same wave, and -0.5 is 0.5."""
    wanted = np.asarray(predicted, np.float64).reshape(-1, 2)
    gaps = folded(np.stack([wanted - found, wanted + found]))
    return float(np.linalg.norm(gaps, axis=-1).min() * WINDOW)


def gamut_excess(image: Image, white: Sequence[float] = (0.86, 0.84, 0.80)) -> float:
    """Share of pixels, smoothed over the dots, whose colour relative to the paper the four inks cannot give: too dark or too
    saturated. A print has nearly none: present when <= `GAMUT`."""
    import cv2
    linear = cv2.GaussianBlur(to_linear(image), (0, 0), 2.5)
    return float(ink.outside_gamut(np.asarray(linear / np.array(white, np.float32), np.float32), 0.05).mean())


def cut_rim(image: Image, outlines: NDArray[Any]) -> float:
    """Levels by which a closed line is brighter than 35 % inside and outside of it: the white core of cut paper. Lids and lashes are
    darker than what they border. Present when > `RIM_LEVELS`.

    Args:
        outlines: (k, n, 2) points in px.
    """
    import cv2
    bright = luma(image)
    lines = np.asarray(outlines, np.float64)
    middles = lines.mean(1, keepdims=True)

    def along(scale: float) -> Array:
        at = (middles + (lines - middles) * scale - 0.5).astype(np.float32)
        return cv2.remap(bright, at[..., 0], at[..., 1], cv2.INTER_LINEAR).astype(np.float64)

    beside = np.maximum(along(0.65), along(1.35))
    return float(max(np.median(along(scale) - beside) for scale in (0.97, 1.0, 1.04, 1.08, 1.12)))


def eye_calm(image: Image, outlines: NDArray[Any]) -> float:
    """Decibels by which fine structure (finer than 1.2 px) is weaker inside closed lines than in a band of the same shape around them.

    Printed dots cover the whole sheet and are missing where it is cut; live eyes and uncut prints have at least as much structure
    as the skin beside them. Present when > `CALM_DB`.

    Args:
        outlines: (k, n, 2) points in px, for example `predicted["holes"]` of a cut-out.
    """
    import cv2
    bright = luma(image)
    fine = (bright - cv2.GaussianBlur(bright, (0, 0), 1.2)) ** 2
    lines = np.asarray(outlines, np.float64)
    middles = lines.mean(1, keepdims=True)

    def inside(scale: float) -> NDArray[np.bool_]:
        mask = np.zeros(bright.shape, np.uint8)
        cv2.fillPoly(mask, list(np.rint(middles + (lines - middles) * scale).astype(np.int32)), (1,))
        return mask > 0

    hole, band = inside(0.75), inside(2.0) & ~inside(1.35)
    return float(10 * np.log10((np.median(fine[band]) + 0.05) / (np.median(fine[hole]) + 0.05)))


def movement(first: Image, second: Image) -> float:
    """Mean absolute difference of the brightness of two pictures in their middle half, levels: what an asked expression moves. A mask
    moves nothing: rigid when < `RIGID_LEVELS`, head, light and camera unchanged."""
    height, width = first.shape[:2]
    middle = np.s_[height // 4:height - height // 4, width // 4:width - width // 4]
    return float(np.abs(luma(first)[middle] - luma(second)[middle]).mean(dtype=np.float64))


def _heights(plane: NDArray[Any], carriers: Array, view: Sheet) -> list[float]:
    """For each carrier, cycles per mm, the mean over windows of the decibels of the peak within `BINS` of the predicted place over
    what the ring of that frequency holds in the mean; NaN when no window has the place above `LEAST_FREQUENCY`."""
    middles, spectra = _windows(plane)
    standing = 10 * np.log10(_over_ring(spectra + QUANTISATION))
    found = []
    for carrier in carriers:
        frequencies = [folded(view.frequency(carrier, middle)) for middle in middles]
        heights = [_peak(decibels, frequency) for decibels, frequency in zip(standing, frequencies, strict=True)
                   if np.hypot(*frequency) >= LEAST_FREQUENCY]
        found.append(float(np.mean(heights)) if heights else float("nan"))
    return found


def _peak(values: Array, frequency: Array) -> float:
    """Highest value of a spectrum (64, 64) within `BINS` of a frequency; the negative one has the same power."""
    place = frequency[::-1] * WINDOW  # row, column
    rows, columns = (np.rint(each).astype(int) + np.arange(-2, 3) for each in place)
    near = np.hypot(rows[:, None] - place[0], columns - place[1]) <= BINS
    return float(values[np.ix_(rows % WINDOW, columns % WINDOW)][near].max())


def _over_ring(power: Array) -> Array:
    """Spectra (..., 64, 64) divided by the geometric mean of each one's ring, one bin wide."""
    ring = np.rint(np.hypot(np.fft.fftfreq(WINDOW)[:, None], np.fft.fftfreq(WINDOW)[None]) * WINDOW).astype(int).ravel()
    logs = np.log(power).reshape(-1, WINDOW * WINDOW)
    counts = np.bincount(ring)
    means = np.stack([np.bincount(ring, row) / counts for row in logs])
    return np.asarray(np.exp(logs - means[:, ring]).reshape(power.shape), np.float64)


def _windows(plane: NDArray[Any]) -> tuple[Array, Array]:
    """Middles (n, 2), x y, and power spectra (n, 64, 64) of Hann windows over the plane, a quarter overlapping, its outer eighth left
    out."""
    height, width = plane.shape
    tops = range(height // 8, height - height // 8 - WINDOW + 1, STEP)
    lefts = range(width // 8, width - width // 8 - WINDOW + 1, STEP)
    if not tops or not lefts:
        raise InputError("image", expected=f"both sides >= {WINDOW * 4 // 3 + 1} px for this signature", got=f"{width}x{height} px")
    corners = [(top, left) for top in tops for left in lefts]
    parts = np.stack([plane[top:top + WINDOW, left:left + WINDOW] for top, left in corners]).astype(np.float64)
    parts -= parts.mean((1, 2), keepdims=True)
    window = np.hanning(WINDOW)[:, None] * np.hanning(WINDOW)
    middles = np.array([(left + WINDOW / 2, top + WINDOW / 2) for top, left in corners])
    return middles, np.abs(np.fft.fft2(parts * window)) ** 2
