"""Small sculptures with plain materials for the renderer's tests."""

from __future__ import annotations

import numpy as np

from vultus.people.scene import Background, Camera, Lamp, Light, Scene
from vultus.people.shapes import Materials, Mesh, Part, Sculpture, Strands

DARK = ((0.0, 0.0, 0.0),) * 9
AHEAD = (Lamp((0.0, 0.0, 1.0), softness=0.0),)
NOBODY = object()  # the renderer draws the sculpture, not the identity


def materials(albedo=(0.5, 0.5, 0.5), gloss=0.0, side=16) -> Materials:
    """One colour, no relief; regions in four quarters 1 .. 4."""
    region = np.repeat(np.repeat(np.array([[1, 2], [3, 4]], np.uint8), side // 2, 0), side // 2, 1)
    eye = np.zeros((2, side, side, 3), np.float32)
    eye[0, ..., 0] = eye[1, ..., 2] = 0.5
    return Materials(np.tile(np.float32(albedo), (side, side, 1)), np.zeros((side, side, 3), np.float32),
                     np.full((side, side), gloss, np.float32), np.ones((side, side), np.float32), region, eye,
                     np.zeros((2, side, side), np.float32))


def square(half, z=0.0, part=Part.SKIN, centre=(0.0, 0.0), colour=(0.5, 0.5, 0.5), alpha=1.0, gloss=0.0, tilt=0.0) -> Mesh:
    """A square facing the camera; `tilt` turns it about the y axis, degrees."""
    corners = np.array([(-1, -1, 0), (1, -1, 0), (1, 1, 0), (-1, 1, 0)], np.float32) * half
    c, s = np.cos(np.radians(tilt)), np.sin(np.radians(tilt))
    turn = np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]], np.float32)
    uv = np.array([(0, 1), (1, 1), (1, 0), (0, 0)], np.float32)
    triangles = np.array([(0, 1, 2), (0, 2, 3)], np.int32)
    return Mesh((corners @ turn.T + np.float32([*centre, z])).astype(np.float32), np.tile(turn[:, 2], (4, 1)), triangles,
                uv[triangles], np.full(2, part, np.uint8),
                np.tile(np.float32(colour), (2, 1)), np.full(2, gloss, np.float32), np.full(2, alpha, np.float32))


def globe(radius, centre=(0.0, 0.0, 0.0), part=Part.SKIN, rows=40) -> Mesh:
    """A sphere with radial normals."""
    polar, turn = np.meshgrid(np.linspace(1e-3, np.pi - 1e-3, rows), np.arange(2 * rows) * np.pi / rows, indexing="ij")
    out = np.stack([np.sin(polar) * np.cos(turn), np.cos(polar), -np.sin(polar) * np.sin(turn)], 2).reshape(-1, 3).astype(np.float32)
    i, j = np.meshgrid(np.arange(rows - 1) * 2 * rows, np.arange(2 * rows), indexing="ij")
    a, b = (i + j).ravel(), (i + (j + 1) % (2 * rows)).ravel()
    triangles = np.concatenate([np.stack([a, a + 2 * rows, b], 1), np.stack([b, a + 2 * rows, b + 2 * rows], 1)]).astype(np.int32)
    n = len(triangles)
    return Mesh(out * np.float32(radius) + np.float32(centre), out, triangles, np.full((n, 3, 2), 0.25, np.float32),
                np.full(n, part, np.uint8), np.full((n, 3), 0.5, np.float32), np.zeros(n, np.float32), np.ones(n, np.float32))


def sculpture(*meshes, strands=(), texture=None) -> Sculpture:
    """A sculpture that is not turned, eyes 30 mm from the middle, looking at the camera."""
    ahead = np.array([(0, 0, 1), (0, 0, 1)], np.float32)
    return Sculpture(tuple(meshes), tuple(strands), texture or materials(), np.eye(3, dtype=np.float32),
                     np.array([(-30, 0, 0), (30, 0, 0)], np.float32), ahead)


def lashes(count=60, part=Part.BROWS, z=1.0) -> Strands:
    """Upright strands side by side over the middle."""
    x = np.linspace(-20, 20, count, dtype=np.float32)
    points = np.stack([np.stack([x, np.full(count, y, np.float32), np.full(count, z, np.float32)], 1) for y in (-6, -2, 2, 6)], 1)
    return Strands(points, np.full((count, 3), 0.02, np.float32), np.full(count, 1.2, np.float32), part)


def scene(camera=None, environment=DARK, lamps=AHEAD, background=(0.0, 0.0, 0.0), **parts) -> Scene:
    """A scene before a plain background."""
    return Scene(NOBODY, camera=camera or Camera(64, 64, focal_mm=40.0, distance_mm=600.0, centre=(0.5, 0.5)),
                 light=Light(environment, lamps), background=Background("plain", background), **parts)
