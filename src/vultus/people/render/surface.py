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
def _skin(r, c, u, v, albedo_map, relief_map, gloss_map, region_map, region_kinds, frame, labels, albedo, bumped, info):
    """Textures of the head at (u, v), bilinear; the region is that of the nearest texel."""
    size = albedo_map.shape[0]
    x, y = min(max(u * size - 0.5, 0.0), size - 1.001), min(max(v * size - 0.5, 0.0), size - 1.001)
    j, i = int(x), int(y)
    fx, fy = x - j, y - i
    w0, w1, w2, w3 = (1 - fx) * (1 - fy), fx * (1 - fy), (1 - fx) * fy, fx * fy
    tx = w0 * relief_map[i, j, 0] + w1 * relief_map[i, j + 1, 0] + w2 * relief_map[i + 1, j, 0] + w3 * relief_map[i + 1, j + 1, 0]
    ty = w0 * relief_map[i, j, 1] + w1 * relief_map[i, j + 1, 1] + w2 * relief_map[i + 1, j, 1] + w3 * relief_map[i + 1, j + 1, 1]
    tz = w0 * relief_map[i, j, 2] + w1 * relief_map[i, j + 1, 2] + w2 * relief_map[i + 1, j, 2] + w3 * relief_map[i + 1, j + 1, 2]
    info[r, c, 0] = w0 * gloss_map[i, j] + w1 * gloss_map[i, j + 1] + w2 * gloss_map[i + 1, j] + w3 * gloss_map[i + 1, j + 1]
    length = 0.0
    for e in range(3):
        albedo[r, c, e] = (w0 * albedo_map[i, j, e] + w1 * albedo_map[i, j + 1, e]
                           + w2 * albedo_map[i + 1, j, e] + w3 * albedo_map[i + 1, j + 1, e])
        bumped[r, c, e] += frame[e, 0] * tx + frame[e, 1] * ty + frame[e, 2] * tz
        length += bumped[r, c, e] * bumped[r, c, e]
    length = 1 / math.sqrt(length + 1e-12)
    for e in range(3):
        bumped[r, c, e] *= length
    region = region_map[min(int(y + 0.5), size - 1), min(int(x + 0.5), size - 1)]
    labels[r, c, 1] = region
    labels[r, c, 2] = region_kinds[region]


@helper
def _eye(r, c, side, x, y, z, eye_map, eye_gloss, frame, albedo, bumped, info):
    """Texture of an eyeball at the direction (x, y, z) from its centre, and the normal of cornea or sclera there."""
    length = math.sqrt(x * x + y * y + z * z) + 1e-9
    x, y, z = x / length, y / length, z / length
    ax, ay, az = frame[5 + side, 0], frame[5 + side, 1], frame[5 + side, 2]
    along = x * ax + y * ay + z * az
    # the head's x axis without its part along the gaze is "right" in the texture, gaze x right is "up"
    lean = frame[0, 0] * ax + frame[1, 0] * ay + frame[2, 0] * az
    rx, ry, rz = frame[0, 0] - lean * ax, frame[1, 0] - lean * ay, frame[2, 0] - lean * az
    norm = math.sqrt(rx * rx + ry * ry + rz * rz) + 1e-9
    rx, ry, rz = rx / norm, ry / norm, rz / norm
    right = x * rx + y * ry + z * rz
    up = x * (ay * rz - az * ry) + y * (az * rx - ax * rz) + z * (ax * ry - ay * rx)
    reach = math.acos(min(max(along, -1.0), 1.0)) / math.pi / (math.sqrt(right * right + up * up) + 1e-9)
    size = eye_map.shape[1]
    px = min(max((0.5 + reach * right) * size - 0.5, 0.0), size - 1.001)
    py = min(max((0.5 - reach * up) * size - 0.5, 0.0), size - 1.001)
    j, i = int(px), int(py)
    fx, fy = px - j, py - i
    w0, w1, w2, w3 = (1 - fx) * (1 - fy), fx * (1 - fy), (1 - fx) * fy, fx * fy
    for e in range(3):
        albedo[r, c, e] = (w0 * eye_map[side, i, j, e] + w1 * eye_map[side, i, j + 1, e]
                           + w2 * eye_map[side, i + 1, j, e] + w3 * eye_map[side, i + 1, j + 1, e])
    info[r, c, 0] = 1 + eye_gloss[side, i, j]
    bulge = CORNEA_SHIFT * min(max((along - CORNEA_EDGE) / 0.06, 0.0), 1.0)
    x, y, z = x - bulge * ax, y - bulge * ay, z - bulge * az
    length = math.sqrt(x * x + y * y + z * z) + 1e-9
    bumped[r, c, 0], bumped[r, c, 1], bumped[r, c, 2] = x / length, y / length, z / length


@kernel("void(int32[:, ::1], float32[:, :, ::1], int32[:, ::1], float32[:, ::1], float32[:, ::1], float32[:, :, ::1], uint8[::1], "
      "float32[:, ::1], float32[:, ::1], int64, float32[:, :, ::1], float32[:, :, ::1], float32[:, ::1], uint8[:, ::1], "
      "float32[:, :, :, ::1], float32[:, :, ::1], float64[:, ::1], uint8[::1], uint8[::1], "
      "uint8[:, :, ::1], float32[:, :, ::1], float32[:, :, ::1], float32[:, :, ::1], float32[:, :, ::1])")
def gather(owner, weights, triangles, vertices, normals, uv, part, colour, finish, head,
           albedo_map, relief_map, gloss_map, region_map, eye_map, eye_gloss, frame, kinds, region_kinds,
           labels, albedo, normal, bumped, info):
    """Read the surface at every sample that shows a triangle.

    Args:
        owner, weights: from `kernels.draw_triangles`.
        triangles .. colour: as in `Mesh`; finish (t, 2): gloss and alpha; head: triangles of the textured mesh (the first ones).
        albedo_map .. eye_gloss: as in `Materials`.
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
            length = 0.0
            for e in range(3):
                albedo[r, c, e] = colour[t, e]
                normal[r, c, e] = a * normals[i, e] + b * normals[j, e] + d * normals[k, e]
                length += normal[r, c, e] * normal[r, c, e]
            length = 1 / math.sqrt(length + 1e-12)
            for e in range(3):
                normal[r, c, e] *= length
                bumped[r, c, e] = normal[r, c, e]
            if t < head and what == _SKIN:
                u = a * uv[t, 0, 0] + b * uv[t, 1, 0] + d * uv[t, 2, 0]
                v = a * uv[t, 0, 1] + b * uv[t, 1, 1] + d * uv[t, 2, 1]
                info[r, c, 2], info[r, c, 3] = u, v
                _skin(r, c, u, v, albedo_map, relief_map, gloss_map, region_map, region_kinds, frame, labels, albedo, bumped, info)
            elif what == _EYE or what == _EYE + 1:
                side = what - _EYE
                x = a * vertices[i, 0] + b * vertices[j, 0] + d * vertices[k, 0] - frame[3 + side, 0]
                y = a * vertices[i, 1] + b * vertices[j, 1] + d * vertices[k, 1] - frame[3 + side, 1]
                z = a * vertices[i, 2] + b * vertices[j, 2] + d * vertices[k, 2] - frame[3 + side, 2]
                _eye(r, c, side, x, y, z, eye_map, eye_gloss, frame, albedo, bumped, info)
