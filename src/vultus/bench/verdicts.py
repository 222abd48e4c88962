"""What a report must contain to count as a method's result: every check, with the brief's own kind and rule, and an honest claim."""

from __future__ import annotations

from vultus.bench.schema_check import check_schema
from vultus.card import Card
from vultus.errors import InputError
from vultus.papers.points import Paper, Point, paper
from vultus.report import CheckResult, ClaimResult, Report

_OUTCOMES = {"gate": ("pass", "fail", "null"), "control": ("pass", "fail", "null"), "report": ("reported",)}


def check_result(report: Report, card: Card) -> None:
    """Raise InputError when the report breaks the schema, the card or the brief.

    Every check of the card is there once and no other; point, kind and rule are the brief's; an outcome fits its kind; the claim's
    metric and margin are the card's, and it does not say that it holds when the recorded numbers say otherwise.
    """
    check_schema(report.as_dict())
    _check_ids(report, card)
    brief = paper(card.brief) if card.brief else None
    wanted = {check.id: check.point_id for check in card.checks}
    for result in report.checks:
        if result.point != wanted[result.id]:
            raise InputError(f"check {result.id!r}", expected=f"point {wanted[result.id]!r}, as on the card", got=repr(result.point))
        if brief is not None:
            _check_point(result, brief[result.point])
        if result.outcome not in _OUTCOMES.get(result.kind, ()):
            raise InputError(f"check {result.id!r}", expected=f"an outcome of a {result.kind}", got=repr(result.outcome))
    if report.complete:
        _check_claim(report.claim, card)


def verdict(report: Report, brief: Paper) -> bool:
    """Whether every recorded gate and control stands (a null only where the brief accepts it)."""
    return all(brief[result.point].settles(result.outcome) for result in report.checks)


def _check_ids(report: Report, card: Card) -> None:
    recorded = [result.id for result in report.checks]
    wanted = [check.id for check in card.checks]
    twice = sorted({name for name in recorded if recorded.count(name) > 1})
    missing = sorted(set(wanted) - set(recorded)) if report.complete else []
    unknown = sorted(set(recorded) - set(wanted))
    if twice or missing or unknown:
        fault = f"{twice[0]!r} twice" if twice else f"no {missing[0]!r}" if missing else f"{unknown[0]!r}, which the card lacks"
        raise InputError("report.checks", expected="every check of the card once", got=fault)


def _check_point(result: CheckResult, point: Point) -> None:
    for name, recorded, written in (("kind", result.kind, point.kind), ("rule", result.rule, point.rule)):
        if recorded != written:
            raise InputError(f"check {result.id!r}: {name}", expected=repr(written), got=repr(recorded),
                             hint="copy kind and rule with vultus.papers.points: paper(slug)[point].result(...)")


def _check_claim(claim: ClaimResult | None, card: Card) -> None:
    if (claim is None) != (card.claim is None):
        raise InputError("report.claim", expected="a claim exactly when the card has one", got="none" if claim is None else "one")
    if claim is None or card.claim is None:
        return
    if (claim.metric, claim.margin) != (card.claim.metric, card.claim.margin):
        raise InputError("report.claim", expected=f"{card.claim.metric} with margin {card.claim.margin}",
                         got=f"{claim.metric} with margin {claim.margin}")
    from vultus.evaluate.claim import beats_margin  # here, because listing briefs without results loads no numpy
    gain = (claim.value - claim.baseline) * (1 if card.claim.better == "higher" else -1)
    if claim.holds and not (beats_margin(claim.differences, claim.low, claim.margin) and gain > 0):
        raise InputError("report.claim", expected="holds = false when a seed or the interval does not exceed the margin", got="true")
