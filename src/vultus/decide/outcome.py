"""The decision about one comparison."""

from __future__ import annotations

from vultus.decide.calibration import Calibration
from vultus.errors import InputError
from vultus.types import Decision, Outcome


def decide(similarity: float, calibration: Calibration | None, *, space: str) -> Decision:
    """Decide one comparison.

    Args:
        similarity: cosine of two templates of `space`, -1..1.
        calibration: what to decide by; None gives undecided.
        space: the space of both templates; a calibration of another space is an error, not a guess.
    """
    if calibration is None:
        return Decision("undecided", similarity, reason=f"no calibration for space {space!r}", space=space)
    if calibration.space != space:
        raise InputError("calibration", expected=f"one for space {space!r}", got=f"one for {calibration.space!r}")
    rate, upper = calibration.at_score(similarity)
    outcome: Outcome = "match" if similarity >= calibration.t_hi else "no_match" if similarity < calibration.t_lo else "undecided"
    reason = "similarity lies between the two thresholds" if outcome == "undecided" else ""
    return Decision(outcome, similarity, calibration.t_hi, calibration.t_lo, rate, upper, calibration.domain, reason, space,
                    calibration.llr(similarity) if calibration.mated_people else None)


def undecided(reason: str, calibration: Calibration | None = None, *, space: str | None = None) -> Decision:
    """A decision without a comparison: the input does not allow one."""
    if calibration is None:
        return Decision("undecided", reason=reason, space=space)
    return Decision("undecided", None, calibration.t_hi, calibration.t_lo, None, None, calibration.domain, reason, space)
