"""People made of vectors: a centre for each, pictures scattered around it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from vultus.types import Embeddings


@pytest.fixture(scope="session")
def made() -> Callable[..., tuple[Embeddings, np.ndarray]]:
    """made(people, pictures, seed) -> (templates, names)."""
    def people_of(people: int, pictures: int, seed: int, noise: float = 0.7, dimension: int = 16) -> tuple[Embeddings, np.ndarray]:
        rng = np.random.default_rng(seed)
        centres = np.repeat(rng.normal(size=(people, dimension)), pictures, axis=0)
        return (Embeddings.normalised(centres + noise * rng.normal(size=centres.shape), "made"),
                np.repeat([f"p{i:03d}" for i in range(people)], pictures))
    return people_of
