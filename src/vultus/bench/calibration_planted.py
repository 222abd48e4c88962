"""Wrong labels planted on purpose: does the review list find them?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vultus.calibrate.comparisons import Comparisons
from vultus.calibrate.review import ReviewPair, review_list
from vultus.types import Embeddings

TRIALS = 10


@dataclass(frozen=True)
class Planted:
    """Ranks of planted errors in the review list, one a trial; None when the list does not hold it.

    Args:
        split: one person's pictures under two names: rank among the pairs of different people.
        split_flagged: whether that pair was also flagged.
        swapped: two people's pictures swapped: the better rank in either part of the list of a pair with one of the two pictures.
    """

    split: tuple[int | None, ...]
    split_flagged: tuple[bool, ...]
    swapped: tuple[int | None, ...]


def plant(templates: Embeddings, subjects: NDArray[np.str_], t_hi: float, rng: np.random.Generator) -> Planted:
    """Plant a split person and a swap in each of `TRIALS` copies of the labels, and look for them.

    Args:
        templates: (n, d), one a picture.
        subjects: (n,), who is on each picture.
    """
    names, counts = np.unique(subjects, return_counts=True)
    several = names[counts >= 4]
    results = []
    for _ in range(TRIALS):
        split, first, second = rng.choice(several, 3, replace=False)
        labels = subjects.astype(object)
        own = rng.permutation(np.flatnonzero(subjects == split))
        labels[own[:len(own) // 2]] = "planted name"
        swap = [int(rng.choice(np.flatnonzero(subjects == name))) for name in (first, second)]
        labels[swap[0]], labels[swap[1]] = second, first
        review = review_list(Comparisons.of_templates(templates, labels.astype(str)), t_hi)
        results.append(_found(review, set(own.tolist()), set(swap), labels))
    split_rank, flagged, swap_rank = zip(*results, strict=True)
    return Planted(split_rank, flagged, swap_rank)


def _found(review: tuple[ReviewPair, ...], own: set[int], swap: set[int],
           labels: NDArray[np.object_]) -> tuple[int | None, bool, int | None]:
    parted = [r for r in review if r.kind == "different" and {r.left, r.right} <= own and labels[r.left] != labels[r.right]]
    changed = [r.rank for r in review if {r.left, r.right} & swap]
    return parted[0].rank if parted else None, bool(parted and parted[0].flag), min(changed, default=None)
