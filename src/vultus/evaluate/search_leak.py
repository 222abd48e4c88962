"""Whether searched faces come nearer to a gallery than strangers do: nearest scores, and a test of two shares.

The test deals the labels anew (Fisher, "The Design of Experiments", 1935): when both sorts of faces are alike, the hits that fall to
the first sort are hypergeometric.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def nearest(probes: NDArray[Any], gallery: NDArray[Any]) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    """Best score of each probe (n, d), and the row of the gallery (m, d); -1 where the probe has no template (NaN)."""
    scores = np.nan_to_num(probes.astype(np.float64) @ gallery.astype(np.float64).T, nan=-1.0)
    return scores.max(axis=1), scores.argmax(axis=1)


def larger_share(first: NDArray[np.bool_], second: NDArray[np.bool_], rng: np.random.Generator, draws: int = 9_999) -> float:
    """One-sided p value that the share of `first` exceeds that of `second` by chance alone (random relabelling).

    The number of hits that fall to `first` when labels are dealt anew is hypergeometric.
    """
    hits = int(first.sum() + second.sum())
    dealt = rng.hypergeometric(hits, len(first) + len(second) - hits, len(first), size=draws)
    return float((1 + (dealt >= first.sum()).sum()) / (draws + 1))
