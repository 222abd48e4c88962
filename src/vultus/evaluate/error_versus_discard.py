"""What discarding the worst pictures does to the false non-match rate, against discarding as many at random.

Grother and Tabassi, "Performance of biometric quality measures", IEEE TPAMI 29, 2007, section 4.3, and ISO/IEC 29794-1: a comparison is
left out when the worse of its two pictures is. The interval resamples people, and both ways of discarding see the same people.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vultus.errors import InputError

Array = NDArray[np.float64]
Index = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Comparisons:
    """Mated comparisons.

    Args:
        left, right: int (p,), the two pictures of each.
        missed: bool (p,), the recogniser does not match it.
        people: int (n,), who is on each picture, 0..people-1.
    """

    left: Index
    right: Index
    missed: Bools
    people: Index

    def __post_init__(self) -> None:
        if not len(self.left) == len(self.right) == len(self.missed) > 0:
            raise InputError("comparisons", expected="left, right and missed of one length >= 1",
                             got=f"{len(self.left)}, {len(self.right)}, {len(self.missed)}")
        if (self.people[self.left] != self.people[self.right]).any():
            raise InputError("comparisons", expected="two pictures of one person in each", got="different people")

    def fnmr(self, kept: Bools, weights: Array | None = None) -> float:
        """Share missed, 0..1, of the comparisons whose pictures (n,) are both kept; NaN when none is.

        Args:
            weights: (people,), how often each person counts; None = once.
        """
        chosen = kept[self.left] & kept[self.right]
        weight = chosen * (1.0 if weights is None else weights[self.people[self.left]])
        total = float(weight.sum())
        return float((weight * self.missed).sum()) / total if total > 0 else float("nan")


@dataclass(frozen=True)
class DiscardGain:
    """How much better discarding by quality is than at random.

    Args:
        discarded: share of the pictures, 0..1. kept_comparisons: share of the comparisons, 0..1.
        fnmr: of all comparisons. fnmr_kept: of those kept. fnmr_random: mean over random discarding of as many pictures.
        gain: fnmr_random - fnmr_kept; low..high its 95 % interval over people.
    """

    discarded: float
    kept_comparisons: float
    fnmr: float
    fnmr_kept: float
    fnmr_random: float
    gain: float
    low: float
    high: float


def kept_by(quality: Array, share: float, rng: np.random.Generator, weights: Array | None = None) -> Bools:
    """Which pictures (n,) stay when the worst `share` of them, 0..1, is discarded; equal qualities in random order."""
    order = np.lexsort((rng.random(len(quality)), quality))
    weight = np.ones(len(quality)) if weights is None else weights
    kept = np.empty(len(quality), bool)
    # A picture goes while at least half of it lies within the share.
    kept[order] = np.cumsum(weight[order]) - weight[order] / 2 > share * weight.sum()
    return kept


def discard_curve(comparisons: Comparisons, quality: Array, shares: Array, rng: np.random.Generator) -> Array:
    """FNMR (s,) after discarding each share (s,) of the pictures, worst quality (n,) first; NaN where no comparison is left."""
    return np.array([comparisons.fnmr(kept_by(quality, share, rng)) for share in shares])


def discard_gain(comparisons: Comparisons, quality: Array, share: float, rng: np.random.Generator, draws: int = 1000) -> DiscardGain:
    """Discard the worst `share` of the pictures by quality (n,), in every draw of people anew.

    Raises:
        InputError: a quality that is not a number, or not one a picture.
    """
    if quality.shape != comparisons.people.shape or np.isnan(quality).any():
        raise InputError("quality", expected=f"{len(comparisons.people)} numbers", got=f"shape {quality.shape}, or NaN among them")

    def kept(weights: Array) -> Bools:
        return kept_by(quality, share, rng, weights)

    return _gain(comparisons, kept_by(quality, share, rng), kept, rng, draws)


def gate_gain(comparisons: Comparisons, passed: Bools, rng: np.random.Generator, draws: int = 1000) -> DiscardGain:
    """The same for a gate: the pictures (n,) that it lets pass against as many chosen at random."""
    return _gain(comparisons, passed, lambda weights: passed, rng, draws)


def _gain(comparisons: Comparisons, kept: Bools, redo: Callable[[Array], Bools], rng: np.random.Generator, draws: int) -> DiscardGain:
    people = comparisons.people
    count = int(people.max()) + 1
    noise = np.zeros(len(people))
    differences, random = np.empty(draws), np.empty(draws)
    for draw in range(draws):
        weights = rng.multinomial(count, np.full(count, 1 / count)).astype(np.float64)
        of_pictures = weights[people]
        chosen = redo(of_pictures)
        gone = float(of_pictures[~chosen].sum() / of_pictures.sum())
        at_random = comparisons.fnmr(kept_by(noise, gone, rng, of_pictures), weights)
        differences[draw] = at_random - comparisons.fnmr(chosen, weights)
        random[draw] = comparisons.fnmr(kept_by(noise, float((~kept).mean()), rng))
    low, high = np.nanquantile(differences, [0.025, 0.975])
    stays = kept[comparisons.left] & kept[comparisons.right]
    fnmr_kept, fnmr_random = comparisons.fnmr(kept), float(np.nanmean(random))
    return DiscardGain(float((~kept).mean()), float(stays.mean()), comparisons.fnmr(np.ones(len(people), bool)), fnmr_kept,
                       fnmr_random, fnmr_random - fnmr_kept, float(low), float(high))
