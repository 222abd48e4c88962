"""Which cells of an evaluation set have other error rates than the rest, a fault to plant, and how often nothing is flagged wrongly."""

from __future__ import annotations

import numpy as np

from vultus.evaluate.group_ratios import Ratios, pair_rate_ratios, person_rate_ratios
from vultus.generate.pair_scores import PairScores
from vultus.types import Image

SPLIT_DRAWS = 300  # of people in each run that looks for false alarms


def missed_ratios(scores: PairScores, threshold: float, rng: np.random.Generator) -> Ratios:
    """FNMR of every cell against the rest."""
    first = scores.cell[None] == np.unique(scores.cell)[:, None]
    return person_rate_ratios(*scores.missed(threshold), first, ~first, rng)


def matched_ratios(scores: PairScores, threshold: float, rng: np.random.Generator) -> Ratios:
    """FMR within every cell against the rest."""
    return pair_rate_ratios(*scores.false_matches(threshold), scores.cell, rng)


def false_alarms(scores: PairScores, threshold: float, rng: np.random.Generator, runs: int, *, halves: bool) -> int:
    """Runs with a flag when nothing differs.

    Args:
        halves: everybody, and every cell, is split at random into two alike halves, which are compared; otherwise people are dealt out to
            cells anew, which are compared with the rest as `missed_ratios` does.
    """
    errors, trials = scores.missed(threshold)
    cells = scores.cell[None] == np.unique(scores.cell)[:, None]
    both = np.vstack([cells, np.ones((1, len(scores.cell)), bool)])
    flags = 0
    for _ in range(runs):
        if halves:
            half = np.zeros(len(scores.cell), bool)
            for members in cells:
                half[rng.permutation(np.flatnonzero(members))[:int(members.sum()) // 2]] = True
            first, second = both & half, both & ~half
        else:
            first = cells[:, rng.permutation(len(scores.cell))]
            second = ~first
        flags += bool(person_rate_ratios(errors, trials, first, second, rng, draws=SPLIT_DRAWS).flagged.any())
    return flags


def blurred(image: Image, share: float = 0.05) -> Image:
    """Out of focus: a Gaussian whose sigma is a share of the picture's height."""
    import cv2
    return np.asarray(cv2.GaussianBlur(image, (0, 0), share * image.shape[0]), np.uint8)
