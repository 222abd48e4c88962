"""The open-set part of a calibration: how often strangers find somebody, by size of the gallery."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vultus.decide.search_curve import SearchCurve
from vultus.evaluate.open_set import FpirCurve, Searches, fpir_curves
from vultus.types import Embeddings

SIZES = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)


def search_curves(templates: Embeddings, subjects: NDArray[Any], scores: Sequence[float], rng: np.random.Generator,
                  sizes: Sequence[int] = SIZES) -> tuple[SearchCurve, ...]:
    """Measure searches in random galleries of the sample's people, one template a person, every person a stranger to the others.

    Args:
        templates: (n, d), one a picture.
        subjects: (n,), who is on each picture.
        scores: ascending cosines, the grid of the calibration.
        rng: draws the template that stands for each person in galleries; all of a person's pictures are searched.
        sizes: templates in the gallery, ascending; those that the sample is too small for are left out, and those without any
            score that it supports.
    """
    _, owners = np.unique(subjects, return_inverse=True)
    people = int(owners.max()) + 1
    entries = np.array([rng.choice(np.flatnonzero(owners == person)) for person in range(people)])
    fitting = [size for size in sizes if size <= people - 1]
    if not fitting:
        return ()
    searches = Searches(templates.similarity(templates[entries]), owners)
    measured = fpir_curves(searches, np.asarray(scores, np.float64), fitting)
    return tuple(as_search_curve(curve, curve.gallery) for curve in measured if curve.supported.any())


def as_search_curve(curve: FpirCurve, gallery: int, times: float = 1.0) -> SearchCurve:
    """The curve as calibrations keep it, for a gallery of `gallery` templates, `times` as large as the one that was searched."""
    return SearchCurve(gallery, _rounded(1 - (1 - curve.fpir) ** times), _rounded(1 - (1 - curve.upper) ** times),
                       round(curve.supported_to, 6))


def _rounded(column: NDArray[np.float64]) -> tuple[float, ...]:
    return tuple(float(f"{value:.5g}") for value in np.minimum.accumulate(np.clip(column, 0, 1)))
