"""Eyelashes along the four strips of the head basis, which close with the lids."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vultus.people.identity import Identity
from vultus.people.shapes import Part, Strands

Float = NDArray[np.float32]
DARK = np.array([0.012, 0.01, 0.009], np.float32)
ROWS = 5  # vertices of a strip from the lid to the tip


@dataclass(frozen=True, eq=False)
class Lashes:
    """Lashes between the columns of a strip: `first` and `second` int32 (n, 5) are vertices, `part` (n,) the share of the second,
    `reach` (n,) how far a lash goes towards the strip's tip."""

    first: NDArray[np.int32]
    second: NDArray[np.int32]
    part: Float
    reach: Float
    width: Float

    def pose(self, vertices: Float, normals: Float) -> Strands:
        """The lashes on a posed head; `normals` play no part."""
        part, reach = self.part[:, None, None], self.reach[:, None, None]
        line = vertices[self.first] * (1 - part) + vertices[self.second] * part
        points = line[:, :1] + (line - line[:, :1]) * reach
        colour = np.broadcast_to(DARK, (len(part), 3))
        return Strands(points.astype(np.float32), np.ascontiguousarray(colour), self.width, Part.LASHES, 0.8, None)


def grow_lashes(identity: Identity, strips: tuple[NDArray[np.int32], ...], detail: int) -> Lashes:
    """Lashes of both eyes, upper ones longer and denser; longer for women."""
    count = int(np.clip(detail / 75, 60, 300))
    length = 0.62 + 0.3 * (1 - identity.phenotype["gender"])
    upper = [_row(strip, count, length, (identity.hair.seed, 40 + i)) for i, strip in enumerate(strips[::2])]
    lower = [_row(strip, count // 3, 0.55 * length, (identity.hair.seed, 42 + i)) for i, strip in enumerate(strips[1::2])]
    first, second, part, reach = (np.concatenate(each) for each in zip(*upper, *lower, strict=True))
    width = np.where(np.arange(len(part)) < 2 * count, 0.3, 0.15) * (100 / count) ** 0.5
    return Lashes(first, second, part, reach, width.astype(np.float32))


def _row(strip: NDArray[np.int32], count: int, length: float, seed: tuple[int, ...]
         ) -> tuple[NDArray[np.int32], NDArray[np.int32], Float, Float]:
    """Lashes of one strip (columns, 5): columns before and after, share between them, reach."""
    draws = np.random.default_rng(seed).random((count, 2), dtype=np.float32)
    place = 0.3 + (np.arange(count) * 0.6180339887 + 0.02 * draws[:, 0]) % 1.0 * (len(strip) - 1.301)
    column = place.astype(np.int64)
    part = (place - column).astype(np.float32)
    return strip[column], strip[column + 1], part, (length * (0.62 + 0.38 * draws[:, 1])).astype(np.float32)
