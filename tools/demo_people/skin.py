"""Colour, gloss and fine relief of skin, lips, eyes, teeth and clothes per pixel."""

import numpy as np
from numpy.typing import NDArray

from demo_people.hair_regions import beard_cover, brow_distance, scalp_cover
from demo_people.identity import SKIN_LADDER, Person
from demo_people.noise import Noise

Array = NDArray[np.float32]


def linear(srgb: Array | NDArray[np.float64]) -> Array:
    """sRGB [0, 1] to linear light (IEC 61966-2-1)."""
    s = np.clip(srgb, 0, 1)
    return np.where(s <= .04045, s / 12.92, ((s + .055) / 1.055) ** 2.4).astype(np.float32)


def encode(light: Array) -> Array:
    """Linear light to sRGB [0, 1], with a soft shoulder above 0.7."""
    x = np.maximum(light, 0)
    x = np.where(x > .7, .7 + .3 * (1 - np.exp(-(x - .7) / .3)), x)
    return np.where(x <= .0031308, 12.92 * x, 1.055 * x ** (1 / 2.4) - .055).astype(np.float32)


def base_tone(person: Person) -> Array:
    """Linear RGB of the person's plain skin."""
    at = person.melanin * (len(SKIN_LADDER) - 1)
    srgb = np.array([np.interp(at, range(len(SKIN_LADDER)), SKIN_LADDER[:, c]) for c in range(3)])
    return linear(srgb * (1 + person.undertone))


def skin_colour(canonical: Array, lips: Array, eyelids: Array, ears: Array, person: Person, noise: Noise
                ) -> tuple[Array, Array]:
    """Linear albedo (n, 3) and gloss weight (n,) of skin at canonical positions (n, 3)."""
    tone = base_tone(person)
    colour = np.tile(tone, (len(canonical), 1))
    x, y, z = canonical.T
    red = _redness(canonical, ears, noise) * person.redness * (1 - .6 * person.melanin)
    colour = colour * (1 - red[:, None] * np.array([.04, .2, .2]))
    blotch = noise(canonical, 2.4, 2) * .07 + noise(canonical, 14, 2) * .06
    colour = colour * (1 + blotch[:, None] * np.array([.6, 1, 1.2]))
    ring = np.exp(-(((np.abs(x) - .3) / .2) ** 2 + ((y - 7.24) / .14) ** 2)) * (z > .8)
    colour = colour * (1 - ring[:, None] * (.10 + .12 * (person.years / 75)) * np.array([.8, 1, .85]))
    colour = colour * (1 - eyelids[:, None] * np.array([.1, .2, .18]))
    colour = _spots(colour, canonical, person, noise)
    colour = _shadow_of_hair(colour, canonical, person, noise)
    colour = _lip_colour(colour, tone, canonical, lips, person, noise)
    oily = np.exp(-((x / .3) ** 2 + ((y - 7.6) / .3) ** 2)) + np.exp(-((x / .12) ** 2 + ((y - 7.0) / .25) ** 2))
    return colour.astype(np.float32), (.55 + .35 * oily + .5 * lips).astype(np.float32)


def _redness(canonical: Array, ears: Array, noise: Noise) -> Array:
    x, y, z = canonical.T
    ax = np.abs(x)
    cheek = np.exp(-(((ax - .43) / .2) ** 2 + ((y - 6.95) / .2) ** 2)) * (z > .6)
    tip = np.exp(-((x / .17) ** 2 + ((y - 6.93) / .13) ** 2)) * (z > 1.2)
    chin = .5 * np.exp(-((x / .2) ** 2 + ((y - 6.3) / .12) ** 2)) * (z > 1)
    return (cheek + tip + chin + .8 * ears) * (1 + .5 * noise(canonical, 5, 2))


def _spots(colour: Array, canonical: Array, person: Person, noise: Noise) -> Array:
    """Freckles over nose and cheeks, moles at fixed places."""
    x, y, z = canonical.T
    if person.freckles > 0:
        where = np.exp(-((x / .55) ** 2 + ((y - 7.02) / .22) ** 2)) * (z > .7)
        dots = np.clip((noise(canonical, 26) - .25) * 3, 0, 1) * np.clip(noise(canonical, 6) + .5, 0, 1)
        colour = colour * (1 - (where * dots * min(person.freckles, 1))[:, None] * np.array([.3, .5, .6]))
    for mole in person.moles:
        mx, my = mole[0] * 1.1 - .55, 6.25 + 1.5 * mole[1]
        near = np.exp(-(((x - mx) ** 2 + (y - my) ** 2) / (.009 + .011 * mole[2]) ** 2) ** 2) * (z > .6)
        colour = colour * (1 - near[:, None] * np.array([.4, .52, .56]))
    return colour


