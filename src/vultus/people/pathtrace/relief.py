"""Relief of the skin as a normal map: what the materials add to the normal, written in the frame that the path tracer shades in."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vultus.people.render.kernels import draw_triangles
from vultus.people.shapes import Materials, Mesh, Part

Float = NDArray[np.float32]


def normal_map(mesh: Mesh, materials: Materials, turn: Float) -> Float:
    """Normal map float32 (S, S, 3), 0..1, over the texture of the head.

    Each texel gets the smooth normal n of the surface there and the direction s in which u grows (made square to n); the bumped normal
    n + turn @ relief is written by its parts along s, n x s and n. Texels outside the mesh's skin are flat.
    """
    size = materials.relief.shape[0]
    skin = np.flatnonzero(mesh.part == Part.SKIN)
    owner, weights = _unwrapped(mesh, skin, size)
    flat = np.zeros((size, size, 3), np.float32)
    flat[..., 2] = 1
    held = owner >= 0
    rows = skin[owner[held]]
    corners = np.stack([1 - weights[held].sum(1), weights[held, 0], weights[held, 1]], 1)
    normal = _unit(np.einsum("nc,nce->ne", corners, mesh.normals[mesh.triangles[rows]]))
    along = _unit(_growing(mesh)[rows])
    along = _unit(along - np.einsum("ne,ne->n", along, normal)[:, None] * normal)
    bumped = _unit(normal + np.einsum("ij,nj->ni", turn, materials.relief[held]))
    for axis, direction in enumerate((along, np.cross(normal, along), normal)):
        flat[held, axis] = np.einsum("ne,ne->n", bumped, direction)
    return np.asarray(flat * np.float32(0.5) + np.float32(0.5), np.float32)


def _unwrapped(mesh: Mesh, skin: NDArray[np.intp], size: int) -> tuple[NDArray[np.int32], Float]:
    """Which triangle of `skin` (its place in `skin`) covers each texel, and the weights of its 2nd and 3rd corner there."""
    count = len(skin)
    points = np.ones((count * 3, 3))
    points[:, :2] = mesh.uv[skin].reshape(-1, 2).astype(np.float64) * size - 0.5
    owner, near = np.full((size, size), -1, np.int32), np.zeros((size, size), np.float32)
    weights = np.zeros((size, size, 2), np.float32)
    draw_triangles(points, np.arange(count * 3, dtype=np.int32).reshape(-1, 3), np.ones(count, np.uint8), near, owner, weights)
    return owner, weights


def _growing(mesh: Mesh) -> NDArray[np.float64]:
    """Direction (t, 3) in which u grows over each triangle."""
    corner, uv = mesh.vertices[mesh.triangles].astype(np.float64), mesh.uv.astype(np.float64)
    first, second = corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0]
    a, b = uv[:, 1] - uv[:, 0], uv[:, 2] - uv[:, 0]
    turned = a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]
    sign = np.where(turned == 0, 1.0, np.sign(turned))[:, None]
    return np.asarray((b[:, 1:] * first - a[:, 1:] * second) * sign)


def _unit(vectors: NDArray[np.floating]) -> NDArray[np.float64]:
    wide = np.asarray(vectors, np.float64)
    return np.asarray(wide / np.maximum(np.sqrt(np.einsum("ne,ne->n", wide, wide)), 1e-12)[:, None])
