"""Clothing as a shell over shoulders and chest, cut along the neckline, with an edge that has thickness."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vultus.people.scene import Worn
from vultus.people.shapes import Mesh, Part
from vultus.people.skin.neckline import below_neckline
from vultus.people.skin.tone import linear
from vultus.people.wear.fitting import Pattern
from vultus.people.wear.solids import Stuff, solid

Float = NDArray[np.float32]
THICK_MM = 3.2  # of the hem, over the skin
FOLDS = 0.22  # strength of folds in the shading
INSIDE_MM = -1.5  # how far its inner side goes under the skin


def collar_mesh(worn: Worn, pattern: Pattern, vertices: Float, normals: Float) -> Mesh:
    """The clothing of a scene over the posed head-and-shoulders mesh (n, 3) with normals (n, 3), in the scene's frame."""
    bust = pattern.bust
    depth = below_neckline(pattern.canonical, worn.neckline)
    whole = bust[(depth[bust] > 0).all(1)]
    cut = bust[((depth[bust] > 0).any(1)) & ((depth[bust] <= 0).any(1))]
    corners, weights, hem = _clipped(cut, depth)
    points = np.concatenate([vertices, _mix(vertices, corners, weights)])
    outward = np.concatenate([normals, _mix(normals, corners, weights)])
    drape = np.concatenate([np.clip(depth / 30, 0, 1), np.zeros(len(corners))])[:, None].astype(np.float32)
    shell = points + outward * (THICK_MM + 1.2 * drape)
    outward = outward + FOLDS * _folds(np.concatenate([pattern.canonical, _mix(pattern.canonical, corners, weights)])) * drape
    faces = np.concatenate([whole, _clipped_faces(cut, depth, len(vertices))])
    rim = len(vertices) + hem
    inner = points[rim.ravel()] + outward[rim.ravel()] * INSIDE_MM
    start = len(points)
    a, b = rim[:, 0], rim[:, 1]
    c = start + 2 * np.arange(len(rim))
    lip = np.concatenate([np.stack([a, c, b], 1), np.stack([b, c, c + 1], 1)])
    upward = np.tile(np.array([0, 0.8, 0.6], np.float32), (len(inner), 1))
    faces, used = np.concatenate([faces, lip]), np.concatenate([shell, inner])
    numbers, inverse = np.unique(faces, return_inverse=True)
    cloth = Stuff(Part.CLOTH, linear(worn.clothing), 0.05)
    return solid(used[numbers], np.concatenate([outward, upward])[numbers], inverse.reshape(-1, 3), cloth)


def _folds(canonical: Float) -> Float:
    """Tilt (n, 3) of the normals by soft folds that hang from the shoulders."""
    x, y, z = canonical.T
    wave = np.sin(0.055 * x + 0.02 * y + 0.8 * np.sin(0.03 * y)) + 0.6 * np.sin(0.11 * x - 0.035 * y + 0.04 * z)
    return np.stack([wave, 0.5 * np.sin(0.07 * y + 0.04 * x), 0 * wave], 1).astype(np.float32)


def _clipped(cut: NDArray[np.int32], depth: Float) -> tuple[NDArray[np.int32], Float, NDArray[np.int64]]:
    """Where the neckline crosses sides of triangles: end points (2 t, 2), weights (2 t, 2), and pairs of crossings per triangle."""
    rolled, _ = _rolled(cut, depth)
    ends = np.stack([rolled[:, [0, 1]], rolled[:, [0, 2]]], 1).reshape(-1, 2)
    share = depth[ends[:, 0]] / (depth[ends[:, 0]] - depth[ends[:, 1]])
    pairs = np.arange(len(ends)).reshape(-1, 2)
    lone = depth[rolled[:, 0]] > 0
    return ends.astype(np.int32), np.stack([1 - share, share], 1).astype(np.float32), np.where(lone[:, None], pairs[:, ::-1], pairs)


def _clipped_faces(cut: NDArray[np.int32], depth: Float, start: int) -> NDArray[np.int64]:
    """Triangles of the part of each cut triangle that lies below the neckline."""
    rolled, lone = _rolled(cut, depth)
    first = start + 2 * np.arange(len(cut))
    second = first + 1
    tip = np.stack([rolled[:, 0], first, second], 1)[lone]
    one = np.stack([first, rolled[:, 1], rolled[:, 2]], 1)[~lone]
    two = np.stack([first, rolled[:, 2], second], 1)[~lone]
    return np.concatenate([tip, one, two])


def _rolled(cut: NDArray[np.int32], depth: Float) -> tuple[NDArray[np.int32], NDArray[np.bool_]]:
    """Triangles turned so that the corner that is alone on its side comes first, and whether it lies below (t,)."""
    below = depth[cut] > 0
    lone = below.sum(1) == 1
    odd = np.where(lone, below.argmax(1), (~below).argmax(1))
    order = (odd[:, None] + np.arange(3)) % 3
    return np.take_along_axis(cut, order, 1), lone


def _mix(values: Float, corners: NDArray[np.int32], weights: Float) -> Float:
    return np.asarray(values[corners[:, 0]] * weights[:, :1] + values[corners[:, 1]] * weights[:, 1:], np.float32)
