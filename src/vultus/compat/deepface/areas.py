"""Faces as DeepFace states them: whole px of a box and two eyes named as the person has them, and the picture of the face."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from vultus.types import Faces, Image

NO_AREA: dict[str, Any] = dict.fromkeys(("x", "y", "w", "h", "left_eye", "right_eye"))


def facial_area(faces: Faces, index: int, expand_percentage: int = 0) -> dict[str, Any]:
    """x, y, w, h of one face in px, cut off at the border; `left_eye` is the person's left, on the right side of the picture.

    Args:
        faces: faces of one picture, px of the upright original.
        index: which.
        expand_percentage: w and h grow by this share, half of it on each side.
    """
    height, width = faces.size
    left, top, right, bottom = _bounds(faces.boxes[index], expand_percentage)
    x, y = min(max(0, left), width - 1), min(max(0, top), height - 1)
    eyes = {"left_eye": faces.points[index, 1], "right_eye": faces.points[index, 0]}
    return {"x": x, "y": y, "w": max(0, min(width - x, right - x)), "h": max(0, min(height - y, bottom - y)),
            **{name: _inside(point, width, height) for name, point in eyes.items()}}


def whole_area(size: tuple[int, int]) -> dict[str, Any]:
    """The area of a whole picture of (height, width)."""
    return {**NO_AREA, "x": 0, "y": 0, "w": size[1], "h": size[0]}


def face_picture(image: Image, faces: Faces, index: int, *, align: bool, expand_percentage: int) -> Image:
    """The picture of one face, uint8 RGB (h, w, 3) of its expanded box.

    With `align` the box is turned around its centre until the eyes lie level; what lies outside the picture is black. Without, the box
    is cut off at the border.
    """
    if not align:
        area = facial_area(faces, index, expand_percentage)
        return image[area["y"]:area["y"] + area["h"], area["x"]:area["x"] + area["w"]]
    import cv2
    height, width = faces.size
    left, top, right, bottom = _bounds(faces.boxes[index], expand_percentage)
    # Black may surround the picture by half its size, no more: what a caller asks for must not decide how much memory is taken.
    left, right = (min(max(edge, -(width // 2)), width + width // 2) for edge in (left, right))
    top, bottom = (min(max(edge, -(height // 2)), height + height // 2) for edge in (top, bottom))
    size = (max(1, right - left), max(1, bottom - top))
    line = faces.points[index, 1] - faces.points[index, 0]
    turn = np.arctan2(line[1], line[0])
    rotation = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    centre = np.array([left + right - 1, top + bottom - 1]) / 2  # OpenCV puts the centre of the first pixel at (0, 0)
    middle = (np.array(size) - 1) / 2
    warp = np.hstack([rotation, (centre - rotation @ middle)[:, None]])
    return np.asarray(cv2.warpAffine(image, warp, size, flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP), np.uint8)


def _bounds(box: NDArray[Any], expand_percentage: int) -> tuple[int, int, int, int]:
    """Whole px x1 y1 x2 y2 of a box after it was expanded."""
    x1, y1, x2, y2 = (round(float(edge)) for edge in box)
    more_w, more_h = (int((high - low) * expand_percentage / 100) for low, high in ((x1, x2), (y1, y2)))
    x, y = x1 - more_w // 2, y1 - more_h // 2
    return x, y, x + (x2 - x1) + more_w, y + (y2 - y1) + more_h


def _inside(point: NDArray[Any], width: int, height: int) -> tuple[int, int] | None:
    x, y = int(point[0]), int(point[1])
    return (x, y) if 0 <= x < width and 0 <= y < height else None
