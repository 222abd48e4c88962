"""Compiled: light on every sample, by kind of surface.

Light leaving a sample = colour * (sky + lamps) + highlights. The sky's part is the irradiance of the environment seen by the surface;
a lamp's part is a cosine, wrapped round the terminator where light travels under the surface, times its soft shadow. Highlights are
two lobes of the GGX distribution (Walter et al. 2007) with Schlick's Fresnel term (1994) and the visibility term of Kelemen and
Szirmay-Kalos (2001). Hair: the cosine and two shifted highlights of Kajiya and Kay (1989) and Marschner et al. (2003), plus light
passing through from behind.
"""

# mypy: allow-untyped-defs
# (the types of a loop stand in its signature)

from __future__ import annotations

import math

import numpy as np

from vultus.people.render.compiling import helper, kernel
from vultus.people.render.scenery import EYE, HAIR, MOUTH, WET

SEARCH, TAPS = 6, 8  # samples of a shadow map: to find what casts the shadow, and to soften it
GOLDEN = 2.399963  # radians: successive samples of a disc that never line up (Vogel 1979)


@helper
def _sphere(table, channel, x, y, z):
    """A function of spherical harmonics of order 2 at a unit direction; `light.quadratic` gives the table (3, 9)."""
    value = (table[channel, 0] + table[channel, 1] * y + table[channel, 2] * z + table[channel, 3] * x
             + table[channel, 4] * x * y + table[channel, 5] * y * z + table[channel, 6] * (3 * z * z - 1)
             + table[channel, 7] * x * z + table[channel, 8] * (x * x - y * y))
    return max(value, 0.0)


@helper
def _shadow(maps, film, lamp, softness, x, y, z, spin, hair):
    """Share 0..1 of a lamp's light that reaches a point; the further what casts the shadow, the softer its edge.

    First the mean height of what lies before the point is measured, then the map is compared over the disc that a source of that
    softness blurs at that distance. Hair lets light through by depth.
    """
    size = maps.shape[1]
    px = film[0, 0] * x + film[0, 1] * y + film[0, 2] * z + film[0, 3]
    py = film[1, 0] * x + film[1, 1] * y + film[1, 2] * z + film[1, 3]
    here = film[2, 0] * x + film[2, 1] * y + film[2, 2] * z + film[2, 3]
    widest = 1.5 + 26 * softness
    reach, before, found, passed = widest * film[3, 0], 0.0, 0, 0.0
    for tap in range(SEARCH + TAPS):
        if tap == SEARCH:
            if found == 0:
                return 1.0
            reach = max(min(before / found * (0.03 + 0.55 * softness), widest) * film[3, 0], 0.8)
        n = tap if tap < SEARCH else tap - SEARCH
        span, turn = reach * math.sqrt((n + 0.5) / (SEARCH if tap < SEARCH else TAPS)), n * GOLDEN + spin
        i, j = int(py + span * math.sin(turn) + 0.5), int(px + span * math.cos(turn) + 0.5)
        over = maps[lamp, i, j] - here if i >= 0 and j >= 0 and i < size and j < size else -1.0
        if tap < SEARCH and over > 0:
            before += over
            found += 1
        elif tap >= SEARCH:
            passed += 1.0 if over <= 0 else 1 / (1 + over * over * 0.02) if hair else 0.0
    return passed / TAPS


@helper
def _lobe(nl, nh, lh, rough, f0):
    """Highlight of a lamp of strength 1; `rough` is the GGX alpha."""
    square = rough * rough
    d = nh * nh * (square - 1) + 1
    edge = 1 - lh
    edge *= edge * edge * edge * edge
    return nl * square / (d * d) * (f0 + (1 - f0) * edge) / (4 * max(lh * lh, 0.06))


@helper
def _band(x, width):
    """1 at 0, falling to a quarter at `width`."""
    x = 1 + (x / width) ** 2
    return 1 / (x * x)


