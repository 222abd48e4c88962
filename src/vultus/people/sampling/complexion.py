"""Skin, lips and eyes."""

from __future__ import annotations

import math
from collections.abc import Mapping

from vultus.people.identity import Eyes, Lips, Rgb, Skin
from vultus.people.sampling.attributes import EYE_COLOURS, GROUPS
from vultus.people.sampling.draws import Draws, confine
from vultus.people.sampling.quantiles import Quantile, kumaraswamy, mostly, normal, uniform, within

MELANIN = {"african": 0.6, "asian": 0.32, "caucasian": 0.22}  # mean at a share of 1
MELANIN_SPREAD = 0.16
# Share of each iris colour at a group share of 1; mixed groups mix them.
IRIS: dict[str, tuple[float, ...]] = {"african": (0.68, 0.25, 0.05, 0.01, 0.005, 0.005), "asian": (0.66, 0.28, 0.04, 0.01, 0.005, 0.005),
                                      "caucasian": (0.12, 0.22, 0.17, 0.14, 0.25, 0.1)}
AMBER: Rgb = (0.47, 0.31, 0.13)  # round the pupil


def draw_skin(draws: Draws, groups: Mapping[str, float]) -> Skin:
    """Skin constants.

    melanin: normal about the mean of the group shares with spread 0.16 in every group, truncated to 0..1: the spread of the means
    (0.16) is no wider than that within each group, and neighbouring groups overlap by more than half; skin reflectance of real
    groups overlaps, too (Chardon et al. 1991). haemoglobin: normal 0.5, spread 0.18, and undertone: normal 0, spread 0.4, in every
    group. freckles: none for 60 %, else even to 0.9, fading where melanin exceeds 0.35 (they do not show on dark skin). moles:
    Poisson-like count, mean 1.5, evenly over the face, most of them small. pores, blotches, gloss, wrinkles: wide, the same in every group.
    """
    mean = sum(groups[name] * MELANIN[name] for name in GROUPS)
    melanin = draws.number("skin.melanin", normal(mean, MELANIN_SPREAD, 0.0, 1.0))
    return Skin(
        melanin=melanin, haemoglobin=draws.number("skin.haemoglobin", normal(0.5, 0.18, 0.05, 0.95)),
        undertone=draws.number("skin.undertone", normal(0.0, 0.4, -1.0, 1.0)),
        freckles=draws.number("skin.freckles", mostly(0.0, 0.6, uniform(0.0, 0.9 * _fade(melanin, 0.35, 0.6)))),
        pores=draws.number("skin.pores", kumaraswamy(1.6, 1.8, 0.05, 1.0)),
        blotches=draws.number("skin.blotches", kumaraswamy(1.5, 1.9, 0.05, 1.0)),
        gloss=draws.number("skin.gloss", kumaraswamy(1.8, 1.8, 0.1, 1.0)),
        wrinkles=draws.number("skin.wrinkles", kumaraswamy(2.0, 1.7, 0.15, 1.0)), moles=_moles(draws), seed=draws.pattern("skin.seed"))


def draw_lips(draws: Draws, melanin: float) -> Lips:
    """Lips: redness normal about 0.55 - 0.15 melanin, darkness about 0.3 + 0.25 melanin (pigment hides blood), spread 0.16 each."""
    return Lips(redness=draws.number("lips.redness", normal(0.55 - 0.15 * melanin, 0.16, 0.0, 1.0)),
                darkness=draws.number("lips.darkness", normal(0.3 + 0.25 * melanin, 0.16, 0.0, 1.0)))


