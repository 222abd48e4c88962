"""Scalp hair, brows, beard and glasses."""

from __future__ import annotations

from collections.abc import Mapping

from vultus.people.identity import BEARD_STYLES, GLASSES_STYLES, Beard, Brows, Glasses, Hair, Rgb
from vultus.people.sampling.attributes import BEARD_LENGTHS, BEARD_YEARS, GROUPS, HAIR_COLOURS, HAIR_LENGTHS
from vultus.people.sampling.complexion import darkened, light_shares, varied
from vultus.people.sampling.draws import Draws, confine
from vultus.people.sampling.quantiles import Quantile, kumaraswamy, mostly, normal, uniform, unless_never, within

CURL = {"african": 0.78, "asian": 0.16, "caucasian": 0.34}  # mean at a share of 1
# Share of each hair colour at a group share of 1, before dye.
COLOURS: dict[str, tuple[float, ...]] = {"african": (0.72, 0.22, 0.06, 0.0, 0.0, 0.0), "asian": (0.6, 0.32, 0.08, 0.0, 0.0, 0.0),
                                         "caucasian": (0.08, 0.25, 0.27, 0.17, 0.16, 0.07)}
DYED = {"female": 0.16, "male": 0.05}
GREY_HIDDEN = {"female": 0.4, "male": 0.07}
# Share of each style of women and men with straight hair and with tight curls.
STYLES: dict[tuple[str, str], dict[str, float]] = {
    ("female", "straight"): {"bald": 0.01, "buzz": 0.02, "crop": 0.08, "side": 0.06, "back": 0.07, "curly": 0.02, "bob": 0.25, "long": 0.31,
                             "tied": 0.18},
    ("female", "tight"): {"bald": 0.03, "buzz": 0.08, "crop": 0.09, "side": 0.04, "back": 0.1, "curly": 0.28, "bob": 0.11, "long": 0.1,
                          "tied": 0.17},
    ("male", "straight"): {"bald": 0.05, "buzz": 0.13, "crop": 0.29, "side": 0.26, "back": 0.16, "curly": 0.03, "bob": 0.02, "long": 0.03,
                           "tied": 0.03},
    ("male", "tight"): {"bald": 0.09, "buzz": 0.25, "crop": 0.2, "side": 0.07, "back": 0.08, "curly": 0.25, "bob": 0.01, "long": 0.02,
                        "tied": 0.03},
}
FRAMES: dict[str, Rgb] = {"black": (0.05, 0.05, 0.06), "brown": (0.28, 0.17, 0.1), "steel": (0.55, 0.56, 0.58), "gold": (0.7, 0.56, 0.32),
                          "navy": (0.1, 0.14, 0.3), "red": (0.45, 0.1, 0.12), "clear": (0.78, 0.76, 0.73)}
_FRAME_SHARES = {"black": 0.36, "brown": 0.2, "steel": 0.16, "gold": 0.1, "navy": 0.08, "red": 0.05, "clear": 0.05}


