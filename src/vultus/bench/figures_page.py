"""The page of core figures, and the short table in the README, both from `results/core/*.json`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from vultus.bench.results import results_folder
from vultus.report import Report, Table, Value
from vultus.report_render import escape_markdown, interval, number

START, END = "<!-- figures -->", "<!-- /figures -->"
# Rows of the README's table: what it is called there, suite, figure, floor.
README_ROWS = (
    ("LFW verification accuracy, five folds, one crop", "verification", "accuracy", "at least 0.986"),
    ("the same, folds 3-5 alone", "verification", "accuracy, folds 3-5 alone", ""),
    ("the same, without the mirrored crop", "verification", "accuracy, one network run a face", "at least 0.986"),
    ("failure to extract, 5,119 pictures", "verification", "failure to extract, packaged default", "at most 0.001"),
    ("FNMR at the shipped threshold, other people", "verification", "FNMR at the shipped threshold", ""),
    ("FMR at the shipped threshold, other people", "calibration", "default recogniser: FMR realised at t_hi, folds 4-5",
     "at most 0.001"),
    ("undecided, of mated pairs of other people", "calibration", "default recogniser: P(undecided | mated), folds 4-5", ""),
    ("least coverage of a 95 % FMR interval, uneven people", "coverage", "lowest coverage of an accepted cell", "at least 0.93"),
    ("FNIR at FPIR 10 %, 1,000 enrolled", "open_set", "dlib, crop and mirror image: FNIR at nominal FPIR 10%", ""),
    ("the FPIR that came of it", "open_set", "dlib, crop and mirror image: realised FPIR at nominal 10%", ""),
    ("control: FPIR with the threshold of single comparisons", "open_set",
     "control: dlib, crop and mirror image: FPIR at the threshold of FMR 0.001 per comparison", ""),
    ("clustering folds 4-5, BCubed F1", "clustering", "BCubed F1, folds 4-5, vultus", "at least 0.90"),
    ("clustering folds 1-3, BCubed F1", "clustering", "BCubed F1, folds 1-3, vultus", "at least 0.90"),
    ("people in composed clips counted exactly, other people's photographs", "video",
     "LFW 4-5: share of clips with the exact number of people", "at least 0.9"),
    ("stored face_recognition encodings against ours: FNMR at 0.6", "compat", "FNMR at 0.6, new against old", ""),
    ("the same, face_recognition alone", "compat", "FNMR at 0.6, old against old", ""),
    ("end to end, times face_recognition", "speed", "onnxruntime, end to end, times face_recognition", "at least 5"),
    ("encoding, times face_recognition", "speed", "onnxruntime, encoding, times face_recognition", "at least 8"),
    ("peak memory over 5,119 pictures", "memory", "peak over all pictures", "at most 700 MiB"),
    ("environment after install", "install", "environment", "at most 500 MB"),
    ("virtual people: pictures with all labels, 128 px, one process", "people_speed", "rasteriser with labels, 128 px", "at least 8"),
    ("virtual people: faces found, yaw to 60 degrees", "people_recognition", "faces found, |yaw| to 60", "at least 0.995"),
    ("virtual people: equal error rate, ten pictures each", "people_recognition", "equal error rate, unfiltered", "at most 0.12"),
    ("virtual people nearer to photographs than strangers at FPIR 1 %", "people_leak",
     "virtual people above the threshold, default recogniser, FPIR 1%", "not above the strangers'"),
    ("`vultus --help`, times a bare Python start", "install", "vultus --help, times a bare Python start", "at most 10"),
)


def core_reports(folder: Path | None = None) -> dict[str, Report]:
    """Recorded core results by suite name."""
    paths = sorted((folder or results_folder()).glob("core/*.json"))
    return {path.stem: Report.read(path) for path in paths}


def figures_page(reports: dict[str, Report]) -> str:
    """Markdown page: every core suite with protocol, figures, tables and where it ran."""
    parts = ["# Figures\n\nEach table is one recorded run; the command above it runs it again. Intervals are 95 % unless a note says "
             "otherwise."]
    for name, report in reports.items():
        machine = ", ".join(f"{key} {value}" for key, value in report.machine.items())
        parts += [f"## {escape_markdown(report.title)}", f"`vultus bench core/{name}`; {escape_markdown(machine)}"
                  + ("" if report.complete else " (partial run)"), escape_markdown(report.protocol), _values(report.values)]
        parts += [f"**{escape_markdown(table.title)}**\n\n{_table(table)}" for table in report.tables]
    return "\n\n".join(parts) + "\n"


def readme_table(reports: dict[str, Report]) -> str:
    """The README's rows that have a recorded figure."""
    lines = ["| figure | measured | 95 % interval or range | floor |", "|---|---|---|---|"]
    for title, suite, figure, floor in README_ROWS:
        value = next((v for v in reports[suite].values if v.name == figure), None) if suite in reports else None
        if value is not None:
            lines.append(f"| {title} | {number(value.value, _unit(value))} | {interval(value)} | {floor} |")
    return "\n".join(lines)


def with_figures(readme: str, reports: dict[str, Report]) -> str:
    """The README's text with the table between its two marks replaced."""
    head, _, rest = readme.partition(START)
    tail = rest.partition(END)[2]
    return f"{head}{START}\n{readme_table(reports)}\n\nProtocols and everything else: [figures](docs/figures.md).\n{END}{tail}"


def _unit(value: Value) -> str:
    return "" if value.unit in ("share", "ratio") else value.unit


def _values(values: Sequence[Value]) -> str:
    rows = tuple((v.name, number(v.value, _unit(v)), interval(v), v.n, v.note) for v in values)
    return _table(Table("", ("figure", "value", "interval", "n", "note"), rows))


def _table(table: Table) -> str:
    def row(cells: Sequence[object]) -> str:
        return "| " + " | ".join("" if c is None else escape_markdown(number(c) if isinstance(c, float) else c) for c in cells) + " |"
    return "\n".join([row(table.columns), "|" + "---|" * len(table.columns), *map(row, table.rows)])
