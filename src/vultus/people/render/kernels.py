"""Compiled loops that find what each sample sees: triangles and strands against a depth buffer, and ambient occlusion.

Every buffer is a lattice of samples: sample (r, c) lies at x = c, y = r of the projected points. `near` holds the nearness of what was
drawn, larger is nearer and 0 is empty: 1 / depth for perspective views, millimetres towards the lamp for shadow maps. Both are linear
in the picture, so one loop serves both.
"""

# mypy: allow-untyped-defs
# (the types of a loop stand in its signature)

from __future__ import annotations

import math

from vultus.people.render.compiling import helper, kernel

NEAREST_MM = 20.0  # what comes nearer to the camera is not drawn
SOFT_MM = 1.5  # strands that grow on skin count as seen when they lie at most this far below it
STEPS = 4  # distances of the occlusion search along each direction


@helper
def _span(a, b, c, size):
    """First and last whole number between three numbers, within 0 .. size - 1."""
    least, most = a if a < b else b, b if a < b else a
    least, most = c if c < least else least, c if c > most else most
    first, last = math.ceil(least), math.floor(most)
    return 0 if first < 0 else first, size - 1 if last >= size else last


@kernel("void(float64[:, ::1], int32[:, ::1], uint8[::1], float32[:, ::1], int32[:, ::1], float32[:, :, ::1])")
def draw_triangles(points, triangles, mode, near, owner, weights):
    """Draw triangles by nearness.

    Args:
        points: (n, 3) x, y, nearness of the vertices.
        triangles: (t, 3).
        mode: (t,) 0 skip, 1 both sides, 2 only seen from outside.
        near, owner, weights: (h, w), (h, w), (h, w, 2): nearness, triangle and perspective-correct weights of its 2nd and 3rd corner.
    """
    height, width = near.shape
    for t in range(triangles.shape[0]):
        if mode[t] == 0:
            continue
        i, j, k = triangles[t, 0], triangles[t, 1], triangles[t, 2]
        x0, y0, q0 = points[i, 0], points[i, 1], points[i, 2]
        x1, y1, q1 = points[j, 0], points[j, 1], points[j, 2]
        x2, y2, q2 = points[k, 0], points[k, 1], points[k, 2]
        area = (x1 - x0) * (y2 - y0) - (x2 - x0) * (y1 - y0)
        if not (q0 > 0 and q1 > 0 and q2 > 0) or area == 0 or (mode[t] == 2 and area > 0):
            continue
        left, right = _span(x0, x1, x2, width)
        top, bottom = _span(y0, y1, y2, height)
        for r in range(top, bottom + 1):
            for c in range(left, right + 1):
                w1 = ((c - x0) * (y2 - y0) - (x2 - x0) * (r - y0)) / area
                w2 = ((x1 - x0) * (r - y0) - (c - x0) * (y1 - y0)) / area
                w0 = 1 - w1 - w2
                if w0 < -1e-9 or w1 < -1e-9 or w2 < -1e-9:
                    continue
                q = w0 * q0 + w1 * q1 + w2 * q2
                if q > near[r, c]:
                    near[r, c] = q
                    owner[r, c] = t
                    weights[r, c, 0] = w1 * q1 / q
                    weights[r, c, 1] = w2 * q2 / q


@helper
def _place(matrix, perspective, x, y, z):
    """x, y and nearness of a point under a (3, 4) matrix, as `camera.film` and `shadow.film` give it."""
    a = matrix[0, 0] * x + matrix[0, 1] * y + matrix[0, 2] * z + matrix[0, 3]
    b = matrix[1, 0] * x + matrix[1, 1] * y + matrix[1, 2] * z + matrix[1, 3]
    w = matrix[2, 0] * x + matrix[2, 1] * y + matrix[2, 2] * z + matrix[2, 3]
    if not perspective:
        return a, b, w
    q = 1 / w if w > NEAREST_MM else 0.0
    return a * q, b * q, q


