"""How much fine detail a crop shows."""

from __future__ import annotations

import numpy as np

from vultus.types import Float, Image


def sharpness(crops: Image) -> Float:
    """Standard deviation of the Laplacian of the grey middle of each crop uint8 (n, h, w, 3): float32 (n,), 0..255 scale.

    The middle three fifths never show the black outside a picture.
    """
    import cv2
    side = crops.shape[1]
    middle = slice(side // 5, side - side // 5)
    greys = [cv2.cvtColor(np.ascontiguousarray(crop[middle, middle]), cv2.COLOR_RGB2GRAY) for crop in crops]
    return np.array([cv2.meanStdDev(cv2.Laplacian(grey, cv2.CV_16S))[1].item() for grey in greys], np.float32)
