"""Bring pictures of any size to a detector's working size, and say how to come back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from vultus.types import Float, Image


@dataclass(frozen=True, eq=False)
class Fitted:
    """A picture on its canvas: uint8 RGB (H, W, 3), content top left, black elsewhere; `ratio` = canvas px per picture px (x, y)."""

    canvas: Image
    ratio: Float

    def back(self, xy: Float) -> Float:
        """Canvas coordinates (..., 2) as picture coordinates. Pixel i covers i..i+1 in both, so that only the ratio counts."""
        return np.asarray(xy / self.ratio, np.float32)


def working_ratio(size: tuple[int, int], longest: int, smallest: int) -> float:
    """Canvas px per picture px: the longer side comes to `longest` at most and `smallest` at least, otherwise stays."""
    long_side = max(size)
    return min(longest / long_side, max(1.0, smallest / long_side))


def canvas_size(size: tuple[int, int], ratio: float, multiple: int = 1) -> tuple[int, int]:
    """(height, width) of the canvas that `fit` makes for a picture of this size."""
    height, width = (-(-side // multiple) * multiple for side in _content_size(size, ratio))
    return height, width


def fit(image: Image, ratio: float, multiple: int = 1) -> Fitted:
    """Resize by `ratio` and pad right and below with black to sides that are multiples of `multiple` px."""
    size = height, width = image.shape[0], image.shape[1]
    new = _content_size(size, ratio)
    resized = image if new == size else cv2.resize(image, new[::-1], interpolation=_kernel(ratio))
    canvas = np.zeros((*canvas_size(size, ratio, multiple), 3), np.uint8)
    canvas[:new[0], :new[1]] = resized
    return Fitted(canvas, np.array([new[1] / width, new[0] / height], np.float32))


def runs(sizes: Sequence[tuple[int, int]], pixels: int) -> list[list[int]]:
    """Indices of canvases that can share one run: same (height, width), together at most `pixels` px (at least one a run)."""
    by_size: dict[tuple[int, int], list[int]] = {}
    for index, size in enumerate(sizes):
        by_size.setdefault(size, []).append(index)
    chunks = []
    for (height, width), indices in by_size.items():
        step = max(1, pixels // (height * width))
        chunks += [indices[start:start + step] for start in range(0, len(indices), step)]
    return chunks


def _content_size(size: tuple[int, int], ratio: float) -> tuple[int, int]:
    return max(1, round(size[0] * ratio)), max(1, round(size[1] * ratio))


def _kernel(ratio: float) -> int:
    return cv2.INTER_AREA if ratio < 1 else cv2.INTER_LINEAR