def draw_hair(draws: Draws, groups: Mapping[str, float], gender: float, melanin: float) -> Hair:
    """Scalp hair constants.

    curl: normal about the mean of the group shares,
    spread 0.2; at least 0.5 in the style "curly". style: shares between those of straight and of tightly curled hair
    of the face's gender; every style occurs everywhere, so that hair does not give groups away and varies within them. colour: by
    the group shares, or dyed to any colour (women 16 %, men 5 %). Grey from: normal, mean 36 years for caucasian, 38 for asian, 44
    for african shares (onset is reported as mid-thirties, late thirties and mid-forties: Trueb 2015), spread 7, never seen in 40 %
    of women and 7 % of men, who dye it; span normal 48 years, spread 14, so that about a quarter of the hair is grey at 50 (Panhard
    et al. 2012 report 27 % of the hair at 45 to 65). Balding: 60 % of men from normal 44 years, spread 12,
    later by 6 where shares are not caucasian (it is rarer there), 15 % of women from 58.
    """
    sex, curl = _sex(gender), draws.number("hair.curl", normal(_mean(CURL, groups), 0.2, 0.0, 1.0))
    style = draw_style(draws, sex, curl)
    if style == "curly":  # made so where it is not by nature
        curl = confine(0.5 + 0.5 * curl, *draws.range("hair.curl"))
    return Hair(
        style=style, length_mm=_length(draws, "hair.length_mm", HAIR_LENGTHS[style], short=style == "curly"),
        colour=draw_hair_colour(draws, light_shares(groups, melanin), melanin, sex), curl=curl,
        fringe=draws.number("hair.fringe", mostly(0.0, 0.62, uniform(0.35, 1.0))),
        part_mm=draws.number("hair.part_mm", _parting), line_lift_mm=draws.number("hair.line_lift_mm", normal(0.0, 5.5, -12.0, 18.0)),
        temple_mm=draws.number("hair.temple_mm", mostly(0.0, 0.15, kumaraswamy(1.1, 2.2, 0.0, 16.0 if sex == "male" else 10.0))),
        peak_mm=draws.number("hair.peak_mm", mostly(0.0, 0.5, kumaraswamy(1.2, 2.0, 0.0, 14.0))),
        density=draws.number("hair.density", kumaraswamy(2.6, 1.6, 0.35, 1.0)),
        grey_from=_greying(draws, groups, sex), grey_span=draws.number("hair.grey_span", normal(48.0, 14.0, 15.0, 90.0)),
        bald_from=_balding(draws, groups, sex),
        bald_span=draws.number("hair.bald_span", normal(28.0, 9.0, 8.0, 60.0)), seed=draws.pattern("hair.seed"))


def draw_style(draws: Draws, sex: str, curl: float) -> str:
    """A hair style by gender and curl, among those that the cell allows; the shares shift from straight to tight between curl 0.3
    and 0.8."""
    tight = min(max((curl - 0.3) / 0.5, 0.0), 1.0)
    straight, tightly = STYLES[sex, "straight"], STYLES[sex, "tight"]
    return draws.choice("hair.style", {name: (1 - tight) * straight[name] + tight * tightly[name] for name in straight})


def draw_hair_colour(draws: Draws, groups: Mapping[str, float], melanin: float, sex: str) -> Rgb:
    """Pigment colour, sRGB, varied round a named one; natural colours darken with the skin (`darkened`), dye does not."""
    natural = darkened({name: sum(groups[group] * COLOURS[group][i] for group in GROUPS) for i, name in enumerate(HAIR_COLOURS)}, melanin)
    weights = {name: DYED[sex] / len(HAIR_COLOURS) + (1 - DYED[sex]) * share for name, share in natural.items()}
    return varied(draws, "hair.tone", HAIR_COLOURS[draws.choice("hair.colour", weights)])


def draw_brows(draws: Draws, gender: float) -> Brows:
    """Brows: half thickness normal 3 mm for women, 4.5 for men, spread 0.8; the rest (lift, arch, ends, slope, density, taper)
    alike for both and wide, because brows carry much of what makes faces differ to people and to recognisers (Sadr et al. 2003)."""
    mean = 4.5 if _sex(gender) == "male" else 3.0
    return Brows(
        thickness_mm=draws.number("brows.thickness_mm", normal(mean, 0.8, 1.6, 7.2)),
        lift_mm=draws.number("brows.lift_mm", normal(0.0, 2.3, -5.0, 5.5)),
        arch_mm=draws.number("brows.arch_mm", kumaraswamy(1.5, 1.9, 0.0, 7.5)),
        inner_mm=draws.number("brows.inner_mm", normal(13.0, 2.6, 7.0, 20.0)),
        outer_mm=draws.number("brows.outer_mm", normal(55.0, 2.6, 48.0, 62.0)),
        slope=draws.number("brows.slope", normal(-0.008, 0.028, -0.08, 0.08)),
        density=draws.number("brows.density", kumaraswamy(2.0, 1.5, 0.3, 1.0)), taper=draws.number("brows.taper", uniform(0.25, 0.95)))


