"""A report as HTML and as Markdown. Every text comes from outside (file and person names among them) and is escaped."""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from vultus.report import CheckResult, Picture, Report, Value

_PICTURE_TYPES = {".svg": "image/svg+xml", ".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".webp": "image/webp"}
_MARKDOWN_SPECIAL = re.compile(r"([\\`*_{}\[\]<>()#+!|~&$:@])")


def html(report: Report, folder: Path | None = None) -> str:
    """A whole page with its style inside.

    Args:
        report: what to show.
        folder: where the report's pictures lie; they are then put into the page, which needs no other file. Without it they stay
            files beside the page.
    """
    # The body is already HTML, escaped by its own template.
    return _environment().get_template("report_page.html.j2").render(report=report, content=Markup(body(report, folder)))


def body(report: Report, folder: Path | None = None) -> str:
    """The same without the page around it, for a notebook."""
    sources = {picture.file: _source(picture, folder) for picture in report.pictures}
    return _environment().get_template("report_body.html.j2").render(report=report, sources=sources)


def markdown(report: Report) -> str:
    """The report as Markdown."""
    lines = [f"# {escape_markdown(report.title)}", "", f"`{report.name}`" + ("" if report.complete else " (partial run)"), ""]
    if report.protocol:
        lines += [escape_markdown(report.protocol), ""]
    lines += _claim_lines(report)
    lines += _markdown_table(("figure", "value", "95 % interval", "n", "note"),
                             [(v.name, number(v.value, v.unit), interval(v), v.n, v.note) for v in report.values])
    lines += _markdown_table(("check", "kind", "rule", "outcome", "value", "note"),
                             [(c.id, c.kind, c.rule, c.outcome, _with_interval(c), c.note) for c in report.checks])
    for table in report.tables:
        lines += [f"## {escape_markdown(table.title)}", "", *_markdown_table(table.columns, table.rows)]
    lines += [line for p in report.pictures for line in (f"![{escape_markdown(p.caption)}]({quote(p.file)})", "")]
    lines += [f"- {escape_markdown(note)}" for note in report.notes] + ([""] if report.notes else [])
    return "\n".join(lines + _provenance_lines(report)) + "\n"


def escape_markdown(text: object) -> str:
    """Text that Markdown shows as it is: special characters escaped, line breaks as spaces."""
    return _MARKDOWN_SPECIAL.sub(r"\\\1", " ".join(str(text).split()))


def number(value: object, unit: str = "") -> str:
    """A figure for people: four significant digits, all digits before the point, `-` for none."""
    if value is None:
        return "-"
    text = (f"{value:.4g}" if abs(value) < 1e4 else f"{value:.0f}") if isinstance(value, float) else str(value)
    return f"{text} {unit}" if unit else text


def interval(value: Value | CheckResult) -> str:
    """`low to high`, empty when there is none."""
    return "" if value.low is None or value.high is None else f"{number(value.low)} to {number(value.high)}"


def _with_interval(check: CheckResult) -> str:
    return number(check.value) + (f" ({interval(check)})" if interval(check) else "")


def _claim_lines(report: Report) -> list[str]:
    c = report.claim
    if c is None:
        return []
    seeds = ", ".join(number(d) for d in c.differences)
    return [f"**Claim {'holds' if c.holds else 'does not hold'}**: {escape_markdown(c.metric)} {number(c.value)} against "
            f"{number(c.baseline)}; differences by seed {escape_markdown(seeds)}; pooled interval {number(c.low)} to {number(c.high)}; "
            f"margin {number(c.margin)}", ""]


def _markdown_table(columns: tuple[str, ...], rows: Any) -> list[str]:
    if not rows:
        return []
    cells = [[escape_markdown(number(cell) if not isinstance(cell, str) else cell) for cell in row] for row in rows]
    return ["| " + " | ".join(map(escape_markdown, columns)) + " |", "|" + " --- |" * len(columns),
            *("| " + " | ".join(row) + " |" for row in cells), ""]


def _provenance_lines(report: Report) -> list[str]:
    facts = {"seeds": ", ".join(map(str, report.seeds)), "seconds": number(report.seconds), "data digest": report.data_digest[:12],
             "code digest": report.code_digest[:12], "machine": ", ".join(map(str, report.machine.values())),
             "versions": ", ".join(f"{k} {v}" for k, v in report.versions.items())}
    return [f"- {label}: {escape_markdown(text)}" for label, text in facts.items() if text and text != "-"]


def _source(picture: Picture, folder: Path | None) -> str:
    """Address of a picture: a data URL when its file lies in `folder`, else a quoted relative name."""
    kind = _PICTURE_TYPES.get(Path(picture.file).suffix.lower())
    if folder is None or kind is None:
        return quote("./" + picture.file)
    path = (folder / picture.file).resolve()
    if not path.is_relative_to(folder.resolve()) or not path.is_file():
        return ""
    return f"data:{kind};base64,{base64.b64encode(path.read_bytes()).decode()}"


def _environment() -> Environment:
    environment = Environment(loader=PackageLoader("vultus", "templates"), autoescape=True, undefined=StrictUndefined,
                              trim_blocks=True, lstrip_blocks=True)
    environment.filters |= {"number": number, "interval": interval,
                            "as_json": lambda value: json.dumps(value, indent=2, ensure_ascii=False, default=str)}
    return environment
