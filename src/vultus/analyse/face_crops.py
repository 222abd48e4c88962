"""What the analysers share: checked pairs of pictures and faces, and crops of all faces in one array."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vultus.errors import InputError
from vultus.geometry import Template, crop, cut, roll_deg, template
from vultus.types import Crops, Faces, Image, check_image, describe


def checked(images: Sequence[Image], faces: Sequence[Faces]) -> list[tuple[Image, Faces]]:
    """Each picture with its faces. Raises InputError naming the argument that does not fit."""
    if len(images) != len(faces):
        raise InputError("faces", expected=f"one Faces for each of {len(images)} pictures", got=str(len(faces)))
    for index, found in enumerate(faces):
        if not isinstance(found, Faces):
            raise InputError(f"faces[{index}]", expected="Faces", got=describe(found), hint="a detector's detect() gives them")
    return [(check_image(image, f"images[{index}]"), found) for index, (image, found) in enumerate(zip(images, faces, strict=True))]


def face_crops(images: Sequence[Image], faces: Sequence[Faces], name: str) -> Crops:
    """The crops of every face of every picture for a template, in the order of pictures, then faces."""
    return _joined([crop(image, found, name) for image, found in checked(images, faces)], template(name))


def square_crops(images: Sequence[Image], faces: Sequence[Faces], squares: Sequence[NDArray[np.float64]], side: int) -> Crops:
    """Crops of turned squares.

    Args:
        images, faces: as in `face_crops`; the faces' eyes give the turn.
        squares: for each picture float64 (faces, 3), centre x y and side length in px.
        side: of the crops, px.
    """
    wanted = Template("turned-square", side, kind="loose")
    return _joined([cut(image, turned_warps(square, roll_deg(found.points), side), wanted)
                    for (image, found), square in zip(checked(images, faces), squares, strict=True)], wanted)


def turned_warps(squares: NDArray[np.float64], turn_deg: NDArray[Any], side: int) -> NDArray[np.float64]:
    """Crop-to-source warps float64 (n, 2, 3) of squares (n, 3) turned clockwise by `turn_deg` (n,).

    source = centre + (length / side) R(turn) (crop - side / 2), R a rotation in picture axes (y down).
    """
    scale = squares[:, 2] / side
    cosine, sine = (scale * part(np.radians(turn_deg)) for part in (np.cos, np.sin))
    warps = np.empty((len(squares), 2, 3))
    warps[:, 0, :2], warps[:, 1, :2] = np.stack([cosine, -sine], 1), np.stack([sine, cosine], 1)
    warps[:, :, 2] = squares[:, :2] - warps[:, :, :2].sum(axis=2) * side / 2
    return warps


def to_source(points: NDArray[Any], warps: NDArray[np.float64]) -> NDArray[np.float64]:
    """Points (n, k, 2) of crops in px of their sources, for crop-to-source warps (n, 2, 3)."""
    return np.asarray(np.einsum("nij,nkj->nki", warps[:, :, :2], points) + warps[:, None, :, 2])


def _joined(parts: Sequence[Crops], wanted: Template) -> Crops:
    if not parts:
        return Crops(np.zeros((0, wanted.size, wanted.size, 3), np.uint8), np.zeros((0, 2, 3)), wanted.name)
    return Crops(np.concatenate([part.images for part in parts]), np.concatenate([part.warps for part in parts]), wanted.name)
