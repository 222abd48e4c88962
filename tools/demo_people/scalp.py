"""Scalp hair grown over the skull along the combing of a style."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from demo_people.identity import Person
from demo_people.skull import Skull
from demo_people.strands import Strands

Array = NDArray[np.float32]


@dataclass(frozen=True)
class Style:
    """How a hair style grows: thickness over the skull (dm), pull of gravity, tidiness (spread of the combing), and
    the height below which strands hang free (dm)."""

    volume: float
    gravity: float
    spread: float
    free_below: float


STYLES = {"long": Style(.16, .55, .07, 7.2), "bob": Style(.20, .5, .07, 7.1), "tied": Style(.05, .05, .04, 0.),
          "crop": Style(.16, .1, .25, 0.), "side": Style(.24, .25, .16, 0.), "back": Style(.26, .2, .12, 0.),
          "curly": Style(.3, .1, .3, 0.), "buzz": Style(.04, 0., .2, 0.)}


def grow_scalp(roots: Array, normals: Array, canonical: Array, skull: Skull, person: Person,
               rng: np.random.Generator) -> Strands:
    """Grows scalp hair from roots (n, 3): strands slide over the skull along the style's combing, each in its own
    layer, and hang free below it."""
    n, style = len(roots), STYLES[person.style]
    length = (person.length * rng.uniform(.75, 1.1, n)).astype(np.float32)
    steps = int(np.clip(person.length / .06, 5, 50))
    fringe = _fringe(canonical, person)
    length = np.where(fringe, np.clip((canonical[:, 1] - 7.58) + .55 * person.fringe, .1, .9), length)
    low = np.clip((7.75 - canonical[:, 1]) / .4, 0, 1) * (person.style not in ("long", "bob"))
    layer = (style.volume * (1 - .65 * low) * rng.beta(1.6, 1.6, n)).astype(np.float32)
    length = (length * (1 - .45 * low)).astype(np.float32)
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
    grey = rng.random(n) < person.grey
    kept = fringe | ~_over_face(points) if person.style in ("long", "bob") else np.ones(n, bool)
    return Strands(points[kept], shade[kept], False, person.hair, grey[kept])


def _over_face(points: Array) -> NDArray[np.bool_]:
    """Strands (n,) that would hang before eyes or mouth: long hair is combed out of the face."""
    x, y, z = points[..., 0], points[..., 1], points[..., 2]
    return ((np.abs(x) < .56) & (y < 7.72) & (y > 6.1) & (z > .75)).any(1)


def _comb(person: Person, here: Array, root: Array, fringe: NDArray[np.bool_]) -> Array:
    """Wanted direction (n, 3) at points (n, 3) for hairs rooted at canonical positions (n, 3)."""
    x, y, z = here.T
    zero = np.zeros_like(x)
    offset = root[:, 0] - person.part
    side_of = np.where(offset > 0, 1., -1.) * np.maximum(.5, np.abs(np.tanh(offset / .1)))
    low = np.clip((7.9 - root[:, 1]) / .35, 0, 1)
    front = np.clip((z - .55) / .4, 0, 1)
    if person.style in ("long", "bob"):
        inward = -.14 * np.sign(x) * (y < 7.2)
        wish = np.stack([side_of * np.maximum(np.clip((y - 7.2) / .7, 0, 1), 1.6 * front) + inward, -.6 + zero,
                         -1.3 * front - .1], 1)
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
