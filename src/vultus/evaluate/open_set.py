"""How often a stranger's search in a gallery finds somebody: FPIR over the score and the gallery's size, with limits over people.

A search is a false positive when the most similar of the gallery's people reaches the threshold. For random galleries of M out of
the N other people of a sample the expectation needs no draws: a picture that reaches the threshold with k of the N meets none of
them with probability C(N - k, M) / C(N, M), so FPIR is the mean of 1 minus that, every stranger weighing the same. People who are
similar to many ("wolves") count as they are; independence of comparisons is not assumed.

Limits: one-sided 95 % of the jackknife that leaves out one person at a time, as stranger and as gallery entry, on the scale
log(-log(1 - FPIR)); what single pairs add by chance, which the jackknife counts twice (Efron and Stein, "The jackknife estimate of
variance", Annals of Statistics 9, 1981), is taken off once. Drawing people with replacement would not do: a drawn gallery holds
copies, therefore fewer people, and finds too little.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from vultus.errors import InputError
from vultus.evaluate.people_bootstrap import MAX_SHARE, MIN_ERRORS, MIN_PEOPLE

Array = NDArray[np.float64]
NORMAL_95 = 1.6448536269514722


@dataclass(frozen=True, eq=False)
class FpirCurve:
    """FPIR in a gallery of one size at ascending thresholds; arrays are (t,).

    Args:
        gallery: people in the gallery, one entry each.
        thresholds: similarity scores.
        fpir: expected share of strangers' searches that find somebody, 0..1.
        upper: one-sided 95 % upper limit, falling, never 0; beyond the last supported threshold it stays at the last limit.
        supported: at least 30 strangers with a false positive, 30 pairs of people behind them, nobody in more than a tenth.
        people: strangers searched.
    """

    gallery: int
    thresholds: Array
    fpir: Array
    upper: Array
    supported: NDArray[np.bool_]
    people: int

    @property
    def supported_to(self) -> float:
        """The highest supported threshold, -1 when there is none."""
        return float(self.thresholds[self.supported].max(initial=-1.0))


@dataclass(frozen=True, eq=False)
class Searches:
    """Every stranger's picture against every gallery person.

    Args:
        scores: float32 (n, p), the similarity of picture i to gallery person j.
        owners: int (n,), who is on each picture: 0..p-1 the gallery's people, who are strangers when they are left out; p and above
            people outside it. Without gaps over all people that occur; a gallery person need not occur.
    """

    scores: NDArray[np.float32]
    owners: NDArray[np.int64]

    def __post_init__(self) -> None:
        if self.scores.ndim != 2 or self.owners.shape != self.scores.shape[:1] or not len(self.owners) or self.owners.min() < 0:
            raise InputError("searches", expected="scores (n, p) and one owner a row, at least one row",
                             got=f"scores {self.scores.shape}, owners {self.owners.shape}")
        if not np.isfinite(self.scores).all():
            raise InputError("searches", expected="finite scores", got="NaN or infinity")

    def hits(self, threshold: float) -> NDArray[np.float32]:
        """1 where a picture reaches the threshold with a gallery person who is somebody else, float32 (n, p)."""
        hits: NDArray[np.float32] = (self.scores >= threshold).astype(np.float32)
        inside = np.flatnonzero(self.owners < hits.shape[1])
        hits[inside, self.owners[inside]] = 0
        return hits


def miss_table(others: int, gallery: int) -> Array:
    """Chance that a random gallery of `gallery` out of `others` people holds none of k given ones, for k = 0..others."""
    log_factorial = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, others + 1)))])
    chosen = np.arange(others + 1)
    rest = others - chosen
    possible = rest >= gallery
    table = np.zeros(others + 1)
    table[possible] = np.exp(log_factorial[rest[possible]] - log_factorial[rest[possible] - gallery]
                             - log_factorial[others] + log_factorial[others - gallery])
    return table


def fpir_curves(searches: Searches, thresholds: Array, sizes: Sequence[int]) -> tuple[FpirCurve, ...]:
    """Measure FPIR in random galleries of several sizes.

    Args:
        searches: the sample.
        thresholds: (t,), ascending.
        sizes: people in the gallery, ascending, each at most the gallery people that everybody can be searched among.

    Raises:
        InputError: a size that the sample does not have.
    """
    room = _Room.of(searches)
    largest = int(room.others.min())
    if not sizes or min(sizes) < 1 or max(sizes) > largest or any(a >= b for a, b in pairwise(sizes)):
        raise InputError("sizes", expected=f"rising gallery sizes, 1 to {largest}", got=", ".join(map(str, sizes)) or "none")
    steps = [_Step(searches.hits(float(threshold)), room, sizes).measured() for threshold in thresholds]
    rate, upper, supported = (np.array(column) for column in zip(*steps, strict=True))
    limits = np.maximum.accumulate([_limits(upper[:, i], supported[:, i]) for i in range(len(sizes))])
    return tuple(FpirCurve(size, thresholds, rate[:, i], limits[i], supported[:, i], len(room.people)) for i, size in enumerate(sizes))


@dataclass(frozen=True, eq=False)
class _Room:
    """Who searches among how many.

    Args:
        others: int (n,), gallery people that picture i can meet.
        weight: (n,), 1 over the pictures of its owner.
        owner: int (n,), index into `people`.
        people: int (q,), every owner that occurs.
        gallery: gallery people.
    """

    others: NDArray[np.int64]
    weight: Array
    owner: NDArray[np.intp]
    people: NDArray[np.int64]
    gallery: int

    @property
    def everybody(self) -> int:
        """People who occur, as strangers or as entries."""
        return int(max(self.gallery, self.people.max() + 1))

    @classmethod
    def of(cls, searches: Searches) -> _Room:
        people, owner, counts = np.unique(searches.owners, return_inverse=True, return_counts=True)
        width = searches.scores.shape[1]
        return cls(width - (searches.owners < width), 1 / counts[owner], owner, people, width)

    def per_person(self, values: Array) -> Array:
        """Sums (q, m) of rows (n, m) over the pictures of each person."""
        sums = np.zeros((len(self.people), values.shape[1]))
        np.add.at(sums, self.owner, values)
        return sums


@dataclass(frozen=True, eq=False)
class _Step:
    """One threshold: `hits` float32 (n, p), for m gallery sizes at a time."""

    hits: NDArray[np.float32]
    room: _Room
    sizes: Sequence[int]

    def measured(self) -> tuple[Array, Array, NDArray[np.bool_]]:
        """FPIR, its upper limit (1 without support) and support, each (m,)."""
        met = self.hits.sum(axis=1).astype(np.int64)
        found = self._found(self.room.others, met)
        each = self.room.per_person(found)
        rate = each.mean(axis=0)
        rows, pair = self._pairs()
        supported = self._supported(each, rows, pair)
        upper = np.ones(len(self.sizes))
        if supported.any():
            without = self._without_each(met, found)
            last_found = found - self._found(self.room.others, np.maximum(met - 1, 0))
            for i in np.flatnonzero(supported):
                upper[i] = _upper(rate[i], without[:, i], np.bincount(pair, last_found[rows, i]) / len(self.room.people))
        return rate, upper, supported

    def _found(self, others: NDArray[np.int64], met: NDArray[np.int64]) -> Array:
        """Weighted chance (n, m) that each picture finds somebody; where fewer people are left than the size, all of them are searched."""
        chance = np.empty((len(met), len(self.sizes)))
        for count in np.unique(others):
            rows = others == count
            for column, size in enumerate(self.sizes):
                chance[rows, column] = 1 - miss_table(int(count), min(size, int(count)))[np.minimum(met[rows], count)]
        return chance * self.room.weight[:, None]

    def _without_each(self, met: NDArray[np.int64], found: Array) -> Array:
        """FPIR (people, m) with one person left out: those outside the gallery as strangers, gallery people as entries too."""
        room, strangers = self.room, len(self.room.people)
        kept = self._found(room.others - 1, met)
        gained = kept - self._found(room.others - 1, np.maximum(met - 1, 0))
        inside = room.people < room.gallery
        as_stranger = (found.sum(axis=0) - room.per_person(found)[~inside]) / (strangers - 1)
        own = np.zeros((room.gallery, len(self.sizes)))
        own[room.people[inside]] = room.per_person(kept)[inside]
        searching = np.full((room.gallery, 1), strangers)
        searching[room.people[inside]] -= 1
        return np.concatenate([as_stranger, (kept.sum(axis=0) - own - self.hits.T.astype(np.float64) @ gained) / searching])

    def _pairs(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """For every hit its picture, and a number for its unordered pair of people."""
        rows, entries = np.nonzero(self.hits)
        strangers, everybody = self.room.people[self.room.owner[rows]], self.room.everybody
        key = np.minimum(strangers, entries) * everybody + np.maximum(strangers, entries)
        few = len(rows) < everybody**2 // 4  # many hits: counting into a place for every pair is faster than sorting
        return rows, np.unique(key, return_inverse=True)[1] if few else key

    def _supported(self, each: Array, rows: NDArray[np.int64], pair: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Enough strangers and pairs of people, and nobody, as stranger and as entry, in more than a tenth of the false positives."""
        room = self.room
        enough = np.count_nonzero(np.bincount(pair)) >= MIN_ERRORS and len(np.unique(room.owner[rows])) >= MIN_PEOPLE
        part = np.zeros((room.everybody, len(self.sizes)))
        part[room.people] += each
        present = np.asarray(self.sizes) / room.others[:, None] * room.weight[:, None]
        part[:room.gallery] += self.hits.T.astype(np.float64) @ present
        return np.asarray(enough & (part.max(axis=0) <= MAX_SHARE * each.sum(axis=0)), np.bool_)


