"""What hair looks like at the samples that show it: colour, direction along the strand, and which way is out of the hair's mass."""

from __future__ import annotations

import numpy as np

from vultus.people.render.lattice import Lattice
from vultus.people.render.scenery import HAIR
from vultus.people.shapes import Float, Sculpture, Strands

HEAD_CENTRE_MM = (0.0, 15.0, -85.0)  # of the skull, from the point midway between the eyes


def colours(strands: Strands) -> Float:
    """Linear RGB at root and tip, (n, 6)."""
    tip = strands.colour if strands.tip is None else strands.tip
    return np.ascontiguousarray(np.concatenate([strands.colour, tip], 1), np.float32)


def read_strands(lattice: Lattice, strands: Strands, first: int, sculpture: Sculpture) -> int:
    """Fill the lattice where it shows a segment of these strands (numbers from `first`); the number after their last segment."""
    n, k = strands.points.shape[:2]
    after = first + n * (k - 1)
    row, column = np.nonzero((lattice.owner <= -2 - first) & (lattice.owner > -2 - after))
    strand, segment = np.divmod(-2 - first - lattice.owner[row, column], k - 1)
    t = lattice.weights[row, column, 0][:, None]
    begin, end = strands.points[strand, segment], strands.points[strand, segment + 1]
    along = _unit((1 - t) * (end - strands.points[strand, np.maximum(segment - 1, 0)])
                  + t * (strands.points[strand, np.minimum(segment + 2, k - 1)] - begin))
    share = (segment[:, None] + t) / np.float32(k - 1)
    tone = colours(strands)[strand]
    lattice.albedo[row, column] = (1 - share) * tone[:, :3] + share * tone[:, 3:]
    lattice.bumped[row, column] = along
    out = _outward(begin + t * (end - begin), sculpture)
    lattice.normal[row, column] = _unit(out - along * np.einsum("ij,ij->i", out, along)[:, None])
    lattice.info[row, column, 0] = share[:, 0]
    lattice.labels[row, column] = (strands.part, 0, HAIR)
    return int(after)


def _outward(points: Float, sculpture: Sculpture) -> Float:
    """Unit directions away from the skull; below the eyes away from the vertical axis through it."""
    turn = sculpture.turn
    centre = sculpture.eye_centres.mean(0) + np.einsum("ij,j->i", turn, np.array(HEAD_CENTRE_MM, np.float32))
    away = np.einsum("ij,jk->ik", points - centre, turn)
    away[:, 1] = np.where(away[:, 1] < 0, 0.15 * away[:, 1], away[:, 1])
    return _unit(np.einsum("ij,kj->ik", away, turn))


def _unit(vectors: Float) -> Float:
    return np.asarray(vectors / (np.sqrt(np.einsum("ij,ij->i", vectors, vectors))[:, None] + 1e-9), np.float32)
