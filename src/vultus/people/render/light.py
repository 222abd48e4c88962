"""Light of a scene as the renderers use it: the environment as tables, lamps as rows, shadow maps' views, finish of surfaces.

Units: a `Lamp` of strength 1 makes a white matt surface that faces it leave a radiance of 1 (its irradiance is pi); environment
coefficients are radiance, so a constant environment of radiance L has the first coefficient L / 0.2821 and the irradiance pi * L.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from vultus.errors import InputError
from vultus.people.scene import Lamp, Light

# shares of the bands 0, 1, 2 that are left in irradiance / pi (Ramamoorthi and Hanrahan 2001, equation 8: pi, 2 pi / 3, pi / 4)
IRRADIANCE = (1.0, 2 / 3, 1 / 4)
SOFT_MIRROR = (1.0, 0.85, 0.55)  # and in a mirror image as rough as skin
_BASIS = (0.282095, 0.488603, 0.488603, 0.488603, 1.092548, 1.092548, 0.315392, 1.092548, 0.546274)  # same paper, equation 3
_BAND = (0, 1, 1, 1, 2, 2, 2, 2, 2)
SHADOW_SPAN_MM = 420.0  # width of what a shadow map sees, centred on the head
SHADOW_CENTRE_MM = (0.0, -30.0, -60.0)
MAX_LAMPS = 6
SEARCH, TAPS = 6, 8  # samples of a shadow map: to find what casts the shadow, and to soften it

# Rows: kinds of `surface` (0 is background). Columns: wrap of red, green and blue (red travels furthest under skin: d'Eon and Luebke
# 2007), reflectance at normal incidence, GGX alpha of the wide and the narrow lobe, share of the narrow one, strength of the sky's mirror
# image at grazing angles, how much of the fine relief the diffuse light sees by colour (light under skin smooths it).
FINISH: NDArray[np.float64] = np.array([
    (0.00, 0.00, 0.00, 0.000, 0.50, 0.50, 0.0, 0.0, 1.0, 1.0, 1.0),  # none
    (0.00, 0.00, 0.00, 0.040, 0.35, 0.12, 0.5, 0.6, 1.0, 1.0, 1.0),  # plain: frames, hats, things
    (0.27, 0.15, 0.10, 0.028, 0.36, 0.15, 0.3, 0.35, 0.35, 0.65, 0.85),  # skin
    (0.12, 0.12, 0.12, 0.020, 0.70, 0.70, 0.0, 0.15, 1.0, 1.0, 1.0),  # cloth
    (0.28, 0.22, 0.18, 0.025, 0.20, 0.09, 0.5, 0.7, 0.0, 0.0, 0.0),  # eye: the diffuse light sees the ball, not the cornea
    (0.25, 0.20, 0.16, 0.030, 0.25, 0.10, 0.5, 0.5, 1.0, 1.0, 1.0),  # wet: teeth, tongue
    (0.00, 0.00, 0.00, 0.000, 0.50, 0.50, 0.0, 0.0, 1.0, 1.0, 1.0),  # hair has its own
    (0.00, 0.00, 0.00, 0.015, 0.08, 0.08, 0.0, 0.5, 1.0, 1.0, 1.0),  # glass (coated)
    (0.20, 0.12, 0.10, 0.028, 0.30, 0.15, 0.3, 0.3, 0.5, 0.7, 0.9),  # inside of the mouth
])


def coefficients(light: Light) -> NDArray[np.float64]:
    """The environment as float64 (9, 3). Raises InputError unless it has 9 finite rows."""
    table = np.asarray(light.environment, np.float64)
    if table.shape != (9, 3) or not np.isfinite(table).all():
        raise InputError("light.environment", expected="9 rows of 3 finite numbers", got=f"shape {table.shape}")
    return table


def quadratic(environment: NDArray[np.float64], bands: Sequence[float]) -> NDArray[np.float64]:
    """Polynomial (3, 9) per colour in 1, y, z, x, xy, yz, 3 zz - 1, xz, xx - yy of a unit direction, band shares applied."""
    share = np.array([_BASIS[i] * bands[_BAND[i]] for i in range(9)])
    return np.ascontiguousarray((environment * share[:, None]).T)


def evaluate(table: NDArray[np.float64], directions: NDArray[np.floating]) -> NDArray[np.float64]:
    """The polynomials of `quadratic` at unit directions (n, 3): (n, 3), not below 0."""
    x, y, z = np.asarray(directions, np.float64).T
    terms = np.stack([np.ones_like(x), y, z, x, x * y, y * z, 3 * z * z - 1, x * z, x * x - y * y], 1)
    return np.asarray(np.maximum(np.einsum("nt,ct->nc", terms, table), 0))


def irradiance(light: Light, normals: NDArray[np.floating]) -> NDArray[np.float64]:
    """Irradiance (n, 3) that the environment brings to surfaces of unit normals (n, 3)."""
    return np.asarray(math.pi * evaluate(quadratic(coefficients(light), IRRADIANCE), normals))


def tables(light: Light) -> NDArray[np.float64]:
    """(2, 3, 9): irradiance / pi and softened radiance of the environment."""
    environment = coefficients(light)
    return np.stack([quadratic(environment, IRRADIANCE), quadratic(environment, SOFT_MIRROR)])


def lamp_rows(light: Light) -> NDArray[np.float64]:
    """Lamps as (n, 7): unit direction towards, colour, softness. Raises InputError for a lamp without direction or too many."""
    if len(light.lamps) > MAX_LAMPS:
        raise InputError("light.lamps", expected=f"at most {MAX_LAMPS} lamps", got=f"{len(light.lamps)}")
    return np.array([_row(lamp) for lamp in light.lamps], np.float64).reshape(-1, 7)


def _row(lamp: Lamp) -> list[float]:
    length = math.sqrt(sum(each * each for each in lamp.towards))
    if not 0 < length < math.inf:
        raise InputError("lamp.towards", expected="a direction of three numbers, not all 0", got=str(lamp.towards))
    return [each / length for each in lamp.towards] + list(lamp.colour) + [min(max(lamp.softness, 0.0), 1.0)]


def shadow_film(towards: NDArray[np.float64], size: int) -> NDArray[np.float64]:
    """View (4, 4) of a lamp far away: rows x, y in cells of a map `size` wide and nearness to the lamp in mm (> 0 inside the
    map's span), of (x, y, z, 1) mm; the last row holds cells per mm."""
    up = np.array([0.0, 1.0, 0.0]) if abs(towards[1]) < 0.95 else np.array([0.0, 0.0, -1.0])
    side = np.array([up[1] * towards[2] - up[2] * towards[1], up[2] * towards[0] - up[0] * towards[2],
                     up[0] * towards[1] - up[1] * towards[0]])
    side /= math.sqrt(float((side * side).sum()))
    top = np.array([towards[1] * side[2] - towards[2] * side[1], towards[2] * side[0] - towards[0] * side[2],
                    towards[0] * side[1] - towards[1] * side[0]])
    scale, centre = size / SHADOW_SPAN_MM, np.array(SHADOW_CENTRE_MM)
    view = np.zeros((4, 4))
    for row, axis, factor, middle in ((0, side, scale, (size - 1) / 2), (1, top, -scale, (size - 1) / 2),
                                      (2, towards, 1.0, 2 * SHADOW_SPAN_MM)):
        view[row, :3] = axis * factor
        view[row, 3] = middle - factor * float((axis * centre).sum())
    view[3, 0] = scale
    return view


def ring(count: int = 6) -> NDArray[np.float64]:
    """Directions (2 count, 2) of the search for ambient occlusion, the second half turned by half a step."""
    turn = np.concatenate([np.arange(count), np.arange(count) + 0.5]) * (2 * math.pi / count)
    return np.ascontiguousarray(np.stack([np.cos(turn), np.sin(turn)], 1))


def discs() -> NDArray[np.float64]:
    """Samples of the unit disc (16, SEARCH + TAPS, 2), turned sixteen ways for 4 x 4 neighbouring samples of the picture.

    The first look for what casts a shadow, the others soften it; each set is a sunflower spiral (Vogel 1979).
    """
    spin = np.array([0, 8, 2, 10, 12, 4, 14, 6, 3, 11, 1, 9, 15, 7, 13, 5]) * (2 * math.pi / 16)  # ordered dither of Bayer
    reach = np.concatenate([np.sqrt((np.arange(n) + 0.5) / n) for n in (SEARCH, TAPS)])
    turn = np.concatenate([np.arange(SEARCH), np.arange(TAPS)]) * (math.pi * (3 - math.sqrt(5))) + spin[:, None]
    return np.ascontiguousarray(np.stack([reach * np.cos(turn), reach * np.sin(turn)], 2))


# What rims around eyes and mouth shade: direction (along the head's up, along its right side), strength, reach in mm.
RIMS: NDArray[np.float64] = np.array([(1, 0, 0.62, 4.2), (-1, 0, 0.22, 2.0), (0, 1, 0.25, 2.5), (0, -1, 0.25, 2.5)])


def level(light: Light) -> float:
    """How bright the surroundings are, 1 under the default light: mean of the environment and half of every lamp."""
    def amount(each: Light) -> float:
        rows = lamp_rows(each)
        return float(coefficients(each)[0].mean() * _BASIS[0] + 0.5 * rows[:, 3:6].sum() / 3)
    return amount(light) / amount(Light())
