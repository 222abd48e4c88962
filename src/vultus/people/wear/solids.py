"""Tubes, sheets and balls: the triangles that worn things are made of."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from vultus.people.shapes import Mesh, Part

Float = NDArray[np.float32]
Int = NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class Stuff:
    """What a solid is made of: part, linear RGB (3,), strength of the highlight, opacity."""

    part: Part
    colour: Float
    gloss: float = 0.3
    alpha: float = 1.0


def tube(path: Float, radius: Float | float, stuff: Stuff, upright: Float, flat: float = 1.0, closed: bool = False, sides: int = 6) -> Mesh:
    """A tube along a path.

    Args:
        path: (m, 3), mm.
        radius: mm, one or (m,).
        upright: (3,), axis of the cross-section's second direction; must not be parallel to the path.
        flat: second radius over the first.
        closed: joins the end to the start; otherwise both ends are capped by a point.
    """
    tangent = unit(np.roll(path, -1, 0) - np.roll(path, 1, 0)) if closed else unit(np.gradient(path, axis=0))
    first = unit(np.cross(tangent, upright))
    second = np.cross(first, tangent)
    angle = np.arange(sides, dtype=np.float32) * (2 * np.pi / sides)
    around = np.cos(angle)[None, :, None] * first[:, None] + np.sin(angle)[None, :, None] * second[:, None]
    shape = np.cos(angle)[None, :, None] * first[:, None] + flat * np.sin(angle)[None, :, None] * second[:, None]
    rings = path[:, None] + np.broadcast_to(np.asarray(radius, np.float32), (len(path),))[:, None, None] * shape
    faces = _wall(len(path), sides, closed)
    if closed:
        return solid(rings.reshape(-1, 3), around.reshape(-1, 3), faces, stuff)
    ends = np.stack([path[0], path[-1]])
    count = len(path) * sides
    ring = np.arange(sides)
    start = np.stack([np.full(sides, count), ring, (ring + 1) % sides], 1)
    last = count - sides
    stop = np.stack([np.full(sides, count + 1), last + (ring + 1) % sides, last + ring], 1)
    normals = np.concatenate([around.reshape(-1, 3), -tangent[:1], tangent[-1:]])
    return solid(np.concatenate([rings.reshape(-1, 3), ends]), normals, np.concatenate([faces, start, stop]), stuff)


def sheet(grid: Float, stuff: Stuff, wrap: bool = False) -> Mesh:
    """A sheet through points (rows, columns, 3) that faces the side from which rows run down and columns run to the right; `wrap`
    joins the last column to the first."""
    rows, columns = grid.shape[:2]
    number = np.arange(rows * columns).reshape(rows, columns)
    right = np.roll(number, -1, 1)
    width = columns if wrap else columns - 1
    a, b, c, d = number[:-1, :width], right[:-1, :width], number[1:, :width], right[1:, :width]
    faces = np.concatenate([np.stack([a, c, b], -1).reshape(-1, 3), np.stack([b, c, d], -1).reshape(-1, 3)])
    vertices = grid.reshape(-1, 3)
    return solid(vertices, vertex_normals(vertices, faces), faces, stuff)


def ball(centre: Float, radii: Float, stuff: Stuff, rows: int = 7, columns: int = 10) -> Mesh:
    """An ellipsoid about a centre (3,) with radii (3,) along the axes."""
    polar = np.linspace(0.02, np.pi - 0.02, rows)[:, None]
    turn = np.arange(columns)[None] * (2 * np.pi / columns)
    direction = np.stack([np.sin(polar) * np.sin(turn), np.cos(polar) * np.ones_like(turn), np.sin(polar) * np.cos(turn)], -1)
    return sheet((centre + direction * radii).astype(np.float32), stuff, wrap=True)


def solid(vertices: Float, normals: Float, faces: NDArray[np.integer], stuff: Stuff) -> Mesh:
    """A mesh of one material."""
    count = len(faces)
    return Mesh(vertices.astype(np.float32), unit(normals), faces.astype(np.int32), np.zeros((count, 3, 2), np.float32),
                np.full(count, stuff.part, np.uint8), np.tile(stuff.colour.astype(np.float32), (count, 1)),
                np.full(count, stuff.gloss, np.float32), np.full(count, stuff.alpha, np.float32))


def joined(meshes: list[Mesh]) -> Mesh:
    """Several meshes as one."""
    start = np.cumsum([0, *(len(m.vertices) for m in meshes[:-1])])
    faces = np.concatenate([m.triangles + np.int32(offset) for m, offset in zip(meshes, start, strict=True)])
    names = ("vertices", "normals", "uv", "part", "colour", "gloss", "alpha")
    rest = {name: np.concatenate([getattr(m, name) for m in meshes]) for name in names}
    return Mesh(triangles=faces.astype(np.int32), **rest)


def placed(mesh: Mesh, turn: Float, shift: Float) -> Mesh:
    """The mesh turned and shifted: x -> turn @ x + shift."""
    vertices = (mesh.vertices @ turn.T + shift).astype(np.float32)
    return replace(mesh, vertices=vertices, normals=(mesh.normals @ turn.T).astype(np.float32))


def vertex_normals(vertices: Float, faces: NDArray[np.integer]) -> Float:
    """Unit normals (n, 3), triangles weighted by area."""
    a, b, c = (vertices[faces[:, i]] for i in range(3))
    face = np.cross(b - a, c - a)
    total = np.stack([np.bincount(faces.ravel(), np.repeat(face[:, i], 3), len(vertices)) for i in range(3)], 1)
    return unit(total.astype(np.float32))


def unit(vectors: NDArray[np.floating]) -> Float:
    """Rows (n, 3) of length 1."""
    return np.asarray(vectors / (np.sqrt((vectors**2).sum(-1, keepdims=True)) + 1e-9), np.float32)


def _wall(rings: int, sides: int, closed: bool) -> Int:
    number = np.arange(rings * sides).reshape(rings, sides)
    ahead = np.roll(number, -1, 0)
    here, ahead = (number, ahead) if closed else (number[:-1], ahead[:-1])
    beside, beyond = np.roll(here, -1, 1), np.roll(ahead, -1, 1)
    first, second = np.stack([here, ahead, beside], -1), np.stack([beside, ahead, beyond], -1)
    return np.concatenate([first.reshape(-1, 3), second.reshape(-1, 3)]).astype(np.int32)
