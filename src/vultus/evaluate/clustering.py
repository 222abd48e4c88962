"""How well a grouping of pictures agrees with the people on them.

BCubed: Bagga and Baldwin, "Entity-based cross-document coreferencing", COLING-ACL 1998; the picture itself is counted, as in
Amigo et al., Information Retrieval 12 (2009).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vultus.errors import InputError


@dataclass(frozen=True)
class Agreement:
    """Precision, recall and their harmonic mean, each 0..1."""

    precision: float
    recall: float
    f1: float


def bcubed(clusters: NDArray[Any], people: NDArray[Any]) -> Agreement:
    """BCubed agreement of cluster numbers (n,) with people (n,), averaged over pictures."""
    table, cluster, person = _contingency(clusters, people)
    together = table[cluster, person]
    precision = float((together / table.sum(axis=1)[cluster]).mean())
    recall = float((together / table.sum(axis=0)[person]).mean())
    return Agreement(precision, recall, _harmonic(precision, recall))


def pairwise(clusters: NDArray[Any], people: NDArray[Any]) -> Agreement:
    """Agreement over pairs of pictures; precision (recall) is 1 when no two pictures share a cluster (person)."""
    table, _, _ = _contingency(clusters, people)
    both = _pairs(table).sum()
    clustered, same = _pairs(table.sum(axis=1)).sum(), _pairs(table.sum(axis=0)).sum()
    precision, recall = float(both / clustered) if clustered else 1.0, float(both / same) if same else 1.0
    return Agreement(precision, recall, _harmonic(precision, recall))


def _contingency(clusters: NDArray[Any], people: NDArray[Any]) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    if len(clusters) != len(people) or len(people) == 0:
        raise InputError("clusters, people", expected="two arrays of the same length >= 1", got=f"{len(clusters)} and {len(people)}")
    _, cluster = np.unique(clusters, return_inverse=True)
    _, person = np.unique(people, return_inverse=True)
    table = np.zeros((cluster.max() + 1, person.max() + 1), np.int64)
    np.add.at(table, (cluster, person), 1)
    return table, cluster, person


def _pairs(counts: NDArray[np.int64]) -> NDArray[np.int64]:
    return counts * (counts - 1) // 2


def _harmonic(precision: float, recall: float) -> float:
    return 2 * precision * recall / (precision + recall) if precision + recall > 0 else 0.0
