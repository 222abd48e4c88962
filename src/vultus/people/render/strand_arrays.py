"""Strands as the compiled loops take them."""

from __future__ import annotations

import numpy as np

from vultus.people.shapes import Float, Strands


def strand_arrays(strands: Strands) -> tuple[Float, Float, Float]:
    """Points (n, k, 3), widths (n,) and colours at root and tip (n, 6)."""
    tip = strands.colour if strands.tip is None else strands.tip
    return (np.ascontiguousarray(strands.points, np.float32), np.ascontiguousarray(strands.width, np.float32),
            np.ascontiguousarray(np.concatenate([strands.colour, tip], 1), np.float32))
