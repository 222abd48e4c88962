"""Distances and comparisons of encodings, with face_recognition's parameters and results.

Encodings f, g are raw outputs of the network, about 1.4 long. face_recognition compares their distance
d = |f - g| = sqrt(|f|^2 + |g|^2 - 2 |f| |g| c), c the cosine. Our calibration is of c; at equal lengths L, d = L sqrt(2 (1 - c)),
so that d falls as c rises, but lengths differ from face to face and move d without moving c.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vultus import decide
from vultus.decide import Calibration
from vultus.decide.search import SearchEvidence, search_rule
from vultus.errors import InputError, WeightsError
from vultus.gallery.importers import LEGACY_SPACE, legacy_encodings
from vultus.gallery.importers.legacy_encodings import checked_encodings
from vultus.types import Decision

SEARCH_FPIR = 0.1  # the strictest that the packaged calibration supports up to its largest galleries


class UndecidedSearchWarning(UserWarning):
    """More faces are known than the calibration supports a search among; nobody is named."""


def face_distance(face_encodings: Any, face_to_compare: Any) -> NDArray[np.float64]:
    """Euclidean distance of each encoding to one.

    Args:
        face_encodings: (n, 128), or a list of (128,); new ones or ones stored by face_recognition.
        face_to_compare: (128,).

    Returns:
        float64 (n,), 0 = identical.

    Raises:
        InputError: vectors that cannot be face_recognition's, such as those of other networks or of length 1.
    """
    known = checked_encodings(face_encodings, "face_encodings")
    if not len(known):
        return np.empty(0)
    return np.asarray(np.linalg.norm(known - _one(face_to_compare), axis=1))


def compare_faces(known_face_encodings: Any, face_encoding_to_check: Any, tolerance: float | None = None) -> list[bool]:
    """Which encodings match one.

    Args:
        known_face_encodings: (n, 128), or a list of (128,).
        face_encoding_to_check: (128,).
        tolerance: None = match as our calibration of this space says, for one comparison and for a search among so many: True where
            the stricter threshold is reached, False where the answer is no match or undecided. A number is what face_recognition
            takes (its default is 0.6): True where `face_distance` is at most that; what it then means is the caller's affair.

    Returns:
        One bool an encoding.
    """
    if tolerance is None:
        return [decision.outcome == "match" for decision in decisions(known_face_encodings, face_encoding_to_check)]
    distances = face_distance(known_face_encodings, face_encoding_to_check)
    return [bool(close) for close in distances <= checked_tolerance(tolerance)]


def decisions(known_face_encodings: Any, face_encoding_to_check: Any) -> list[Decision]:
    """For each encoding match, no match or undecided, with the similarity and thresholds that `compare_faces` leaves out.

    A match must hold as one comparison (`t_hi` of the calibration) and as a search: one face held against n known ones has n chances to
    be taken for somebody, and at most `SEARCH_FPIR` of strangers may be. Rates of single comparisons are given for one known face alone.
    Where the calibration does not support a search among so many, all are undecided, with an `UndecidedSearchWarning`.
    """
    known = checked_encodings(known_face_encodings, "known_face_encodings")
    if not len(known):
        return []
    rule, probe = calibration(), legacy_encodings(_one(face_encoding_to_check))
    similarities = legacy_encodings(known).similarity(probe)[:, 0].tolist()
    if len(known) == 1:
        return [decide.decide(similarities[0], rule, space=LEGACY_SPACE)]
    search = search_rule(SearchEvidence.of(rule), len(known), SEARCH_FPIR, space=LEGACY_SPACE)
    if search.t_hi is None:
        reason = f"{search.reason}, or give tolerance="
        warnings.warn(reason, UndecidedSearchWarning, stacklevel=3)
        return [replace(search.decide(similarity), reason=reason) for similarity in similarities]
    search = replace(search, t_hi=max(rule.t_hi, search.t_hi))
    return [search.decide(similarity) for similarity in similarities]


def checked_tolerance(tolerance: Any) -> float:
    """A tolerance as a number. Raises InputError."""
    number = isinstance(tolerance, (int, float, np.integer, np.floating)) and not isinstance(tolerance, bool)
    if not number or not np.isfinite(tolerance) or tolerance < 0:
        raise InputError("tolerance", expected="a distance, 0 or more, or None for our calibration", got=repr(tolerance))
    return float(tolerance)


@cache
def calibration() -> Calibration:
    """The packaged calibration of the legacy space."""
    found = decide.packaged(LEGACY_SPACE)
    if found is None:
        raise WeightsError(f"the packaged calibration of space {LEGACY_SPACE} is missing; install the package again, or give tolerance=")
    return found


def _one(encoding: Sequence[float] | NDArray[Any]) -> NDArray[np.float64]:
    """One encoding as (1, 128)."""
    row = encoding[0] if np.ndim(encoding) == 2 and len(encoding) == 1 else encoding
    if np.ndim(row) != 1:
        raise InputError("face encoding", expected="one encoding (128,)", got=f"shape {np.shape(encoding)}")
    return checked_encodings([row], "face encoding")
