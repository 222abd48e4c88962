"""Compiled: what lies at each sample: colour, normal, gloss and the kind of surface, read from meshes and textures."""

# mypy: allow-untyped-defs
# (the types of a loop stand in its signature)

from __future__ import annotations

import math

from vultus.people.render.compiling import helper, kernel
from vultus.people.render.scenery import HAIR
from vultus.people.shapes import Part

_EYE = int(Part.EYE_RIGHT)
_SKIN, _HAIR = int(Part.SKIN), int(Part.HAIR)
CORNEA_SHIFT = 0.44  # centre of the cornea's sphere before the eyeball's, in eyeball radii: 5.3 of 12 mm (Gullstrand's eye)
CORNEA_EDGE = 0.87  # cosine of the angle at which the cornea meets the sclera


@helper
def _texel(texture, i, j, e, fx, fy):
    """Bilinear value of channel e between rows i, i + 1 and columns j, j + 1."""
    above = texture[i, j, e] * (1.0 - fx) + texture[i, j + 1, e] * fx
    return above * (1.0 - fy) + (texture[i + 1, j, e] * (1.0 - fx) + texture[i + 1, j + 1, e] * fx) * fy


@helper
def _within(x, size):
    """A place in texels, kept where it has a neighbour to its right."""
    return 0.0 if x < 0 else size - 1.001 if x > size - 1.001 else x


@helper
def _unit(surface, r, c, i):
    """Scales the vector at i to length 1."""
    x, y, z = surface[r, c, i], surface[r, c, i + 1], surface[r, c, i + 2]
    scale = 1.0 / math.sqrt(x * x + y * y + z * z + 1e-12)
    for e in range(i, i + 3):
        surface[r, c, e] *= scale


@helper
def _skin(r, c, albedo_map, relief_map, gloss_map, region_map, region_kinds, frame, labels, surface):
    """Textures of the head at the (u, v) of the surface, bilinear; the region is that of the nearest texel."""
    size = albedo_map.shape[0]
    x, y = _within(surface[r, c, 11] * size - 0.5, size), _within(surface[r, c, 12] * size - 0.5, size)
    j, i = int(x), int(y)
    fx, fy = x - j, y - i
    surface[r, c, 9] = _texel(gloss_map, i, j, 0, fx, fy)
    for e in range(3):
        surface[r, c, e] = _texel(albedo_map, i, j, e, fx, fy)
        tilt = _texel(relief_map, i, j, e, fx, fy)
        for axis in range(3):
            surface[r, c, 6 + axis] += frame[axis, e] * tilt
    _unit(surface, r, c, 6)
    region = region_map[int(y + 0.5), int(x + 0.5)]
    labels[r, c, 1], labels[r, c, 2] = region, region_kinds[region]


@helper
def _eye(r, c, side, eye_map, eye_gloss, frame, surface):
    """Texture of an eyeball at the offset from its centre that stands for its fine normal, and the normal of cornea or sclera there."""
    _unit(surface, r, c, 6)
    along, lean, right, norm, up = 0.0, 0.0, 0.0, 1e-9, 0.0
    for e in range(3):
        along += surface[r, c, 6 + e] * frame[5 + side, e]
        lean += frame[e, 0] * frame[5 + side, e]
    # the head's x axis without its part along the gaze is "right" in the texture, gaze x right is "up"
    for e in range(3):
        f, g = (e + 1) % 3, (e + 2) % 3
        axis = frame[e, 0] - lean * frame[5 + side, e]
        right += surface[r, c, 6 + e] * axis
        norm += axis * axis
        up += surface[r, c, 6 + e] * (frame[5 + side, f] * frame[g, 0] - frame[5 + side, g] * frame[f, 0])
    reach = math.acos(-1.0 if along < -1 else 1.0 if along > 1 else along) / math.pi / math.sqrt(right * right + up * up + 1e-12)
    size = eye_map.shape[1]
    x, y = _within((0.5 + reach * right) * size - 0.5, size), _within((0.5 - reach * up) * size - 0.5, size)
    j, i = int(x), int(y)
    for e in range(3):
        surface[r, c, e] = _texel(eye_map, side * size + i, j, e, x - j, y - i)
    surface[r, c, 9] = 1.0 + eye_gloss[side * size + i, j]
    bulge = (along - CORNEA_EDGE) / 0.06
    bulge = CORNEA_SHIFT * (0.0 if bulge < 0 else 1.0 if bulge > 1 else bulge)
    for e in range(3):
        surface[r, c, 6 + e] -= bulge * frame[5 + side, e]
    _unit(surface, r, c, 6)


@kernel("void(int32[:, ::1], float32[:, :, ::1], int32[:, ::1], float32[:, ::1], float32[:, ::1], float32[:, :, ::1], uint8[::1], "
      "float32[:, ::1], float32[:, ::1], int64, float32[:, :, ::1], float32[:, :, ::1], float32[:, :, ::1], uint8[:, ::1], "
      "float32[:, :, ::1], float32[:, ::1], float64[:, ::1], uint8[::1], uint8[::1], "
      "uint8[:, :, ::1], float32[:, :, ::1])")
def gather(owner, weights, triangles, vertices, normals, uv, part, colour, finish, head,
           albedo_map, relief_map, gloss_map, region_map, eye_map, eye_gloss, frame, kinds, region_kinds,
           labels, surface):
    """Read the surface at every sample that shows a triangle; label those that show hair.

    Args:
        owner, weights: from `kernels.draw_triangles`.
        triangles .. colour: as in `Mesh`; finish (t, 2): gloss and alpha; head: triangles of the textured mesh (the first ones).
        albedo_map .. eye_gloss: as in `Materials`; gloss (S, S, 1), eyes right over left (2 E, E, 3) and (2 E, E).
        frame: float64 (7, 3): rows of the head's rotation, both eye centres (right, left), both eye axes.
        kinds, region_kinds: kind of surface by `Part`, and for skin by region.
        labels: out (h, w, 3): part, region, kind.
        surface: out (h, w, 13), see `Lattice`; the fine normal has the relief of the texture, for eyes the cornea's bulge.
    """
    for r in range(owner.shape[0]):
        for c in range(owner.shape[1]):
            t = owner[r, c]
            if t < 0:
                if t == -2:
                    labels[r, c, 0], labels[r, c, 2] = _HAIR, HAIR
                continue
            b, d = weights[r, c, 0], weights[r, c, 1]
            a = 1 - b - d
            i, j, k = triangles[t, 0], triangles[t, 1], triangles[t, 2]
            what = part[t]
            labels[r, c, 0], labels[r, c, 2] = what, kinds[what]
            for e in range(3):
                surface[r, c, e] = colour[t, e]
                surface[r, c, 3 + e] = a * normals[i, e] + b * normals[j, e] + d * normals[k, e]
            _unit(surface, r, c, 3)
            for e in range(3):
                surface[r, c, 6 + e] = surface[r, c, 3 + e]
            surface[r, c, 9], surface[r, c, 10] = finish[t, 0], finish[t, 1]
            if t < head and what == _SKIN:
                for e in range(2):
                    surface[r, c, 11 + e] = a * uv[t, 0, e] + b * uv[t, 1, e] + d * uv[t, 2, e]
                _skin(r, c, albedo_map, relief_map, gloss_map, region_map, region_kinds, frame, labels, surface)
            elif what == _EYE or what == _EYE + 1:
                side = what - _EYE
                for e in range(3):
                    surface[r, c, 6 + e] = a * vertices[i, e] + b * vertices[j, e] + d * vertices[k, e] - frame[3 + side, e]
                _eye(r, c, side, eye_map, eye_gloss, frame, surface)
