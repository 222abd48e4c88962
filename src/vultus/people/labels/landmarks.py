"""Landmarks of a posed head: 5, 68, 98 and 468 points as fixed places of the mesh, brow points where this person's brows lie.

Schemes: 5 = eye centres, nose, corners of the mouth (right first), 68 = iBUG 300-W (Sagonas et al. 2013), 98 = WFLW (Wu et al. 2018), 468
= the face mesh of Kartynnik et al. 2019. Sides are the person's own; the person's right comes first, as in the sources.
"""

from __future__ import annotations

from importlib import resources

import numpy as np
from numpy.typing import NDArray

from vultus.people.basis import Posed
from vultus.people.identity import Brows
from vultus.people.shapes import Float
from vultus.people.skin.brow_area import brow_field

SCHEMES = ("5", "68", "98", "468")
PATCH_Y, PATCH_X = np.arange(6, 42, 2), np.arange(4, 64, 2)  # grid over the brows, mm; |x| on each side
EYE_RADIUS_SHARE = 0.24  # radius of the eyeball over the distance of the eyeballs' centres (15 of 61.5 mm on the template)
# Places of brow points: (along, off) with along 0 at the inner end and 1 at the outer, off in half thicknesses over the line.
BROW_68 = ((1.0, 0.0), (0.75, 0.0), (0.5, 0.0), (0.25, 0.0), (0.0, 0.0))
BROW_98 = ((1.0, 0.0), (0.75, 0.9), (0.5, 0.9), (0.25, 0.9), (0.02, 0.8), (0.02, -0.8), (0.25, -0.9), (0.5, -0.9), (0.75, -0.9))


class Landmarks:
    """The places, read from the package."""

    def __init__(self) -> None:
        with resources.as_file(resources.files("vultus.people.labels") / "points.npy") as path:
            table = np.load(path, allow_pickle=False)
        self._rows = {name: np.flatnonzero(table["scheme"] == name) for name in (*SCHEMES, "brows", "head")}
        self._vertices, self._weights = table["vertices"], table["weights"]

    def __repr__(self) -> str:
        return f"Landmarks({', '.join(SCHEMES)})"

    def places(self, posed: Posed, brows: Brows) -> dict[str, Float]:
        """Points float32 (k, 3), mm in the scene's frame, of each scheme, and "head": points whose box holds the bare head."""
        corners = posed.vertices[self._vertices]
        points = (corners * self._weights[..., None]).sum(1)
        found = {name: points[rows] for name, rows in self._rows.items() if name != "brows"}
        radius = EYE_RADIUS_SHARE * float(np.linalg.norm(posed.eye_centres[1] - posed.eye_centres[0]))
        found["5"][:2] = posed.eye_centres + radius * posed.turn[:, 2]
        found["98"][96:] = posed.eye_centres + radius * posed.eye_axes
        patch = points[self._rows["brows"]].reshape(2, len(PATCH_Y), len(PATCH_X), 3)
        spots = _brow_spots(brows)
        right, left = (_on_patch(side, *spots) for side in patch)
        few = len(BROW_68)
        found["68"][17:27] = np.concatenate([right[:few], left[:few][::-1]])
        right, left = right[few:], left[few:]
        found["98"][33:51] = np.concatenate([right, left[4::-1], left[:4:-1]])
        return found


def _brow_spots(brows: Brows) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """|x| and y, mm on the template, of `BROW_68` and then `BROW_98` on this person's brow line."""
    share, off = np.array(BROW_68 + BROW_98).T
    x = brows.inner_mm + share * (brows.outer_mm - brows.inner_mm)
    flat = np.zeros((2 * len(x), 3), np.float32)
    flat[:, 0] = np.concatenate([x, x])
    flat[len(x):, 1] = 1
    at_zero, at_one = np.split(brow_field(flat, brows)[0].astype(np.float64), 2)
    half = 1 / (at_one - at_zero)  # off = (y - line) / half
    return x, (off - at_zero) * half


def _on_patch(patch: Float, x: NDArray[np.float64], y: NDArray[np.float64]) -> Float:
    """Points (k, 3) of a side's patch (rows, columns, 3) over template places |x|, y."""
    column, row = (np.minimum(np.maximum((value - grid[0]) / 2, 0), len(grid) - 1.001) for value, grid in ((x, PATCH_X), (y, PATCH_Y)))
    c, r = column.astype(int), row.astype(int)
    u, v = (column - c)[:, None], (row - r)[:, None]
    below, above = (patch[k, c] * (1 - u) + patch[k, c + 1] * u for k in (r, r + 1))
    return np.asarray(below * (1 - v) + above * v, np.float32)
