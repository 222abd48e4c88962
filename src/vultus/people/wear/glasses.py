"""Glasses fitted to a head: a tube frame that rests on the bridge of the nose and the ears, lenses before the eyes.

Everything is built in the frame of the unturned skull. The front is one surface: bent round the face about a vertical axis
and tilted so that the lower rims are nearer to the cheeks; the least distance to the skin behind the rims sets how far in
front it stands.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from vultus.people.identity import Glasses
from vultus.people.shapes import Mesh, Part
from vultus.people.skin.tone import linear
from vultus.people.wear.fitting import EAR_BEHIND, EAR_LOW, EAR_TOP, Fitting
from vultus.people.wear.solids import Stuff, joined, placed, solid, tube, vertex_normals

Float = NDArray[np.float32]
# Half width, half height (mm) and exponent of the superellipse of each style's lenses on the mean face.
OUTLINES = {"round": (22.5, 21.5, 2.0), "square": (26.0, 18.5, 4.5), "oval": (25.0, 16.0, 2.3), "half-rim": (26.0, 16.5, 4.0)}
BRIDGE_HALF = 8.5  # mm from the midline to the inner edge of a lens on the mean face
WRAP_MM = 230.0  # radius of the front about a vertical axis
TILT = np.tan(np.deg2rad(8.0))  # pantoscopic tilt
VERTEX_MM = 12.0  # cornea to lens, the usual distance of spectacles
BRIDGE_Y = -2.0
DEPTH = np.array([0.0, 0.0, 1.0], np.float32)


@dataclass(frozen=True)
class _Front:
    """Half sizes of a lens, its middle (x, y), exponent, how far forward the front stands at the midline, and half of the bridge, mm."""

    half: tuple[float, float]
    middle: tuple[float, float]
    power: float
    ahead: float
    bridge: float

    def z(self, x: NDArray[np.floating] | float, y: NDArray[np.floating] | float) -> Float:
        """Depth of the front at points, mm."""
        return np.asarray(self.ahead - np.square(x) / (2 * WRAP_MM) + TILT * (np.asarray(y) - self.middle[1]), np.float32)

    def outline(self, side: int, grow: float = 0.0, count: int = 28) -> Float:
        """The edge of a lens (count, 3), counter-clockwise from the outer end of the person's left lens (mirrored for the right)."""
        angle = np.arange(count) * (2 * np.pi / count)
        c, s = np.cos(angle), np.sin(angle)
        size = (np.abs(c) ** self.power + np.abs(s) ** self.power) ** (-1 / self.power)
        y = (self.half[1] + grow) * size * s
        x = (self.half[0] + grow) * size * c * (1 + 0.05 * y / self.half[1])
        x, y = side * (self.middle[0] + x), self.middle[1] + y
        return np.stack([x, y, self.z(x, y)], 1).astype(np.float32)


def glasses_mesh(glasses: Glasses, fit: Fitting) -> Mesh:
    """Frame and lenses on a posed head, in the scene's frame."""
    front = _front(glasses, fit)
    frame = Stuff(Part.GLASSES, linear(glasses.colour), 1.0)
    pieces = [_bridge(front, glasses, frame)]
    for side in (1, -1):
        pieces += [_rim(front, side, glasses, frame), _lens(front, side, glasses), _temple(front, side, glasses, frame, fit),
                   _pad(front, side, fit)]
    return placed(joined(pieces), fit.turn, fit.shift)


def _front(glasses: Glasses, fit: Fitting) -> _Front:
    """Sizes from the style, the face's width and the frame's; stands as near to the face as skin and nose allow."""
    width, height, power = OUTLINES[glasses.style]
    face = abs(float(fit.at(EAR_TOP, 1)[0] - fit.at(EAR_TOP, -1)[0])) / 146.0
    scale = (0.9 + 0.2 * glasses.width) * (0.15 + 0.85 * face)
    half = (width * scale, height * scale)
    bridge = BRIDGE_HALF * (0.3 + 0.7 * face)
    front = _Front(half, (bridge + half[0] + glasses.rim_mm / 2, -3.0 * face), power, 0.0, bridge)
    x, y, z = fit.surface.T
    behind = (np.abs(x) > 6) & (np.abs(x) < front.middle[0] + half[0] + 2) & (np.abs(y + 3) < half[1] + 2) & (z > 0)
    inside = behind & (np.abs(np.abs(x) - front.middle[0]) < half[0] + 2)
    nose = (np.abs(x) < 4) & (np.abs(y - BRIDGE_Y) < 4) & (z > 0)
    room = float((z - front.z(x, y))[inside].max()) + 0.6 + glasses.rim_mm / 4
    saddle = float((z - front.z(x, y))[nose].max()) + 0.5
    cornea = float(fit.local[fit.pattern.eyes, 2].max()) + VERTEX_MM * face
    return replace(front, ahead=max(room, saddle, cornea))


