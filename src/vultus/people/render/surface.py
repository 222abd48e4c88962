"""Compiled: what lies at each sample: colour, normal, gloss and the kind of surface, read from meshes and textures."""

# mypy: allow-untyped-defs
# (the types of a loop stand in its signature)

from __future__ import annotations

import math

from vultus.people.render.compiling import helper, kernel
from vultus.people.shapes import Part

_EYE = int(Part.EYE_RIGHT)
_SKIN = int(Part.SKIN)
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
def _unit(vectors, r, c):
    """Scales the vector (r, c) to length 1."""
    x, y, z = vectors[r, c, 0], vectors[r, c, 1], vectors[r, c, 2]
    scale = 1.0 / math.sqrt(x * x + y * y + z * z + 1e-12)
    for e in range(3):
        vectors[r, c, e] *= scale


@helper
def _skin(r, c, albedo_map, relief_map, gloss_map, region_map, region_kinds, frame, labels, albedo, bumped, info):
    """Textures of the head at the (u, v) in `info`, bilinear; the region is that of the nearest texel."""
    size = albedo_map.shape[0]
    x, y = _within(info[r, c, 2] * size - 0.5, size), _within(info[r, c, 3] * size - 0.5, size)
    j, i = int(x), int(y)
    fx, fy = x - j, y - i
    info[r, c, 0] = _texel(gloss_map, i, j, 0, fx, fy)
    for e in range(3):
        albedo[r, c, e] = _texel(albedo_map, i, j, e, fx, fy)
        tilt = _texel(relief_map, i, j, e, fx, fy)
        for axis in range(3):
            bumped[r, c, axis] += frame[axis, e] * tilt
    _unit(bumped, r, c)
    region = region_map[int(y + 0.5), int(x + 0.5)]
    labels[r, c, 1], labels[r, c, 2] = region, region_kinds[region]


@helper
def _eye(r, c, side, eye_map, eye_gloss, frame, albedo, bumped, info):
    """Texture of an eyeball at the offset from its centre that `bumped` holds, and the normal of cornea or sclera there."""
    _unit(bumped, r, c)
    along, lean, right, norm, up = 0.0, 0.0, 0.0, 1e-9, 0.0
    for e in range(3):
        along += bumped[r, c, e] * frame[5 + side, e]
        lean += frame[e, 0] * frame[5 + side, e]
    # the head's x axis without its part along the gaze is "right" in the texture, gaze x right is "up"
    for e in range(3):
        f, g = (e + 1) % 3, (e + 2) % 3
        axis = frame[e, 0] - lean * frame[5 + side, e]
        right += bumped[r, c, e] * axis
        norm += axis * axis
        up += bumped[r, c, e] * (frame[5 + side, f] * frame[g, 0] - frame[5 + side, g] * frame[f, 0])
    reach = math.acos(-1.0 if along < -1 else 1.0 if along > 1 else along) / math.pi / math.sqrt(right * right + up * up + 1e-12)
    size = eye_map.shape[1]
    x, y = _within((0.5 + reach * right) * size - 0.5, size), _within((0.5 - reach * up) * size - 0.5, size)
    j, i = int(x), int(y)
    for e in range(3):
        albedo[r, c, e] = _texel(eye_map, side * size + i, j, e, x - j, y - i)
    info[r, c, 0] = 1.0 + eye_gloss[side * size + i, j]
    bulge = (along - CORNEA_EDGE) / 0.06
    bulge = CORNEA_SHIFT * (0.0 if bulge < 0 else 1.0 if bulge > 1 else bulge)
    for e in range(3):
        bumped[r, c, e] -= bulge * frame[5 + side, e]
    _unit(bumped, r, c)


@kernel("void(int32[:, ::1], float32[:, :, ::1], int32[:, ::1], float32[:, ::1], float32[:, ::1], float32[:, :, ::1], uint8[::1], "
      "float32[:, ::1], float32[:, ::1], int64, float32[:, :, ::1], float32[:, :, ::1], float32[:, :, ::1], uint8[:, ::1], "
      "float32[:, :, ::1], float32[:, ::1], float64[:, ::1], uint8[::1], uint8[::1], "
      "uint8[:, :, ::1], float32[:, :, ::1], float32[:, :, ::1], float32[:, :, ::1], float32[:, :, ::1])")
def gather(owner, weights, triangles, vertices, normals, uv, part, colour, finish, head,
           albedo_map, relief_map, gloss_map, region_map, eye_map, eye_gloss, frame, kinds, region_kinds,
           labels, albedo, normal, bumped, info):
    """Read the surface at every sample that shows a triangle.

    Args:
        owner, weights: from `kernels.draw_triangles`.
        triangles .. colour: as in `Mesh`; finish (t, 2): gloss and alpha; head: triangles of the textured mesh (the first ones).
        albedo_map .. eye_gloss: as in `Materials`; gloss (S, S, 1), eyes right over left (2 E, E, 3) and (2 E, E).
        frame: float64 (7, 3): rows of the head's rotation, both eye centres (right, left), both eye axes.
        kinds, region_kinds: kind of surface by `Part`, and for skin by region.
        labels: out (h, w, 3): part, region, kind.
        albedo, normal, bumped: out (h, w, 3); the bumped normal has the relief of the texture, for eyes the cornea's bulge.
        info: out (h, w, 4): gloss, alpha, u, v.
    """
    for r in range(owner.shape[0]):
        for c in range(owner.shape[1]):
            t = owner[r, c]
            if t < 0:
                continue
            b, d = weights[r, c, 0], weights[r, c, 1]
            a = 1 - b - d
            i, j, k = triangles[t, 0], triangles[t, 1], triangles[t, 2]
            what = part[t]
            labels[r, c, 0], labels[r, c, 2] = what, kinds[what]
            info[r, c, 0], info[r, c, 1] = finish[t, 0], finish[t, 1]
            for e in range(3):
                albedo[r, c, e] = colour[t, e]
                normal[r, c, e] = a * normals[i, e] + b * normals[j, e] + d * normals[k, e]
            _unit(normal, r, c)
            for e in range(3):
                bumped[r, c, e] = normal[r, c, e]
            if t < head and what == _SKIN:
                for e in range(2):
                    info[r, c, 2 + e] = a * uv[t, 0, e] + b * uv[t, 1, e] + d * uv[t, 2, e]
                _skin(r, c, albedo_map, relief_map, gloss_map, region_map, region_kinds, frame, labels, albedo, bumped, info)
            elif what == _EYE or what == _EYE + 1:
                side = what - _EYE
                for e in range(3):
                    bumped[r, c, e] = a * vertices[i, e] + b * vertices[j, e] + d * vertices[k, e] - frame[3 + side, e]
                _eye(r, c, side, eye_map, eye_gloss, frame, albedo, bumped, info)