def _upper(rate: float, without: Array, by_pair: Array) -> float:
    """The jackknife's limit on the scale log(-log(1 - rate)).

    What single pairs of people add by chance is in the jackknife twice, once from either side; one of them is taken off.
    """
    if rate >= 1 or without.min() <= 0 or without.max() >= 1:
        return 1.0
    scaled = np.log(-np.log1p(-without))
    twice = (len(scaled) - 1) / len(scaled) * float(((scaled - scaled.mean()) ** 2).sum())
    steepness = 1 / ((1 - rate) * -np.log1p(-rate))
    pairs = len(without) * (len(without) - 1) / 2
    once = steepness**2 * float((by_pair**2).sum() - by_pair.sum() ** 2 / pairs)
    spread = np.sqrt(max(twice - once, twice / 2))
    return float(-np.expm1(-np.exp(np.log(-np.log1p(-rate)) + NORMAL_95 * spread)))


def _limits(upper: Array, supported: NDArray[np.bool_]) -> Array:
    """Limits that fall over the thresholds: an unsupported one is the last supported, none is below a later one; 1 before the first."""
    last = np.maximum.accumulate(np.where(supported, np.arange(len(upper)), -1))
    filled = np.where(last >= 0, upper[last], 1.0)
    return np.asarray(np.maximum.accumulate(filled[::-1])[::-1], np.float64)
