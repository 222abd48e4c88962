"""How different two identities are, in their parameters.

The squared distance is a weighted mean over blocks of the mean squared standardised difference, halved, so that two people drawn
without restriction are about 1 apart and a person is 0 from itself at any age. Hair style, beard, glasses and age do not count:
people change them.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from vultus.people.identity import Identity
from vultus.people.sampling.knobs import LOCAL_NAMES, OUTLINES, PAIRED, SINGLE

Array = NDArray[np.float64]
# Weight of each block: shape decides, as it does for recognisers; colours can be changed by light.
WEIGHTS = {"shape": 0.5, "build": 0.15, "skin": 0.13, "eyes": 0.06, "brows": 0.1, "lips": 0.02, "hairline": 0.04}
_SPREADS: dict[str, dict[str, float]] = {  # standard deviations over unrestricted people
    "build": {"gender": 0.41, "muscle": 0.16, "weight": 0.2, "proportions": 0.16, "african": 0.34, "asian": 0.34, "caucasian": 0.34},
    "skin": {"melanin": 0.21, "haemoglobin": 0.17, "undertone": 0.38, "freckles": 0.22},
    "eyes": {"red": 0.11, "green": 0.13, "blue": 0.16, "iris_mm": 0.24, "limbal_ring": 0.19},
    "brows": {"thickness_mm": 1.1, "lift_mm": 2.2, "arch_mm": 1.8, "inner_mm": 2.5, "outer_mm": 2.5, "slope": 0.028, "density": 0.16,
              "taper": 0.2},
    "lips": {"redness": 0.16, "darkness": 0.17},
    "hairline": {"line_lift_mm": 5.3, "temple_mm": 3.4, "peak_mm": 3.3},
}
_OUTLINE = 0.15  # standard deviation of one outline's strength
_SHAPE = tuple(_OUTLINE if name in OUTLINES else SINGLE[name] if name in SINGLE else PAIRED[name[2:]] for name in LOCAL_NAMES)


def features(people: Sequence[Identity]) -> Array:
    """Rows (n, d) float64 whose Euclidean distance is that of the identities."""
    return np.array([_row(person) for person in people], np.float64).reshape(len(people), -1) * _SCALE


def distances(first: Array, second: Array) -> Array:
    """(n, m) distances between rows of `features`."""
    out = np.empty((len(first), len(second)))
    for i, row in enumerate(first):
        difference = second - row
        out[i] = np.sqrt(np.einsum("md,md->m", difference, difference))
    return out


def distance(first: Identity, second: Identity) -> float:
    """Distance between two identities: 0 for the same person, about 1 between two drawn without restriction.

    Example:
        >>> from vultus.people.sampling import draw_identity
        >>> distance(draw_identity(1), draw_identity(1))
        0.0
    """
    return float(distances(features([first]), features([second]))[0, 0])


def _row(person: Identity) -> list[float]:
    iris = dict(zip(("red", "green", "blue"), person.eyes.iris, strict=True))
    values = [float(person.local.get(name, 0.0)) for name in LOCAL_NAMES]
    values += [float(person.phenotype.get(name, 0.0)) for name in _SPREADS["build"]]
    parts = {"skin": person.skin, "eyes": person.eyes, "brows": person.brows, "lips": person.lips, "hairline": person.hair}
    for block, part in parts.items():
        values += [iris[name] if name in iris and block == "eyes" else float(getattr(part, name)) for name in _SPREADS[block]]
    return values


def _scales() -> Array:
    spreads = {"shape": _SHAPE} | {block: tuple(values.values()) for block, values in _SPREADS.items()}
    return np.concatenate([np.sqrt(WEIGHTS[block] / (2 * len(values))) / np.array(values) for block, values in spreads.items()])


_SCALE = _scales()
