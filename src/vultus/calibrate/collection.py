"""Calibrates one gallery by its own people: each is left out in turn and searched among the others."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vultus.calibrate.search import as_search_curve
from vultus.decide.collection import CollectionCalibration
from vultus.decide.search import TARGETS
from vultus.errors import InputError
from vultus.evaluate.bounds import binomial_upper
from vultus.evaluate.open_set import FpirCurve, Searches, fpir_curves
from vultus.types import Embeddings

STEPS = 100
MAX_CELLS = 20_000_000  # similarities held at a time
TARGET_FNMR = 0.05
Labels = NDArray[np.int64]


def calibrate_collection(templates: Embeddings, owners: Labels, *, rng: np.random.Generator, revision: int, made: str,
                         strangers: tuple[Embeddings, Labels] | None = None, target_fpir: float | None = None) -> CollectionCalibration:
    """Measure how often a stranger finds somebody in this gallery.

    Args:
        templates: (n, d), everything that is enrolled.
        owners: int (n,), whose they are, 0..people-1 without gaps.
        rng: draws who is left out when the gallery is too large for everybody, and mated pairs.
        revision, made: as in `CollectionCalibration`.
        strangers: templates of people who are not enrolled, and who they are, 0..people-1 without gaps.
        target_fpir: the rate that must be supported; None: the largest of `decide.search.TARGETS`.

    Raises:
        InputError: too few people for the target; says how many would do.
    """
    target = target_fpir or max(TARGETS)
    people = int(owners.max(initial=-1)) + 1
    outside = int(strangers[1].max(initial=-1)) + 1 if strangers else 0
    if people < 3:
        raise InputError("gallery", expected="3 people or more", got=str(people), hint=_would_do(target, people + outside, 1.0))
    searches, left_out = _searches(templates, owners, strangers, rng)
    grid = _grid(searches)
    curve, = fpir_curves(searches, grid, [people - 1])
    kept = as_search_curve(curve, len(templates), people / (people - 1))
    reached = [limit for score, limit in zip(grid, kept.fpir_upper, strict=True) if score <= kept.supported_to]
    least = min(reached, default=1.0)
    if least > target:
        raise InputError("gallery", expected=f"people enough to support an FPIR of {target:g}",
                         got=f"{people} enrolled and {outside} strangers, which support {_best(curve, reached)}",
                         hint=_would_do(target, left_out + outside, least))
    return CollectionCalibration(templates.space, people, len(templates), left_out, outside, tuple(map(float, grid)), kept,
                                 _t_lo(templates, owners, rng), target, revision, made)


def _searches(templates: Embeddings, owners: Labels, strangers: tuple[Embeddings, Labels] | None,
              rng: np.random.Generator) -> tuple[Searches, int]:
    """One template of each person left out, all of the strangers; a person's entry is the most similar of all their templates."""
    order = np.argsort(owners, kind="stable")
    vectors, starts = templates.vectors[order], np.flatnonzero(np.diff(owners[order], prepend=-1))
    chosen = rng.permutation(len(starts))[:max(1, MAX_CELLS // len(vectors))]
    ends = np.append(starts[1:], len(vectors))
    probes = vectors[[rng.integers(starts[person], ends[person]) for person in chosen]]
    who = chosen.astype(np.int64)
    if strangers is not None:
        strangers[0].check_space(templates.space)
        probes, who = np.concatenate([probes, strangers[0].vectors]), np.concatenate([who, strangers[1] + len(starts)])
    scores = np.maximum.reduceat(np.clip(probes @ vectors.T, -1, 1), starts, axis=1)
    return Searches(scores, who), len(chosen)


def _grid(searches: Searches) -> NDArray[np.float64]:
    """Round cosines from where nearly every search finds somebody to where none does."""
    own = searches.owners[:, None] == np.arange(searches.scores.shape[1])
    best = np.where(own, -1, searches.scores).max(axis=1)
    low, high = float(np.quantile(best, 0.02)), float(best.max())
    step = max(1e-4, float(np.ceil((high - low) / STEPS * 1e4)) / 1e4)
    return np.round(np.arange(np.floor(low / step), np.ceil(high / step) + 2) * step, 6)


def _t_lo(templates: Embeddings, owners: Labels, rng: np.random.Generator) -> float | None:
    """The highest cosine that at most 5 % of mated comparisons fall below, by the exact limit over people; None without enough."""
    mated = []
    for person in np.flatnonzero(np.bincount(owners) > 1):
        first, second = rng.choice(np.flatnonzero(owners == person), 2, replace=False)
        mated.append(float(templates.vectors[first] @ templates.vectors[second]))
    allowed = [k for k in range(len(mated)) if binomial_upper(k, len(mated)) <= TARGET_FNMR]
    return round(sorted(mated)[allowed[-1]], 6) if allowed else None


def _best(curve: FpirCurve, reached: list[float]) -> str:
    return f"{min(reached):.2g} at best" if reached else "none, with fewer than 30 false positives or one person in too many of them"


def _would_do(target: float, searched: int, least: float) -> str:
    """Sixty people of thirty pairs find each other, a third more for the limit; where those are there and were not enough, because some
    are similar to many, what was reached improves with the number of people."""
    enough = 80 / target
    number = enough if searched < enough else 1.2 * searched * least / target
    unit = 10 ** max(0, len(str(int(number))) - 2)
    return f"about {int(np.ceil(number / unit) * unit)} people would do, enrolled or as a folder of strangers"
