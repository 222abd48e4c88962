"""Clustering LFW's people with a threshold chosen on other people"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vultus.bench.lfw_templates import Extracted, extract_lfw, need_lfw
from vultus.data.lfw import Lfw, read_lfw
from vultus.evaluate.clustering import bcubed, pairwise
from vultus.grouping import choose_threshold, group
from vultus.report import Report, Table, Value
from vultus.types import Embeddings

PROTOCOL = (
    "All pictures of the people of one part of LFW are grouped without labels; the threshold is the one with the best BCubed "
    "F1 on the other part (folds 1-3 against folds 4-5, and the reverse). Every way of grouping gets its threshold the same "
    "way. Singletons count, as in a photo collection.")
PARTS = {"1-3": (1, 2, 3), "4-5": (4, 5)}
Part = tuple[Embeddings, NDArray[np.str_]]
GRID = np.round(np.arange(0.80, 0.981, 0.005), 3)


def run(data: Path | None, rng: np.random.Generator) -> Report:
    """Measure ours against chaining (connected components, Chinese whispers) and DBSCAN; control: shuffled templates."""
    lfw = read_lfw(need_lfw(data))
    extracted = extract_lfw(lfw)
    parts = {name: _part(lfw, extracted, folds) for name, folds in PARTS.items()}
    values, rows = [], []
    for tune, test in (("1-3", "4-5"), ("4-5", "1-3")):
        for name, method in WAYS.items():
            threshold = _chosen(name, method, parts[tune])
            clusters = method(parts[test][0], float(threshold))
            result, pairs = bcubed(clusters, parts[test][1]), pairwise(clusters, parts[test][1])
            rows.append((name, tune, test, float(threshold), *(round(v, 4) for v in (result.precision, result.recall, result.f1)),
                         round(pairs.f1, 4), len(np.unique(clusters)), len(np.unique(parts[test][1]))))
            low, high = _interval(clusters, parts[test][1], rng)
            values.append(Value(f"BCubed F1, folds {test}, {name}", result.f1, "share", low, high, len(np.unique(parts[test][1])),
                                f"threshold {threshold} from folds {tune}"))
    values.append(_control(parts["4-5"], rng))
    table = Table("Grouping", ("way", "threshold from", "measured on", "threshold", "precision", "recall", "BCubed F1",
                               "pairwise F1", "groups", "people"), tuple(rows))
    return Report("core/clustering", "Clustering LFW's people with a threshold chosen on other people", PROTOCOL, tuple(values),
                  tables=(table,), data_digest=lfw.digest)


def _chosen(name: str, method: Callable[[Embeddings, float], NDArray[np.int64]], part: Part) -> float:
    """The threshold with the best BCubed F1 on this part."""
    if name == "vultus":
        return choose_threshold(*part)[0]
    return float(max(GRID, key=lambda threshold: bcubed(method(part[0], float(threshold)), part[1]).f1))




def _part(lfw: Lfw, extracted: Extracted, folds: Sequence[int]) -> Part:
    mask = lfw.people_of_folds(*folds) & ~extracted.failed
    return extracted.templates(mask), lfw.subjects[mask]


def _chained(templates: Embeddings, threshold: float) -> NDArray[np.int64]:
    """Baseline: everything connected by pairs at or above the threshold is one person."""
    labels = np.arange(len(templates))
    linked = templates.similarity(templates) >= threshold
    while True:
        lowest = np.where(linked, labels[None], len(labels)).min(axis=1)
        if (lowest == labels).all():
            return labels
        labels = lowest


def _whispers(templates: Embeddings, threshold: float) -> NDArray[np.int64]:
    """Baseline: Chinese whispers (Biemann, TextGraphs 2006), edges weighing their similarity, twenty rounds, fixed order."""
    scores = templates.similarity(templates)
    np.fill_diagonal(scores, 0)
    labels = np.arange(len(templates))
    neighbours = [np.flatnonzero(row >= threshold) for row in scores]
    order = np.random.default_rng(0).permutation(len(labels))
    for _ in range(20):
        for node in order:
            if len(neighbours[node]):
                weight = np.bincount(labels[neighbours[node]], scores[node, neighbours[node]])
                labels[node] = int(weight.argmax())
    return labels


def _dbscan(templates: Embeddings, threshold: float) -> NDArray[np.int64]:
    """Baseline: DBSCAN with two pictures to a core; noise becomes singletons."""
    from sklearn.cluster import DBSCAN
    distance = np.clip(1 - templates.similarity(templates), 0, None)
    labels = DBSCAN(eps=1 - threshold + 1e-9, min_samples=3, metric="precomputed").fit(distance).labels_
    noise = labels < 0
    labels[noise] = labels.max() + 1 + np.arange(noise.sum())
    return np.asarray(labels, np.int64)


WAYS: dict[str, Callable[[Embeddings, float], NDArray[np.int64]]] = {
    "vultus": lambda templates, threshold: np.asarray(group(templates, threshold=threshold), np.int64),
    "chaining": _chained, "Chinese whispers": _whispers, "DBSCAN": _dbscan}


def _interval(clusters: NDArray[np.int64], people: NDArray[np.str_], rng: np.random.Generator, draws: int = 1000) -> tuple[float, float]:
    """95 % interval of BCubed F1 when people are drawn with replacement, the grouping staying as it is."""
    _, person = np.unique(people, return_inverse=True)
    _, cluster = np.unique(clusters, return_inverse=True)
    table = np.zeros((cluster.max() + 1, person.max() + 1))
    np.add.at(table, (cluster, person), 1)
    together = table[cluster, person]
    pictures = np.bincount(person).astype(float)
    precision = np.bincount(person, together / table.sum(axis=1)[cluster])  # summed over each person's pictures
    recall = np.bincount(person, together / pictures[person])
    drawn = rng.multinomial(len(pictures), np.full(len(pictures), 1 / len(pictures)), size=draws)
    means = [(drawn @ part) / (drawn @ pictures) for part in (precision, recall)]
    low, high = np.quantile(2 * means[0] * means[1] / (means[0] + means[1]), [0.025, 0.975])
    return float(low), float(high)


def _control(part: Part, rng: np.random.Generator) -> Value:
    """Control: the same grouping against shuffled names."""
    clusters = WAYS["vultus"](part[0], 0.9)
    return Value("control: BCubed F1 against shuffled names", bcubed(clusters, rng.permutation(part[1])).f1, "share",
                 n=len(np.unique(part[1])), note="must be far below")