@helper
def _strand(at, tx, ty, tz, red, green, blue, root, sphere, lamps, lit, out):
    """Hair along (tx, ty, tz) at the point `at` (see `_stand`): out (3,) gets the light that leaves it."""
    deep = 0.5 + 0.5 * min(root * 2.2, 1.0)
    seen = tx * at[3] + ty * at[4] + tz * at[5]
    for e in range(3):
        tone = red if e == 0 else green if e == 1 else blue
        out[e] = tone * _sphere(sphere[0], e, at[6], at[7], at[8]) * at[12] * deep
    for lamp in range(lamps.shape[0]):
        lx, ly, lz = lamps[lamp, 0], lamps[lamp, 1], lamps[lamp, 2]
        along = tx * lx + ty * ly + tz * lz
        across = math.sqrt(max(1 - along * along, 0.0))
        lit_side = min(max((at[6] * lx + at[7] * ly + at[8] * lz) * 0.8 + 0.35, 0.0), 1.0) * across
        through = max(-(at[3] * lx + at[4] * ly + at[5] * lz), 0.0) ** 3 * across
        mirror = along + seen  # 0 where the strand mirrors the lamp into the eye
        body = (lit_side * 0.85 + through * 1.1) * deep * lit[lamp]
        white = lit_side * 0.06 * _band(mirror + 0.12, 0.2) * lit[lamp]
        tinted = (lit_side * 0.3 * _band(mirror - 0.2, 0.4) + through * 0.6 * _band(mirror, 0.5)) * deep * lit[lamp]
        for e in range(3):
            tone = red if e == 0 else green if e == 1 else blue
            out[e] += lamps[lamp, 3 + e] * (tone * body + white + (0.5 * math.sqrt(tone) + 0.02) * tinted)


@helper
def _solid(at, kind, r, c, albedo, info, finish, sphere, lamps, lit, contact, out):
    """Skin, eyes, cloth and things at the point `at` (see `_stand`): out (3,) gets the light that leaves them."""
    gloss, alpha = info[r, c, 0], info[r, c, 1]
    facing = max(at[9] * at[3] + at[10] * at[4] + at[11] * at[5], 0.05)
    edge = (1 - facing) ** 5
    mx, my, mz = 2 * facing * at[9] - at[3], 2 * facing * at[10] - at[4], 2 * facing * at[11] - at[5]
    mirror = (finish[kind, 3] + (1 - finish[kind, 3]) * edge * finish[kind, 7]) * gloss * at[12] * contact
    sky = at[12] * contact
    for e in range(3):
        tone = albedo[r, c, e]
        # light that bounces between walls of this colour opens the shade (Jimenez et al. 2016, practical real-time GTAO)
        bounced = ((sky * (2.0404 * tone - 0.3324) + 0.6417 - 4.7951 * tone) * sky + 2.7552 * tone + 0.6903) * sky
        out[e] = (tone * max(sky, bounced) * alpha * _sphere(sphere[0], e, 0.5 * (at[6] + at[9]), 0.5 * (at[7] + at[10]),
                                                             0.5 * (at[8] + at[11]))
                  + mirror * _sphere(sphere[1], e, mx, my, mz))
    for lamp in range(lamps.shape[0]):
        lx, ly, lz, soft = lamps[lamp, 0], lamps[lamp, 1], lamps[lamp, 2], lamps[lamp, 6]
        plain = at[6] * lx + at[7] * ly + at[8] * lz
        fine = at[9] * lx + at[10] * ly + at[11] * lz
        hx, hy, hz = lx + at[3], ly + at[4], lz + at[5]
        norm = 1 / math.sqrt(hx * hx + hy * hy + hz * hz + 1e-9)
        nh, lh = (at[9] * hx + at[10] * hy + at[11] * hz) * norm, (lx * hx + ly * hy + lz * hz) * norm
        rough = finish[kind, 4] + 0.1 * soft
        shine = (1 - finish[kind, 6]) * _lobe(max(fine, 0.0), nh, lh, rough, finish[kind, 3])
        shine += finish[kind, 6] * _lobe(max(fine, 0.0), nh, lh, finish[kind, 5] + 0.1 * soft, finish[kind, 3])
        if kind == EYE:
            shine += _glint((mx * lx + my * ly + mz * lz), soft, at[13])
        for e in range(3):
            wrap = finish[kind, e]
            cosine = plain + finish[kind, 8 + e] * (fine - plain)
            # the shadow map shades what faces away, which the wrap lights; penumbrae of skin are red
            open_ = lit[lamp] + (1 - lit[lamp]) * min(max((0.08 - plain) * 4, 0.0), 1.0) * (1.0 if wrap > 0 else 0.0)
            open_ += wrap * open_ * (1 - open_)
            diffuse = max(cosine + wrap, 0.0) / (1 + wrap)
            out[e] += lamps[lamp, 3 + e] * contact * (albedo[r, c, e] * alpha * diffuse * open_ + shine * gloss * lit[lamp])


