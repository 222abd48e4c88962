"""Compiled: light on every sample, by kind of surface.

Light leaving a sample = colour * (sky + lamps) + highlights. The sky's part is the irradiance of the environment seen by the surface;
a lamp's part is a cosine, wrapped round the terminator where light travels under the surface, times its soft shadow. Highlights are
two lobes of the GGX distribution (Walter et al. 2007) with Schlick's Fresnel term (1994) and the visibility term of Kelemen and
Szirmay-Kalos (2001). Hair: the cosine and two shifted highlights of Kajiya and Kay (1989) and Marschner et al. (2003), plus light
passing through from behind.

The loops share one array `at` of float64 that describes the sample at hand; the constants below say what lies where.
"""

# mypy: allow-untyped-defs
# (the types of a loop stand in its signature)

from __future__ import annotations

import math

from vultus.people.render.compiling import helper, kernel
from vultus.people.render.scenery import EYE, HAIR, MOUTH, WET

SEARCH = 6  # see `light.discs`
POINT, VIEW = 0, 3  # position, mm; unit direction to the camera
TONE, NORMAL, FINE = 6, 9, 12  # colour; unit normal; normal with relief, of hair the direction along it
GLOSS, ALPHA, SKY, KIND = 15, 16, 17, 18  # gloss (hair: place from root 0 to tip 1); opacity; open share of the sky; kind of surface
MIRROR, MIDDLE, STEP = 19, 22, 25  # mirror direction of the camera; between both normals; mm of one sample
OUT, BACK = 30, 40  # polynomials of the environment for a normal and for the mirror direction
CORNEA_MM = 8.0  # radius of the cornea (Gullstrand's eye: 7.8 mm)


@helper
def _clip(x):
    """x kept within 0..1."""
    return 0.0 if x < 0.0 else 1.0 if x > 1.0 else x


@helper
def _dot(at, i, x, y, z):
    """Product of the vector at i and (x, y, z)."""
    return at[i] * x + at[i + 1] * y + at[i + 2] * z


@helper
def _terms(at, source, to):
    """Polynomials of the unit vector at `source`, as `light.quadratic` orders them."""
    x, y, z = at[source], at[source + 1], at[source + 2]
    at[to], at[to + 1], at[to + 2], at[to + 3] = 1.0, y, z, x
    at[to + 4], at[to + 5], at[to + 6], at[to + 7], at[to + 8] = x * y, y * z, 3.0 * z * z - 1.0, x * z, x * x - y * y


@helper
def _sphere(sphere, which, e, at, source):
    """Environment (0 irradiance / pi, 1 softened radiance) of colour e for the polynomials at `source`."""
    total = 0.0
    for i in range(9):
        total += sphere[which, e, i] * at[source + i]
    return 0.0 if total < 0.0 else total


@helper
def _shadow(maps, films, discs, lamps, lamp, at, off, spin):
    """Share 0..1 of a lamp's light that reaches a point; the further what casts the shadow, the softer its edge.

    First the mean height of what lies before the point is measured, then the map is compared over the disc that a source of that
    softness blurs at that distance. Hair lets light through by depth.
    """
    size, soft, hair = maps.shape[1], lamps[lamp, 6], at[KIND] == HAIR
    x, y, z = at[POINT] + off * at[NORMAL], at[POINT + 1] + off * at[NORMAL + 1], at[POINT + 2] + off * at[NORMAL + 2]
    px = films[lamp, 0, 0] * x + films[lamp, 0, 1] * y + films[lamp, 0, 2] * z + films[lamp, 0, 3] + 0.5
    py = films[lamp, 1, 0] * x + films[lamp, 1, 1] * y + films[lamp, 1, 2] * z + films[lamp, 1, 3] + 0.5
    here = films[lamp, 2, 0] * x + films[lamp, 2, 1] * y + films[lamp, 2, 2] * z + films[lamp, 2, 3]
    widest = (1.5 + 26.0 * soft) * films[lamp, 3, 0]
    reach, before, found, passed = widest, 0.0, 0.0, 0.0
    for tap in range(discs.shape[1]):
        if tap == SEARCH:
            if found == 0.0:
                return 1.0
            reach = before / found * (0.03 + 0.55 * soft) * films[lamp, 3, 0]
            reach = widest if reach > widest else 0.8 if reach < 0.8 else reach
        i, j = int(py + reach * discs[spin, tap, 1]), int(px + reach * discs[spin, tap, 0])
        over = -1.0
        if i >= 0 and j >= 0 and i < size and j < size:
            over = maps[lamp, i, j] - here
        if tap < SEARCH:
            if over > 0.0:
                before += over
                found += 1.0
        elif over <= 0.0:
            passed += 1.0
        elif hair:
            passed += 1.0 / (1.0 + over * over * 0.02)
    return passed / (discs.shape[1] - SEARCH)


