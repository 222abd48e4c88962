"""vultus bench: measure a method or a suite and record the result; without a name, list what can be measured."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vultus.cli.output import json_option, print_json, warn
from vultus.errors import VultusError

if TYPE_CHECKING:
    from vultus.report import Report


@click.command()
@click.argument("name", required=False)
@click.option("--full", is_flag=True, help="Published settings instead of the small ones; trains, resumes where it stopped.")
@click.option("--all", "every", is_flag=True, help="Run everything that can run here.")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="Folder for the report, its HTML and its pictures.")
@json_option
def command(name: str | None, full: bool, every: bool, out: Path | None, as_json: bool) -> int:
    """Measure NAME (task/method or core/suite), or list what can be measured."""
    if name is not None and every:
        raise click.UsageError("give a name or --all, not both")
    if name is None and not every:
        _print_list(_listing(), as_json)
        return 0
    if every:
        return _run_all(full, out, as_json)
    from vultus.bench.runner import bench
    assert name is not None
    report = bench(name, full=full, out=out)
    if as_json:
        print_json(report.as_dict())
    else:
        _print_report(report)
    return 0


def _run_all(full: bool, out: Path | None, as_json: bool) -> int:
    """Run everything that can run; what cannot be measured is said and left out, and makes the status 2."""
    from vultus.bench.runner import bench
    reports, failed = [], 0
    for name in [entry["name"] for entry in _listing() if entry["can_run"]]:
        try:
            reports.append(bench(name, full=full, out=out))
        except VultusError as error:
            warn(f"{name}: {error}")
            failed += 1
        else:
            if not as_json:
                _print_report(reports[-1])
    if as_json:
        print_json([report.as_dict() for report in reports])
    return 2 if failed else 0


def _listing() -> list[dict[str, Any]]:
    """Every method and suite: name, title, whether it can run here, whether its result is current, outcomes counted."""
    from vultus import registry
    from vultus.bench.briefs import current_result
    from vultus.bench.code_digest import suite_digest
    from vultus.bench.results import read_result
    from vultus.bench.suites import suites
    entries = []
    for method in registry.methods():
        report = read_result(method.name, method)
        can_run = (method.folder / "demo.py").is_file() and not method.missing_extras()
        entries.append(_entry(method.name, method.card.summary, can_run, report, current_result(method) is not None))
    for suite in suites():
        report = read_result(suite.name)
        entries.append(_entry(suite.name, suite.title, True, report, report is not None and report.code_digest == suite_digest(suite.path)))
    return entries


def _entry(name: str, title: str, can_run: bool, report: Report | None, current: bool) -> dict[str, Any]:
    outcomes = [check.outcome for check in report.checks] if report else []
    state = "none" if report is None else "current" if current else "stale"
    return {"name": name, "title": title, "can_run": can_run, "result": state,
            "outcomes": {o: outcomes.count(o) for o in ("pass", "fail", "null", "reported")}, "seconds": report.seconds if report else None}


def _print_list(entries: list[dict[str, Any]], as_json: bool) -> None:
    if as_json:
        print_json(entries)
        return
    width = max((len(entry["name"]) for entry in entries), default=0)
    for entry in entries:
        counts = ", ".join(f"{n} {o}" for o, n in entry["outcomes"].items() if n)
        state = {"none": "not measured", "stale": "of other code"}.get(entry["result"], counts or "measured")
        click.echo(f"{entry['name']:{width}}  {state:20}  {entry['title']}")
    if not entries:
        warn("nothing to measure yet")


def _print_report(report: Report) -> None:
    click.echo(f"{report.name}: {report.title}" + ("" if report.complete else " (partial)"))
    for value in report.values:
        interval = f"  [{value.low:.4g}, {value.high:.4g}]" if value.low is not None and value.high is not None else ""
        figure = "-" if value.value is None else f"{value.value:.6g}"
        click.echo(f"  {value.name}: {figure} {value.unit}{interval}" + (f"  {value.note}" if value.note else ""))
    for check in report.checks:
        click.echo(f"  {check.outcome:8} {check.id}: {check.rule}")
    if report.claim:
        word = "holds" if report.claim.holds else "does not hold"
        click.echo(f"  claim {word}: {report.claim.metric} {report.claim.value:.4g} against {report.claim.baseline:.4g}, "
                   f"margin {report.claim.margin:g}, interval [{report.claim.low:.4g}, {report.claim.high:.4g}]")
