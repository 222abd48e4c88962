"""One step of Catmull-Clark on a mesh of quads, and smooth normals (Catmull and Clark 1978, Computer-Aided Design 10)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vultus.people.shapes import Float

Index = NDArray[np.int64]


class Refinement:
    """Tables of one step for a fixed mesh; `refine` then needs only gathers and sums.

    New vertices: the old ones moved (same numbers), then one per edge, then one per quad. Borders, and the line of
    vertices named in `stay`, stay in place; so do unused vertices.

    Args:
        quads: int (q, 4).
        corner_uv: float32 (q, 4, 2).
        count: number of vertices n.
        stay: vertices of a crease.
    """

    def __init__(self, quads: NDArray[np.integer], corner_uv: Float, count: int, stay: NDArray[np.integer] | None = None) -> None:
        quads = quads.astype(np.int64)
        self._quads, self._count = quads, count
        pairs = np.stack([quads, np.roll(quads, -1, 1)], 2).reshape(-1, 2)
        self._edges, edge_of = np.unique(np.sort(pairs, 1), axis=0, return_inverse=True)
        edge_of = edge_of.reshape(-1, 4)
        sides = incidence(edge_of, len(self._edges), len(quads))
        self._sides = sides[:, :2]
        crease = np.zeros(count, bool)
        crease[stay if stay is not None else []] = True
        self._border = (sides[:, 1] == len(quads)) | crease[self._edges].all(1)
        self._faces_at = incidence(quads, count, len(quads))
        self._edges_at = incidence(self._edges, count, len(self._edges))
        valence = (self._edges_at < len(self._edges)).sum(1)
        at_border = np.zeros(count, bool)
        at_border[self._edges[self._border].ravel()] = True
        self._moving = np.flatnonzero((valence > 0) & ~at_border)
        self._valence = valence[self._moving, None].astype(np.float32)
        middle = np.repeat(np.arange(len(quads))[:, None] + count + len(self._edges), 4, 1)
        self.quads = np.stack([quads, edge_of + count, middle, np.roll(edge_of, 1, 1) + count], 2).reshape(-1, 4)
        after = (corner_uv + np.roll(corner_uv, -1, 1)) / 2
        centre = np.repeat(corner_uv.mean(1, keepdims=True), 4, 1)
        self.corner_uv = np.stack([corner_uv, after, centre, np.roll(after, 1, 1)], 2).reshape(-1, 4, 2).astype(np.float32)

    def refine(self, vertices: Float) -> Float:
        """float32 (n, 3) -> float32 (n + edges + quads, 3)."""
        face = (vertices[self._quads[:, 0]] + vertices[self._quads[:, 1]] + vertices[self._quads[:, 2]] + vertices[self._quads[:, 3]]) / 4
        middle = (vertices[self._edges[:, 0]] + vertices[self._edges[:, 1]]) / 2
        face = np.concatenate([face, np.zeros((1, 3), np.float32)])
        edge = middle / 2 + (face[self._sides[:, 0]] + face[self._sides[:, 1]]) / 4
        edge[self._border] = middle[self._border]
        middle = np.concatenate([middle, np.zeros((1, 3), np.float32)])
        moved = vertices.copy()
        k, here = self._valence, self._moving
        around = gathered(face, self._faces_at[here]) / k + 2 * gathered(middle, self._edges_at[here]) / k
        moved[here] = (around + (k - 3) * vertices[here]) / k
        return np.concatenate([moved, edge, face[:-1]])


class Normals:
    """Unit vertex normals of a fixed mesh of quads: the sum of the quads' normals, weighted by area."""

    def __init__(self, quads: NDArray[np.integer], count: int) -> None:
        self._quads = quads.astype(np.int64)
        table = incidence(self._quads, count, len(quads))
        self._first, self._more = table[:, :4], table[:, 4:]
        self._busy = np.flatnonzero((self._more < len(quads)).any(1))

    def __call__(self, vertices: Float) -> Float:
        """float32 (n, 3) -> float32 (n, 3); (0, 0, 1) where no quad meets."""
        corner = [vertices[self._quads[:, k]] for k in range(4)]
        one, two = corner[2] - corner[0], corner[3] - corner[1]
        face = np.zeros((len(one) + 1, 3), np.float32)
        for axis in range(3):
            a, b = (axis + 1) % 3, (axis + 2) % 3
            face[:-1, axis] = one[:, a] * two[:, b] - one[:, b] * two[:, a]
        normals = gathered(face, self._first)
        if len(self._busy):
            normals[self._busy] += gathered(face, self._more[self._busy])
        length = np.sqrt(np.einsum("ij,ij->i", normals, normals))
        normals[length < 1e-12] = (0, 0, 1)
        return np.asarray(normals / np.where(length < 1e-12, 1, length)[:, None], np.float32)


def incidence(members: NDArray[np.integer], count: int, missing: int) -> Index:
    """Table (count, most) of the rows of `members` (rows, k) in which each number occurs, padded with `missing`."""
    flat, rows = members.ravel(), np.repeat(np.arange(len(members)), members.shape[1])
    order = np.argsort(flat, kind="stable")
    flat, rows = flat[order], rows[order]
    start = np.searchsorted(flat, np.arange(count))
    place = np.arange(len(flat)) - start[flat]
    table = np.full((count, int(place.max()) + 1), missing, np.int64)
    table[flat, place] = rows
    return table


def gathered(values: Float, table: Index) -> Float:
    """Sum of values over the columns of a table: (m, 3), (n, k) -> (n, 3)."""
    total = values[table[:, 0]]
    for column in range(1, table.shape[1]):
        total = total + values[table[:, column]]
    return np.asarray(total)
