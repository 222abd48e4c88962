"""The decision about a search: thresholds from strangers' searches in a gallery as large as the one searched.

A threshold for one comparison must not be reused: among N people a stranger has N chances. The rule takes the smallest measured
gallery that is at least as large as the searched one (`measured`: the rate there is not below the searched gallery's). Above the
largest measured M it takes 1 - (1 - FPIR)^(N / M), at most ten times M (`model`): for one stranger that is exact over random
galleries, and over strangers who differ it is too high rather than too low (Jensen's inequality; the power is convex). Beyond that
there is no threshold, and every face is undecided. A calibration without searches gives N times the rate of one comparison (`bound`).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import ceil, floor, log10
from typing import Literal

from vultus.decide.calibration import Calibration
from vultus.decide.search_curve import SearchCurve
from vultus.errors import InputError
from vultus.types import Decision, Outcome

MAX_GROWTH = 10
TARGETS = (0.01, 0.02, 0.05, 0.1)
OTHERWISE = "bring a stronger recogniser, or search fewer people"
ADVICE = f"make a calibration on this gallery with 'vultus gallery calibrate --gallery FOLDER', {OTHERWISE}"


@dataclass(frozen=True)
class SearchEvidence:
    """What strangers' searches in one space showed.

    Args:
        space: of the templates.
        domain: what it was measured on, in words.
        scores: ascending cosines of the curves.
        curves: by size of the gallery, ascending.
        t_lo: cosine that few mated comparisons fall below; nobody is unknown at or above it.
        single: one comparison as a search among one, used where there are no curves.
        accepted: FPIR that the calibration of the searched gallery was asked for; None when it is not that gallery's own.
    """

    space: str
    domain: str
    scores: tuple[float, ...]
    curves: tuple[SearchCurve, ...]
    t_lo: float
    single: SearchCurve | None = None
    accepted: float | None = None

    def __post_init__(self) -> None:
        if any(len(curve.fpir) != len(self.scores) for curve in self.curves):
            raise InputError("calibration.search", expected=f"curves of {len(self.scores)} rates", got="another number")

    @classmethod
    def of(cls, calibration: Calibration) -> SearchEvidence:
        """The open-set part of a calibration."""
        curves = tuple(sorted(calibration.search, key=lambda curve: curve.gallery))
        single = SearchCurve(1, calibration.fmr, calibration.fmr_upper, calibration.scores[-1])
        return cls(calibration.space, calibration.domain, calibration.scores, curves, calibration.t_lo, single)


@dataclass(frozen=True)
class SearchRule:
    """How one search in a gallery of one size is decided.

    Args:
        space: of the templates, None when nothing is known about it.
        gallery_templates: templates searched.
        target_fpir: share of strangers' searches that may name somebody; None when none could be chosen.
        t_hi: lowest supported score whose upper limit of FPIR at this size is at most the target; None: no threshold.
        t_lo: below it nobody is named and the face is unknown; None without t_hi.
        basis: `measured`, `model` or `bound`; None when there is no curve for this size.
        measured_gallery: size of the gallery that was measured.
        scores, fpir, fpir_upper: the curve at this size; empty when there is none.
        domain: what it was measured on, in words.
        reason: why there is no threshold, and what to do.
    """

    space: str | None
    gallery_templates: int
    target_fpir: float | None = None
    t_hi: float | None = None
    t_lo: float | None = None
    basis: Literal["measured", "model", "bound"] | None = None
    measured_gallery: int | None = None
    scores: tuple[float, ...] = ()
    fpir: tuple[float, ...] = ()
    fpir_upper: tuple[float, ...] = ()
    domain: str | None = None
    reason: str = ""

    def at_score(self, similarity: float) -> tuple[float, float] | None:
        """(FPIR, upper limit) when strangers are named from this similarity on, in a gallery of this size; None without a curve."""
        if not self.scores:
            return None
        place = bisect_right(self.scores, similarity) - 1
        return (self.fpir[place], self.fpir_upper[place]) if place >= 0 else (1.0, 1.0)

    def decide(self, similarity: float) -> Decision:
        """The decision on the most similar person; rates of single comparisons are left out, they say nothing about a search."""
        if self.t_hi is None or self.t_lo is None:
            return Decision("undecided", similarity, calibration_domain=self.domain, reason=self.reason, space=self.space)
        outcome: Outcome = "match" if similarity >= self.t_hi else "no_match" if similarity < self.t_lo else "undecided"
        reason = "similarity lies between the two thresholds" if outcome == "undecided" else ""
        return Decision(outcome, similarity, self.t_hi, self.t_lo, calibration_domain=self.domain, reason=reason, space=self.space)


def search_rule(evidence: SearchEvidence | None, gallery_templates: int, target_fpir: float | None = None, *, space: str) -> SearchRule:
    """The rule for a search among this many templates.

    Args:
        evidence: what is known about strangers in this space; None gives a rule without thresholds.
        gallery_templates: templates searched, 1 or more; several of one person count like several people, which is on the safe side.
        target_fpir: 0..1; None takes the strictest of `TARGETS` that the evidence supports at this size, and a laxer one that its
            gallery was calibrated for where it supports none of them.
        space: of the probes; evidence of another space is an error, not a guess.
    """
    if target_fpir is not None and not 0 < target_fpir < 1:
        raise InputError("fpir", expected="a share above 0 and below 1", got=str(target_fpir))
    if gallery_templates < 1:
        raise InputError("gallery_templates", expected="1 or more", got=str(gallery_templates))
    if evidence is None:
        return SearchRule(space, gallery_templates, target_fpir, reason=f"no calibration for space {space!r}; {ADVICE}")
    if evidence.space != space:
        raise InputError("calibration", expected=f"one for space {space!r}", got=f"one for {evidence.space!r}")
    targets = (target_fpir,) if target_fpir else _targets(evidence)
    if not evidence.curves and evidence.single is not None:
        return replace(_ruled(evidence, _bound(evidence.single, gallery_templates), gallery_templates, targets), basis="bound",
                       measured_gallery=None)
    curve = _curve_for(evidence.curves, gallery_templates)
    if curve is None:
        return SearchRule(space, gallery_templates, target_fpir, domain=evidence.domain, reason=_too_large(evidence, gallery_templates))
    return _ruled(evidence, curve, gallery_templates, targets)


def _targets(evidence: SearchEvidence) -> tuple[float, ...]:
    return TARGETS if evidence.accepted is None or evidence.accepted <= TARGETS[-1] else (*TARGETS, evidence.accepted)


def grown(rate: float, times: float) -> float:
    """FPIR in a gallery that is `times` as large, for one stranger: 1 - (1 - rate)^times."""
    return rate if times == 1 else float(1 - (1 - rate) ** times)


def _bound(single: SearchCurve, size: int) -> SearchCurve:
    """Union bound: among `size` templates at most `size` times as many strangers find somebody as in one comparison."""
    rates, limits = (tuple(min(1.0, size * rate) for rate in curve) for curve in (single.fpir, single.fpir_upper))
    return SearchCurve(size, rates, limits, single.supported_to)


def _curve_for(curves: Sequence[SearchCurve], size: int) -> SearchCurve | None:
    """The smallest measured gallery of at least `size`, else the largest one unless `size` is more than ten times that."""
    if not curves:
        return None
    larger = [curve for curve in curves if curve.gallery >= size]
    if larger:
        return larger[0]
    return curves[-1] if size <= MAX_GROWTH * curves[-1].gallery else None


def _ruled(evidence: SearchEvidence, curve: SearchCurve, size: int, targets: Sequence[float]) -> SearchRule:
    times = max(1.0, size / curve.gallery)
    fpir = tuple(grown(rate, times) for rate in curve.fpir)
    upper = tuple(grown(rate, times) for rate in curve.fpir_upper)
    known = SearchRule(evidence.space, size, None, basis="measured" if times == 1 else "model", measured_gallery=curve.gallery,
                       scores=evidence.scores, fpir=fpir, fpir_upper=upper, domain=evidence.domain)
    supported = [(score, limit) for score, limit in zip(evidence.scores, upper, strict=True) if score <= curve.supported_to]
    for target in targets:
        usable = [score for score, limit in supported if limit <= target]
        if usable:
            return replace(known, target_fpir=target, t_hi=usable[0], t_lo=min(evidence.t_lo, usable[0]))
    least = min((limit for _, limit in supported), default=1.0)
    return replace(known, target_fpir=targets[0] if len(targets) == 1 else None, reason=(
        f"the calibration supports no FPIR of {targets[-1]:g} among {size} templates, {_what_is_left(evidence, least)}"))


def _what_is_left(evidence: SearchEvidence, least: float) -> str:
    """The smallest rate that is supported, in two digits and not below it, and what to do."""
    advice = ADVICE if evidence.accepted is None else OTHERWISE
    digit = 10.0 ** (floor(log10(least)) - 1)
    rate = float(f"{ceil(least / digit - 1e-9) * digit:.2g}")
    return f"at best {rate:g}: ask for it with --fpir {rate:g}, {advice}" if rate < 1 else f"and no other; {advice}"


def _too_large(evidence: SearchEvidence, size: int) -> str:
    if not evidence.curves:
        return f"the calibration was made without searches; {ADVICE}"
    largest = evidence.curves[-1].gallery
    return f"{size} templates are more than {MAX_GROWTH} times the largest gallery measured ({largest}); {ADVICE}"