def draw_beard(draws: Draws, groups: Mapping[str, float], gender: float, years: float) -> Beard:
    """Beard of men of 16 and older: none 58 %, full 21 %, goatee 11 %, moustache 10 %; density normal about 0.78 - 0.2 asian share,
    spread 0.15; stubble even 0..1 times density; length falling from short to long."""
    if _sex(gender) == "female" or years < BEARD_YEARS:
        return Beard("none", 0.0, 0.0, 0.0)
    style = draws.choice("beard.style", dict(zip(BEARD_STYLES, (0.58, 0.21, 0.11, 0.1), strict=True)))
    density = draws.number("beard.density", normal(0.78 - 0.2 * groups["asian"], 0.15, 0.25, 1.0))
    length = _length(draws, "beard.length_mm", BEARD_LENGTHS[style], short=True)
    return Beard(style, draws.number("beard.stubble", uniform(0.0, density)), length, density)


def draw_glasses(draws: Draws, years: float) -> Glasses | None:
    """Glasses: 12 % of the young to 30 % from 70 years, a fifth in all (fewer wear them for photographs than own them)."""
    share = 0.13 + 0.18 * min(max((years - 20) / 50, 0.0), 1.0)
    if draws.choice("glasses", {"yes": share, "no": 1 - share}) == "no":
        return None
    frame = FRAMES[draws.choice("glasses.frame", _FRAME_SHARES)]
    rim = normal(2.4, 1.0, 0.9, 4.8)
    return Glasses(style=draws.choice("glasses.style", dict(zip(GLASSES_STYLES, (0.25, 0.4, 0.2, 0.15), strict=True))),
                   colour=varied(draws, "glasses.tone", frame), width=draws.number("glasses.width", normal(0.5, 0.2, 0.0, 1.0)),
                   rim_mm=draws.number("glasses.rim_mm", rim), tint=draws.number("glasses.tint", mostly(0.0, 0.9, uniform(0.05, 0.35))))


def _sex(gender: float) -> str:
    """Which tables apply: the nearer end of the axis."""
    return "male" if gender >= 0.5 else "female"


def _mean(values: Mapping[str, float], groups: Mapping[str, float]) -> float:
    return sum(groups[name] * values[name] for name in GROUPS)


def _length(draws: Draws, name: str, bounds: tuple[float, float], *, short: bool = False) -> float:
    """Length within the style's bounds and the cell; `short`: most near the lower bound."""
    low, high = draws.range(name)
    low, high = min(max(low, bounds[0]), bounds[1]), max(min(high, bounds[1]), bounds[0])
    law: Quantile = kumaraswamy(1.0, 2.2, *bounds) if short else uniform(*bounds)
    return confine(within(law, draws.rank(name), low, high), low, high)


def _parting(u: float) -> float:
    """Off the middle to either side by up to 40 mm, a fifth near the middle."""
    return 80 * (u - 0.5)


def _greying(draws: Draws, groups: Mapping[str, float], sex: str) -> float:
    onset = normal(36.0 + 8 * groups["african"] + 2 * groups["asian"], 7.0, 20.0, 70.0)
    return draws.number("hair.grey_from", unless_never(1 - GREY_HIDDEN[sex], onset))


def _balding(draws: Draws, groups: Mapping[str, float], sex: str) -> float:
    later = 6 * (1 - groups["caucasian"])
    return draws.number("hair.bald_from", unless_never(0.6, normal(44 + later, 12.0, 20.0, 85.0)) if sex == "male"
                        else unless_never(0.15, normal(58.0, 10.0, 35.0, 85.0)))
