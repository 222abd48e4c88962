"""Refusals that all simulators share: one sentence each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vultus.errors import InputError
from vultus.types import Image, check_image

LEAST = 32  # px: below that no signature can be measured


def check_picture(image: Any, least: int = LEAST, name: str = "image") -> Image:
    """A uint8 RGB picture with both sides >= `least` px. Raises InputError."""
    picture = check_image(image, name)
    if min(picture.shape[:2]) < least:
        raise InputError(name, expected=f"both sides >= {least} px", got=f"{picture.shape[1]}x{picture.shape[0]} px")
    return picture


def check_range(name: str, value: float, low: float, high: float, unit: str = "") -> None:
    """A finite number in low..high. Raises InputError."""
    if not (np.isfinite(value) and low <= value <= high):
        raise InputError(name, expected=f"{low:g}..{high:g}{' ' if unit else ''}{unit}", got=f"{value:g}")


def check_choice(name: str, value: str, known: Sequence[str]) -> None:
    """One of the known words. Raises InputError."""
    if value not in known:
        raise InputError(name, expected=" or ".join(known), got=repr(value))


def check_points(points: Any, image: Image, name: str, *, least: int = 1, exactly: int | None = None) -> NDArray[np.float64]:
    """Points (n, 2), x y in px, finite and inside the picture, as float64. Raises InputError."""
    array = np.asarray(points, np.float64)
    wanted = f"{exactly}" if exactly else f">= {least}"
    if array.ndim != 2 or array.shape[1:] != (2,) or len(array) < least or (exactly is not None and len(array) != exactly):
        raise InputError(name, expected=f"{wanted} points (n, 2)", got=str(array.shape))
    height, width = image.shape[:2]
    inside = np.isfinite(array).all(1) & (array >= 0).all(1) & (array[:, 0] <= width) & (array[:, 1] <= height)
    if not inside.all():
        raise InputError(name, expected=f"points inside {width}x{height} px", got=f"{int((~inside).sum())} outside")
    return array