@helper
def _chance(strand, r, c):
    """A fixed pseudo-random number 0..1 of a strand in a sample."""
    h = (strand * 73856093) ^ (c * 19349663) ^ (r * 83492791)
    h = (h ^ (h >> 13)) * 1274126177
    return ((h ^ (h >> 16)) & 0xFFFF) / 65536.0


@helper
def _behind(near, x, y, q):
    """Whether something clearly nearer is already drawn at a point: then pieces between two such points are left out."""
    c, r = int(x + 0.5), int(y + 0.5)
    return 0 <= r < near.shape[0] and 0 <= c < near.shape[1] and near[r, c] > q * 1.004


@helper
def _veil(r, c, cover, strand, t, q, near, colour, dx, dy, dz, veil):
    """A thin strand before a surface: adds to colour (0-2), tangent (3-5), place along it (7), nearness (8); 6: what it lets through."""
    if q <= near[r, c] / (1 + SOFT_MM * near[r, c]) or q <= 0:
        return
    amount = (1.0 if cover > 1.0 else cover) * veil[r, c, 6]
    for i in range(3):
        veil[r, c, i] += amount * (colour[strand, i] + t * (colour[strand, 3 + i] - colour[strand, i]))
    veil[r, c, 3] += amount * dx
    veil[r, c, 4] += amount * dy
    veil[r, c, 5] += amount * dz
    veil[r, c, 6] -= amount
    veil[r, c, 7] += amount * t
    veil[r, c, 8] += amount * q


@helper
def _show(r, c, strand, t, q, near, owner, colour, dx, dy, dz, surface):
    """A strand of scalp hair in one sample, drawn whole: colour (0-2), direction (6-8), place along it (9); see `Lattice.surface`."""
    near[r, c], owner[r, c] = q, -2
    for i in range(3):
        surface[r, c, i] = colour[strand, i] + t * (colour[strand, 3 + i] - colour[strand, i])
    surface[r, c, 6], surface[r, c, 7], surface[r, c, 8], surface[r, c, 9] = dx, dy, dz, t


@kernel("void(float32[:, :, ::1], float32[::1], float32[:, ::1], float64[:, ::1], float64[::1], float32[:, ::1], int32[:, ::1], "
        "float32[:, :, ::1])")
def draw_strands(points, widths, colour, matrix, how, near, owner, target):
    """Draw strands as thin lines whose share of a sample is their width there.

    Args:
        points: (n, k, 3) mm; widths: (n,) mm at the root, a third of it at the tip; colour: (n, 6) at root and tip.
        matrix: (3, 4) of the view.
        how: perspective 0/1, samples per mm (times nearness under perspective), opacity, every how many strands, what is drawn:
            0 nearness alone, 1 scalp hair, 2 a veil.
        target: (h, w, ...) what scalp hair (`_show`) or a veil (`_veil`) is written to.
    """
    perspective, scale, opacity, stride, what = how[0] > 0, how[1], how[2], int(how[3]), int(how[4])
    k = points.shape[1]
    for strand in range(0, points.shape[0], stride):
        x, y, z, xb, yb, qb, hidden = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, False
        for segment in range(-1, k - 1):
            px, py, pz, xa, ya, qa, was_hidden = x, y, z, xb, yb, qb, hidden
            x, y, z = 1.0 * points[strand, segment + 1, 0], 1.0 * points[strand, segment + 1, 1], 1.0 * points[strand, segment + 1, 2]
            xb, yb, qb = _place(matrix, perspective, x, y, z)
            hidden = _behind(near, xb, yb, qb)
            if segment < 0 or qa <= 0.0 or qb <= 0.0 or (was_hidden and hidden):
                continue
            steep = abs(yb - ya) > abs(xb - xa)
            u0, v0, u1, v1 = (ya, xa, yb, xb) if steep else (xa, ya, xb, yb)
            limit, across = (near.shape[0], near.shape[1]) if steep else (near.shape[1], near.shape[0])
            # each step of the longer axis belongs to one segment only: centres in [low, high)
            low, high = (math.ceil(u0), math.ceil(u1)) if u0 < u1 else (math.ceil(u1), math.ceil(u0))
            low, high = 0 if low < 0 else low, limit if high > limit else high
            if low >= high:
                continue
            dx, dy, dz = x - px, y - py, z - pz
            length, share, tilt = math.sqrt(dx * dx + dy * dy + dz * dz) + 1e-9, (segment + 0.5) / (k - 1), (v1 - v0) / (u1 - u0)
            dx, dy, dz = dx / length, dy / length, dz / length
            thick = 0.5 * widths[strand] * (1.0 - 0.67 * share * share) * math.sqrt(1.0 + tilt * tilt) * scale
            for u in range(low, high):
                t = (u - u0) / (u1 - u0)
                q, v = qa + t * (qb - qa), v0 + t * (v1 - v0)
                t, half = (segment + t) / (k - 1), thick * q if perspective else thick
                for w in range(math.floor(v - half + 0.5), math.ceil(v + half - 0.5) + 1):
                    right, left = v + half if v + half < w + 0.5 else w + 0.5, v - half if v - half > w - 0.5 else w - 0.5
                    cover, r, c = opacity * (right - left), u if steep else w, w if steep else u
                    if cover <= 0.0 or w < 0 or w >= across:
                        continue
                    if what == 2:
                        _veil(r, c, cover, strand, t, q, near, colour, dx, dy, dz, target)
                    elif q > near[r, c] and _chance(strand, r, c) < cover:
                        if what == 1:
                            _show(r, c, strand, t, q, near, owner, colour, dx, dy, dz, target)
                        near[r, c] = q


