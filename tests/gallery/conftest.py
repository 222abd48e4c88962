"""People who are points on a sphere: one direction each, and templates scattered around it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from vultus.gallery import KeySource
from vultus.types import Embeddings

SPACE, DIMENSION = "points/sphere", 32


@pytest.fixture
def keys(tmp_path: Path) -> KeySource:
    """Keys in a folder of their own, made on first use without a word."""
    return KeySource(tmp_path / "keys", announce=lambda _: None)


@pytest.fixture
def templates() -> Callable[..., Embeddings]:
    """templates(person, n): n unit rows around the direction of person number `person`; the same call gives the same rows."""
    def make(person: int, n: int = 1, *, spread: float = 0.3, first: int = 0, space: str = SPACE) -> Embeddings:
        direction = np.random.default_rng([1, person]).normal(size=DIMENSION)
        rows = [np.random.default_rng([2, person, first + row]).normal(size=DIMENSION) for row in range(n)]
        return Embeddings.normalised(np.array([direction + spread * row for row in rows]), space)
    return make
