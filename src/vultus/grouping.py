"""Groups templates by person: average linkage over cosines, exact, without a matrix of all pairs.

The similarity of two groups is the mean cosine between their members. For unit vectors that mean is the product of the groups' mean
vectors, so that a group is one vector however large it is, and the nearest neighbours of all groups come from blocks of a matrix
product. Average linkage is reducible: joining A and B brings neither nearer to C than the nearer of them was. Hence
- all pairs that are each other's nearest neighbour can be joined at once, and the tree is the same as when the nearest pair of all is
  joined first (Murtagh, The Computer Journal 26 (1983) 354-359);
- a group whose nearest neighbour lies below the wanted threshold is finished and drops out;
- only joined groups, and those whose neighbour was joined, need a new search.
Pairs that must stay apart have similarity -infinity, and so do groups with such a pair between them; that keeps all three properties.
With n templates of d numbers this takes memory for n d numbers and one block, and about n^2 d multiplications for the first search.

Measured on LFW people of folds 1-3 (see the packaged rule): weighting by quality, scores normalised by their neighbourhood, complete,
single and Ward linkage gave lower or equal BCubed F1; the tree at a threshold transfers between sets of 900 to 3,200 pictures.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vultus.errors import InputError
from vultus.types import Embeddings, Float

Labels = NDArray[np.int64]
# Similarities held at once while searching neighbours: 64 MB.
BLOCK = 1 << 24
GRID = tuple(round(0.80 + 0.0025 * step, 4) for step in range(73))


@dataclass(frozen=True)
class GroupingRule:
    """The threshold that groups are cut at, and where it comes from.

    Args:
        space: of the templates.
        threshold: groups are joined while their mean cosine is at least this.
        domain: what it was chosen on, in words.
        chosen_by: how.
        f1: BCubed F1 there, of the chosen threshold itself and so optimistic.
        people, pictures: how many.
    """

    space: str
    threshold: float
    domain: str
    chosen_by: str
    f1: float
    people: int
    pictures: int


@dataclass(frozen=True, eq=False)
class MergeTree:
    """Joins of groups down to a similarity `floor`, in an order in which every group exists before it is joined.

    Args:
        count: number of templates.
        floor: no join below this mean cosine was looked for.
        heights: float32 (m,), mean cosine at which each join happens.
        left, right: int64 (m,), one template of each of the two groups.
    """

    count: int
    floor: float
    heights: Float
    left: Labels
    right: Labels

    def cut(self, threshold: float) -> Labels:
        """Group numbers (n,) at a threshold; 0 is the largest group, equal sizes are in the order of their first template."""
        if threshold < self.floor:
            raise InputError("threshold", expected=f"at least the tree's floor {self.floor}", got=str(threshold))
        root = np.arange(self.count)
        for height, a, b in zip(self.heights, self.left, self.right, strict=True):
            if height >= threshold:
                a, b = sorted((_root(root, a), _root(root, b)))
                root[b] = a
        roots = np.array([_root(root, i) for i in range(self.count)], np.int64)
        firsts, inverse, sizes = np.unique(roots, return_inverse=True, return_counts=True)
        rank = np.empty(len(firsts), np.int64)
        rank[np.lexsort((firsts, -sizes))] = np.arange(len(firsts))
        return rank[inverse]


def group(templates: Embeddings, threshold: float | None = None, apart: Iterable[tuple[int, int]] = ()) -> Labels:
    """Which templates belong to the same person.

    Args:
        templates: (n, d).
        threshold: least mean cosine between groups that are joined; None = the packaged rule of the templates' space.
        apart: pairs of rows that never belong to one person, for example because both are visible at the same time.

    Returns:
        int64 (n,): group numbers from 0, larger groups first. The order of the templates changes only the numbering.

    Raises:
        InputError: no threshold was given and none is packaged for this space, or it is no cosine.
    """
    if threshold is not None and not -1 <= threshold <= 1:
        raise InputError("threshold", expected="a cosine, -1..1", got=str(threshold))
    wanted = packaged_rule(templates.space).threshold if threshold is None else threshold
    return merge_tree(templates.vectors, wanted, apart).cut(wanted)


def choose_threshold(templates: Embeddings, people: Sequence[str] | NDArray[Any],
                     grid: Sequence[float] = GRID) -> tuple[float, float]:
    """The threshold of `grid` with the highest BCubed F1 on labelled templates, and that F1."""
    from vultus.evaluate.clustering import bcubed
    tree = merge_tree(templates.vectors, min(grid))
    scores = [bcubed(tree.cut(threshold), np.asarray(people)).f1 for threshold in grid]
    best = int(np.argmax(scores))
    return grid[best], scores[best]


def packaged_rule(space: str) -> GroupingRule:
    """The rule that ships with the package for a space. Raises InputError when there is none."""
    folder = resources.files("vultus.data") / "grouping"
    for entry in sorted(folder.iterdir(), key=lambda e: e.name) if folder.is_dir() else ():
        if entry.name.endswith(".json"):
            rule = GroupingRule(**json.loads(entry.read_text("utf-8")))
            if rule.space == space:
                return rule
    raise InputError("threshold", expected=f"a number, because no rule is packaged for space {space!r}", got="None",
                     hint="choose one on labelled pictures with vultus.grouping.choose_threshold")


def merge_tree(vectors: Float, floor: float, apart: Iterable[tuple[int, int]] = ()) -> MergeTree:
    """The average-linkage tree of unit vectors (n, d) down to mean cosine `floor`.

    A row may also be the mean of several unit vectors, shorter than 1: then groups are joined by the mean cosine over those.

    Args:
        apart: pairs of rows that never come into one group.
    """
    means = np.array(vectors, np.float32)
    sizes = np.ones(len(means), np.float32)
    alive = np.arange(len(means))
    nearest, similarity = np.full(len(means), -1), np.full(len(means), -np.inf, np.float32)
    stale, joins, foes = alive, [], _foes(len(means), apart)
    while len(alive) > 1:
        nearest[stale], similarity[stale] = _nearest(means, stale, alive, foes)
        alive = alive[similarity[alive] >= floor]
        pairs = _mutual(nearest, similarity, alive)
        if not len(pairs):
            break
        kept, gone = pairs.T
        joins.append((similarity[kept], kept, gone))
        total = sizes[kept] + sizes[gone]
        means[kept] = (means[kept] * sizes[kept, None] + means[gone] * sizes[gone, None]) / total[:, None]
        sizes[kept] = total
        _pass_on(foes, kept, gone)
        joined = np.zeros(len(means), bool)
        joined[pairs.ravel()] = True
        alive = np.setdiff1d(alive, gone, assume_unique=True)
        stale = alive[joined[alive] | joined[nearest[alive]]]
    columns = [np.concatenate(column) for column in zip(*joins, strict=True)] if joins else [np.empty(0)] * 3
    return MergeTree(len(means), floor, columns[0].astype(np.float32), columns[1].astype(np.int64), columns[2].astype(np.int64))


def _foes(count: int, apart: Iterable[tuple[int, int]]) -> dict[int, set[int]]:
    """For each row the rows that it must stay apart from."""
    foes: dict[int, set[int]] = {}
    for a, b in apart:
        if a == b or not (0 <= a < count and 0 <= b < count):
            raise InputError("apart", expected=f"pairs of different rows 0..{count - 1}", got=f"({a}, {b})")
        foes.setdefault(int(a), set()).add(int(b))
        foes.setdefault(int(b), set()).add(int(a))
    return foes


def _pass_on(foes: dict[int, set[int]], kept: Labels, gone: Labels) -> None:
    """A joined group stays apart from whatever either of its parts stays apart from."""
    for a, b in zip(kept.tolist(), gone.tolist(), strict=True):
        for foe in foes.pop(b, ()):
            foes[foe].discard(b)
            foes[foe].add(a)
            foes.setdefault(a, set()).add(foe)


def _nearest(means: Float, rows: Labels, alive: Labels, foes: dict[int, set[int]]) -> tuple[Labels, Float]:
    """The most similar other group of `alive` for each of `rows`, and the similarity; both are sorted indices."""
    others = means[alive]
    best, value = np.empty(len(rows), np.int64), np.empty(len(rows), np.float32)
    step = max(1, BLOCK // max(1, len(alive)))
    for start in range(0, len(rows), step):
        part = rows[start:start + step]
        scores = means[part] @ others.T
        scores[np.arange(len(part)), np.searchsorted(alive, part)] = -np.inf
        for line, row in enumerate(part.tolist() if foes else ()):
            if row in foes:
                scores[line, np.isin(alive, list(foes[row]))] = -np.inf
        at = scores.argmax(1)
        best[start:start + step], value[start:start + step] = alive[at], scores[np.arange(len(part)), at]
    return best, value


def _mutual(nearest: Labels, similarity: Float, alive: Labels) -> Labels:
    """Pairs (k, 2) of groups that are each other's nearest, smaller index first.

    Rounding may hide every such pair among equal similarities; then the most similar pair is taken.
    """
    first = alive[(nearest[nearest[alive]] == alive) & (alive < nearest[alive])]
    if not len(first) and len(alive):
        top = alive[similarity[alive].argmax()]
        return np.sort(np.array([[top, nearest[top]]]), axis=1)
    return np.stack([first, nearest[first]], axis=1)


def _root(root: Labels, at: int) -> int:
    while root[at] != at:
        root[at] = root[root[at]]
        at = root[at]
    return int(at)
