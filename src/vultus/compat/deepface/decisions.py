"""From a similarity to DeepFace's `verified`, `threshold` and `confidence`, by our calibrations, and the fields that say how."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

from vultus.compat.deepface.distances import Metric, distance_of
from vultus.decide import Calibration, decide, packaged
from vultus.types import Decision

OWN_CUT = "decided by the given threshold, not by the calibration"


def rule_for(space: str, calibration: Calibration | None) -> Calibration | None:
    """The given calibration, else the packaged one of the space, else None."""
    return packaged(space) if calibration is None else calibration


def judged(similarity: float, distance: float, rule: Calibration | None, *, space: str, pairs: int = 1, objection: str = "",
           threshold: float | None = None) -> Decision:
    """The decision about the best of several compared pairs.

    A stranger has `pairs` chances to reach the similarity, so false match rate and limit are those of one comparison times `pairs`, at
    most 1 (union bound), and the best pair matches only while that limit keeps the calibration's target.

    Args:
        similarity: cosine of the best pair.
        distance: the same in the caller's distance; used only with `threshold`.
        rule: calibration of `space`; None leaves everything undecided that no threshold decides.
        pairs: how many pairs the best was chosen from.
        objection: why the input does not allow a decision, empty when it does.
        threshold: the caller's own cut, a distance.
    """
    found = decide(similarity, rule, space=space)
    if rule is not None and found.fmr_at_score is not None and found.fmr_upper is not None:
        found = replace(found, fmr_at_score=min(1.0, pairs * found.fmr_at_score), fmr_upper=min(1.0, pairs * found.fmr_upper))
    if objection:
        return replace(found, outcome="undecided", reason=objection)
    if threshold is not None:
        return replace(found, outcome="match" if distance <= threshold else "no_match", reason=OWN_CUT)
    if found.outcome == "match" and rule is not None and pairs > 1 and (found.fmr_upper or 1.0) > rule.target_fmr:
        return replace(found, outcome="undecided", reason=f"the best of {pairs} pairs of faces: strangers reach this similarity too often "
                                                          "in so many comparisons; crop the pictures to one face")
    return found


def cut(rule: Calibration | None, metric: Metric, threshold: float | None) -> float | None:
    """The largest distance that matches: the caller's, else the calibration's `t_hi`, else None."""
    if threshold is not None:
        return float(threshold)
    return None if rule is None or not isinstance(metric, str) else float(distance_of(rule.t_hi, metric))  # type: ignore[arg-type]


def confidence(verified: bool, limit: float | None, target: float | None, least: float | None) -> float:
    """DeepFace's 51..100 for verified and 0..49 otherwise; NOT a probability that two pictures show one person.

    Its place in the range is how rare the similarity is among strangers, on a logarithmic scale: with u the upper limit of the share of
    strangers that reach it and u* the target that the threshold was chosen for, r = ln u / ln u* is 0 where every stranger arrives and
    1 at the target. Not verified: 49 min(1, r). Verified: 51 + 49 (r - 1) / (R - 1), clipped, R the same for the smallest limit that
    was measured. Without these figures, and without a face, it is
    the least of the range: 51 or 0.

    Args:
        verified: which of the two ranges.
        limit: u: upper limit of the false match rate, of a search that of its false positives.
        target: u*. least: the smallest limit that was measured.
    """
    if limit is None or target is None or least is None or not 0 < target < 1:
        return 51.0 if verified else 0.0
    rarity, top = math.log(limit) / math.log(target), math.log(least) / math.log(target)
    if not verified:
        return round(49 * min(1.0, max(0.0, rarity)), 2)
    return round(51 + 49 * min(1.0, max(0.0, (rarity - 1) / max(top - 1, 1e-9))), 2)


def extra_fields(decision: Decision) -> dict[str, Any]:
    """What DeepFace's results do not have: the decision behind `verified`, and what it rests on."""
    return {"decision": decision.outcome, "reason": decision.reason or None, "similarity": decision.similarity,
            "fmr_at_score": decision.fmr_at_score, "fmr_upper": decision.fmr_upper, "calibration_domain": decision.calibration_domain}
