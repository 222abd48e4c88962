"""Things before the face: a hand, a scarf over mouth and nose, a phone, a block. They face the camera and stand in front of the skin
that lies behind them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from vultus.people.identity import Skin
from vultus.people.scene import Occluder
from vultus.people.shapes import Mesh, Part
from vultus.people.skin.tone import linear, pigment, skin_colour
from vultus.people.wear.fitting import Fitting
from vultus.people.wear.solids import Stuff, joined, placed, sheet, solid, tube, vertex_normals

Float = NDArray[np.float32]
DEPTH = np.array([0, 0, 1], np.float32)
NEAR_MM = 9.0  # gap between the skin and the occluder's far side
# A right hand seen from its back, palm to the face, fingers up; longest finger 104 units over the middle of the palm. Every finger
# runs from the wrist over its knuckle to the tip: x y of the three, radius at each.
FINGERS = (((-17, -50), (-31, 26), (-45, 78), (13.0, 10.5, 6.8)), ((-7, -50), (-12, 36), (-18, 98), (14.0, 11.0, 7.2)),
           ((5, -50), (9, 39), (10, 106), (14.0, 11.2, 7.4)), ((15, -50), (29, 33), (35, 93), (14.0, 11.0, 7.2)),
           ((16, -48), (46, -6), (66, 36), (15.0, 12.0, 8.8)))
BACK = ((-30, -46), (-42, 8), (-34, 34), (0, 46), (30, 42), (42, 12), (34, -40), (0, -56))  # outline that fills between them
HAND_UNITS = 152.0  # units from the wrist to the longest tip


def occluder_mesh(occluder: Occluder, skin: Skin, fit: Fitting, posed_vertices: Float) -> Mesh:
    """An occluder of a scene in the scene's frame.

    Args:
        occluder: what and where.
        skin: of the person whose hand it is.
        fit: measures of the posed head.
        posed_vertices: float32 (n, 3), the posed head, mm.
    """
    colour = linear(occluder.colour)
    if occluder.kind == "scarf":
        return placed(_scarf(occluder, Stuff(Part.OCCLUDER, colour, 0.05), fit), fit.turn, fit.shift)
    hand = skin_colour(pigment(skin.melanin), np.float32(skin.haemoglobin), skin.undertone)
    shape = {"hand": _hand, "phone": _phone, "block": _block}[occluder.kind]
    mesh = shape(occluder.size_mm, Stuff(Part.OCCLUDER, hand if occluder.kind == "hand" else colour, 0.35))
    turn = np.deg2rad(occluder.turn_deg)
    spin = np.array([[np.cos(turn), np.sin(turn), 0], [-np.sin(turn), np.cos(turn), 0], [0, 0, 1]], np.float32)
    mesh = placed(mesh, spin, np.zeros(3, np.float32))
    return placed(mesh, np.eye(3, dtype=np.float32), _before(occluder, mesh, fit, posed_vertices))


def _before(occluder: Occluder, mesh: Mesh, fit: Fitting, vertices: Float) -> Float:
    """Where the mesh's origin goes (3,): over the posed skin at `at_mm`, in front of all skin behind its outline."""
    front = fit.local[:, 2] > -40
    across = fit.local[front, :2] - np.array(occluder.at_mm, np.float32)
    aim = fit.local[front][np.einsum("ij,ij->i", across, across).argmin()].copy()
    aim[:2] = occluder.at_mm
    place = fit.turn @ aim + fit.shift
    low, high = mesh.vertices[:, :2].min(0) + place[:2], mesh.vertices[:, :2].max(0) + place[:2]
    behind = ((vertices[:, :2] > low - 4) & (vertices[:, :2] < high + 4)).all(1)
    depth = float(vertices[behind, 2].max()) if behind.any() else float(place[2])
    return np.array([place[0], place[1], max(depth, float(place[2])) + NEAR_MM - float(mesh.vertices[:, 2].min())], np.float32)


def _hand(size: float, stuff: Stuff) -> Mesh:
    """A hand with its fore-arm, `size` mm from the wrist to the longest tip."""
    pieces = [_palm(stuff), *(piece for finger in FINGERS for piece in _finger(finger, stuff))]
    arm = np.array([[0, -36, -1], [0, -56, -1], [-2, -90, -2], [-6, -160, -6], [-10, -250, -10]], np.float32)
    pieces.append(tube(arm, np.array([24, 29, 27, 32, 38], np.float32), stuff, DEPTH, 0.62, sides=16))
    hand = joined(pieces)
    return replace(hand, vertices=hand.vertices * np.float32(size / HAND_UNITS))


def _finger(finger: tuple[tuple[float, float], tuple[float, float], tuple[float, float], tuple[float, float, float]], stuff: Stuff
            ) -> tuple[Mesh, Mesh]:
    """A finger from the wrist to the tip, slightly bent, and its nail."""
    along = np.array([0, 0.5, 1.0, 1.25, 1.45, 1.52, 1.6, 1.78, 1.9, 1.96, 1.985, 2.0], np.float32)
    wrist, knuckle, tip, radii = finger
    x, y = (np.interp(along, (0, 1, 2), (wrist[i], knuckle[i], tip[i])) for i in range(2))
    z = np.interp(along, (0, 1, 1.5, 2), (-3, 1.5, 4.5, 0.5))
    path = np.stack([x, y, z], 1).astype(np.float32)
    joint = 1 + 0.07 * np.exp(-(((along - 1.52) / 0.07) ** 2)) + 0.06 * np.exp(-(((along - 1.0) / 0.12) ** 2))
    radius = np.interp(along, (0, 1, 2), radii) * joint * np.sqrt(np.clip((2.01 - along) / 0.16, 0.05, 1))
    nail = Stuff(Part.OCCLUDER, np.minimum(1, stuff.colour * np.float32(1.12) + np.float32(0.03)), 0.9)
    top = path[8] + np.array([0, 0, 0.72 * radius[8]], np.float32)
    reach = (path[9] - path[7]) * np.float32(0.5)
    plate = tube(np.stack([top - reach, top, top + reach]), np.array([3.2, 3.6, 2.6], np.float32), nail, DEPTH, 0.55)
    return tube(path, radius.astype(np.float32), stuff, DEPTH, 0.88, sides=12), plate


