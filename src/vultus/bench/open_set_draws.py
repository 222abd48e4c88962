"""Draws of galleries and searches for the suite `core/open_set`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vultus.evaluate.bounds import binomial_upper
from vultus.types import Embeddings

MATED, UNMATED = 500, 500
Array = NDArray[np.float64]
Labels = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Draw:
    """One gallery and its searches.

    Args:
        mated: (m,), similarity of each mated probe to its own person.
        rivals: (m,), to the most similar other person.
        mated_people: int (m,).
        strangers: (s,), similarity of each stranger to the most similar person.
        stranger_people: int (s,).
        tuning: bool (s,), strangers that thresholds come from.
        comparisons: similarities of these strangers to everybody enrolled.
    """

    mated: Array
    rivals: Array
    mated_people: Labels
    strangers: Array
    stranger_people: Labels
    tuning: NDArray[np.bool_]
    comparisons: Array


def draw(templates: Embeddings, owners: Labels, rng: np.random.Generator, mated: int = MATED, unmated: int = UNMATED) -> Draw:
    """Enrol `mated` people with two pictures or more and `unmated` others, one template each; everybody else is a stranger."""
    pictures = [np.flatnonzero(owners == person) for person in range(int(owners.max()) + 1)]
    several = rng.permutation([person for person, rows in enumerate(pictures) if len(rows) > 1])
    searched = several[:mated]
    rest = rng.permutation(np.setdiff1d(np.arange(len(pictures)), searched))
    strangers = rest[unmated:]
    drawn = [rng.permutation(rows)[:2] for rows in pictures]
    gallery = templates[np.array([drawn[person][0] for person in (*searched, *rest[:unmated])])]
    scores = templates[np.array([drawn[person][1] for person in searched])].similarity(gallery).astype(np.float64)
    own = np.arange(len(searched))
    similar = scores[own, own]
    scores[own, own] = -2
    foreign = templates[np.array([drawn[person][0] for person in strangers])].similarity(gallery).astype(np.float64)
    tuning = rng.permutation(len(strangers)) < len(strangers) // 2
    return Draw(similar, scores.max(axis=1), searched, foreign.max(axis=1), strangers, tuning, foreign[tuning].ravel())


def fnir(drawn: Draw, threshold: float) -> NDArray[np.bool_]:
    """Mated searches that fail: below the threshold, or another person is more similar; bool (m,)."""
    return np.asarray((drawn.mated < threshold) | (drawn.rivals >= drawn.mated), np.bool_)


def point_threshold(best: Array, rate: float) -> float:
    """The lowest threshold that at most this share of the strangers reaches."""
    return _above(best, int(rate * len(best) + 1e-9))


def safe_threshold(best: Array, rate: float) -> float:
    """The lowest threshold whose exact upper limit over the strangers is at most `rate`; infinite when even no error is too many."""
    allowed = [errors for errors in range(int(rate * len(best)) + 1) if binomial_upper(errors, len(best)) <= rate]
    return _above(best, allowed[-1]) if allowed else float("inf")


def _above(best: Array, errors: int) -> float:
    """Just above the stranger after the `errors` most similar ones."""
    return float(np.nextafter(np.sort(best)[::-1][errors], np.inf))
