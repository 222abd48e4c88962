"""Earrings: a stud or a hoop at each lobe, by the identity's seed."""

from __future__ import annotations

import numpy as np

from vultus.people.identity import Identity
from vultus.people.shapes import Mesh, Part
from vultus.people.wear.fitting import LOBE, Fitting
from vultus.people.wear.solids import Stuff, ball, joined, placed, tube

METALS = ((0.72, 0.53, 0.22), (0.7, 0.7, 0.72))  # linear RGB of gold and silver


def earring_mesh(identity: Identity, fit: Fitting) -> Mesh:
    """Both earrings on a posed head, in the scene's frame."""
    seed = identity.hair.seed
    stuff = Stuff(Part.EARRING, np.array(METALS[seed % 2], np.float32), 2.0)
    pieces = []
    for side in (1, -1):
        lobe = fit.at(LOBE, side)
        if seed // 2 % 2:
            pieces.append(ball(lobe + np.array([side * 1.8, 0, 1.5], np.float32), np.full(3, 3.2, np.float32), stuff))
            continue
        angle = np.linspace(0, 2 * np.pi, 20, endpoint=False)
        radius = 9.0 + seed // 4 % 8
        ring = np.stack([0 * angle, radius * np.cos(angle) - radius, radius * np.sin(angle)], 1)
        pieces.append(tube((lobe + np.array([side * 1.5, 1.5, 0]) + ring).astype(np.float32), 1.1, stuff, np.array([1, 0, 0], np.float32),
                           closed=True))
    return placed(joined(pieces), fit.turn, fit.shift)