def _palm(stuff: Stuff) -> Mesh:
    """A rounded slab between the bones of the hand."""
    corners = np.array([*BACK, BACK[0]], np.float32)
    place = np.linspace(0, len(BACK), 32, endpoint=False)
    outline = np.stack([np.interp(place, np.arange(len(corners)), corners[:, i]) for i in range(2)], 1)
    for _ in range(4):
        outline = (np.roll(outline, 1, 0) + 2 * outline + np.roll(outline, -1, 0)) / 4
    rings = ((0.002, 9.5), (0.4, 9.2), (0.75, 7.5), (0.93, 4), (1.0, -1), (0.9, -7), (0.002, -10))
    rows = [np.concatenate([outline * scale, np.full((32, 1), depth)], 1) for scale, depth in rings]
    return sheet(np.stack(rows)[:, ::-1].astype(np.float32), stuff, wrap=True)


def _phone(size: float, stuff: Stuff) -> Mesh:
    """A phone seen from its back, `size` high, with rounded corners and a camera."""
    slab = _slab(0.48 * size, size, 8.0, 9.0, stuff)
    dark = Stuff(Part.OCCLUDER, np.full(3, 0.01, np.float32), 2.0)
    lens = [tube(np.array([[x, 0.38 * size, 3.5], [x, 0.38 * size, 5.2]], np.float32), 4.4, dark, np.array([0, 1, 0], np.float32), sides=12)
            for x in (-0.13 * size, -0.02 * size)]
    return joined([slab, *lens])


def _block(size: float, stuff: Stuff) -> Mesh:
    return _slab(size, size, 12.0, 0.5, stuff)


def _slab(width: float, height: float, depth: float, corner: float, stuff: Stuff) -> Mesh:
    """A box (width, height, depth) about the origin with corners rounded in the picture's plane, mm."""
    angle = np.linspace(0, np.pi / 2, 5)
    quarter = corner * np.stack([np.cos(angle), np.sin(angle)], 1)
    inner = np.array([width / 2 - corner, height / 2 - corner])
    outline = np.concatenate([inner + quarter, [-1, 1] * (inner + quarter[::-1]), -inner - quarter, [1, -1] * (inner + quarter[::-1])])
    count = len(outline)
    front = np.concatenate([outline, np.full((count, 1), depth / 2)], 1)
    back = np.concatenate([outline, np.full((count, 1), -depth / 2)], 1)
    here, after = np.arange(count), (np.arange(count) + 1) % count
    fan = np.arange(1, count - 1)
    lid = np.stack([np.zeros_like(fan), fan, fan + 1], 1)
    wall = np.concatenate([np.stack([here, here + count, after], 1), np.stack([after, here + count, after + count], 1)])
    box = solid(np.concatenate([front, back]), vertex_normals(np.concatenate([front, back]), wall), wall, stuff)
    ahead = np.tile(np.array([0, 0, 1.0]), (count, 1))
    return joined([box, solid(front, ahead, lid, stuff), solid(back, -ahead, lid[:, ::-1], stuff)])


def _scarf(occluder: Occluder, stuff: Stuff, fit: Fitting) -> Mesh:
    """A scarf wound about the neck and drawn over chin and mouth up to `at_mm` plus half its size, in soft folds."""
    turn = np.linspace(-np.pi, np.pi, 64, endpoint=False)
    top = min(occluder.at_mm[1] + occluder.size_mm / 2, -16.0)
    x, y, z = fit.surface.T
    rows = []
    for share in np.linspace(0, 1, 14):
        ahead = 0.5 + 0.5 * np.cos(turn)
        height = (top * ahead + (-66.0) * (1 - ahead)) * (1 - share) - 172.0 * share + 14 * ahead * share
        near = (y > -125) & (np.abs(y - (top * (1 - share) - 120 * share)) < 16)
        reach = max(float(z[near].max()), 6.0) if near.any() else 6.0
        wide = max(float(np.abs(x[near & (z > -70)]).max()), 62.0) if (near & (z > -70)).any() else 66.0
        fold = 2.6 * np.sin(share * 15 + 1.3 * np.sin(turn)) * (share > 0.02) + 4
        across = (wide + 8 + 26 * share + fold) * np.sin(turn)
        depth = np.where(np.cos(turn) > 0, reach + 62 + 5 + fold, 92 + 10 * share + fold) * np.cos(turn) - 62
        rows.append(np.stack([across, height, depth], 1))
    grid = np.stack(rows).astype(np.float32)
    roll = tube(grid[0], 3.0, stuff, np.array([0, 1, 0.05], np.float32), closed=True)
    return joined([sheet(grid, stuff, wrap=True), roll])
