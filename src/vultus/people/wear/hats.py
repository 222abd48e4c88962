"""Hats fitted to a head: cap, beanie, headscarf. Each sits on the skull as measured, and says which hair it covers."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vultus.people.hair.skull import Skull
from vultus.people.scene import Worn
from vultus.people.shapes import Mesh, Part
from vultus.people.skin.tone import linear
from vultus.people.wear.covering import Covering
from vultus.people.wear.fitting import Fitting
from vultus.people.wear.solids import Stuff, joined, placed, sheet, tube, unit

Float = NDArray[np.float32]
COVERINGS = {"cap": Covering(50.0, 0.22), "beanie": Covering(38.0, 0.27), "headscarf": Covering(40.0, 0.3, hides_all=True)}
COLUMNS = 48
LOOSE = {"cap": 4.0, "beanie": 4.5}  # mm between skull and cloth
# Places of the mean head that the edge of a headscarf follows round the face, from the forehead down the left side to the chin.
FACE_EDGE = ((0.0, 54.0, 23.0), (26.0, 50.0, 17.0), (48.0, 36.0, 0.0), (60.0, 12.0, -18.0), (64.0, -12.0, -28.0), (62.0, -40.0, -32.0),
             (54.0, -72.0, -30.0), (40.0, -96.0, -16.0), (20.0, -110.0, 4.0), (0.0, -112.5, 5.0))


def covering_of(worn: Worn) -> Covering | None:
    """What the hat of a scene does to the hair, None without a hat."""
    return COVERINGS.get(worn.hat)


def hat_mesh(worn: Worn, fit: Fitting) -> Mesh:
    """The hat of a scene on a posed head, in the scene's frame."""
    stuff = Stuff(Part.HAT, linear(worn.hat_colour), 0.12)
    make = {"cap": _cap, "beanie": _beanie, "headscarf": _headscarf}[worn.hat]
    return placed(joined(make(stuff, fit)), fit.turn, fit.shift)


def _cap(stuff: Stuff, fit: Fitting) -> list[Mesh]:
    crown = _dome(fit.skull, COVERINGS["cap"], LOOSE["cap"], rise=7.0)
    front = crown[-1]
    angle = np.linspace(-np.pi, np.pi, COLUMNS, endpoint=False)
    chosen = np.flatnonzero(np.abs(angle) < 1.12)
    edge = front[chosen]
    reach = np.linspace(0, 1, 6, dtype=np.float32)[:, None, None]
    width = 68 * np.sqrt(np.clip(1 - (angle[chosen] / 1.2) ** 2, 0, 1))
    forward = np.stack([0.1 * edge[:, 0] * width / 68, -0.24 * width, width], 1).astype(np.float32)
    droop = np.stack([0 * width, -0.0032 * edge[:, 0] ** 2, 0 * width], 1).astype(np.float32)
    peak = edge + reach * forward + reach**1.5 * droop
    under = peak[:, ::-1] - np.array([0, 1.8, 0], np.float32)
    dark = Stuff(Part.HAT, stuff.colour * np.float32(0.7), 0.1)
    button = crown[0].mean(0, keepdims=True)
    axis = np.array([[0, -1, 0], [0, 1.6, 0]], np.float32)
    knob = tube(button + axis, 5.0, stuff, np.array([0, 0, 1], np.float32))
    return [sheet(crown, stuff, wrap=True), sheet(peak, stuff), sheet(under, dark), knob]


def _beanie(stuff: Stuff, fit: Fitting) -> list[Mesh]:
    crown = _dome(fit.skull, COVERINGS["beanie"], LOOSE["beanie"], rise=13.0, rib=0.5)
    cuff = _dome(fit.skull, COVERINGS["beanie"], LOOSE["beanie"] + 3.2, rise=0.0, rib=0.8, band=34.0)
    return [sheet(crown, stuff, wrap=True), sheet(cuff, Stuff(Part.HAT, stuff.colour * np.float32(0.88), 0.1), wrap=True)]


def _dome(skull: Skull, cover: Covering, gap: float, rise: float, rib: float = 0.0, band: float = 0.0) -> Float:
    """Rows (r, COLUMNS, 3) of a shell over the skull from its top (or from `band` mm over the edge) down to the edge of the hat."""
    columns = COLUMNS * (2 if rib else 1)
    turn = np.linspace(-np.pi, np.pi, columns, endpoint=False)[None]
    polar = np.linspace(0.01, 2.3, 44)[:, None]
    points, shape = _over(skull, polar, turn, gap), (44, columns)
    over = cover.height(points).reshape(shape)
    last = _crossing(over, polar[:, 0], 0.0)
    first = _crossing(over, polar[:, 0], band) if band else np.full(columns, 0.02)
    share = np.linspace(0, 1, 6 if band else 16)[:, None]
    grid = (first + share * (last - first)).astype(np.float32)
    shell = _over(skull, grid, np.broadcast_to(turn, grid.shape), gap).reshape(*grid.shape, 3)
    outward = unit(shell - skull.centre)
    swell = rise * np.clip(1 - share, 0, 1) ** 0.7 * np.clip(6 * share, 0.6, 1) + rib * np.cos(columns / 2 * (turn + np.pi))
    if band:
        swell = swell - (share <= 0) * 3.0
    return np.asarray(shell + outward * swell[..., None], np.float32)


