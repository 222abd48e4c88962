"""Writes the documentation's pages of methods, papers and figures, and the README's table: `python -m vultus.bench.docs_tables`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from vultus import registry
from vultus.bench.briefs import current_result, record
from vultus.bench.figures_page import core_reports, figures_page, with_figures
from vultus.bench.results import source_root, write_atomically
from vultus.papers.points import papers
from vultus.registry import Method
from vultus.report_render import escape_markdown, number
from vultus.tasks import TASKS

_HEAD = "<!-- Made by `python -m vultus.bench.docs_tables`; edit the cards and results instead. -->\n\n"


def methods_page(methods: Sequence[Method]) -> str:
    """The page of methods, one table a task that has any."""
    parts = [_HEAD + "# Methods\n\nOne folder is one method. `vultus show NAME` says more, `vultus bench NAME` measures one."]
    for task in TASKS.values():
        rows = [_method_row(method) for method in methods if method.task == task.name]
        if rows:
            parts.append(f"## {task.name}: {task.summary}\n\n" + _table(("method", "what it gives", "needs", "result"), rows))
    return "\n\n".join(parts) + "\n"


def papers_page(methods: Sequence[Method]) -> str:
    """The page of published methods: all briefs with their status, claim and cards."""
    entries = [record(brief, methods) for brief in papers()]
    rows = [(entry["title"], entry["year"], entry["status"], ", ".join(f"`{name}`" for name in entry["methods"]),
             _claim(entry["claim"])) for entry in entries]
    counts = ", ".join(f"{sum(e['status'] == s for e in entries)} {s}" for s in ("pass", "fail", "built", "missing"))
    text = ("# Published methods\n\nEach was reduced to points that a demonstration must settle. *missing*: not built; *built*: not "
            "measured with the code as it stands, or points without a check; *pass*: gates and controls stand; *fail*: one does not.\n\n"
            f"{len(entries)} papers: {counts}.\n\n")
    return _HEAD + text + _table(("paper", "year", "status", "methods", "claim (ours, measured here)"), rows) + "\n"


def pages(methods: Sequence[Method] | None = None) -> dict[str, str]:
    """File name -> content of every generated page."""
    chosen = registry.methods() if methods is None else methods
    return {"methods.md": methods_page(chosen), "papers.md": papers_page(chosen), "figures.md": _HEAD + figures_page(core_reports())}


def write(folder: Path) -> list[Path]:
    """Write the pages into `folder` and return their files."""
    made = [folder / name for name in pages()]
    for path, text in zip(made, pages().values(), strict=True):
        write_atomically(path, text)
    return made


def _method_row(method: Method) -> tuple[Any, ...]:
    report = current_result(method)
    outcomes = [check.outcome for check in report.checks] if report else []
    counts = ", ".join(f"{outcomes.count(o)} {o}" for o in ("pass", "fail", "null", "reported") if o in outcomes)
    first = report.values[0] if report and report.values else None
    figure = f"{escape_markdown(first.name)} {escape_markdown(number(first.value, first.unit))}" if first else ""
    result = "; ".join(part for part in (figure, counts) if part) or ("measured" if report else "not measured")
    return f"`{method.name}`", escape_markdown(method.card.summary), ", ".join((*method.card.needs, *method.card.extras)), result


def _claim(claim: dict[str, Any] | None) -> str:
    if claim is None:
        return ""
    word = "holds" if claim["holds"] else "does not hold"
    return f"{escape_markdown(claim['metric'])} {number(claim['value'])} against {number(claim['baseline'])}: {word}"


def _table(columns: tuple[str, ...], rows: Sequence[tuple[Any, ...]]) -> str:
    lines = ["| " + " | ".join(columns) + " |", "|" + " --- |" * len(columns)]
    return "\n".join(lines + ["| " + " | ".join(map(str, row)) + " |" for row in rows])


if __name__ == "__main__":
    root = source_root()
    if len(sys.argv) > 1:
        write(Path(sys.argv[1]))
    elif root is None:
        raise SystemExit("name the folder to write to")
    else:
        write(root / "docs")
        readme = root / "README.md"
        write_atomically(readme, with_figures(readme.read_text("utf-8"), core_reports()))
