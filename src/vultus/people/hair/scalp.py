"""Scalp hair grown over the skull along the combing of a style.

A strand starts on the skin, leaves it to its own layer of the hair's thickness, slides over the skull where the style
combs it and hangs free below. Every random number of strand i is row i of one array, so that more strands never change
the first ones.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vultus.people.hair.knot import knot_place, tail_strands
from vultus.people.hair.skull import Skull
from vultus.people.hair.styles import STYLES, Style
from vultus.people.identity import Hair

Float = NDArray[np.float32]
Bool = NDArray[np.bool_]
Index = NDArray[np.int64]
LEADERS = 320  # locks on the head
FRINGED = ("long", "bob", "crop", "side")
PARTED = ("long", "bob", "side")
CUT = ("long", "bob")  # grown down to one height
WALK = 24  # steps of hair that is cut afterwards
STIFFNESS = 8.0  # mm over which a strand takes on a new direction
DRAWS = 12  # random numbers per strand


def grow_scalp(roots: Float, normals: Float, place: tuple[Float, Index], skull: Skull, hair: Hair, vigour: Float
               ) -> tuple[Float, Float, Bool]:
    """Points (n, k, 3), mm, of strands rooted at `roots` (n, 3) with skin normals (n, 3), at canonical positions (n, 3) in
    locks led by strands (n,), each with a share `vigour` (n,) of its style's length and layer; the random numbers (n, DRAWS) they
    came from, and whether each lies where hair may be (n,): not across the face."""
    canonical, leader = place
    style, n = STYLES[hair.style], len(roots)
    draws = np.random.default_rng((hair.seed, 11)).random((n, DRAWS), dtype=np.float32)
    fringe = _fringe(canonical, hair)
    leader = np.where(fringe[leader] == fringe, leader, np.arange(n))  # long locks do not pull the fringe down
    length, layer = (each * vigour for each in _length(draws, canonical, fringe, hair, style))
    scatter = style.spread * (0.55 * _normal(draws[:, 2:8]) + 0.8 * _normal(draws[leader][:, 2:8]))
    free = np.ones(n, bool)
    comb = _Comb(hair, canonical, fringe, 7 * (draws[:, 7] - 0.5))
    points = _walk(roots, normals, (length, layer), (scatter + np.array([0, -style.gravity, 0])).astype(np.float32), comb, skull, style)
    points = _gather(points, leader, style.clump)
    if hair.curl > 0.05:
        points = _curled(points, length, draws, leader, hair.curl)
    if hair.style in CUT:
        points, free = _parted_from_face(points, fringe)
        points = _cut(points, 110 - hair.length_mm + 0.12 * hair.length_mm * draws[:, 0] ** 2, fringe, style.points)
    points = _outside(points, skull)
    if hair.style == "tied":
        points = tail_strands(points, skull, hair, draws)
    return points, draws, free


def _length(draws: Float, canonical: Float, fringe: Bool, hair: Hair, style: Style) -> tuple[Float, Float]:
    """Length (n,) and layer (n,) of every strand, mm: shorter and flatter towards the neck and before the ears in short styles."""
    short = hair.style not in ("long", "bob", "tied")
    low = np.clip((46.6 - canonical[:, 1]) / 50, 0, 1) * short
    length = hair.length_mm * (0.78 + 0.3 * draws[:, 0]) * (1 - (0.6 if hair.style in ("side", "back") else 0.45) * low)
    if hair.style in CUT:
        length = np.full(len(draws), hair.length_mm + 150)
    else:
        length = np.where(before_ear(canonical), np.minimum(length, 5 + 4 * draws[:, 0]), length)
    front = np.clip(canonical[:, 1] - 29.6, 0, None) + 48 * hair.fringe - 10 * draws[:, 0]
    length = np.where(fringe, np.clip(front, 10, max(hair.length_mm, 30.0)), length)
    spread = 0.5 + 0.5 * (draws[:, 1] + draws[:, 8] - 1)  # triangular: most strands in the middle of the hair's thickness
    parted = hair.style in PARTED
    flat = 1 - 0.7 * np.clip(1 - np.abs(canonical[:, 0] - hair.part_mm) / 42, 0, 1) * parted
    layer = style.volume * min(1.0, 0.25 + hair.length_mm / 30) * (1 - 0.65 * low) * spread * flat * np.where(fringe, 0.6, 1)
    return length.astype(np.float32), layer.astype(np.float32)


def _walk(roots: Float, normals: Float, size: tuple[Float, Float], drift: Float, comb: _Comb, skull: Skull, style: Style) -> Float:
    """Steps along the combing, settled in the strand's layer after each step."""
    length, layer = size
    steps = style.points if style.free_below <= -900 else WALK
    points = np.empty((len(roots), steps, 3), np.float32)
    points[:, 0] = roots
    step, direction = (length / (steps - 1))[:, None], normals
    hug = 0.0 if style.stand > 0 else 0.5
    for i in range(1, steps):
        here = points[:, i - 1]
        wish = _unit(comb.wish(here) + drift + normals * style.stand)
        turn = np.minimum(1, 0.35 + i * step / 40) * (1 - np.exp(-step / STIFFNESS))
        direction = _unit((1 - turn) * direction + turn * wish)
        ramp = np.minimum(1, i * step[:, 0] / ((0.6 if comb.parted else 1.1) * style.volume + 2))
        gap = (layer * ramp + 0.5 + 1.1 * ramp).astype(np.float32)
        points[:, i] = skull.settle((here + direction * step).astype(np.float32), gap, hug, style.free_below)
    return points


