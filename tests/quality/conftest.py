"""A face of simple geometry: a mesh whose parts lie where the test puts them, and a picture to lay it on."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from vultus.quality import mesh_points as mp
from vultus.types import Faces

Array = NDArray[np.float64]


def make_mesh(*, eyes: float = 100.0, lids: float = 8.0, lips: float = 2.0, centre: tuple[float, float] = (300.0, 300.0)) -> Array:
    """A symmetric upright mesh looking at the camera, float64 (468, 3): eyes level, chin 180 px below them, px."""
    mesh = np.zeros((468, 3))
    half = eyes / 2
    places = {33: (-half - 20, 0), 133: (-half + 20, 0), 362: (half - 20, 0), 263: (half + 20, 0), 1: (0, 60),
              61: (-40, 110), 291: (40, 110), 152: (0, 180), 10: (0, -110), 164: (0, 85), 127: (-110, 0),
              356: (110, 0), 93: (-105, 60), 323: (105, 60)}
    for index, place in places.items():
        mesh[index, :2] = place
    for pairs, x, y, gap in ((mp.LEFT_LIDS, -half, 0, lids), (mp.RIGHT_LIDS, half, 0, lids), (mp.INNER_LIPS, 0, 112, lips)):
        for number, (upper, lower) in enumerate(pairs):
            shift = 8 * (number - 1)
            mesh[upper, :2], mesh[lower, :2] = (x + shift, y - gap / 2), (x + shift, y + gap / 2)
    rest = [index for index in mp.OUTLINE if index not in places]
    for number, index in enumerate(rest):
        angle = 2 * np.pi * number / len(rest)
        mesh[index, :2] = (110 * np.cos(angle), 50 + 110 * np.sin(angle))
    mesh[:, :2] += centre
    return mesh


def turn(mesh: Array, yaw: float = 0.0, pitch: float = 0.0, roll: float = 0.0) -> Array:
    """The mesh turned about its middle: roll first, then pitch (+ up), then yaw (+ to image right), degrees."""
    y, p, r = np.radians([yaw, pitch, roll])
    rolled = np.array([[np.cos(r), -np.sin(r), 0], [np.sin(r), np.cos(r), 0], [0, 0, 1]])
    nodded = np.array([[1, 0, 0], [0, np.cos(p), np.sin(p)], [0, -np.sin(p), np.cos(p)]])
    turned = np.array([[np.cos(y), 0, -np.sin(y)], [0, 1, 0], [np.sin(y), 0, np.cos(y)]])
    middle = mesh.mean(axis=0)
    return (mesh - middle) @ (turned @ nodded @ rolled).T + middle


def faces_of(mesh: Array, size: tuple[int, int] = (600, 600), score: float = 0.9) -> Faces:
    """What a detector would say of the mesh: its five points and a box around its outline."""
    outline = mesh[list(mp.OUTLINE), :2]
    box = np.concatenate([outline.min(axis=0), outline.max(axis=0)])
    return Faces(box[None].astype(np.float32), np.array([score], np.float32), mp.MeshFace(mesh).five[None].astype(np.float32), size)


@pytest.fixture
def mesh() -> Callable[..., Array]:
    return make_mesh


@pytest.fixture
def turned() -> Callable[..., Array]:
    return turn


@pytest.fixture
def face_of() -> Callable[..., Faces]:
    return faces_of
