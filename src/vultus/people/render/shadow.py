"""Shadow maps: how near to each lamp things come."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vultus.people.render import kernels
from vultus.people.render.light import shadow_film
from vultus.people.render.scenery import Scenery, placed
from vultus.people.render.strand_arrays import strand_arrays
from vultus.people.shapes import Float, Part, Strands

CASTERS = 2000  # strands that cast shadows, the wider the fewer


def shadow_maps(scenery: Scenery, strands: tuple[Strands, ...], lamps: NDArray[np.float64], size: int) -> tuple[Float, NDArray[np.float64]]:
    """Maps float32 (lamps, size, size) of nearness to the lamp in mm, 0 where nothing is, and their views (lamps, 4, 4)."""
    maps = np.zeros((max(len(lamps), 1), size, size), np.float32)
    films = np.zeros((max(len(lamps), 1), 4, 4))
    owner, weights = np.empty((size, size), np.int32), np.empty((size, size, 2), np.float32)
    nothing = np.empty((0, 0, 0), np.float32)
    for index, lamp in enumerate(lamps):
        films[index] = shadow_film(lamp[:3], size)
        kernels.draw_triangles(placed(scenery.vertices, films[index], False), scenery.triangles, scenery.solid, maps[index], owner, weights)
        for each in strands:
            if each.part == Part.HAIR and len(each.points):
                stride = max(len(each.points) // CASTERS, 1)
                how = np.array([0, films[index, 3, 0] * stride, each.opacity, stride, 0], np.float64)
                kernels.draw_strands(*strand_arrays(each), films[index], how, maps[index], owner, nothing)
    return maps, films
