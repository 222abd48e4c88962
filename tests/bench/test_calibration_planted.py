"""Planted label errors are found among people who differ, and not among vectors that mean nothing."""

from __future__ import annotations

import numpy as np

from vultus.bench.calibration_planted import TRIALS, plant
from vultus.types import Embeddings


def people(noise: float) -> tuple[Embeddings, np.ndarray]:
    rng = np.random.default_rng(0)
    centres = np.repeat(rng.normal(size=(60, 24)), 4, axis=0)
    return Embeddings.normalised(centres + noise * rng.normal(size=centres.shape), "made"), np.repeat([f"p{i}" for i in range(60)], 4)


def test_planted_errors_are_found() -> None:
    found = plant(*people(0.3), 0.7, np.random.default_rng(1))
    assert len(found.split) == len(found.swapped) == TRIALS
    assert all(rank is not None and rank <= 5 for rank in found.split) and sum(found.split_flagged) >= TRIALS / 2
    assert all(rank is not None and rank <= 2 for rank in found.swapped)


def test_without_identity_in_the_vectors_they_are_not() -> None:
    found = plant(*people(50.0), 0.7, np.random.default_rng(1))
    assert sum(rank is not None and rank <= 3 for rank in found.split) <= 2 and not any(found.split_flagged)