class _Comb:
    """Where the style combs a strand."""

    def __init__(self, hair: Hair, root: Float, fringe: Bool, jitter: Float) -> None:
        self.hair, self.fringe, self.root = hair, fringe, root
        self.offset = root[:, 0] - hair.part_mm + jitter
        self.low = np.clip((61.6 - root[:, 1]) / 35, 0, 1)
        self.parted = hair.style in PARTED
        self.side = before_ear(root) & (hair.style not in CUT)
        self.knot = knot_place(hair)

    def wish(self, here: Float) -> Float:
        """Wanted direction (n, 3) at points (n, 3)."""
        style = self.hair.style
        ways = {"long": self._down, "bob": self._down, "back": self._back, "tied": self._to_knot, "side": self._over}
        wish = ways.get(style, self._out)(here)
        ahead = _stack(0.002 * here[:, 0] - 0.005 * self.hair.part_mm, np.full(len(here), -0.7), np.full(len(here), 0.7))
        wish = np.where(self.side[:, None], np.array([0, -1, -0.25]), wish)
        return np.where(self.fringe[:, None], ahead, wish).astype(np.float32)

    def _down(self, here: Float) -> Float:
        x, y, z = here.T
        side = np.where(self.offset > 0, 1, -1) * np.maximum(0.5, np.abs(np.tanh(self.offset / 10)))
        front = np.clip((z + 69.5) / 40, 0, 1)
        inward = -0.14 * np.sign(x) * (y < -8) * (2.2 if self.hair.style == "bob" else 1)
        across = side * np.maximum(np.clip((y + 8) / 70, 0, 1), 1.6 * front) + inward
        return _stack(across, np.full(len(x), -0.6), -1.3 * front - 0.1)

    def _back(self, here: Float) -> Float:
        flat = np.zeros(len(here))
        return _stack(flat, 0.15 - 0.5 * self.low, flat - 1)

    def _to_knot(self, here: Float) -> Float:
        return _unit(self.knot - here)

    def _over(self, here: Float) -> Float:
        part = self.hair.part_mm or 1.0
        over = -np.sign(part)
        across = np.where(self.root[:, 0] * over > -abs(part), over, -over) * (1 - 0.8 * self.low)
        return _stack(across, 0.1 - self.low, 0.25 - 0.75 * self.low)

    def _out(self, here: Float) -> Float:
        return _stack(0.2 * np.sign(here[:, 0]), -0.2 - 0.6 * self.low, 0.8 - 1.2 * self.low)


def before_ear(canonical: Float) -> Bool:
    """Whether points (n, 3) of the mean head lie where sideburns grow."""
    x, y, z = canonical.T
    return np.asarray((z > -68) & (np.abs(x) > 40) & (y < 24))


def _fringe(canonical: Float, hair: Hair) -> Bool:
    wanted = hair.fringe > 0 and hair.style in FRINGED
    return np.asarray(wanted & (canonical[:, 2] > -34.5) & (np.abs(canonical[:, 0]) < 50))


def leaders(canonical: Float) -> Index:
    """Number of the leading strand of everyone's lock (n,): the nearest of the first LEADERS strands."""
    lead = canonical[:LEADERS]
    nearest = np.empty(len(canonical), np.int64)
    square = (lead**2).sum(1)
    for start in range(0, len(canonical), 4096):
        part = canonical[start:start + 4096]
        nearest[start:start + 4096] = (square - 2 * np.einsum("ij,kj->ik", part, lead)).argmin(1)
    return nearest