def draw_eyes(draws: Draws, groups: Mapping[str, float], melanin: float) -> Eyes:
    """Eyes: iris colour by the group shares (see `light_shares`) with a little of every colour everywhere, brightness and hue varied
    round it so that brown eyes differ as much as others; a warmer ring round the pupil in a varying amount. Iris radius normal 5.9,
    spread 0.25 mm (visible iris diameters of adults are 11 to 13 mm)."""
    shares = light_shares(groups, melanin)
    weights = darkened({name: sum(shares[group] * IRIS[group][i] for group in GROUPS) for i, name in enumerate(EYE_COLOURS)}, melanin)
    iris = varied(draws, "eyes.tone", EYE_COLOURS[draws.choice("eyes.colour", weights)])
    warm = 0.7 * draws.rank("eyes.inner") * (0.25 + 0.75 * _fade(melanin, 0.4, 0.8))
    inner = tuple(confine((1 - warm) * a + warm * b, 0.0, 1.0) for a, b in zip(iris, AMBER, strict=True))
    return Eyes(iris=iris, inner=(inner[0], inner[1], inner[2]), limbal_ring=draws.number("eyes.limbal_ring", normal(0.55, 0.2, 0.0, 1.0)),
                fibres=draws.number("eyes.fibres", kumaraswamy(1.8, 1.8, 0.1, 1.0)),
                iris_mm=draws.number("eyes.iris_mm", normal(5.9, 0.25, 5.2, 6.7)),
                sclera_warmth=draws.number("eyes.sclera_warmth", normal(0.35, 0.18, 0.0, 1.0)),
                veins=draws.number("eyes.veins", kumaraswamy(1.4, 2.2, 0.0, 1.0)), seed=draws.pattern("eyes.seed"))


def light_shares(groups: Mapping[str, float], melanin: float) -> dict[str, float]:
    """Group shares for the colours of iris and hair, which the same pigment makes as the skin's: a caucasian share counts as african
    in so far as the skin is dark (from melanin 0.3, wholly from 0.6)."""
    light = groups["caucasian"] * _fade(melanin, 0.3, 0.6)
    return {"african": groups["african"] + groups["caucasian"] - light, "asian": groups["asian"], "caucasian": light}


def darkened(weights: Mapping[str, float], melanin: float) -> dict[str, float]:
    """Weights of colours, listed from dark to light, of people with so much melanin in the skin: the same pigment colours skin, iris
    and hair, and pale irises in very dark skin are reported as rare exceptions. From melanin 0.45 on the lighter colours hand their
    weight to the darkest one, the second in part, until 3 % of it is left from 0.8 on. A person keeps the rank."""
    names, lost = list(weights), 0.97 * (1 - _fade(melanin, 0.45, 0.8))
    kept = {name: weight * (1 - lost * (0 if i == 0 else 0.4 if i == 1 else 1)) for i, (name, weight) in enumerate(weights.items())}
    return {**kept, names[0]: kept[names[0]] + sum(weights.values()) - sum(kept.values())}


def varied(draws: Draws, name: str, colour: Rgb) -> Rgb:
    """A colour made 25 % lighter or darker at most, and 8 % warmer or cooler; sRGB."""
    light, warm = draws.rng(name).uniform(-1, 1, 2)
    gains = (1 + 0.25 * light + 0.08 * warm, 1 + 0.25 * light, 1 + 0.25 * light - 0.08 * warm)
    red, green, blue = (confine(value * gain, 0.0, 1.0) for value, gain in zip(colour, gains, strict=True))
    return red, green, blue


def _moles(draws: Draws) -> tuple[tuple[float, float, float], ...]:
    low, high = draws.range("skin.moles")
    count = int(min(max(round(within(_poisson(1.5), draws.rank("skin.moles"), low, high)), math.ceil(low)), math.floor(high)))
    places = draws.rng("skin.moles.places").random((8, 3)).round(4)
    return tuple((float(x), float(y), round(float(size) ** 2, 4)) for x, y, size in places[:count])


def _poisson(mean: float) -> Quantile:
    """Quantile of a Poisson count up to 8."""
    def quantile(u: float) -> float:
        count, mass = 0, math.exp(-mean)
        seen = mass
        while u >= seen and count < 8:
            count += 1
            mass *= mean / count
            seen += mass
        return float(count)
    return quantile


def _fade(value: float, start: float, end: float) -> float:
    """1 below start, 0 above end, straight between."""
    return min(max((end - value) / (end - start), 0.0), 1.0)
