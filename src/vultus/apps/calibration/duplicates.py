"""Pictures that are there twice: the same bytes, or the same template. They are no evidence about two pictures of one person."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vultus.types import Float

SAME = 0.999999  # cosine of templates that are equal but for rounding
BLOCK = 1024


@dataclass(frozen=True)
class Duplicates:
    """Groups of equal pictures.

    Args:
        keep: bool (n,), pictures that stay in the sample: of a person's equal pictures one, of equal pictures under two names none.
        within: groups of rows that one person has twice.
        across: groups of rows that two people share.
    """

    keep: NDArray[np.bool_]
    within: tuple[tuple[int, ...], ...]
    across: tuple[tuple[int, ...], ...]


def find_duplicates(paths: Sequence[str], vectors: Float, subjects: Sequence[str]) -> Duplicates:
    """Find equal pictures.

    Args:
        paths: n files; one that cannot be read is compared by its template alone.
        vectors: float32 (n, d), unit rows.
        subjects: n names.
    """
    root = np.arange(len(paths))
    for left, right in [*_equal_bytes(paths), *_equal_templates(vectors)]:
        root[root == root[right]] = root[left]
    groups: dict[int, list[int]] = defaultdict(list)
    for row, first in enumerate(root.tolist()):
        groups[first].append(row)
    keep = np.ones(len(paths), np.bool_)
    within, across = [], []
    for rows in groups.values():
        if len(rows) == 1:
            continue
        if len({subjects[row] for row in rows}) > 1:
            keep[rows] = False
            across.append(tuple(rows))
        else:
            # The smallest template stays: a choice that does not depend on names or order.
            first = min(rows, key=lambda row: vectors[row].tobytes())
            keep[[row for row in rows if row != first]] = False
            within.append(tuple(rows))
    return Duplicates(keep, tuple(within), tuple(across))


def _equal_bytes(paths: Sequence[str]) -> list[tuple[int, int]]:
    """Pairs of rows whose files have the same content; files of different sizes are not read."""
    sizes: dict[int, list[int]] = defaultdict(list)
    for row, path in enumerate(paths):
        size = _size(path)
        if size:
            sizes[size].append(row)
    pairs = []
    for rows in sizes.values():
        if len(rows) > 1:
            first: dict[str, int] = {}
            for row in rows:
                digest = _digest(paths[row])
                if first.setdefault(digest, row) != row and digest:
                    pairs.append((first[digest], row))
    return pairs


def _size(path: str) -> int:
    import os
    try:
        return os.stat(path).st_size
    except OSError:
        return 0


def _digest(path: str) -> str:
    try:
        with open(path, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""


def _equal_templates(vectors: Float) -> list[tuple[int, int]]:
    pairs = []
    for start in range(0, len(vectors), BLOCK):
        rows, columns = np.nonzero(vectors[start:start + BLOCK] @ vectors[start:].T >= SAME)
        pairs += [(start + int(row), start + int(column)) for row, column in zip(rows, columns, strict=True) if row < column]
    return pairs