def _over(skull: Skull, polar: NDArray[np.floating], turn: NDArray[np.floating], gap: float) -> Float:
    """Points (n, 3) `gap` over the skull in directions given by polar angle and turn about the vertical (0 = front)."""
    polar, turn = np.broadcast_arrays(polar, turn)
    direction = np.stack([np.sin(polar) * np.sin(turn), np.cos(polar), np.sin(polar) * np.cos(turn)], -1).reshape(-1, 3).astype(np.float32)
    radius, _ = skull.radius(skull.centre + 100 * direction)
    return np.asarray(skull.centre + direction * (radius[:, None] + gap), np.float32)


def _crossing(over: Float, polar: NDArray[np.floating], level: float) -> NDArray[np.float64]:
    """Polar angle per column at which the height over the edge falls below a level."""
    first = np.maximum((over < level).argmax(0), 1)
    column = np.arange(over.shape[1])
    high, low = over[first - 1, column], over[first, column]
    share = np.clip((high - level) / (high - low + 1e-6), 0, 1)
    return np.asarray(polar[first - 1] + share * (polar[first] - polar[first - 1]))


def _headscarf(stuff: Stuff, fit: Fitting) -> list[Mesh]:
    """From the edge round the face back over head and neck, then down to the shoulders, with a rolled edge."""
    left = fit.along(FACE_EDGE)
    right = np.stack([fit.at(place, -1) for place in FACE_EDGE[1:-1]])
    rim = _resampled(np.concatenate([left, right[::-1]]), 40)
    centre = np.array([0, -6, -72], np.float32)
    hull = Skull(np.concatenate([fit.surface, fit.ears]), centre)
    start = unit(rim - centre)
    pole = unit(np.array([[0, 0.12, -1]], np.float32))
    rows = []
    for share in np.linspace(0, 1, 14, dtype=np.float32):
        direction = _slerp(start, pole, share * 0.985)
        radius, _ = hull.radius(centre + 100 * direction)
        rows.append(centre + direction * (radius + 1.5 + 8.5 * min(1, 5 * share))[:, None])
    grid = np.stack(rows).astype(np.float32)
    hood = sheet(grid[:, ::-1], stuff, wrap=True)
    roll = tube(grid[0] + 1.5 * start, 2.6, stuff, np.array([0.05, 0.1, 1], np.float32), closed=True)
    return [hood, roll, sheet(_skirt(fit), stuff, wrap=True)]


def _skirt(fit: Fitting) -> Float:
    """Rings about the neck, from under the chin to the shoulders, in folds."""
    turn = np.linspace(-np.pi, np.pi, 56, endpoint=False)
    rows = []
    for share in np.linspace(0, 1, 9):
        across, depth = 62 + 46 * share**1.6, 70 + 20 * share
        fold = 1 + 0.05 * np.sin(5 * turn + 6 * share) * share
        x, z = across * np.sin(turn) * fold, -66 + depth * np.cos(turn) * fold - 8 * share
        y = -84 - 92 * share + 12 * np.cos(turn) * (share - 0.6) + 10 * np.abs(np.sin(turn)) * share
        rows.append(np.stack([x, y, z], 1))
    return np.stack(rows).astype(np.float32)


def _resampled(points: Float, count: int) -> Float:
    """A closed line through points (n, 3) at `count` equal distances, rounded at the corners."""
    ring = np.concatenate([points, points[:1]])
    run = np.concatenate([[0], np.cumsum(np.sqrt((np.diff(ring, axis=0) ** 2).sum(1)))])
    place = np.arange(count) * run[-1] / count
    line = np.stack([np.interp(place, run, ring[:, i]) for i in range(3)], 1)
    for _ in range(2):
        line = (np.roll(line, 1, 0) + 2 * line + np.roll(line, -1, 0)) / 4
    return line.astype(np.float32)


def _slerp(start: Float, end: Float, share: float) -> Float:
    """Unit vectors (n, 3) a share of the way from start (n, 3) to end (1, 3) along great circles."""
    angle = np.arccos(np.clip((start * end).sum(1), -1, 1))
    sine = np.sin(angle) + 1e-9
    return unit((np.sin((1 - share) * angle) / sine)[:, None] * start + (np.sin(share * angle) / sine)[:, None] * end)
