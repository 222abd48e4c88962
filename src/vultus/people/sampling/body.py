"""Age, gender, build, group shares and the local shape of the head."""

from __future__ import annotations

import math

import numpy as np

from vultus.people.sampling.attributes import GROUPS
from vultus.people.sampling.draws import Draws, confine
from vultus.people.sampling.knobs import MEANS, OUTLINE_STRENGTHS, OUTLINES, PAIRED, POINTED, SINGLE, SKEW, WOMEN
from vultus.people.sampling.quantiles import kumaraswamy, normal, uniform, within

CONCENTRATION = 0.32  # of the Dirichlet law of group shares: most people lean to one axis, a third are mixed
_TRIES = 4096


def draw_years(draws: Draws) -> float:
    """Age: 18..80, Kumaraswamy(1.2, 1.7), mean 44: adults of all ages, fewer of the oldest, as in collections of photographs.
    Nothing else of an identity but beards (none below 16) and glasses (more with age) looks at the age."""
    return draws.number("years", kumaraswamy(1.2, 1.7, 18.0, 80.0))


def draw_phenotype(draws: Draws) -> dict[str, float]:
    """Axes of the head basis except age.

    gender: half of the people on each side, from the end inwards with a falling density to 0.3 and 0.7, because faces of the
    middle of the axis are read either way. weight: Kumaraswamy(1.8, 2) on 0.05..0.95. muscle: normal, mean 0.46 + 0.12 gender
    (heavier jaws and brows of men), spread 0.16. height, proportions: normal about 0.5 and 0.35, spread 0.13 and 0.16; they move
    the neck and the face's proportions. Build has the same law in every group. Group shares: see `draw_groups`.
    """
    gender = draws.number("phenotype.gender", _gender)
    built = {"gender": gender, "muscle": draws.number("phenotype.muscle", normal(0.46 + 0.12 * gender, 0.16, 0.05, 0.95)),
             "weight": draws.number("phenotype.weight", kumaraswamy(1.8, 2.0, 0.05, 0.95)),
             "height": draws.number("phenotype.height", normal(0.5, 0.13, 0.1, 0.9)),
             "proportions": draws.number("phenotype.proportions", normal(0.35, 0.16, 0.0, 0.8))}
    return built | draw_groups(draws)


def draw_groups(draws: Draws) -> dict[str, float]:
    """Shares of the three group axes: symmetric Dirichlet with concentration 0.32, which puts a dominant share of 0.7 or more on
    about two thirds of people. A cell's ranges are met by rejection, and where they are too rare for that, by the point that
    splits what is left in proportion to the room of each range."""
    ranges = np.array([draws.range(f"phenotype.{group}") for group in GROUPS])
    rng = draws.rng("phenotype.groups")
    shares = rng.dirichlet([CONCENTRATION] * 3, 1 if _whole(ranges) else _TRIES)
    inside = np.flatnonzero(np.all((shares >= ranges[:, 0]) & (shares <= ranges[:, 1]), axis=1))
    if len(inside):
        chosen = shares[inside[0]]
    else:
        room = ranges[:, 1] - ranges[:, 0]
        chosen = ranges[:, 0] + (1 - ranges[:, 0].sum()) * room / max(float(room.sum()), 1e-12)
    return {group: float(share) for group, share in zip(GROUPS, chosen, strict=True)}


def draw_local(draws: Draws, gender: float) -> dict[str, float]:
    """Local changes: each normal with the spread of `knobs`, truncated to -1..1 and independent of the others and of the group,
    so that shape varies as much within every group as across; a few means move with the gender (`knobs.WOMEN`); pairs differ by a
    skew of spread 0.08 each way, because no face is symmetric. Outlines of the head: two of eight in each person, the second
    weaker."""
    local = draw_outlines(draws)
    for name, spread in SINGLE.items():
        local[name] = draws.number(f"local.{name}", normal(_mean(name, gender), spread, -1.0, 1.0))
    for name, spread in PAIRED.items():
        both, quantile = draws.rank(f"local.{name}"), normal(_mean(name, gender), spread, -1.0, 1.0)
        skew = normal(0.0, SKEW, -4 * SKEW, 4 * SKEW)(draws.rank(f"local.skew.{name}"))
        for side, sign in (("l", 1), ("r", -1)):
            low, high = draws.range(f"local.{side}-{name}")
            local[f"{side}-{name}"] = confine(within(quantile, both, low, high) + sign * skew, low, high)
    return local


def _mean(name: str, gender: float) -> float:
    return MEANS.get(name, 0.0) + (0.5 - gender) * WOMEN.get(name, 0.0)


def draw_outlines(draws: Draws) -> dict[str, float]:
    """Strength of each outline, 0 for all but two."""
    rng = draws.rng("local.outlines")
    chosen = dict(zip((OUTLINES[i] for i in rng.permutation(len(OUTLINES))), OUTLINE_STRENGTHS, strict=False))
    found = {}
    for name in OUTLINES:
        low, high = draws.range(f"local.{name}")
        value = POINTED.get(name, 1.0) * uniform(*chosen[name])(draws.rank(f"local.{name}")) if name in chosen else 0.0
        found[name] = confine(value if low <= value <= high else uniform(low, high)(draws.rank(f"local.{name}")), low, high)
    return found


def _gender(u: float) -> float:
    """Falling from both ends: 0.3 (2u)**1.5 and its mirror."""
    return 0.3 * math.pow(2 * u, 1.5) if u < 0.5 else 1 - 0.3 * math.pow(2 * (1 - u), 1.5)


def _whole(ranges: np.ndarray) -> bool:
    return bool(np.all(ranges[:, 0] <= 0) and np.all(ranges[:, 1] >= 1))
