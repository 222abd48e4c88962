"""Average linkage against a slow loop and another library; blocks, order, chains and the packaged rule."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from vultus import grouping
from vultus.errors import InputError
from vultus.evaluate.clustering import bcubed
from vultus.types import Embeddings

SPACE = "dlib-resnet29/dlib-150"


def people(rng: np.random.Generator, counts: list[int], spread: float = 0.35, d: int = 16) -> tuple[Embeddings, NDArray[np.int64]]:
    """Templates scattered around one direction a person."""
    labels = np.repeat(np.arange(len(counts)), counts)
    centres = rng.normal(size=(len(counts), d))
    centres /= np.linalg.norm(centres, axis=1, keepdims=True)
    noise = rng.normal(size=(len(labels), d)) * spread / np.sqrt(d)
    return Embeddings.normalised(centres[labels] + noise, SPACE), labels


def slow(vectors: NDArray[np.float32], threshold: float) -> list[set[int]]:
    """Join the two groups with the largest mean cosine until none reaches the threshold."""
    groups = [{i} for i in range(len(vectors))]
    cosines = vectors @ vectors.T
    while len(groups) > 1:
        pairs = [(np.mean([cosines[i, j] for i in a for j in b]), x, y) for x, a in enumerate(groups)
                 for y, b in enumerate(groups) if x < y]
        best, x, y = max(pairs)
        if best < threshold:
            break
        groups[x] |= groups.pop(y)
    return groups


def as_sets(labels: NDArray[np.int64]) -> set[frozenset[int]]:
    return {frozenset(np.flatnonzero(labels == label).tolist()) for label in np.unique(labels)}


@pytest.mark.parametrize("threshold", [-0.2, 0.3, 0.6, 0.8, 0.95])
def test_equals_the_slow_loop(threshold: float) -> None:
    rng = np.random.default_rng(3)
    templates, _ = people(rng, [1, 1, 4, 7, 2, 9], spread=0.9)
    expected = {frozenset(g) for g in slow(templates.vectors, threshold)}
    assert as_sets(grouping.group(templates, threshold)) == expected
    assert as_sets(grouping.merge_tree(templates.vectors, -0.5).cut(threshold)) == expected


def test_equals_another_library_on_a_larger_set(monkeypatch: pytest.MonkeyPatch) -> None:
    hierarchy = pytest.importorskip("scipy.cluster.hierarchy", reason="scipy is not installed")
    templates, _ = people(np.random.default_rng(4), [1] * 150 + [3] * 40 + [25, 60], spread=1.1, d=24)
    tree = hierarchy.linkage(templates.vectors.astype(float), "average", metric="cosine")
    monkeypatch.setattr(grouping, "BLOCK", 1000)
    for threshold in (0.3, 0.5, 0.7):
        expected = as_sets(hierarchy.fcluster(tree, 1 - threshold, "distance"))
        assert 3 < len(expected) < len(templates)
        assert as_sets(grouping.group(templates, threshold)) == expected


def test_order_changes_only_the_numbering() -> None:
    rng = np.random.default_rng(5)
    templates, _ = people(rng, [1] * 30 + [5] * 10, spread=0.8)
    order = rng.permutation(len(templates))
    labels = grouping.group(templates, 0.5)
    assert as_sets(grouping.group(templates[order], 0.5)) == {
        frozenset(np.flatnonzero(np.isin(order, list(g))).tolist()) for g in as_sets(labels)}


def test_numbers_follow_size_then_first_template() -> None:
    vectors = np.eye(4, dtype=np.float32)[[3, 0, 1, 1, 0, 2, 1]]
    assert grouping.group(Embeddings(vectors, SPACE), 0.9).tolist() == [2, 1, 0, 0, 1, 3, 0]


def test_a_chain_is_not_one_person() -> None:
    """Neighbours are alike, the ends are opposite: connecting neighbours joins everything, the mean does not."""
    angles = np.linspace(0, np.pi, 24)
    templates = Embeddings.normalised(np.stack([np.cos(angles), np.sin(angles)], 1), SPACE)
    assert (templates.vectors[:-1] * templates.vectors[1:]).sum(1).min() > 0.98
    labels = grouping.group(templates, 0.9)
    assert len(np.unique(labels)) > 2
    for label in np.unique(labels):
        members = templates.vectors[labels == label]
        assert (members @ members.T).mean() >= 0.9


def test_equal_templates_and_few_templates() -> None:
    same = Embeddings(np.tile(np.eye(3, dtype=np.float32)[:1], (7, 1)), SPACE)
    assert grouping.group(same, 0.9).tolist() == [0] * 7
    assert grouping.group(same[:1], 0.9).tolist() == [0]
    assert grouping.group(same[:0], 0.9).tolist() == []


def test_people_come_back_and_a_shuffled_control_does_not() -> None:
    rng = np.random.default_rng(6)
    templates, labels = people(rng, [1] * 60 + [6] * 20, spread=0.45, d=32)
    threshold, f1 = grouping.choose_threshold(templates, labels, grid=[0.5, 0.6, 0.7, 0.8, 0.9])
    assert f1 == bcubed(grouping.group(templates, threshold), labels).f1 > 0.97
    assert bcubed(grouping.group(templates, threshold), rng.permutation(labels)).f1 < 0.6


def test_packaged_rule_says_where_it_comes_from() -> None:
    rule = grouping.packaged_rule(SPACE)
    assert 0.9 < rule.threshold < 0.96
    assert rule.people > 1000 and "LFW" in rule.domain
    templates = Embeddings(np.eye(2, dtype=np.float32), SPACE)
    assert grouping.group(templates).tolist() == [0, 1]
    with pytest.raises(InputError, match="no rule is packaged for space 'other'"):
        grouping.group(Embeddings(np.eye(2, dtype=np.float32), "other"))
    with pytest.raises(InputError, match="floor"):
        grouping.merge_tree(templates.vectors, 0.5).cut(0.4)


@pytest.mark.parametrize("threshold", [float("nan"), 1.5, -2.0])
def test_a_threshold_that_is_no_cosine_is_refused(threshold: float) -> None:
    with pytest.raises(InputError, match="threshold"):
        grouping.group(Embeddings.normalised(np.eye(3, dtype=np.float32), "toy"), threshold)


def _slow_constrained(vectors: NDArray[np.float32], threshold: float, apart: set[tuple[int, int]]) -> list[set[int]]:
    """The most similar allowed pair of groups is joined, one at a time, by the mean over all pairs of members."""
    groups = [{i} for i in range(len(vectors))]
    while True:
        best, pair = threshold, None
        for i in range(len(groups)):
            for j in range(i + 1, len(groups)):
                if any((a, b) in apart or (b, a) in apart for a in groups[i] for b in groups[j]):
                    continue
                mean = float(np.mean([vectors[a] @ vectors[b] for a in groups[i] for b in groups[j]]))
                if mean >= best:
                    best, pair = mean, (i, j)
        if pair is None:
            return groups
        groups[pair[0]] |= groups.pop(pair[1])


@pytest.mark.parametrize("seed", range(8))
def test_rows_that_stay_apart_are_never_joined(seed: int) -> None:
    rng = np.random.default_rng(seed)
    raw = rng.normal(size=(4, 6))[rng.integers(4, size=24)] + 0.35 * rng.normal(size=(24, 6))
    templates = Embeddings.normalised(raw, "s")
    apart = {(int(a), int(b)) for a, b in rng.integers(24, size=(14, 2)) if a != b}
    labels = grouping.group(templates, 0.5, apart)
    assert all(labels[a] != labels[b] for a, b in apart)
    slow = _slow_constrained(templates.vectors, 0.5, apart)
    assert sorted(map(sorted, slow)) == sorted(sorted(np.flatnonzero(labels == k).tolist()) for k in range(labels.max() + 1))


def test_pairs_that_stay_apart_are_checked() -> None:
    with pytest.raises(InputError, match="apart: expected pairs of different rows"):
        grouping.group(Embeddings.normalised(np.eye(2), "s"), 0.5, [(0, 2)])