def _shadow_of_hair(colour: Array, canonical: Array, person: Person, noise: Noise) -> Array:
    """Tints the skin where hair roots, brows and shaved beard show through."""
    hair = linear(person.hair)
    root = scalp_cover(canonical, person)[:, None] * (.75 if person.style == "buzz" else .9)
    colour = colour * (1 - root) + hair * root
    off, t = brow_distance(canonical, person.brow)
    brow = np.clip(1.25 - np.abs(off), 0, 1) * np.clip(t / .1 + .6, 0, 1) * np.clip((1.08 - t) / .12, 0, 1)
    colour = colour * (1 - brow[:, None] * .3 * person.brow["density"] * (1 - hair))
    shave = np.maximum(beard_cover(canonical, "full"), 0) * person.stubble * (.75 + .25 * noise(canonical, 30, 2))
    grow = np.clip(beard_cover(canonical, person.beard) * .7 + shave * .32, 0, .85)[:, None]
    return colour * (1 - grow) + (hair * .6 + colour * np.array([.28, .32, .38])) * grow


def _lip_colour(colour: Array, tone: Array, canonical: Array, lips: Array, person: Person, noise: Noise) -> Array:
    natural = tone * np.array([.80, .46, .47]) * (1 - .25 * person.melanin)
    painted = linear(np.array([.62, .16, .20])) * (.5 + .7 * tone[0])
    target = natural * (1 - person.lipstick) + painted * person.lipstick
    crease = 1 + .12 * noise(canonical * np.array([1, .12, .12], np.float32), 45)
    weight = np.clip(lips * 1.25 - .12, 0, 1)[:, None] * .88
    return colour * (1 - weight) + target * crease[:, None] * weight


def relief(canonical: Array, person: Person, noise: Noise) -> Array:
    """Small tilt of the normals (n, 3): pores, and wrinkles that grow with age."""
    step = np.array([[.004, 0, 0], [0, .004, 0], [0, 0, .004]], np.float32)
    age = np.clip((person.years - 28) / 45, 0, 1)

    def height(p: Array) -> Array:
        pores = .0010 * noise(p, 34, 2)
        warp = .05 * noise(p, 3)
        lines = np.sin((p[:, 1] + warp) * 70) * np.exp(-((p[:, 0] / .38) ** 2 + ((p[:, 1] - 7.72) / .15) ** 2))
        crow = np.sin((p[:, 1] - 7.28) / (.12 + np.abs(np.abs(p[:, 0]) - .5)) * 9 + 3 * warp)
        crow = crow * np.exp(-(((np.abs(p[:, 0]) - .6) / .09) ** 2 + ((p[:, 1] - 7.26) / .12) ** 2))
        return pores + age * (.0016 * lines + .0012 * crow) * (p[:, 2] > .6)

    level = height(canonical)
    return np.stack([height(canonical + s) - level for s in step], 1) / -.004


def eye_colour(direction: Array, gaze: Array, person: Person, noise: Noise) -> tuple[Array, Array]:
    """Linear albedo (n, 3) and iris weight (n,) on the eyeball at unit directions (n, 3) from its centre."""
    angle = np.degrees(np.arccos(np.clip(direction @ gaze, -1, 1)))
    side = direction - (direction @ gaze)[:, None] * gaze
    spokes = np.stack([np.arctan2(side[:, 1], side[:, 0]) * 3.2, angle * .05, 0 * angle], 1).astype(np.float32)
    fibres = noise(spokes, 1, 3)
    iris_edge, pupil_edge = 26.5, 10.
    inside = np.clip((iris_edge - angle) / 2.2 + .5, 0, 1)[:, None]
    rim = np.clip((angle - 20.5) / 5, 0, 1)[:, None]
    core = np.exp(-((angle - pupil_edge) / 4.5) ** 2)[:, None]
    iris = linear(person.iris)[None] * (1 + .55 * fibres[:, None]) * (1 - .72 * rim)
    iris = iris * (1 + .5 * core * np.array([1.2, .9, .5]))
    pupil = np.clip((pupil_edge - angle) / 1.6 + .5, 0, 1)[:, None]
    iris = iris * (1 - pupil) + .004 * pupil
    pink = np.clip((angle - 34) / 45, 0, 1)[:, None]
    white = np.array([.60, .57, .54]) * (1 - pink * np.array([.12, .36, .36]))
    return (white * (1 - inside) + iris * inside).astype(np.float32), inside[:, 0].astype(np.float32)


def cloth_cover(canonical: Array) -> Array:
    """1 under the shirt, 0 above its neckline, soft over 0.02 dm."""
    x, y, z = canonical.T
    neckline = 5.78 - .30 * np.exp(-(x / .45) ** 2) * (z > .3) + .1 * (z < .3)
    return np.clip((neckline - y) / .02 + .5, 0, 1).astype(np.float32)
