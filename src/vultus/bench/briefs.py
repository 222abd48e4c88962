"""Joins cards and results by brief: what `vultus papers` prints."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from vultus.bench.code_digest import method_digest
from vultus.bench.results import read_result
from vultus.bench.verdicts import check_result, verdict
from vultus.errors import InputError, UnknownNameError
from vultus.papers.points import Paper
from vultus.registry import Method
from vultus.report import Report

Status = Literal["missing", "built", "pass", "fail"]


def current_result(method: Method) -> Report | None:
    """The recorded result if it is complete, made by the code as it stands, and true to card and brief; else None."""
    report = read_result(method.name, method)
    if report is None or not report.complete or report.code_digest != method_digest(method.folder):
        return None
    try:
        check_result(report, method.card)
    except (InputError, UnknownNameError):
        return None
    return report


def status(brief: Paper, methods: Sequence[Method]) -> Status:
    """`missing` no card; `built` no result, a stale one, or points without a check; `pass` all points stand; `fail` otherwise."""
    cards = [m for m in methods if m.card.brief == brief.slug]
    if not cards:
        return "missing"
    found = [current_result(method) for method in cards]
    checked = {check.point_id for method in cards for check in method.card.checks}
    if None in found or any(point.id not in checked for point in brief.points):
        return "built"
    return "pass" if all(report is not None and verdict(report, brief) for report in found) else "fail"


def record(brief: Paper, methods: Sequence[Method]) -> dict[str, Any]:
    """One entry of `vultus papers --json`; `claim` is null until a current result has one."""
    cards = [m for m in methods if m.card.brief == brief.slug]
    claims = [report.claim for method in cards if (report := current_result(method)) and report.claim]
    claim = {name: getattr(claims[0], name) for name in ("metric", "value", "baseline", "margin", "holds")} if claims else None
    return {"slug": brief.slug, "title": brief.title, "year": brief.year, "methods": [m.name for m in cards], "claim": claim,
            "status": status(brief, methods)}