@helper
def _lobe(nl, nh, lh, rough, f0):
    """Highlight of a lamp of strength 1; `rough` is the GGX alpha."""
    square, edge = rough * rough, 1.0 - lh
    d, edge = nh * nh * (square - 1.0) + 1.0, edge * edge * edge * edge * edge
    return nl * square / (d * d) * (f0 + (1.0 - f0) * edge) / (4.0 * lh * lh + 0.24)


@helper
def _band(x, width):
    """1 at 0, falling to a quarter at `width`."""
    x = 1.0 + x * x / (width * width)
    return 1.0 / (x * x)


@helper
def _strand(at, sphere, lamps, lit, out):
    """Light that leaves hair."""
    deep = 0.5 + 0.5 * _clip(at[GLOSS] * 2.2)
    seen = _dot(at, FINE, at[VIEW], at[VIEW + 1], at[VIEW + 2])
    _terms(at, NORMAL, OUT)
    for e in range(3):
        out[e] = at[TONE + e] * _sphere(sphere, 0, e, at, OUT) * at[SKY] * deep
    for lamp in range(lamps.shape[0]):
        x, y, z = lamps[lamp, 0], lamps[lamp, 1], lamps[lamp, 2]
        along = _dot(at, FINE, x, y, z)
        across = math.sqrt(_clip(1.0 - along * along)) * lit[lamp]
        front = _clip(_dot(at, NORMAL, x, y, z) * 0.8 + 0.35) * across
        through = _clip(-_dot(at, VIEW, x, y, z))
        through *= through * through * across
        mirror = along + seen  # 0 where the strand mirrors the lamp into the eye
        body, white = (front * 0.85 + through * 0.8) * deep, front * 0.06 * _band(mirror + 0.12, 0.2)
        tinted = (front * 0.3 * _band(mirror - 0.2, 0.4) + through * 0.6 * _band(mirror, 0.5)) * deep
        for e in range(3):
            out[e] += lamps[lamp, 3 + e] * (at[TONE + e] * body + white + (0.5 * math.sqrt(at[TONE + e]) + 0.02) * tinted)


@helper
def _glint(cosine, softness, sample_mm):
    """Mirror image of a lamp in the wet cornea, a disc at least as large as a sample can show."""
    true, least = 0.07 + 0.16 * softness, sample_mm / CORNEA_MM
    size = least if least > true else true
    bright = 0.0256 / (true * true)
    bright = (1.6 if bright > 1.6 else bright) * true * true / (size * size)
    return bright * _clip(2.5 - 4.0 * (1.0 - cosine) / (size * size))


@helper
def _ambient(at, row, sphere, out):
    """Light of the sky that leaves a surface; light that bounces between walls of its colour opens the shade (Jimenez et al. 2016)."""
    facing = _dot(at, FINE, at[VIEW], at[VIEW + 1], at[VIEW + 2])
    facing = 0.05 if facing < 0.05 else facing
    for e in range(3):
        at[MIRROR + e] = 2.0 * facing * at[FINE + e] - at[VIEW + e]
        at[MIDDLE + e] = 0.5 * (at[NORMAL + e] + at[FINE + e])
    _terms(at, MIDDLE, OUT)
    _terms(at, MIRROR, BACK)
    sky, edge = at[SKY], 1.0 - facing
    edge *= edge * edge * edge * edge
    mirror = (row[3] + (1.0 - row[3]) * edge * row[7]) * at[GLOSS] * sky
    for e in range(3):
        tone = at[TONE + e]
        bounced = ((sky * (2.0404 * tone - 0.3324) + 0.6417 - 4.7951 * tone) * sky + 2.7552 * tone + 0.6903) * sky
        out[e] = (tone * at[ALPHA] * (bounced if bounced > sky else sky) * _sphere(sphere, 0, e, at, OUT)
                  + mirror * _sphere(sphere, 1, e, at, BACK))