@helper
def _horizon(near, film, radius, r, c, here, dx, dy):
    """Largest sin(e)^2 along one direction, fading out with distance; `here` is a point and its normal."""
    reach, best, fade, zoom = radius * film[2] / here[2] / (STEPS * STEPS), 0.0, 1.0 / (radius * radius), 1.0 / film[2]
    for step in range(1, STEPS + 1):
        off = reach * (step * step)
        if off < step:
            off = 1.0 * step
        i, j = int(r + dy * off + 0.5), int(c + dx * off + 0.5)
        if i < 0 or j < 0 or i >= near.shape[0] or j >= near.shape[1] or near[i, j] <= 0:
            continue
        z = 1.0 / near[i, j]
        x, y, z = (j - film[0]) * z * zoom - here[0], (film[1] - i) * z * zoom - here[1], here[2] - z
        square = x * x + y * y + z * z + 1e-6
        rise = x * here[3] + y * here[4] + z * here[5]
        if rise > 0.0 and square * fade < 1.0:
            found = rise * rise * (1.0 / square - fade)
            if found > best:
                best = found
    return best


@kernel("void(float32[:, ::1], float32[:, :, ::1], float64[::1], float64, float64[:, ::1], float64[::1], float32[:, ::1])")
def occlude(near, normals, film, radius, ring, here, out):
    """Share of the sky that each pixel sees, from the depth buffer.

    In each direction along the picture the highest thing within `radius` mm is found; a slice whose horizon stands at
    elevation e over the surface loses sin(e)^2 of its cosine-weighted light.

    Args:
        near: (h, w) 1 / mm; normals: (h, w, 3); film: x0, y0, focal length in px.
        ring: (2 n, 2) unit directions; pixels take the first and the second half in turn, like a chessboard.
        here: (6,), room for a point and its normal; hair has no normal and is taken to face the camera.
        out: (h, w), 1 = open.
    """
    half = ring.shape[0] // 2
    for r in range(near.shape[0]):
        for c in range(near.shape[1]):
            out[r, c] = 1
            if near[r, c] <= 0:
                continue
            here[2] = 1.0 / near[r, c]
            here[0], here[1] = (c - film[0]) * here[2] / film[2], (film[1] - r) * here[2] / film[2]
            for e in range(3):
                here[3 + e] = normals[r, c, e]
            if here[3] == 0.0 and here[4] == 0.0 and here[5] == 0.0:
                here[5] = 1.0
            lost, start = 0.0, half * ((r + c) & 1)
            for d in range(start, start + half):
                lost += _horizon(near, film, radius, r, c, here, ring[d, 0], ring[d, 1])
            out[r, c] = 1 - lost / half
