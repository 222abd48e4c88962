"""DeepFace's four distances of templates, and the same cut written as a cosine or as each distance.

For unit rows with cosine s: cosine 1 - s, euclidean and euclidean_l2 sqrt(2 - 2 s), angular arccos(s) / pi.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vultus.compat.deepface.exceptions import UnimplementedError
from vultus.errors import InputError

METRICS = ("cosine", "euclidean", "euclidean_l2", "angular")
Metric = str | Callable[..., Any]


def checked_metric(metric: Metric, threshold: float | None) -> None:
    """Refuse an unknown distance, one of the caller's own without a threshold, and a threshold that is no number."""
    if isinstance(metric, str) and metric not in METRICS:
        raise UnimplementedError("distance_metric", expected=" or ".join(METRICS) + ", or a function", got=repr(metric))
    if not isinstance(metric, str) and not callable(metric):
        raise UnimplementedError("distance_metric", expected="a name or a function", got=type(metric).__name__)
    if callable(metric) and threshold is None:
        raise UnimplementedError("threshold", expected="a number, since distance_metric is a function of your own", got="None")
    if threshold is not None and (isinstance(threshold, (bool, str)) or not np.isfinite(threshold)):
        raise InputError("threshold", expected="a finite number or None", got=repr(threshold))


def distance_of(similarity: NDArray[Any], metric: str) -> NDArray[np.float64]:
    """Distances of unit rows from their cosines -1..1; the same function turns a cosine threshold into a distance threshold."""
    cosine = np.asarray(similarity, np.float64)
    if metric == "cosine":
        return np.asarray(1 - cosine)
    if metric == "angular":
        return np.asarray(np.arccos(np.clip(cosine, -1, 1)) / np.pi)
    return np.asarray(np.sqrt(np.clip(2 - 2 * cosine, 0, None)))


def matrix(left: NDArray[Any], right: NDArray[Any], metric: Metric) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Cosines and distances, float64 (n, m), of unit rows (n, d) and (m, d); a function is called with two rows at a time."""
    cosine = np.clip(np.asarray(left, np.float64) @ np.asarray(right, np.float64).T, -1, 1)
    if isinstance(metric, str):
        return cosine, distance_of(cosine, metric)
    return cosine, np.array([[float(metric(a, b)) for b in right] for a in left], np.float64).reshape(cosine.shape)
