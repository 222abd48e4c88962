"""The record of a measurement: JSON is the truth, HTML and Markdown are rendered from it.

Schema: `report.schema.json` beside this file. Pictures are files beside the JSON, named relative to it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from vultus.errors import InputError

Outcome = Literal["pass", "fail", "null", "reported"]


@dataclass(frozen=True)
class Value:
    """One figure: `low`..`high` is its 95 % interval, `n` what it was counted over (people unless `note` says otherwise)."""

    name: str
    value: float | None
    unit: str = ""
    low: float | None = None
    high: float | None = None
    n: int | None = None
    note: str = ""


@dataclass(frozen=True)
class CheckResult:
    """Outcome of one check of a card; kind and rule are copied from the brief's point list and verified against it."""

    id: str
    point: str
    kind: str
    rule: str
    outcome: Outcome
    value: float | None = None
    low: float | None = None
    high: float | None = None
    note: str = ""


@dataclass(frozen=True)
class ClaimResult:
    """The headline as measured: `differences` (better = positive) has one entry a seed, low..high is their pooled paired interval."""

    metric: str
    value: float
    baseline: float
    margin: float
    differences: tuple[float, ...]
    low: float
    high: float
    holds: bool


@dataclass(frozen=True)
class Table:
    """A table as read by people; cells are text or numbers."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]


@dataclass(frozen=True)
class Picture:
    """A picture or plot file beside the report."""

    file: str
    caption: str


@dataclass(frozen=True)
class Report:
    """What was measured, on what, with what, and how it came out.

    Args:
        name: `task/method`, `core/suite`, or a command's name.
        title: one line for people.
        protocol: how it was measured, in sentences: data, split, where thresholds come from.
        values: figures; the baseline's row is named after the claim's baseline.
        checks: one per check of the card.
        claim: the headline, when the card carries one.
        config: settings that were used.
        seeds: every seed used.
        data_digest: sha256 over the inputs, empty when there are none.
        code_digest: digest of the code that ran.
        versions: package name -> version.
        machine: processor, cores, system; no host name.
        seconds: wall time.
        complete: False for a partial run (for example without the real photographs).
    """

    name: str
    title: str
    protocol: str = ""
    values: tuple[Value, ...] = ()
    checks: tuple[CheckResult, ...] = ()
    claim: ClaimResult | None = None
    tables: tuple[Table, ...] = ()
    pictures: tuple[Picture, ...] = ()
    notes: tuple[str, ...] = ()
    config: Mapping[str, Any] = field(default_factory=dict)
    seeds: tuple[int, ...] = ()
    data_digest: str = ""
    code_digest: str = ""
    versions: Mapping[str, str] = field(default_factory=dict)
    machine: Mapping[str, Any] = field(default_factory=dict)
    seconds: float | None = None
    complete: bool = True

    def __getitem__(self, name: str) -> Value:
        """The figure called `name`."""
        for value in self.values:
            if value.name == name:
                return value
        raise InputError("report", expected="one of " + ", ".join(v.name for v in self.values), got=repr(name))

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON types; `schema` is the version of the format."""
        return {"schema": 1, **_plain(asdict(self))}

    def to_json(self) -> str:
        """Stable text: sorted keys, two-space indent, a final newline, no NaN."""
        return json.dumps(self.as_dict(), indent=2, sort_keys=True, ensure_ascii=False, allow_nan=False) + "\n"

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> Report:
        """Rebuild a report from `as_dict`'s output. Raises InputError for another schema version."""
        if record.get("schema") != 1:
            raise InputError("report", expected="schema 1", got=repr(record.get("schema")), hint="upgrade vultus")
        parts: dict[str, Any] = {k: v for k, v in record.items() if k != "schema"}
        parts["values"] = tuple(Value(**v) for v in parts.get("values", ()))
        parts["checks"] = tuple(CheckResult(**c) for c in parts.get("checks", ()))
        parts["pictures"] = tuple(Picture(**p) for p in parts.get("pictures", ()))
        parts["tables"] = tuple(Table(t["title"], tuple(t["columns"]), tuple(map(tuple, t["rows"])))
                                for t in parts.get("tables", ()))
        claim = parts.get("claim")
        parts["claim"] = ClaimResult(**{**claim, "differences": tuple(claim["differences"])}) if claim else None
        parts["notes"], parts["seeds"] = tuple(parts.get("notes", ())), tuple(parts.get("seeds", ()))
        return cls(**parts)

    @classmethod
    def read(cls, path: Path) -> Report:
        """Read a report's JSON file."""
        return cls.from_dict(json.loads(path.read_text("utf-8")))

    def html(self) -> str:
        """A self-contained page (pictures stay beside it); every text is escaped."""
        from vultus.report_render import html
        return html(self)

    def markdown(self) -> str:
        """The same as Markdown."""
        from vultus.report_render import markdown
        return markdown(self)

    def _repr_html_(self) -> str:
        from vultus.report_render import body
        return body(self)


def _plain(value: Any) -> Any:
    """Tuples to lists, numpy scalars to Python numbers, NaN and infinities to None, keys to text."""
    if isinstance(value, Mapping):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, (str, bool, int)) or value is None:
        return value
    if isinstance(value, Sequence):
        return [_plain(v) for v in value]
    if hasattr(value, "tolist"):
        return _plain(value.tolist())
    if isinstance(value, float):
        return value if value - value == 0 else None
    return str(value)
