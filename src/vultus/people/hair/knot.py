"""Tied hair: where it is gathered, and the tail or bun that leaves from there."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vultus.people.hair.skull import Skull
from vultus.people.identity import Hair

Float = NDArray[np.float32]
HIGH = np.array([0.0, 112.0, -128.0], np.float32)  # a knot on the crown, seen from the front
LOW = np.array([0.0, 18.0, -172.0], np.float32)  # at the back of the head
EVERY = 5  # each fifth strand belongs to the tail


def knot_place(hair: Hair) -> Float:
    """Where the hair is gathered (3,), mm, in the frame of the mean head: high, low, or between, by the identity's seed."""
    share = (hair.seed * 0.6180339887) % 1.0
    return (LOW + (HIGH - LOW) * (1.0 if share > 0.55 else 0.35 * share)).astype(np.float32)


def tail_strands(points: Float, skull: Skull, hair: Hair, draws: Float) -> Float:
    """Turns each fifth strand into a part of the bun (short hair or a high knot) or of the pony tail."""
    place = knot_place(hair)[None]
    surface, own = skull.radius(place)
    outward = (place - skull.centre) / own[:, None]
    base = (skull.centre + outward * (surface[:, None] + 2))[0]
    chosen = points[::EVERY]
    wound = hair.seed % 2 == 0 or hair.length_mm < 120
    make = _bun if wound else _tail
    points[::EVERY] = make(base, outward[0], hair, draws[::EVERY], chosen.shape[1])
    return points


def _bun(base: Float, outward: Float, hair: Hair, draws: Float, steps: int) -> Float:
    """Arcs over a flattened ball that sits on the skull."""
    radius = float(np.clip(14 + hair.length_mm / 22, 16, 27))
    centre = base + 0.75 * radius * outward
    axis = _unit(outward[None] + 1.1 * (draws[:, 2:5] - 0.5))
    first = _unit(np.cross(axis, np.array([0.2, 0.35, 0.91], np.float32)))
    second = np.cross(axis, first)
    height = 2 * draws[:, 5] - 1
    ring = np.sqrt(np.maximum(0, 1 - height**2))
    angle = 2 * np.pi * draws[:, 6, None] + np.linspace(0, 2.6, steps, dtype=np.float32)
    shell = radius * (0.86 + 0.14 * draws[:, 7])
    around = ring[:, None, None] * (np.cos(angle)[..., None] * first[:, None] + np.sin(angle)[..., None] * second[:, None])
    return np.asarray(centre + shell[:, None, None] * (around + (height[:, None] * axis)[:, None]), np.float32)


def _tail(base: Float, outward: Float, hair: Hair, draws: Float, steps: int) -> Float:
    """Leaves the knot outward and falls."""
    length = np.clip(hair.length_mm, 120, 260) * (0.8 + 0.25 * draws[:, 0])
    along = np.linspace(0, 1, steps, dtype=np.float32)
    angle, reach = 2 * np.pi * draws[:, 2], np.sqrt(draws[:, 3])
    side = _unit(np.cross(outward, np.array([0.0, 1.0, 0.3], np.float32))[None])[0]
    across = np.cross(outward, side)
    belly = 4 + 12 * np.sin(np.pi * np.clip(along * 0.8 + 0.1, 0, 1))
    offset = (reach * np.cos(angle))[:, None, None] * side + (reach * np.sin(angle))[:, None, None] * across
    rise = 26 * (1 - np.exp(-4.5 * along))
    fall = np.clip(along - 0.06, 0, None) ** 1.15
    path = base + rise[:, None] * outward + (length[:, None] * fall)[..., None] * np.array([0, -1, -0.05], np.float32)
    return np.asarray(path + belly[:, None] * offset, np.float32)


def _unit(vectors: Float) -> Float:
    return np.asarray(vectors / (np.sqrt(np.einsum("ij,ij->i", vectors, vectors)) + 1e-9)[:, None], np.float32)
