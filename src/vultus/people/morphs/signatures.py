"""Does a morph pass as both people? Scored with a recogniser that is handed in; without one nothing can be said about a morph.

A morph counts as successful when its similarity to another picture of each of both people exceeds the level that strangers reach (mated
morph presentation match rate at a threshold; Scherhag et al., "Biometric systems under morphing attacks", BIOSIG 2017).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vultus.errors import InputError
from vultus.types import Image

Represent = Callable[[Sequence[Image]], NDArray[Any]]  # n pictures -> (n, d) unit rows, NaN where there is no face


def both_similarities(morphs: Sequence[Image], probes_a: Sequence[Image], probes_b: Sequence[Image],
                      represent: Represent) -> NDArray[np.float64]:
    """Similarity of each morph to another picture of its first and its second person, (n, 2), cosine; NaN where a face is not found."""
    if not len(morphs) == len(probes_a) == len(probes_b):
        raise InputError("probes", expected=f"{len(morphs)} of each person, one a morph", got=f"{len(probes_a)} and {len(probes_b)}")
    rows = [np.asarray(represent(pictures), np.float64) for pictures in (morphs, probes_a, probes_b)]
    return np.stack([(rows[0] * rows[i]).sum(-1) for i in (1, 2)], -1)


def passes_as_both(similarities: NDArray[Any], threshold: float) -> NDArray[np.bool_]:
    """Where both similarities (n, 2) reach the threshold of a stranger's level; unseen faces do not pass."""
    return np.asarray((np.nan_to_num(np.asarray(similarities), nan=-1.0) >= threshold).all(-1))