@helper
def _lamp(at, row, lamps, lamp, lit, out):
    """Adds a lamp's light that leaves a surface; penumbrae and the terminator of skin are red."""
    x, y, z, soft = lamps[lamp, 0], lamps[lamp, 1], lamps[lamp, 2], lamps[lamp, 6]
    plain, fine = _dot(at, NORMAL, x, y, z), _dot(at, FINE, x, y, z)
    norm = 1.0 / math.sqrt(2.0 + 2.0 * _dot(at, VIEW, x, y, z) + 1e-6)
    nh, lh = (fine + _dot(at, FINE, at[VIEW], at[VIEW + 1], at[VIEW + 2])) * norm, (1.0 + _dot(at, VIEW, x, y, z)) * norm
    above = 0.0 if fine < 0.0 else fine
    shine = (1.0 - row[6]) * _lobe(above, nh, lh, row[4] + 0.1 * soft, row[3])
    shine += row[6] * _lobe(above, nh, lh, row[5] + 0.1 * soft, row[3])
    shine *= at[GLOSS] * lit
    if at[KIND] == EYE:  # large sources glint past what shades the eye
        shine += _glint(_dot(at, MIRROR, x, y, z), soft, at[STEP]) * (0.35 + 0.65 * lit) * _clip(4.0 * above)
    for e in range(3):
        wrap = row[e]
        free = lit + wrap * lit * (1.0 - lit)
        cosine = plain + row[8 + e] * (fine - plain) + wrap
        cosine = 0.0 if cosine < 0.0 else cosine / (1.0 + wrap)
        out[e] += lamps[lamp, 3 + e] * (at[TONE + e] * at[ALPHA] * cosine * free + shine)


@helper
def _lids(labels, r, c, view, rims):
    """Shade 0..1 that the rims around an eye or the lips throw on what lies behind: strongest below the upper one."""
    kind, lost = labels[r, c, 2], 0.0
    for side in range(rims.shape[0]):
        dx, dy = rims[side, 0] * view[5] - rims[side, 1] * view[6], rims[side, 0] * view[6] + rims[side, 1] * view[5]
        strength, reach = rims[side, 2], rims[side, 3] / view[7]
        for step in range(1, int(reach) + 2):
            i, j = int(r + dy * step + 0.5), int(c + dx * step + 0.5)
            if i < 0 or j < 0 or i >= labels.shape[0] or j >= labels.shape[1]:
                break
            if labels[i, j, 2] != kind:
                shade = strength * _clip(1.0 - (step - 0.5) / reach)
                lost = shade if shade > lost else lost
                break
    return 1.0 - lost


@helper
def _stand(at, q, kind, surface, view, r, c):
    """Describes the sample (r, c) in `at`; hair gets its normal: away from the skull's centre, square to the strand."""
    z = 1.0 / q
    x, y = (c - view[0]) * z / view[2], (view[1] - r) * z / view[2]
    d = 1.0 / math.sqrt(x * x + y * y + z * z)
    at[POINT], at[POINT + 1], at[POINT + 2] = x, y, view[3] - z
    at[VIEW], at[VIEW + 1], at[VIEW + 2], at[KIND] = -x * d, -y * d, z * d, kind
    for e in range(11):
        at[TONE + e] = surface[r, c, e]
    if kind != HAIR and kind > 0:
        return
    x, y, z = at[POINT] - view[8], at[POINT + 1] - view[9], at[POINT + 2] - view[10]
    y = 0.15 * y if y < 0.0 else y
    along = _dot(at, FINE, x, y, z)
    x, y, z = x - along * at[FINE], y - along * at[FINE + 1], z - along * at[FINE + 2]
    d = 1.0 / math.sqrt(x * x + y * y + z * z + 1e-9)
    at[NORMAL], at[NORMAL + 1], at[NORMAL + 2] = x * d, y * d, z * d
    if kind == HAIR:
        for e in range(3):
            surface[r, c, 3 + e] = at[NORMAL + e]


