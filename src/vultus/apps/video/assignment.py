"""The best one-to-one assignment of rows to columns, where some pairs are forbidden."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float64]


def best_pairs(scores: Scores) -> list[tuple[int, int]]:
    """The pairs (row, column) with the largest total score.

    The Hungarian method with potentials (Kuhn 1955; in the form that adds one row at a time along shortest paths, Jonker and
    Volgenant, Computing 38 (1987)). A row may stay alone, which is worth 0, so that only pairs of score > 0 are made.

    Args:
        scores: float64 (n, m); -inf forbids a pair.
    """
    rows, columns = scores.shape
    if not rows or not columns:
        return []
    # One more column for each row: staying alone at cost 0.
    cost = np.hstack([-np.where(scores > 0, scores, 0.0), np.zeros((rows, rows))])
    taken = _columns_of_rows(cost)
    return [(row, column) for row, column in enumerate(taken) if column < columns and scores[row, column] > 0]


def _columns_of_rows(cost: Scores) -> list[int]:
    """The column of each row in an assignment of least cost; at least as many columns as rows."""
    rows, columns = cost.shape
    row_price, column_price = np.zeros(rows), np.zeros(columns + 1)
    owner = np.full(columns + 1, -1)  # the last column is where a new row starts
    for row in range(rows):
        at, before = columns, np.full(columns + 1, columns)
        owner[columns] = row
        least, done = np.full(columns + 1, np.inf), np.zeros(columns + 1, bool)
        while owner[at] >= 0:
            done[at] = True
            reduced = cost[owner[at]] - row_price[owner[at]] - column_price[:-1]
            nearer = ~done[:-1] & (reduced < least[:-1])
            least[:-1][nearer], before[:-1][nearer] = reduced[nearer], at
            following = int(np.where(done[:-1], np.inf, least[:-1]).argmin())
            step = least[following]
            row_price[owner[done]] += step
            column_price[done] -= step
            least[~done] -= step
            at = following
        while at != columns:
            owner[at] = owner[before[at]]
            at = int(before[at])
    taken = np.empty(rows, np.int64)
    taken[owner[:-1][owner[:-1] >= 0]] = np.flatnonzero(owner[:-1] >= 0)
    return [int(column) for column in taken]
