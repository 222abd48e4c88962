"""How the axes of a phenotype combine: the rule of anny 0.6.2 (Bregier et al. 2025, arXiv:2511.03589), written for NumPy.

Every axis is interpolated linearly between the two nearest of its anchors; a target counts with the product of the weights of
its components; the three shares of origin are divided by their sum. A newborn is the baby scaled, see `HeadBasis.shape`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from vultus.errors import InputError, UnknownNameError

AXES: dict[str, tuple[str, ...]] = {
    "age": ("newborn", "baby", "child", "young", "old"), "gender": ("male", "female"),
    "muscle": ("minmuscle", "averagemuscle", "maxmuscle"), "weight": ("minweight", "averageweight", "maxweight"),
    "height": ("minheight", "maxheight"), "proportions": ("idealproportions", "uncommonproportions")}
ORIGINS = ("african", "asian", "caucasian")
PHENOTYPE_NAMES = ("gender", "muscle", "weight", "height", "proportions", *ORIGINS)
AGE_RANGE = (-1 / 3, 1.0)
# Years of anny's anchors newborn, baby, child, young, old. One, ten, 25 and 90 years are MakeHuman's own ages of these targets
# (its human.py: 1 year at the youngest, 25 in the middle, 90 at the oldest, the child at 3/16 = 10 years).
ANCHOR_YEARS = (0.0, 1.0, 10.0, 25.0, 90.0)


def age_axis(years: float) -> float:
    """Age axis of the basis, -1/3 (newborn) .. 1 (old), of an age in years 0..90, linear between the anchors."""
    if not 0 <= years <= 90:
        raise InputError("years", expected="0 .. 90", got=f"{years}")
    return float(np.interp(years, ANCHOR_YEARS, np.linspace(*AGE_RANGE, 5)))


def component_weights(phenotype: Mapping[str, float], age: float) -> dict[str, float]:
    """Weight 0..1 of every component ("male", "young", "minmuscle", "asian", ...)."""
    values = {name: checked(phenotype, name) for name in PHENOTYPE_NAMES}
    for name in phenotype:
        if name not in values:
            raise UnknownNameError("phenotype axis", name, PHENOTYPE_NAMES, "cup size and firmness stay at their middle")
    # anny's axis runs from male to female; ours from female 0 to male 1
    values["gender"] = 1 - values["gender"]
    weights = {}
    for axis, parts in AXES.items():
        value, low = (age, AGE_RANGE[0]) if axis == "age" else (values[axis], 0.0)
        anchors = np.linspace(low, 1, len(parts))
        weights.update({part: float(np.interp(value, anchors, row)) for part, row in zip(parts, np.eye(len(parts)), strict=True)})
    total = sum(values[name] for name in ORIGINS)
    weights.update({name: values[name] / total if total > 0 else 1 / 3 for name in ORIGINS})
    return weights


def target_weights(targets: Sequence[tuple[str, ...]], components: Mapping[str, float]) -> NDArray[np.float64]:
    """Product of the components' weights for every target; targets (components of each) -> (targets,)."""
    return np.array([np.prod([components[name] for name in target]) for target in targets])


def checked(phenotype: Mapping[str, float], name: str) -> float:
    """Value of an axis, 0.5 where none is given; out of 0..1 is refused."""
    value = float(phenotype.get(name, 0.5))
    if not 0 <= value <= 1:
        raise InputError(f"phenotype {name}", expected="0 .. 1", got=f"{value}")
    return value
