"""Sudden changes of the whole picture: a new shot, in which nothing continues what was before."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from vultus.types import Image

GRID = (18, 32)  # rows and columns of the reduced picture
BINS = 8  # per colour channel


class CutFinder:
    """Compares each frame with the one before by what colours it has and where they are.

    The change is the geometric mean of two numbers 0..1: the share of pixels that must change their colour (half the L1 distance of
    the joint colour histograms) and the share of cells of a coarse grid whose brightness differs by more than 10 %. A person who
    crosses the picture moves the second, a change of exposure moves both a little, a cut moves both.
    """

    def __init__(self, threshold: float) -> None:
        self.threshold = threshold
        self._histogram: NDArray[np.float64] | None = None
        self._cells: NDArray[np.float64] | None = None

    def is_cut(self, image: Image) -> bool:
        """Whether this frame begins a new shot; False for the first."""
        histogram, cells = _histogram(image), _cells(image)
        before, self._histogram, self._cells = (self._histogram, self._cells), histogram, cells
        if before[0] is None or before[1] is None:
            return False
        colours = 0.5 * float(np.abs(histogram - before[0]).sum())
        places = float((np.abs(cells - before[1]) > 25.5).mean())
        return math.sqrt(colours * places) >= self.threshold

    def forget(self) -> None:
        """The next frame is a first one again."""
        self._histogram = self._cells = None


def _histogram(image: Image) -> NDArray[np.float64]:
    import cv2
    small = cv2.resize(image, (GRID[1] * 4, GRID[0] * 4), interpolation=cv2.INTER_AREA).reshape(-1, 3) // (256 // BINS)
    codes = small.astype(np.int64) @ (BINS * BINS, BINS, 1)
    # Neighbouring bins share, so that a slight change of light does not empty one bin into the next.
    cube = np.bincount(codes, minlength=BINS ** 3).reshape(BINS, BINS, BINS).astype(np.float64)
    for axis in range(3):
        padded = np.pad(cube, [(1, 1) if a == axis else (0, 0) for a in range(3)], mode="edge")
        cube = sum(w * np.take(padded, range(s, s + BINS), axis) for s, w in ((0, 0.25), (1, 0.5), (2, 0.25)))  # type: ignore[assignment]
    return np.asarray(cube.ravel() / cube.sum())


def _cells(image: Image) -> NDArray[np.float64]:
    import cv2
    grey = cv2.cvtColor(cv2.resize(image, (GRID[1], GRID[0]), interpolation=cv2.INTER_AREA), cv2.COLOR_RGB2GRAY)
    return grey.astype(np.float64)
