"""Stored face_recognition encodings: what they look like, and what is refused because it cannot be one.

An encoding is the raw output f of dlib's network, 128 numbers. With c the cosine of f and g, the distance that face_recognition
compares with 0.6 is |f - g| = sqrt(|f|^2 + |g|^2 - 2 |f| |g| c); a direction f / |f| alone does not give it.

The check can refuse, it cannot prove: vectors of the same network from differently cut faces pass it. Who loads vectors says that
face_recognition made them. On 2,669 encodings of photographs lengths were 1.19 to 1.67, and cosines to the mean direction of the
packaged rendered people 0.80 or more; of 10,000 random directions none reached 0.33.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from vultus.errors import InputError
from vultus.types import Embeddings

LEGACY_SPACE = "dlib-resnet29/dlib-150-legacy"
DIMENSION = 128
# Wider than measured, because encodings averaged over pictures or jitters are shorter; excludes vectors of length 1.
LENGTHS = (1.05, 1.9)
LEAST_COSINE = 0.6
# Mean direction of the network's output on the 32 packaged rendered portraits, times 100.
MEAN_DIRECTION = (
    -8, 9, 3, -5, -7, 2, -5, -7, 11, -10, 17, -3, -18, -5, -4, 13, -8, -12, -5, -3, 0, 1, -2, 4, -7, -23, -6, -4, 1, -3, -3, 3,
    -14, -2, 3, 4, -3, -4, 14, 2, -15, -1, 2, 20, 12, 0, 4, -7, 6, -16, 3, 14, 11, 3, 1, -11, -1, 10, -13, 3, 5, -5, -7, -7,
    16, 11, -10, -15, 15, -11, -3, 4, -11, -14, -20, 3, 28, 12, -13, 4, -4, 2, 2, 7, -7, 2, -2, 1, 14, -1, -3, 14, 0, -2, 3, 0,
    -2, -3, -9, -1, -1, -8, 2, 7, -14, 11, -1, 1, 0, 5, -7, -4, 12, -17, 13, 11, 4, 10, 9, 9, 0, -2, -9, -8, 4, -3, 7, 2)


def legacy_encodings(encodings: Any) -> Embeddings:
    """Stored encodings of face_recognition as templates of `LEGACY_SPACE`.

    Args:
        encodings: (n, 128) numbers, raw as `face_recognition.face_encodings` gave them.

    Raises:
        InputError: not (n, 128), not finite, or no outputs of this network.

    Example:
        >>> legacy_encodings(np.zeros((0, 128))).space
        'dlib-resnet29/dlib-150-legacy'
    """
    return Embeddings.normalised(checked_encodings(encodings), LEGACY_SPACE)


def checked_encodings(encodings: Any, argument: str = "encodings") -> NDArray[np.float64]:
    """The encodings as float64 (n, 128). Raises InputError naming the first row that cannot be one."""
    try:
        rows = np.asarray(encodings, np.float64)
    except (TypeError, ValueError) as error:
        raise InputError(argument, expected=f"numbers ({DIMENSION} a face)", got="something else or rows of different lengths") from error
    if rows.size == 0:
        rows = rows.reshape(0, DIMENSION)
    if rows.ndim != 2 or rows.shape[1] != DIMENSION:
        raise InputError(argument, expected=f"(n, {DIMENSION}) numbers", got=f"shape {rows.shape}",
                         hint="vectors of other networks are not comparable; enrol from pictures")
    if not np.isfinite(rows).all():
        raise InputError(argument, expected="finite numbers", got="NaN or infinity")
    lengths = np.linalg.norm(rows, axis=1)
    _refuse(argument, (lengths < LENGTHS[0]) | (lengths > LENGTHS[1]), lengths,
            f"raw face_recognition encodings, {LENGTHS[0]} to {LENGTHS[1]} long", "of length")
    mean = np.asarray(MEAN_DIRECTION, np.float64)
    cosines = (rows / lengths[:, None]) @ (mean / np.linalg.norm(mean))
    _refuse(argument, cosines < LEAST_COSINE, cosines, f"face_recognition encodings, cosine {LEAST_COSINE} or more to their mean",
            "at cosine")
    return rows


def _refuse(argument: str, wrong: NDArray[np.bool_], values: NDArray[np.float64], expected: str, what: str) -> None:
    if wrong.any():
        row = int(wrong.argmax())
        raise InputError(argument, expected=expected, got=f"row {row} {what} {values[row]:.2f}",
                         hint="vectors of an unknown space are not comparable; enrol from pictures")
