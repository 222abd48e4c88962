"""Eyeballs with a cornea: spheres in place of the basis's coarse balls, with texture coordinates about the gaze."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vultus.people.render.surface import CORNEA_EDGE, CORNEA_SHIFT
from vultus.people.shapes import Part, Sculpture

Float = NDArray[np.float32]
RINGS, SECTORS = 72, 96
WIDEST = math.radians(120)  # the lids hide the rest


class Ball(NamedTuple):
    """Vertices (n, 3) mm, unit normals (n, 3), triangles (t, 3), texture coordinates (n, 2): u right, v down, pupil in the middle."""

    vertices: Float
    normals: Float
    triangles: NDArray[np.int32]
    uv: Float


def eyeball(sculpture: Sculpture, side: int) -> Ball:
    """The right (0) or left (1) eyeball: the sphere of the mesh's ball, its normals bulging over the iris like the cornea's.

    Rings are spaced evenly in angle, and so is the texture (azimuthal equidistant, 90 degrees at the border).
    """
    centre, axis = sculpture.eye_centres[side].astype(np.float64), _unit(sculpture.eye_axes[side])
    right = _unit(sculpture.turn[:, 0] - axis * float(sculpture.turn[:, 0] @ axis))
    frame = np.stack([right, np.cross(axis, right), axis])
    polar, around = np.meshgrid(np.linspace(0, WIDEST, RINGS), np.linspace(0, 2 * np.pi, SECTORS, endpoint=False), indexing="ij")
    local = np.stack([np.sin(polar) * np.cos(around), np.sin(polar) * np.sin(around), np.cos(polar)], 2).reshape(-1, 3)
    toward = local @ frame
    uv = 0.5 + (polar / np.pi)[..., None] * np.stack([np.cos(around), -np.sin(around)], 2)
    bulge = CORNEA_SHIFT * np.clip((local[:, 2] - CORNEA_EDGE) / 0.06, 0, 1)
    normals = toward - bulge[:, None] * axis
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    return Ball((centre + _radius(sculpture, side) * toward).astype(np.float32), normals.astype(np.float32), _grid(),
                np.clip(uv, 0, 1).reshape(-1, 2).astype(np.float32))


def _radius(sculpture: Sculpture, side: int) -> float:
    mesh = sculpture.meshes[0]
    used = np.unique(mesh.triangles[mesh.part == (Part.EYE_RIGHT, Part.EYE_LEFT)[side]])
    return float(np.median(np.linalg.norm(mesh.vertices[used] - sculpture.eye_centres[side], axis=1)))


def _grid() -> NDArray[np.int32]:
    ring, sector = np.meshgrid(np.arange(RINGS - 1), np.arange(SECTORS), indexing="ij")
    a, b = ring * SECTORS + sector, ring * SECTORS + (sector + 1) % SECTORS
    halves = [np.stack([a, a + SECTORS, b + SECTORS], 2), np.stack([a, b + SECTORS, b], 2)]
    return np.concatenate([half.reshape(-1, 3) for half in halves]).astype(np.int32)


def _unit(vector: NDArray[np.floating]) -> NDArray[np.float64]:
    return np.asarray(vector, np.float64) / float(np.linalg.norm(vector))
