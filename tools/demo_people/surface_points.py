"""Values on and points of a triangle mesh."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]


def vertex_normals(vertices: Array, triangles: NDArray[np.int32]) -> Array:
    """Area-weighted unit normals (n, 3)."""
    a, b, c = (vertices[triangles[:, i]] for i in range(3))
    face = np.cross(b - a, c - a)
    total = np.stack([np.bincount(triangles.ravel(), np.repeat(face[:, i], 3), len(vertices)) for i in range(3)], 1)
    return unit(total)


def unit(vectors: Array) -> Array:
    """Rows scaled to length 1."""
    return (vectors / (np.sqrt(np.einsum("ij,ij->i", vectors, vectors)) + 1e-9)[:, None]).astype(np.float32)


def mix(values: Array, corners: NDArray[np.int32], weights: Array) -> Array:
    """Values (n, k) interpolated at barycentric weights (m, 3) of triangles with corners (m, 3)."""
    first, second, third = (values[corners[:, i]] * weights[:, i, None] for i in range(3))
    return (first + second + third).astype(np.float32)


def scatter(vertices: Array, triangles: NDArray[np.int32], allowed: NDArray[np.int64], density: Array, count: int,
            rng: np.random.Generator) -> tuple[NDArray[np.int64], Array]:
    """Random points on triangles with the given density: (triangle index (count,), weights (count, 3))."""
    a, b, c = (vertices[triangles[allowed, i]] for i in range(3))
    mass = np.linalg.norm(np.cross(b - a, c - a), axis=1) * density
    if count == 0 or mass.sum() == 0:
        return np.zeros(0, np.int64), np.zeros((0, 3), np.float32)
    tri = allowed[rng.choice(len(allowed), count, p=mass / mass.sum())]
    r = np.sqrt(rng.random(count))
    s = rng.random(count)
    return tri, np.stack([1 - r, r * (1 - s), r * s], 1).astype(np.float32)


def sample_mask(mask: Array, uv: Array) -> Array:
    """Bilinear mask values (n,) at texture coordinates (n, 2), v upwards."""
    x = np.clip(uv[:, 0] * mask.shape[1] - .5, 0, mask.shape[1] - 2)
    y = np.clip((1 - uv[:, 1]) * mask.shape[0] - .5, 0, mask.shape[0] - 2)
    i, j = y.astype(np.int64), x.astype(np.int64)
    fy, fx = y - i, x - j
    top = mask[i, j] * (1 - fx) + mask[i, j + 1] * fx
    low = mask[i + 1, j] * (1 - fx) + mask[i + 1, j + 1] * fx
    return (top * (1 - fy) + low * fy).astype(np.float32)