def _gather(points: Float, leader: Index, clump: float) -> Float:
    """Locks: towards the tips strands draw near to their leader."""
    if clump == 0:
        return points
    t = np.linspace(0, 1, points.shape[1], dtype=np.float32)[None, :, None] ** 1.5
    aim = points[leader] + 0.35 * (points[:, :1] - points[leader, :1])
    return np.asarray(points + clump * t * (aim - points), np.float32)


def _curled(points: Float, length: Float, draws: Float, leader: Index, curl: float) -> Float:
    """Adds a helix whose turns the strands of a lock share: 1 turn in 60 mm (waves) to 1 in 18 mm (tight), radius to match."""
    pitch = 60 - 42 * curl
    along = np.linspace(0, 1, points.shape[1], dtype=np.float32)
    turns = np.minimum(length / pitch, (points.shape[1] - 1) / 3.2)  # a turn needs three points to be seen
    angle = 2 * np.pi * (draws[leader, 9] + 0.12 * draws[:, 9])[:, None] + 2 * np.pi * turns[:, None] * along
    radius = (1.0 + 3.2 * curl) * np.minimum(1, length / 25)[:, None] * np.minimum(1, 2.5 * along)
    forward = _unit(points[:, -1] - points[:, 0])
    first = _unit(np.cross(forward, np.array([0.31, 0.2, 0.93], np.float32)))
    second = np.cross(forward, first)
    right, up = np.cos(angle) - np.cos(angle[:, :1]), np.sin(angle) - np.sin(angle[:, :1])
    swing = right[..., None] * first[:, None] + up[..., None] * second[:, None]
    return np.asarray(points + radius[..., None] * swing, np.float32)


def _parted_from_face(points: Float, fringe: Bool) -> tuple[Float, Bool]:
    """Long hair is combed out of the face: strands that would hang before eyes or mouth are moved aside; those that would have to
    move far do not count (n,)."""
    x, y, z = points[..., 0], points[..., 1], points[..., 2]
    before = (y < 56) & (y > -125) & (z > -52) & ~fringe[:, None]
    wanted = 57 + 5 * np.clip(-y / 60, -0.4, 0.6) - 30 * np.clip((y - 30) / 26, 0, 1)
    side = np.where(points[:, 0, 0] >= 0, 1, -1)[:, None]
    out = points.copy()
    out[..., 0] = np.where(before & (np.abs(x) < wanted), side * (wanted + 0.12 * np.abs(x)), x)
    far = (before & (np.abs(x) < wanted - 6)) | ((y < 12) & (y > -125) & (z > -32) & ~fringe[:, None])
    return out, np.asarray(~far.any(1))


def _cut(points: Float, height: Float, fringe: Bool, count: int) -> Float:
    """Shortens strands (n, k, 3) to where they first fall below a height (n,), mm, as `count` points."""
    n, k = points.shape[:2]
    below = points[..., 1] < height[:, None]
    below[:, 0] = False
    first = np.where(below.any(1) & ~fringe, below.argmax(1), k - 1)
    rows = np.arange(n)
    high, low = points[rows, first - 1, 1], points[rows, first, 1]
    crossed = below[rows, first] & ~fringe
    end = np.where(crossed, first - 1 + np.clip((high - height) / (high - low + 1e-6), 0.1, 1), k - 1)
    place = end[:, None] * np.linspace(0, 1, count, dtype=np.float32)
    before = np.minimum(place.astype(np.int64), k - 2)
    part = (place - before)[..., None].astype(np.float32)
    return np.asarray(points[rows[:, None], before] * (1 - part) + points[rows[:, None], before + 1] * part, np.float32)


def _outside(points: Float, skull: Skull) -> Float:
    """Every point but the root at least 0.6 mm outside the skull."""
    n, k = points.shape[:2]
    rest = points[:, 1:].reshape(-1, 3)
    points[:, 1:] = skull.settle(rest, np.full(len(rest), 0.6, np.float32), 0.0, -900).reshape(n, k - 1, 3)
    return points


def _normal(uniform: Float) -> Float:
    """Standard normal numbers (n, 3) from uniform ones (n, 6), Box-Muller."""
    size = np.sqrt(-2 * np.log(1 - uniform[:, :3]))
    return np.asarray(size * np.cos(2 * np.pi * uniform[:, 3:]), np.float32)


def _unit(vectors: Float) -> Float:
    return np.asarray(vectors / (np.sqrt(np.einsum("ij,ij->i", vectors, vectors)) + 1e-9)[:, None], np.float32)


def _stack(*columns: NDArray[np.floating]) -> Float:
    return np.stack(columns, 1).astype(np.float32)
