"""Masks over nose, mouth and chin: a sheet over the skin that bridges its hollows, with loops round the ears."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vultus.people.hair.skull import Skull
from vultus.people.scene import Worn
from vultus.people.shapes import Mesh, Part
from vultus.people.skin.tone import linear
from vultus.people.wear.fitting import EAR_BEHIND, EAR_LOW, Fitting
from vultus.people.wear.solids import Stuff, joined, placed, sheet, tube, unit

Float = NDArray[np.float32]
MIDDLE = np.array([0, -62, -28], np.float32)  # inside the mouth: every point of the mask is seen from here, mm
# Places of the mean head under the upper and the lower edge of a mask, left half from the midline outward.
UPPER = ((0.0, -13.6, 31.6), (12.0, -19.0, 20.0), (26.0, -24.0, 18.0), (42.0, -28.0, 8.0), (54.0, -36.0, -10.0), (60.0, -44.0, -28.0))
LOWER = ((0.0, -112.5, 2.0), (14.0, -111.0, 0.0), (28.0, -104.0, -6.0), (40.0, -95.0, -14.0), (50.0, -82.0, -24.0), (57.0, -66.0, -34.0))
COLUMNS, ROWS = 41, 25
STANDS = {"surgical": 4.0, "cloth": 3.0, "ffp2": 5.0}  # mm over the bridged skin


def mask_mesh(worn: Worn, fit: Fitting) -> Mesh:
    """The mask of a scene on a posed head, in the scene's frame."""
    grid = _sheet_points(worn.mask, fit)
    stuff = Stuff(Part.MASK, linear(worn.mask_colour), 0.08)
    light = Stuff(Part.MASK, np.minimum(1, stuff.colour * np.float32(0.5) + np.float32(0.42)), 0.1)
    pieces = [sheet(grid, stuff)]
    hem = light if worn.mask == "surgical" else stuff
    for edge in (grid[0], grid[-1]):
        pieces.append(tube(edge, 1.1, hem, np.array([0, 0.3, 1], np.float32), 1.3))
    for side, column in ((1, -1), (-1, 0)):
        pieces.append(_loop(grid[0, column], grid[-1, column], side, light, fit))
    return placed(joined(pieces), fit.turn, fit.shift)


def _sheet_points(kind: str, fit: Fitting) -> Float:
    """Points (ROWS, COLUMNS, 3) from the upper to the lower edge, from the person's right to the left."""
    upper, lower = _edge(UPPER, fit), _edge(LOWER, fit)
    front = fit.surface[(fit.surface[:, 2] > -70) & (fit.surface[:, 1] < 20)]
    skin = Skull(front, MIDDLE)
    start, end = unit(upper - MIDDLE), unit(lower - MIDDLE)
    angle = np.arccos(np.clip((start * end).sum(1), -1, 1))
    share = np.linspace(0, 1, ROWS, dtype=np.float32)[:, None]
    a, b = np.sin((1 - share) * angle) / np.sin(angle), np.sin(share * angle) / np.sin(angle)
    direction = unit(a[..., None] * start + b[..., None] * end)
    radius, _ = skin.radius((MIDDLE + 80 * direction).reshape(-1, 3).astype(np.float32))
    bare = radius.reshape(ROWS, COLUMNS)
    inner = np.minimum(1, 5 * np.minimum(share, 1 - share)) * np.minimum(1, 9 * (1 - np.abs(np.linspace(-1, 1, COLUMNS))))
    # The edges lie on the skin; within, the cloth is stretched over nose and chin.
    shell = bare + 1.9 + inner * (np.maximum(_bridged(bare) - bare, 0) + STANDS[kind] * inner + _form(kind, share))
    return np.asarray(MIDDLE + direction * shell[..., None], np.float32)


def _bridged(radius: Float) -> Float:
    """The radius of a cloth over hollows: each row and column lifted to its chords, then smoothed."""
    lifted = radius.copy()
    for _ in range(10):
        for axis in (0, 1):
            middle = np.moveaxis(lifted, axis, 0)
            for step in (1, 3):
                middle[step:-step] = np.maximum(middle[step:-step], (middle[:-2 * step] + middle[2 * step:]) / 2)
    return lifted


def _form(kind: str, share: Float) -> Float:
    """What is the make's own: pleats across, a seam, or a ridge (ROWS, COLUMNS), mm."""
    across = np.linspace(-1, 1, COLUMNS, dtype=np.float32)[None]
    if kind == "surgical":
        pleat = (share * 3.6 + 0.2) % 1.0
        return np.asarray(2.6 * (pleat - 0.5) * (1 - across**2) * ((share > 0.16) & (share < 0.86)), np.float32)
    ridge = np.clip(1 - np.abs(across) / (0.5 if kind == "ffp2" else 0.35), 0, 1)
    height = 13.0 if kind == "ffp2" else 3.0
    return np.asarray(height * ridge * np.clip(1.2 - np.abs(2 * share - 0.9), 0, 1), np.float32)


def _edge(places: tuple[tuple[float, float, float], ...], fit: Fitting) -> Float:
    """A smooth line (COLUMNS, 3) through places on both sides of the posed face, from right to left."""
    left = fit.along(places)
    right = np.stack([fit.at(place, -1) for place in places[1:]])
    line = np.concatenate([right[::-1], left])
    run = np.concatenate([[0], np.cumsum(np.sqrt((np.diff(line, axis=0) ** 2).sum(1)))])
    place = np.linspace(0, run[-1], COLUMNS)
    smooth = np.stack([np.interp(place, run, line[:, i]) for i in range(3)], 1)
    for _ in range(3):
        smooth[1:-1] = (smooth[:-2] + 2 * smooth[1:-1] + smooth[2:]) / 4
    return smooth.astype(np.float32)


def _loop(top: Float, bottom: Float, side: int, stuff: Stuff, fit: Fitting) -> Mesh:
    """An elastic band from the upper corner round the back of the ear to the lower corner."""
    behind, low = fit.at(EAR_BEHIND, side), fit.at(EAR_LOW, side)
    out = np.array([side * 2.5, 0, -1], np.float32)
    ear = np.array([side * 76.0, 2.0, -70.0], np.float32)
    path = np.stack([top, (top + ear) / 2 + 0.5 * out, ear, behind + out, low + out, (low + bottom) / 2 + out, bottom]).astype(np.float32)
    surface = fit.surface[fit.surface[:, 0] * side > 30]
    fine = np.stack([np.interp(np.linspace(0, 6, 19), np.arange(7), path[:, i]) for i in range(3)], 1).astype(np.float32)
    for point in fine:
        near = (np.abs(surface[:, 1] - point[1]) < 5) & (np.abs(surface[:, 2] - point[2]) < 5)
        if near.any():
            point[0] = side * max(float(point[0] * side), float((surface[near, 0] * side).max()) + 1.0)
    return tube(fine, 0.9, stuff, np.array([side, 0.1, 0.1], np.float32), sides=5)