def _rim(front: _Front, side: int, glasses: Glasses, frame: Stuff) -> Mesh:
    edge = front.outline(side, glasses.rim_mm / 2)
    thick = max(glasses.rim_mm, 0.8) / 2
    flat = (1.0 + 0.3 * thick) / thick
    if glasses.style != "half-rim":
        return tube(edge, thick, frame, DEPTH, flat, closed=True)
    upper = np.concatenate([edge[-3:], edge[:18]])
    return tube(upper, thick, frame, DEPTH, flat)


def _lens(front: _Front, side: int, glasses: Glasses) -> Mesh:
    """A slightly bulged disc, facing forward."""
    edge = front.outline(side, 0.4)
    middle = np.array([side * front.middle[0], front.middle[1], 0], np.float32)
    middle[2] = front.z(middle[0], middle[1]) + 1.2
    ring = middle + 0.6 * (edge - middle) + np.array([0, 0, 0.55], np.float32)
    count = len(edge)
    vertices = np.concatenate([edge, ring, middle[None]])
    here = np.arange(count)
    after = (here + 1) % count
    faces = np.concatenate([np.stack([here, after, count + here], 1), np.stack([after, count + after, count + here], 1),
                            np.stack([count + here, count + after, np.full(count, 2 * count)], 1)])
    faces = faces if side > 0 else faces[:, ::-1]
    colour = np.full(3, 0.3 * (1 - glasses.tint) ** 2 + 0.02, np.float32)
    stuff = Stuff(Part.LENS, colour, 2.0, float(0.05 + 0.85 * glasses.tint))
    return solid(vertices, vertex_normals(vertices, faces), faces, stuff)


def _bridge(front: _Front, glasses: Glasses, frame: Stuff) -> Mesh:
    """An arch between the lenses that rests on the nose."""
    reach = front.bridge + 0.35 * glasses.rim_mm
    x = np.linspace(-reach, reach, 9, dtype=np.float32)
    y = front.middle[1] + 0.22 * front.half[1] + 2.6 * (1 - (x / reach) ** 2)
    path = np.stack([x, y, front.z(x, y) + 1.0 * (1 - (x / reach) ** 2)], 1).astype(np.float32)
    return tube(path, max(0.75, 0.42 * glasses.rim_mm), frame, DEPTH, 1.1)


def _temple(front: _Front, side: int, glasses: Glasses, frame: Stuff, fit: Fitting) -> Mesh:
    """From the hinge to the ear, outside the head all along, then down behind the ear."""
    x = side * (front.middle[0] + front.half[0] + 0.6 * glasses.rim_mm + 0.5)
    y = front.middle[1] + 0.42 * front.half[1]
    hinge = np.array([x, y, float(front.z(x, y))], np.float32)
    top, behind, low = fit.at(EAR_TOP, side), fit.at(EAR_BEHIND, side), fit.at(EAR_LOW, side)
    out = np.array([side * 2.0, 0, 0], np.float32)
    corner = hinge + np.array([side * 2.2, 0, -2.5], np.float32)
    back = np.linspace(0, 1, 9, dtype=np.float32)[1:, None]
    straight = corner + back * (top + out + np.array([0, 2.5, 0], np.float32) - corner)
    bow = np.concatenate([hinge[None], corner[None], straight, (behind + 0.8 * out)[None], (low + 0.8 * out)[None]])
    thick = 0.7 + 0.22 * glasses.rim_mm
    surface = fit.surface[(fit.surface[:, 0] * side > 40) & (np.abs(fit.surface[:, 1]) < 50)]
    for point in bow[2:]:
        near = (np.abs(surface[:, 1] - point[1]) < 5) & (np.abs(surface[:, 2] - point[2]) < 6)
        if near.any():
            point[0] = side * max(float(point[0] * side), float((surface[near, 0] * side).max()) + thick + 0.3)
    return tube(bow, thick, frame, np.array([0, 1, 0.02], np.float32), 1.0 + 0.25 * glasses.rim_mm)


def _pad(front: _Front, side: int, fit: Fitting) -> Mesh:
    """A pad between the rim and the side of the nose."""
    x, y = side * (front.bridge + 0.2), front.middle[1] - 4.0
    start = np.array([x, y, float(front.z(x, y)) - 0.5], np.float32)
    nose = fit.surface[fit.surface[:, 2] > 0]
    near = nose[(np.abs(nose[:, 1] - y + 3) < 3) & (np.abs(nose[:, 0] - side * 7.0) < 2)]
    end = np.array([side * 7.5, y - 3.0, (near[:, 2].max() if len(near) else start[2] - 5) + 0.5], np.float32)
    end[2] = min(end[2], start[2] + 0.5)
    path = np.linspace(0, 1, 4, dtype=np.float32)[:, None] * (end - start) + start
    clear = Stuff(Part.GLASSES, np.full(3, 0.5, np.float32), 0.8)
    return tube(path, np.array([0.5, 0.8, 1.6, 1.2], np.float32), clear, np.array([1, 0, 0], np.float32))
