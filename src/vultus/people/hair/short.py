"""Brows, lashes and beard: short hairs kept in frames of the skin's triangles, so that they follow every expression."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vultus.people.hair.roots import Roots
from vultus.people.identity import Beard, Brows
from vultus.people.shapes import Part, Strands
from vultus.people.skin.brow_area import brow_field

Float = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class ShortHair:
    """Hairs in the frames of their roots: `local` float32 (n, k, 3), mm along normal, edge and across; colours and widths as in
    `Strands`."""

    roots: Roots
    local: Float
    colour: Float
    tip: Float
    width: Float
    part: Part
    opacity: float

    def pose(self, vertices: Float, normals: Float) -> Strands:
        """The hairs on deformed and turned skin."""
        frames = self.roots.frames(vertices, normals)
        points = self.roots.mix(vertices)[:, None] + np.matmul(self.local, frames)
        return Strands(points.astype(np.float32), self.colour, self.width, self.part, self.opacity, self.tip)


def to_local(points: Float, roots: Roots, vertices: Float, normals: Float) -> Float:
    """Points (n, k, 3) in the frames of the roots."""
    offset = points - roots.mix(vertices)[:, None]
    return np.asarray(np.matmul(offset, roots.frames(vertices, normals).transpose(0, 2, 1)), np.float32)


def brow_hairs(roots: Float, normals: Float, canonical: Float, brows: Brows, draws: Float) -> Float:
    """Brow hairs (n, 5, 3): steep at the inner end, then along the brow, those above bending down and those below up."""
    off, t = brow_field(canonical, brows)
    t = np.clip(t, 0, 1)
    side = np.sign(canonical[:, 0])
    rise = 1.5 * (1 - t) ** 3 - 0.4 * off * (t > 0.25) - 0.25 * t
    heading = np.stack([side * (0.25 + t**0.5), rise, -0.35 * t], 1) + 0.16 * (2 * draws[:, :3] - 1)
    length = (5.0 + 4.5 * draws[:, 3]) * (1.1 - 0.4 * t) * np.clip(brows.thickness_mm / 4, 0.75, 1.3)
    return _lean(roots, normals, heading, length, 0.12, 0.25, 5)


def beard_hairs(roots: Float, normals: Float, canonical: Float, beard: Beard, draws: Float) -> Float:
    """Beard hairs (n, 5, 3): down and a little outward, sideways on the upper lip, longer on the chin."""
    x, y, z = canonical.T
    lip = (y > -66) & (np.abs(x) < 34) & (z > 0)
    side = np.sign(x) * np.minimum(1, np.abs(x) / 6)
    heading = np.stack([0.2 * side + 0.9 * side * lip, -np.ones(len(x)) + 0.25 * lip, 0.12 + 0.25 * (z > -20)], 1)
    heading = heading + 0.5 * (draws[:, :3] - 0.5)
    chin = np.clip((-70 - y) / 20, 0, 1) * np.clip((z + 60) / 50, 0, 1)
    length = np.minimum(beard.length_mm, 60) * (0.6 + 0.5 * draws[:, 3]) * (0.55 + 0.45 * chin)
    length = np.where(lip, np.minimum(length, np.clip(-57.0 - y + 15, 4, 12)), np.maximum(length, 2.5))
    return _lean(roots, normals, heading, length, 0.28, 0.15, 5)


def _lean(roots: Float, normals: Float, heading: Float, length: Float, lift: float, gap: float, steps: int) -> Float:
    """Hairs that rise from the skin by `lift` of their length and lie down along their heading."""
    heading = heading - (heading * normals).sum(1, keepdims=True) * normals * 0.85
    heading = heading / (np.sqrt((heading**2).sum(1, keepdims=True)) + 1e-9)
    t = np.linspace(0, 1, steps, dtype=np.float32)[None, :, None]
    rise = normals[:, None] * (length[:, None, None] * lift * t * (1.4 - t) + gap * np.minimum(1, 4 * t))
    return (roots[:, None] + length[:, None, None] * heading[:, None] * t + rise).astype(np.float32)