@helper
def _veiled(at, veil, r, c):
    """Turns `at` into the thin hair that lies before the sample."""
    share = 1.0 / (1.0 - veil[r, c, 6])
    x, y, z = veil[r, c, 3], veil[r, c, 4], veil[r, c, 5]
    norm = 1.0 / math.sqrt(x * x + y * y + z * z + 1e-9)
    for e in range(3):
        at[TONE + e], at[FINE + e] = veil[r, c, e] * share, veil[r, c, 3 + e] * norm
    at[GLOSS] = 0.3 + veil[r, c, 7] * share


@kernel("void(float32[:, ::1], uint8[:, :, ::1], float32[:, :, ::1], float32[:, :, ::1], float32[:, ::1], float64[::1], "
        "float64[:, :, ::1], float64[:, ::1], float32[:, :, ::1], float64[:, :, ::1], float64[:, :, ::1], float64[:, ::1], "
        "float64[:, ::1], float64[::1], float32[:, :, ::1])")
def shade(near, labels, surface, veil, sky, view, sphere, lamps, maps, films, discs, rims, finish, at, out):
    """Light every sample.

    Args:
        near, labels, surface, veil: see `Lattice`; hair gets its normals.
        sky: ambient visibility by pixel.
        view: x0, y0, focal length (samples), distance mm, samples a pixel, direction in the picture in which the head's up points
            (x, y), mm of one sample at the head, centre of the skull (x, y, z).
        sphere .. finish: see `light`: environment, lamps, shadow maps and their views, samples of discs, rims, kinds of surface.
        at: (50 + lamps + 3,), room for the sample at hand, the share of each lamp that arrives, and what leaves.
        out: (h, w, 3), linear RGB.
    """
    lit, leaving, samples = at[50:], at[50 + lamps.shape[0]:], int(view[4])
    at[STEP] = view[7]
    for r in range(near.shape[0]):
        for c in range(near.shape[1]):
            kind, clear, i, j = labels[r, c, 2], 1.0 * veil[r, c, 6], r // samples, c // samples
            if kind == 0 and clear >= 1.0:
                continue
            _stand(at, 1.0 * near[r, c] if kind > 0 else veil[r, c, 8] / (1.0 - clear), kind, surface, view, r, c)
            contact = _lids(labels, r, c, view, rims) if kind == EYE or kind == WET or kind == MOUTH else 1.0
            at[SKY] = contact * sky[i if i < sky.shape[0] else i - 1, j if j < sky.shape[1] else j - 1]
            for lamp in range(lamps.shape[0]):
                facing = _dot(at, NORMAL, lamps[lamp, 0], lamps[lamp, 1], lamps[lamp, 2])
                # a round head hides a lamp just behind its terminator from what lies within 40 mm x angle^2 of it, light wraps there
                off = 4.0 if kind == HAIR else 4.1 - 2.5 * facing if facing > 0.0 else 4.1 + 45.0 * facing * facing
                lit[lamp] = contact
                if facing > -0.5 or kind == HAIR or clear < 1.0:
                    lit[lamp] *= _shadow(maps, films, discs, lamps, lamp, at, off, (r & 3) * 4 + (c & 3))
            if kind == HAIR:
                _strand(at, sphere, lamps, lit, leaving)
            elif kind > 0:
                _ambient(at, finish[kind], sphere, leaving)
                for lamp in range(lamps.shape[0]):
                    _lamp(at, finish[kind], lamps, lamp, lit[lamp], leaving)
            for e in range(3):
                out[r, c, e] = leaving[e] * clear if kind > 0 else 0.0
            if clear < 1.0:
                _veiled(at, veil, r, c)
                _strand(at, sphere, lamps, lit, leaving)
                for e in range(3):
                    out[r, c, e] += leaving[e] * (1.0 - clear)