@helper
def _glint(cosine, softness, sample_mm):
    """Mirror image of a lamp in the wet cornea, a disc at least as large as a sample can show."""
    true = 0.07 + 0.16 * softness
    size = max(true, sample_mm / 8)  # a step of one sample turns the mirror by this on a cornea of 8 mm radius
    inside = (1 - cosine) / (0.5 * size * size)
    return min(0.0256 / (true * true), 1.6) * (true / size) ** 2 * min(max((1.25 - inside) * 2, 0.0), 1.0)


@helper
def _open_sky(sky, near, q, r, c, samples, offset):
    """Ambient visibility at a sample: that of the pixels around at the same depth."""
    height, width = sky.shape
    y, x = (r + offset) / samples - 0.5, (c + offset) / samples - 0.5
    i0, j0 = math.floor(y), math.floor(x)
    total, weight = 0.0, 1e-9
    for i in range(max(i0, 0), min(i0 + 2, height)):
        for j in range(max(j0, 0), min(j0 + 2, width)):
            other = near[i, j]
            w = (1 - abs(y - i)) * (1 - abs(x - j)) + 1e-3
            off = (other - q) / q * 200  # depths that differ by half a percent count half
            w /= 1 + off * off * off * off
            total += w * sky[i, j]
            weight += w
    return total / weight


@helper
def _lids(labels, kind, r, c, ux, uy, step_mm):
    """Shade 0..1 that the rims around an eye or the lips throw on what lies behind: strongest below the upper one."""
    height, width = labels.shape[0], labels.shape[1]
    lost = 0.0
    for side in range(4):
        dx, dy = (ux, uy) if side == 0 else (-ux, -uy) if side == 1 else (-uy, ux) if side == 2 else (uy, -ux)
        strength, reach = (0.62, 4.2) if side == 0 else (0.22, 2.0) if side == 1 else (0.25, 2.5)
        for step in range(1, int(reach / step_mm) + 2):
            i, j = int(r + dy * step + 0.5), int(c + dx * step + 0.5)
            if i < 0 or j < 0 or i >= height or j >= width:
                break
            if labels[i, j, 2] != kind:
                far = max(step - 0.5, 0.0) * step_mm / reach
                lost = max(lost, strength * max(1 - far, 0.0) ** 1.5)
                break
    return 1 - lost


@helper
def _stand(at, q, normal, bumped, view, r, c):
    """Fills `at`: position (0-2), direction to the camera (3-5), normal (6-8), bumped normal or tangent (9-11)."""
    z = 1 / q
    x, y = (c - view[0]) * z / view[2], (view[1] - r) * z / view[2]
    d = 1 / math.sqrt(x * x + y * y + z * z)
    at[0], at[1], at[2] = x, y, view[3] - z
    at[3], at[4], at[5] = -x * d, -y * d, z * d
    for e in range(3):
        at[6 + e], at[9 + e] = normal[r, c, e], bumped[r, c, e]


