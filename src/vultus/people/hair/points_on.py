"""Points spread over triangles, to measure a coarse mesh as a surface instead of by its vertices."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Float = NDArray[np.float32]
SIXTH, TWO = 1 / 6, 2 / 3
LATTICE = np.array([[1, 0, 0], [0, 1, 0], [0, 0, 1], [0.5, 0.5, 0], [0, 0.5, 0.5], [0.5, 0, 0.5], [1 / 3, 1 / 3, 1 / 3],
                    [TWO, SIXTH, SIXTH], [SIXTH, TWO, SIXTH], [SIXTH, SIXTH, TWO]], np.float32)


def lattice_points(vertices: Float, triangles: NDArray[np.int32]) -> Float:
    """Ten points on every triangle (t, 3): float32 (10 t, 3), mm."""
    a, b, c = (vertices[triangles[:, i]] for i in range(3))
    rows = [w[0] * a + w[1] * b + w[2] * c for w in LATTICE]
    return np.concatenate(rows).astype(np.float32)
