"""A library of light: places and times of day by formula, as spherical harmonics and lamps.

Units are those of the renderers: a lamp of strength 1 makes a white matt surface that faces it leave a radiance of 1. Each light
is set so that a face looks as a camera with automatic exposure would show it; dark ones stay dark.

A glow is a spot on the sphere blurred by the heat kernel: the coefficient of band l is scaled by exp(-l (l + 1) s**2 / 2), s its
width in radians, which is the closed form of diffusion on the sphere (Bulow 2004). Basis functions: Ramamoorthi and Hanrahan 2001,
equation 3.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vultus.errors import InputError, UnknownNameError
from vultus.people.identity import Rgb
from vultus.people.scene import Lamp, Light

Direction = tuple[float, float, float]
_FLAT, _LINEAR = 0.282095, 0.488603  # of bands 0 and 1
_BAND = (0, 1, 1, 1, 2, 2, 2, 2, 2)


@dataclass(frozen=True)
class Glow:
    """A large soft source: direction towards it (x to image right, y up, z to the camera), strength, width in degrees."""

    towards: Direction
    colour: Rgb
    width: float = 40.0


@dataclass(frozen=True)
class Lighting:
    """Radiance of the upper and the lower half of the surroundings, large sources, and lamps that throw shadows."""

    sky: Rgb
    ground: Rgb
    glows: tuple[Glow, ...] = ()
    lamps: tuple[Lamp, ...] = ()


LIGHTS: dict[str, Lighting] = {
    "studio": Lighting((0.16, 0.16, 0.17), (0.1, 0.1, 0.1), (Glow((-0.6, 0.1, 0.8), (0.16, 0.16, 0.17)),),
                       (Lamp((0.55, 0.55, 0.8), (0.72, 0.7, 0.67), 0.7), Lamp((-0.8, 0.6, -0.8), (0.35, 0.36, 0.38), 0.5))),
    "beauty": Lighting((0.16, 0.16, 0.16), (0.16, 0.16, 0.16), (Glow((0, -0.6, 0.8), (0.18, 0.17, 0.16)),),
                       (Lamp((0.0, 0.5, 0.9), (0.72, 0.7, 0.68), 0.9),)),
    "split": Lighting((0.07, 0.07, 0.08), (0.05, 0.05, 0.05), (), (Lamp((0.95, 0.3, 0.35), (1.15, 1.1, 1.02), 0.5),
                                                                  Lamp((-0.8, 0.2, 0.6), (0.1, 0.11, 0.13), 0.9))),
    "overcast": Lighting((0.72, 0.76, 0.84), (0.3, 0.29, 0.27), (Glow((0.1, 0.9, 0.4), (0.28, 0.29, 0.31), 60),)),
    "window-left": Lighting((0.16, 0.165, 0.18), (0.11, 0.105, 0.1), (Glow((-0.85, 0.3, 0.5), (0.32, 0.345, 0.38), 35),),
                            (Lamp((-0.8, 0.35, 0.5), (0.68, 0.72, 0.78), 0.9),)),
    "window-right": Lighting((0.16, 0.165, 0.18), (0.11, 0.105, 0.1), (Glow((0.85, 0.3, 0.5), (0.32, 0.345, 0.38), 35),),
                             (Lamp((0.8, 0.35, 0.5), (0.68, 0.72, 0.78), 0.9),)),
    "sun": Lighting((0.26, 0.32, 0.44), (0.2, 0.18, 0.15), (), (Lamp((0.45, 0.75, 0.6), (1.0, 0.95, 0.85), 0.1),)),
    "noon": Lighting((0.3, 0.36, 0.46), (0.3, 0.27, 0.22), (), (Lamp((0.1, 0.95, 0.35), (1.05, 1.0, 0.92), 0.1),)),
    "sunset": Lighting((0.28, 0.26, 0.34), (0.17, 0.13, 0.11), (Glow((0.9, 0.15, 0.25), (0.28, 0.2, 0.14), 40),),
                       (Lamp((0.85, 0.2, 0.5), (1.0, 0.74, 0.52), 0.2),)),
    "office": Lighting((0.42, 0.44, 0.42), (0.17, 0.17, 0.16), (Glow((-0.3, 0.9, 0.35), (0.3, 0.31, 0.29), 35),),
                       (Lamp((0.3, 0.9, 0.5), (0.42, 0.43, 0.4), 0.8),)),
    "home": Lighting((0.29, 0.26, 0.22), (0.17, 0.145, 0.12), (Glow((0.6, 0.4, 0.3), (0.21, 0.175, 0.14), 45),),
                     (Lamp((-0.5, 0.6, 0.7), (0.5, 0.43, 0.35), 0.6),)),
    "night-lamp": Lighting((0.035, 0.035, 0.05), (0.03, 0.026, 0.024), (), (Lamp((-0.6, 0.8, 0.3), (0.72, 0.55, 0.37), 0.25),
                                                                             Lamp((0.9, 0.1, 0.1), (0.1, 0.13, 0.22), 0.6))),
    "backlight": Lighting((0.3, 0.31, 0.34), (0.2, 0.19, 0.18), (Glow((0.1, 0.4, -0.9), (0.7, 0.68, 0.62), 35),),
                          (Lamp((0.4, 0.6, -0.85), (1.2, 1.1, 0.95), 0.3),)),
    "low-light": Lighting((0.1, 0.1, 0.115), (0.06, 0.058, 0.055), (Glow((0.5, 0.6, 0.6), (0.1, 0.09, 0.075), 50),)),
    "screen": Lighting((0.05, 0.05, 0.06), (0.04, 0.04, 0.045), (Glow((0, -0.4, 0.9), (0.36, 0.42, 0.5), 30),),
                       (Lamp((0.0, -0.35, 0.95), (0.2, 0.24, 0.3), 0.9),)),
    "flash": Lighting((0.06, 0.06, 0.055), (0.05, 0.048, 0.045), (), (Lamp((0.08, 0.12, 0.99), (0.88, 0.88, 0.9), 0.1),)),
}
LIGHT_NAMES = ("key", *LIGHTS)


def light(name: str, turn_deg: float = 0.0, strength: float = 1.0) -> Light:
    """A light of the library, turned about the vertical axis and scaled.

    Args:
        name: one of `LIGHT_NAMES`; "key" is the default light of a scene.
        turn_deg: sources move to image right by so many degrees (those before the face).
        strength: factor on everything, above 0.

    Raises:
        InputError: an unknown name, or numbers out of range.
    """
    if name not in LIGHT_NAMES:
        raise UnknownNameError("light", name, LIGHT_NAMES)
    if not (math.isfinite(turn_deg) and 0 < strength < math.inf):
        raise InputError("turn_deg, strength", expected="a finite angle and a strength above 0", got=f"{turn_deg:g}, {strength:g}")
    if name == "key":
        plain = Light()
        table = np.array(plain.environment) * strength
        return Light(_rows(table), tuple(_lamp(lamp, turn_deg, strength) for lamp in plain.lamps), name)
    chosen = LIGHTS[name]
    table = surroundings(chosen.sky, chosen.ground)
    for glow in chosen.glows:
        table += glow_coefficients(_turned(glow.towards, turn_deg), glow.colour, glow.width)
    return Light(_rows(table * strength), tuple(_lamp(lamp, turn_deg, strength) for lamp in chosen.lamps), name)


def surroundings(sky: Rgb, ground: Rgb) -> NDArray[np.float64]:
    """Coefficients (9, 3) of radiance that goes evenly from `ground` straight below to `sky` straight above."""
    above, below, table = np.array(sky), np.array(ground), np.zeros((9, 3))
    table[0], table[1] = (above + below) / 2 / _FLAT, (above - below) / 2 / _LINEAR
    return table


def glow_coefficients(towards: Direction, strength: Rgb, width_deg: float) -> NDArray[np.float64]:
    """Coefficients (9, 3) of a glow whose light, all from its centre, would make a white surface facing it leave `strength`."""
    spread = math.radians(width_deg)
    bands = np.array([math.exp(-band * (band + 1) * spread * spread / 2) for band in _BAND])
    return np.asarray(math.pi * (bands * basis(towards))[:, None] * np.array(strength)[None])


def basis(towards: Direction) -> NDArray[np.float64]:
    """The nine real basis functions at a direction (need not be unit), in the order of `scene.Light`."""
    length = math.sqrt(sum(each * each for each in towards))
    x, y, z = (each / length for each in towards)
    return np.array([_FLAT, _LINEAR * y, _LINEAR * z, _LINEAR * x, 1.092548 * x * y, 1.092548 * y * z, 0.315392 * (3 * z * z - 1),
                     1.092548 * x * z, 0.546274 * (x * x - y * y)])


def _turned(towards: Direction, degrees: float) -> Direction:
    turn = math.radians(degrees)
    x, y, z = towards
    return (x * math.cos(turn) + z * math.sin(turn), y, z * math.cos(turn) - x * math.sin(turn))


def _lamp(lamp: Lamp, turn_deg: float, strength: float) -> Lamp:
    x, y, z = _turned(lamp.towards, turn_deg)
    red, green, blue = (round(each * strength, 6) for each in lamp.colour)
    return Lamp((round(x, 6), round(y, 6), round(z, 6)), (red, green, blue), lamp.softness)


def _rows(table: NDArray[np.float64]) -> tuple[Rgb, ...]:
    return tuple((round(float(r), 6), round(float(g), 6), round(float(b), 6)) for r, g, b in table)