@kernel("void(float32[:, ::1], uint8[:, :, ::1], float32[:, :, ::1], float32[:, :, ::1], float32[:, :, ::1], float32[:, :, ::1], "
      "float32[:, :, ::1], float32[:, ::1], float32[:, ::1], float64[::1], float64[:, :, ::1], float64[:, ::1], float32[:, :, ::1], "
      "float64[:, :, ::1], float64[:, ::1], float32[:, :, ::1])")
def shade(near, labels, albedo, normal, bumped, info, veil, sky, sky_near, view, sphere, lamps,
          maps, films, finish, out):
    """Light every sample.

    Args:
        near, labels, albedo, normal, bumped, info, veil: the lattice, see `kernels` and `surface`.
        sky, sky_near: ambient visibility and nearness by pixel.
        view: x0, y0, focal length (samples), distance mm, samples a pixel, offset of the lattice, direction in the picture in which
            the head's up points (x, y), mm of one sample at the head.
        sphere: (2, 3, 9) irradiance / pi and softened radiance of the environment.
        lamps: (n, 7) unit direction, colour, softness; maps, films: their shadow maps and matrices.
        finish: (kinds, 12) by kind of surface, see `light.FINISH`.
        out: (h, w, 3), linear RGB.
    """
    at, lit, leaving = np.empty(14), np.ones(max(len(lamps), 1)), np.empty(3)
    at[13] = view[8]
    for r in range(near.shape[0]):
        for c in range(near.shape[1]):
            kind, clear = labels[r, c, 2], float(veil[r, c, 6])
            if kind == 0 and clear >= 1:
                continue
            q = float(near[r, c]) if kind > 0 else veil[r, c, 8] / (1 - clear)
            _stand(at, q, normal, bumped, view, r, c)
            if kind == 0:
                at[8] = 1.0
            at[12] = _open_sky(sky, sky_near, q, r, c, view[4], view[5])
            grain = 52.9829189 * ((0.06711056 * c + 0.00583715 * r) % 1.0)  # interleaved gradient noise, Jimenez 2014
            spin = (grain % 1.0) * 6.2831853
            for lamp in range(len(lamps)):
                facing = at[6] * lamps[lamp, 0] + at[7] * lamps[lamp, 1] + at[8] * lamps[lamp, 2]
                off = 4.0 if kind == HAIR else 1.6 + 2.5 * (1 - abs(facing))
                lit[lamp] = 1.0 if facing < -0.5 and kind != HAIR else _shadow(
                    maps, films[lamp], lamp, lamps[lamp, 6], at[0] + off * at[6], at[1] + off * at[7], at[2] + off * at[8], spin,
                    kind == HAIR)
            if kind == 0:
                leaving[:] = 0
            elif kind == HAIR:
                _strand(at, at[9], at[10], at[11], float(albedo[r, c, 0]), float(albedo[r, c, 1]), float(albedo[r, c, 2]),
                        float(info[r, c, 0]), sphere, lamps, lit, leaving)
            else:
                contact = 1.0
                if kind == EYE or kind == WET or kind == MOUTH:
                    contact = _lids(labels, kind, r, c, view[6], view[7], view[8])
                _solid(at, kind, r, c, albedo, info, finish, sphere, lamps, lit, contact, leaving)
            for e in range(3):
                out[r, c, e] = leaving[e] * clear
            if clear < 1:
                share = 1 / (1 - clear)
                norm = 1 / math.sqrt(veil[r, c, 3] ** 2 + veil[r, c, 4] ** 2 + veil[r, c, 5] ** 2 + 1e-9)
                _strand(at, veil[r, c, 3] * norm, veil[r, c, 4] * norm, veil[r, c, 5] * norm, veil[r, c, 0] * share,
                        veil[r, c, 1] * share, veil[r, c, 2] * share, 0.3 + veil[r, c, 7] * share, sphere, lamps, lit, leaving)
                for e in range(3):
                    out[r, c, e] += leaving[e] * (1 - clear)
