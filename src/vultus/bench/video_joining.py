"""The threshold at which tracks of a video are joined: how often few people are counted exactly"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vultus.bench.lfw_templates import extract_lfw, need_lfw
from vultus.data.lfw import read_lfw
from vultus.evaluate.bounds import binomial_interval
from vultus.grouping import merge_tree
from vultus.report import Report, Table, Value

PROTOCOL = (
    "People are drawn from LFW folds 1-3 (none of whom is in folds 4-5), two photographs of each, as the two appearances of a person in a "
    "video. A draw counts when average linkage at a threshold gives exactly as many groups as people. The packaged threshold "
    "is the one with the largest mean share over the numbers of people; the same threshold is then measured on folds 4-5. Two "
    "photographs taken on different days are harder to join than two appearances in one video.")
PEOPLE = (2, 3, 5, 8, 12, 20)
GRID = tuple(round(0.88 + 0.005 * step, 3) for step in range(15))
DRAWS = 400


def run(data: Path | None, rng: np.random.Generator) -> Report:
    """Choose on folds 1-3 and measure on folds 4-5."""
    lfw = read_lfw(need_lfw(data))
    extracted = extract_lfw(lfw)
    first, second = lfw.people_of_folds(1, 2, 3), lfw.people_of_folds(4, 5)
    shares = {}
    for name, mask in (("1-3", first & ~second), ("4-5", second & ~first)):
        rows = np.flatnonzero(mask & ~extracted.failed)
        shares[name] = exact_shares(extracted.vectors[rows], lfw.subjects[rows], rng)
    best = int(shares["1-3"].mean(axis=0).argmax())
    values = [Value("threshold with the largest mean share on folds 1-3", GRID[best], "cosine", n=DRAWS, note="draws for each number")]
    for row, people in enumerate(PEOPLE):
        share = float(shares["4-5"][row, best])
        low, high = binomial_interval(round(share * DRAWS), DRAWS)
        values.append(Value(f"folds 4-5: share of exact counts of {people} people at that threshold", share, "share", low, high, DRAWS,
                            "draws, not independent: people recur"))
    tables = tuple(Table(f"Share of exact counts, folds {name}", ("people", *map(str, GRID)),
                         tuple((people, *(round(float(v), 3) for v in row)) for people, row in zip(PEOPLE, table, strict=True)))
                   for name, table in shares.items())
    return Report("core/video_joining", "The threshold at which tracks of a video are joined: how often few people are counted exactly",
                  PROTOCOL, tuple(values), tables=tables, data_digest=lfw.digest)


def exact_shares(vectors: NDArray[np.float32], subjects: NDArray[np.str_], rng: np.random.Generator, *, draws: int = DRAWS,
                 people: Sequence[int] = PEOPLE, grid: Sequence[float] = GRID) -> NDArray[np.float64]:
    """Share of draws, float (numbers of people, thresholds), in which the number of groups is the number of people.

    Args:
        vectors: templates (n, d). subjects: (n,), who each is.
    """
    rows = {name: np.flatnonzero(subjects == name) for name in np.unique(subjects)}
    several = [found for found in rows.values() if len(found) >= 2]
    shares = np.zeros((len(people), len(grid)))
    for at, count in enumerate(people):
        for _ in range(draws):
            chosen = [rng.permutation(several[i])[:2] for i in rng.permutation(len(several))[:count]]
            tree = merge_tree(vectors[np.concatenate(chosen)], min(grid))
            shares[at] += [int(tree.cut(threshold).max()) + 1 == count for threshold in grid]
    return shares / draws
