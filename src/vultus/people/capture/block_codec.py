"""The mark that video coding leaves on one frame: 8 x 8 transform blocks, coarse steps, halved chroma.

Model: intra coding as in H.264 without prediction: DCT of blocks, step 0.625 * 2^(QP / 6) (ITU-T H.264, the step doubles every six
QP), rounding with a dead zone of a third, chroma at half resolution. No entropy coding, because it loses nothing; no loop filter:
cheap recorders switch it off, and it would hide the blocks that this module is here to make.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vultus.types import Image

BLOCK = 8
_TO_YCC = np.array([[0.299, 0.587, 0.114], [-0.168736, -0.331264, 0.5], [0.5, -0.418688, -0.081312]])  # ITU-T T.871


def coded(image: Image, qp: int, phase: tuple[int, int] = (0, 0)) -> Image:
    """The frame after coding, uint8 RGB of the same size.

    Args:
        image: uint8 RGB (h, w, 3).
        qp: quantisation parameter 0..51.
        phase: rows and columns 0..15 by which the picture's corner lies inside a macroblock of the whole frame.
    """
    import cv2
    height, width = image.shape[:2]
    top, left = phase
    padded = np.pad(image, ((top, -(height + top) % 16), (left, -(width + left) % 16), (0, 0)), mode="edge")
    planes = padded.astype(np.float64) @ _TO_YCC.T
    step = 0.625 * 2 ** (qp / 6)
    bright = _blocks(planes[..., 0] - 128, step) + 128
    half = (planes.shape[1] // 2, planes.shape[0] // 2)
    halved = [_blocks(cv2.resize(planes[..., c], half, interpolation=cv2.INTER_AREA), step) for c in (1, 2)]
    chroma = [cv2.resize(plane, (2 * half[0], 2 * half[1]), interpolation=cv2.INTER_LINEAR) for plane in halved]
    rgb = np.stack([bright, *chroma], -1) @ np.linalg.inv(_TO_YCC).T
    return np.asarray(np.clip(np.rint(rgb), 0, 255)[top:top + height, left:left + width], np.uint8)


def dct_matrix(n: int = BLOCK) -> NDArray[np.float64]:
    """Orthonormal DCT-II, (n, n), rows are frequencies."""
    k, x = np.mgrid[:n, :n]
    rows = np.sqrt(2 / n) * np.cos(np.pi * k * (2 * x + 1) / (2 * n))
    rows[0] /= np.sqrt(2)
    return np.asarray(rows, np.float64)


def _blocks(plane: NDArray[np.float64], step: float) -> NDArray[np.float64]:
    """Every block transformed, quantised and transformed back."""
    rows, columns = plane.shape[0] // BLOCK, plane.shape[1] // BLOCK
    d = dct_matrix()
    blocks = plane.reshape(rows, BLOCK, columns, BLOCK).transpose(0, 2, 1, 3)
    coefficients = d @ blocks @ d.T
    levels = np.sign(coefficients) * np.floor(np.abs(coefficients) / step + 1 / 3)
    back: NDArray[np.float64] = d.T @ (levels * step) @ d
    return back.transpose(0, 2, 1, 3).reshape(plane.shape)
