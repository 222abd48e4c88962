"""Photographs of LFW beside an evaluation set: how recognisers rank on them, and who of the set comes near to one of their people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vultus.data.altered_copy import altered
from vultus.data.lfw import Lfw
from vultus.evaluate.search_leak import nearest
from vultus.generate.seen_faces import see
from vultus.image import load
from vultus.tasks import Detector, Embedder
from vultus.types import Float

Whole = NDArray[np.int64]
DIGITS = 4


@dataclass(frozen=True)
class Roles:
    """Who of the photographs does what: pictures in the gallery, of strangers who set thresholds, of strangers who are reported; how many
    of the gallery are planted; folds whose pairs rank recognisers."""

    gallery: int = 600
    strangers: int = 600
    planted: int = 100
    folds: tuple[int, ...] = (1, 2)


def ranking(lfw: Lfw, roles: Roles, detector: Detector, embedders: Mapping[str, Embedder]) -> dict[str, Any]:
    """Cosines of the folds' pairs, by recogniser; NaN where a picture has no face."""
    chosen = np.isin(lfw.folds, roles.folds)
    used = np.unique(np.concatenate([lfw.left[chosen], lfw.right[chosen]]))
    seen = see((load(lfw.paths[index]) for index in used), detector, embedders)
    left, right = (np.searchsorted(used, side[chosen]) for side in (lfw.left, lfw.right))
    return {name: np.round(np.einsum("pd,pd->p", rows[left].astype(np.float64), rows[right].astype(np.float64)), DIGITS)
            for name, rows in seen.vectors.items()}


def people_of_pairs(lfw: Lfw, roles: Roles) -> tuple[NDArray[np.str_], NDArray[np.str_]]:
    """The two people of each pair of `ranking`."""
    chosen = np.isin(lfw.folds, roles.folds)
    return lfw.subjects[lfw.left[chosen]], lfw.subjects[lfw.right[chosen]]


def leak(lfw: Lfw, roles: Roles, seed: int, detector: Detector, embedders: Mapping[str, Embedder], virtual: Mapping[str, Float]
         ) -> dict[str, Any]:
    """Nearest cosines in a gallery of photographs: strangers who set the threshold, strangers who are reported, the set's people, planted
    altered copies (and whether each is nearest to its own person).

    Args:
        seed: deals out the people.
        virtual: recogniser -> float32 (n, d), one picture of each person of the set.
    """
    gallery, limit, others = split(lfw, roles, seed)
    everybody = see((load(lfw.paths[index]) for index in (*gallery, *limit, *others)), detector, embedders)
    copies = see((altered(load(lfw.paths[index])) for index in gallery[:roles.planted]), detector, embedders)
    found: dict[str, Any] = {}
    for name, rows in everybody.vectors.items():
        known, strangers = rows[:len(gallery)], rows[len(gallery):]
        planted, own = nearest(copies.vectors[name], known)
        best = {"limit": nearest(strangers[:len(limit)], known)[0], "strangers": nearest(strangers[len(limit):], known)[0],
                "virtual": nearest(virtual[name], known)[0], "planted": planted}
        found[name] = {**{who: np.round(scores, DIGITS) for who, scores in best.items()}, "own": own == np.arange(len(own))}
    return found


def split(lfw: Lfw, roles: Roles, seed: int) -> tuple[Whole, Whole, Whole]:
    """Picture numbers, one a person, nobody twice: gallery, strangers who set thresholds, strangers who are reported."""
    people, first = np.unique(lfw.subjects, return_index=True)
    drawn = first[np.random.default_rng(seed).permutation(len(people))].astype(np.int64)
    ends = np.cumsum([roles.gallery, roles.strangers, roles.strangers])
    return drawn[:ends[0]], drawn[ends[0]:ends[1]], drawn[ends[1]:ends[2]]
