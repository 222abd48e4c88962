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


def fit(image: Image, ratio: float, multiple: int = 1) -> Fitted:
    """Resize by `ratio` and pad right and below with black to sides that are multiples of `multiple` px."""
    height, width = image.shape[:2]
    new = max(1, round(height * ratio)), max(1, round(width * ratio))
    resized = image if new == (height, width) else cv2.resize(image, new[::-1], interpolation=_kernel(ratio))
    canvas = np.zeros((*(-(-side // multiple) * multiple for side in new), 3), np.uint8)
    canvas[:new[0], :new[1]] = resized
    return Fitted(canvas, np.array([new[1] / width, new[0] / height], np.float32))


def runs(fitted: Sequence[Fitted], pixels: int) -> list[list[int]]:
    """Indices of canvases that can share one run: same size, together at most `pixels` px (at least one canvas a run)."""
    by_size: dict[tuple[int, ...], list[int]] = {}
    for index, item in enumerate(fitted):
        by_size.setdefault(item.canvas.shape, []).append(index)
    chunks = []
    for shape, indices in by_size.items():
        step = max(1, pixels // (shape[0] * shape[1]))
        chunks += [indices[start:start + step] for start in range(0, len(indices), step)]
    return chunks


def _kernel(ratio: float) -> int:
    return cv2.INTER_AREA if ratio < 1 else cv2.INTER_LINEAR
