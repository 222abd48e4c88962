"""Hair as strands: scalp hair grown over the skull, brows, lashes and beard grown from the skin."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from demo_people.identity import Person

Array = NDArray[np.float32]
AXIS_Z = .5  # canonical depth of the axis for azimuths: the ears lie at pi / 2
LINE_AZIMUTH = (0, .3, .6, .82, .98, 1.08, 1.27, 1.33, 1.72, 1.85, 2.2, np.pi)
LINE_HEIGHT = (7.95, 7.96, 7.96, 7.86, 7.62, 7.12, 7.02, 7.42, 7.44, 7.05, 6.78, 6.62)
SPACING = .007  # distance between drawn points along a strand, dm


@dataclass(frozen=True)
class Strands:
    """Polylines.

    Attributes:
        points: float32 (n, steps, 3), dm.
        shade: float32 (n,), brightness of a strand, about 1.
        rooted: True where it follows the skin (brows, lashes, beard), False for the rigid scalp hair.
        colour: linear RGB float32 (3,).
    """

    points: Array
    shade: Array
    rooted: bool
    colour: Array

    def samples(self) -> tuple[Array, Array, Array]:
        """Points (m, 3), tangents (m, 3) and (m, 2): strand shade and position along the strand 0 to 1."""
        n, steps, _ = self.points.shape
        delta = np.diff(self.points, axis=1)
        lengths = np.linalg.norm(delta, axis=2)
        inner = max(1, int(np.ceil(np.quantile(lengths, .9) / SPACING)))
        t = ((np.arange(inner) + .5) / inner).astype(np.float32)
        points = self.points[:, :-1, None] + delta[:, :, None] * t[None, None, :, None]
        tangent = np.repeat((delta / (lengths[..., None] + 1e-9))[:, :, None], inner, 2)
        along = (np.arange(steps - 1)[:, None] + t[None]) / (steps - 1)
        info = np.empty((n, steps - 1, inner, 2), np.float32)
        info[..., 0] = self.shade[:, None, None]
        info[..., 1] = along
        return points.reshape(-1, 3), tangent.reshape(-1, 3).astype(np.float32), info.reshape(-1, 2)


def scalp_cover(canonical: Array, person: Person) -> Array:
    """How surely hair grows at canonical positions (n, 3): 0 to 1, soft across the hairline, dm."""
    x, y, z = canonical.T
    azimuth = np.arctan2(np.abs(x), z - AXIS_Z)
    lift, temple, peak, wave, bald = person.hairline
    line = np.interp(azimuth, LINE_AZIMUTH, LINE_HEIGHT)
    front = np.clip((1.0 - azimuth) / .3, 0, 1)
    line = line + front * lift + temple * np.exp(-((azimuth - .62) / .22) ** 2) - peak * np.exp(-(azimuth / .16) ** 2)
    line = line + wave * (np.sin(azimuth * 23 + 5 * np.sign(x)) + .6 * np.sin(azimuth * 41))
    cover = np.clip((y - line) / .05 + .5, 0, 1)
    crown = np.exp(-((x / .62) ** 2 + ((z - .75) / .85) ** 2)) * (y > 7.7)
    return (cover * np.clip(1 - bald * 1.6 * crown, 0, 1)).astype(np.float32)


def beard_cover(canonical: Array, kind: str) -> Array:
    """Beard density 0 to 1 at canonical positions (n, 3) for a kind: full, goatee, moustache."""
    x, y, z = canonical.T
    ax = np.abs(x)
    cheek_line = np.interp(ax, (0, .25, .32, .5, .68, .8), (6.62, 6.60, 6.62, 6.72, 7.0, 7.1))
    jaw = np.clip((cheek_line - y) / .05 + .5, 0, 1) * np.clip((y - 5.98) / .08, 0, 1) * np.clip((z - .66) / .06, 0, 1)
    lip = np.clip((.335 - ax) / .04, 0, 1) * np.clip((y - 6.62) / .03, 0, 1) * np.clip((6.80 - y - .2 * ax) / .03, 0, 1)
    lip = lip * (z > 1.2)
    chin = np.clip((.27 - ax) / .05, 0, 1) * np.clip((6.44 - y) / .03, 0, 1) * np.clip((y - 6.05) / .05, 0, 1) * (z > .9)
    sides = np.clip((.36 - ax) / .03, 0, 1) * np.clip((ax - .26) / .03, 0, 1) * (y < 6.75) * (y > 6.2) * (z > .9)
    return {"full": np.maximum(np.maximum(jaw, lip), chin), "goatee": np.maximum(np.maximum(lip, chin), sides),
            "moustache": lip, "none": np.zeros_like(jaw)}[kind].astype(np.float32)


def brow_distance(canonical: Array, brow: dict[str, float]) -> tuple[Array, Array]:
    """Signed height over the brow line in half-thicknesses (n,), and position along it, 0 inner to 1 outer (n,)."""
    x, y, z = canonical.T
    ax = np.abs(x)
    t = (ax - brow["inner"]) / (brow["outer"] - brow["inner"])
    height = 7.455 + brow["lift"] + brow["arch"] * np.interp(t, (0, .62, 1), (.1, 1, .15)) + brow["slope"] * (t - .4)
    thick = brow["thick"] * np.interp(t, (0, .15, .55, 1), (.75, 1, .9, 1 - brow["taper"]))
    return ((y - height) / thick + 10 * (z < .6)).astype(np.float32), t.astype(np.float32)


@dataclass(frozen=True)
class Style:
    """How a hair style grows: thickness over the skull (dm), pull of gravity, tidiness (spread of the combing), and
    the height below which strands hang free (dm)."""

    volume: float
    gravity: float
    spread: float
    free_below: float


STYLES = {"long": Style(.16, .55, .10, 7.25), "bob": Style(.20, .5, .10, 7.15), "tied": Style(.05, .05, .04, 0.),
          "crop": Style(.16, .1, .25, 0.), "side": Style(.24, .25, .16, 0.), "back": Style(.26, .2, .12, 0.),
          "curly": Style(.3, .1, .3, 0.), "buzz": Style(.04, 0., .2, 0.)}


def grow_scalp(roots: Array, normals: Array, canonical: Array, skull: "Skull", person: Person,
               rng: np.random.Generator) -> Strands:
    """Grows scalp hair from roots (n, 3): strands slide over the skull along the style's combing, each in its own
    layer, and hang free below it."""
    n, style = len(roots), STYLES[person.style]
    length = (person.length * rng.uniform(.75, 1.1, n)).astype(np.float32)
    steps = int(np.clip(person.length / .06, 5, 50))
    fringe = _fringe(canonical, person)
    length = np.where(fringe, np.clip((canonical[:, 1] - 7.58) + .55 * person.fringe, .1, .9), length)
    layer = (style.volume * rng.beta(1.6, 1.6, n)).astype(np.float32)
    step = (length / (steps - 1))[:, None].astype(np.float32)
    scatter, phase = rng.normal(0, style.spread, (n, 3)), _curl_phase(canonical, rng)
    points = np.empty((n, steps, 3), np.float32)
    points[:, 0] = roots
    direction = normals.copy()
    for i in range(1, steps):
        here = points[:, i - 1]
        wish = _comb(person, here, canonical, fringe) + scatter + [0, -style.gravity, 0]
        wish = wish + _curl(person.curl, phase, i * step, n) + normals * (1.6 if person.style == "curly" else 0)
        wish = wish / (np.linalg.norm(wish, axis=1, keepdims=True) + 1e-9)
        turn = min(1., .35 + .65 * i / 4)
        direction = (1 - turn) * direction + turn * (.45 * direction + .55 * wish)
        direction = direction / (np.linalg.norm(direction, axis=1, keepdims=True) + 1e-9)
        ramp = min(1., i * person.length / (steps - 1) / (1.2 * style.volume + .02))
        hug = .0 if person.style in ("curly", "buzz") else .5
        points[:, i] = skull.settle(here + direction * step, layer * ramp + .01, hug, style.free_below)
    shade = rng.lognormal(0, .16, n).astype(np.float32) * _clumps(canonical, rng)
    return Strands(points, shade, False, person.hair)


def _comb(person: Person, here: Array, root: Array, fringe: NDArray[np.bool_]) -> Array:
    """Wanted direction (n, 3) at points (n, 3) for hairs rooted at canonical positions (n, 3)."""
    x, y, z = here.T
    zero = np.zeros_like(x)
    side_of = np.tanh((root[:, 0] - person.part) / .1)
    low = np.clip((7.9 - root[:, 1]) / .35, 0, 1)
    front = np.clip((z - .55) / .4, 0, 1)
    if person.style in ("long", "bob"):
        wish = np.stack([side_of * np.clip((y - 7.2) / .7, 0, 1), -.6 + zero, -.9 * front - .1], 1)
    elif person.style in ("back", "tied"):
        wish = np.stack([zero, .15 - .5 * low, -1 + zero], 1)
    elif person.style == "side":
        over = -np.sign(person.part or 1.)
        wish = np.stack([np.where(root[:, 0] * over > -abs(person.part), over, -over) * (1 - .8 * low), .1 - low,
                         .25 - .75 * low], 1)
    else:
        wish = np.stack([.2 * np.sign(x), -.2 - .6 * low, .8 - 1.2 * low], 1)
    ahead = np.stack([.2 * x - .5 * person.part, -.5 + zero, 1 + zero], 1)
    return np.where(fringe[:, None], ahead, wish).astype(np.float32)


def _fringe(canonical: Array, person: Person) -> NDArray[np.bool_]:
    wanted = person.fringe > 0 and person.style in ("long", "bob", "crop", "side")
    return wanted & (canonical[:, 2] > .9) & (np.abs(canonical[:, 0]) < .6)


def _curl_phase(canonical: Array, rng: np.random.Generator) -> Array:
    """Phases shared by neighbouring strands so that curls form locks."""
    cell = np.floor(canonical * 7).astype(np.int64)
    key = (cell * np.array([73856093, 19349663, 83492791])).sum(1) % 4096
    return (rng.uniform(0, 2 * np.pi, 4096)[key] + rng.normal(0, .35, len(key))).astype(np.float32)


def _clumps(canonical: Array, rng: np.random.Generator) -> Array:
    cell = np.floor(canonical * 14).astype(np.int64)
    key = (cell * np.array([73856093, 19349663, 83492791])).sum(1) % 8192
    return rng.lognormal(0, .14, 8192).astype(np.float32)[key]


def _curl(amount: float, phase: Array, run: Array, n: int) -> Array:
    angle = phase[:, None] + run * (16 if amount > .6 else 7)
    turn = np.concatenate([np.cos(angle), .6 * np.sin(angle * 1.3), np.sin(angle)], 1)
    return (amount * (.9 if amount > .6 else .3) * turn).astype(np.float32).reshape(n, 3)


def grow_short(roots: Array, normals: Array, heading: Array, length: Array, colour: Array,
               rng: np.random.Generator, lift: float) -> Strands:
    """Short hairs (brows, beard): six points each, leaning along heading (n, 3)."""
    heading = heading - (heading * normals).sum(1, keepdims=True) * normals
    heading = heading / (np.linalg.norm(heading, axis=1, keepdims=True) + 1e-9)
    t = np.linspace(0, 1, 6, dtype=np.float32)[None, :, None]
    rise = lift * t * (1.4 - t)
    points = roots[:, None] + length[:, None, None] * (heading[:, None] * t + normals[:, None] * rise)
    points = points + normals[:, None] * .004
    return Strands(points.astype(np.float32), rng.lognormal(0, .15, len(roots)).astype(np.float32), True, colour)


def grow_lashes(base: Array, grids: tuple[NDArray[np.int64], ...], rng: np.random.Generator, reach: float) -> Strands:
    """Lashes along the four lash strips of the base mesh (upper longer than lower)."""
    rows = []
    for index, grid in enumerate(grids):
        upper = len(grid) == 13
        count = 70 if upper else 26
        u = rng.uniform(.3, len(grid) - 1.001, count)
        low, f = np.floor(u).astype(int), (u % 1)[:, None, None]
        line = base[grid[low]] * (1 - f) + base[grid[low + 1]] * f
        share = (reach if upper else .5 * reach) * rng.uniform(.6, 1, count)[:, None, None]
        rows.append(line[:, :1] + (line - line[:, :1]) * share)
    points = np.concatenate(rows).astype(np.float32)
    return Strands(points, np.ones(len(points), np.float32), True, np.array([.012, .01, .009], np.float32))


class Skull:
    """Radius of the head around a centre per direction, to keep strands outside."""

    def __init__(self, vertices: Array, centre: Array) -> None:
        self.centre = centre
        offset = vertices - centre
        radius = np.linalg.norm(offset, axis=1)
        i, j = self._cells(offset, radius)
        grid = np.zeros((48, 96), np.float32)
        np.maximum.at(grid, (i, j), radius)
        for _ in range(12):
            tall = np.pad(grid, ((1, 1), (0, 0)), mode="edge")
            spread = np.max([tall[:-2], tall[2:], np.roll(grid, 1, 1), np.roll(grid, -1, 1)], 0)
            grid = np.where(grid == 0, spread, grid)
        for _ in range(3):
            padded = np.pad(grid, ((1, 1), (0, 0)), mode="edge")
            grid = (padded[:-2] + 2 * grid + padded[2:]) / 4
            grid = (np.roll(grid, 1, 1) + 2 * grid + np.roll(grid, -1, 1)) / 4
        self.grid = grid

    def _cells(self, offset: Array, radius: Array) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        polar = np.arccos(np.clip(offset[:, 1] / (radius + 1e-9), -1, 1))
        turn = np.arctan2(offset[:, 0], offset[:, 2]) + np.pi
        return (np.clip((polar / np.pi * 48).astype(np.int64), 0, 47),
                np.clip((turn / (2 * np.pi) * 96).astype(np.int64), 0, 95))

    def settle(self, points: Array, gap: Array, hug: float, free_below: float) -> Array:
        """Moves points (n, 3) out to the surface plus a gap (dm), and by a share `hug` down to it from above."""
        offset = points - self.centre
        radius = np.linalg.norm(offset, axis=1)
        i, j = self._cells(offset, radius)
        floor = self.grid[i, j] + gap
        free = np.clip((points[:, 1] - free_below) / .3, 0, 1)
        wanted = np.where(radius < floor, floor, radius + (floor - radius) * hug * free)
        push = np.where(points[:, 1] > 6.7, wanted / (radius + 1e-9), 1)[:, None]
        return (self.centre + offset * push).astype(np.float32)
