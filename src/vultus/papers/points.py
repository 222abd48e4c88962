"""Reads the briefs' point lists. Kind, rule and whether a null is acceptable stand there, out of a method author's reach."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from vultus.errors import InputError, UnknownNameError
from vultus.report import CheckResult, Outcome

Kind = Literal["gate", "control", "report"]
KINDS: tuple[Kind, ...] = ("gate", "control", "report")
FOLDER = Path(__file__).parent / "points"


@dataclass(frozen=True)
class Point:
    """One thing a brief demands.

    Args:
        id: short name, unique within the brief; checks on cards refer to it.
        kind: `gate` must pass, `control` must behave as said, `report` is printed.
        says: the statement in words.
        metric: what is measured, with unit.
        against: the baseline, empty when there is none.
        rule: when it passes.
        null_ok: whether a null outcome is an acceptable answer.
    """

    id: str
    kind: Kind
    says: str
    metric: str
    against: str
    rule: str
    null_ok: bool

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise InputError(f"point {self.id!r}", expected=" or ".join(KINDS), got=repr(self.kind))

    def settles(self, outcome: str) -> bool:
        """Whether this outcome leaves the point standing: a failed gate or control does not, nor a null that is not acceptable."""
        if self.kind == "report":
            return outcome == "reported"
        return outcome == "pass" or (outcome == "null" and self.null_ok)

    def result(self, outcome: Outcome, value: float | None = None, low: float | None = None, high: float | None = None, *,
               note: str = "", check: str = "") -> CheckResult:
        """The record of this point's check, with kind and rule copied from here; `check` is the check's id where it differs."""
        return CheckResult(check or self.id, self.id, self.kind, self.rule, outcome, value, low, high, note)


@dataclass(frozen=True)
class Paper:
    """A published method: title, year and the points of its brief."""

    slug: str
    title: str
    year: int
    points: tuple[Point, ...]
    arxiv: str = ""

    def __getitem__(self, point: str) -> Point:
        """The point with this id. Raises UnknownNameError naming the closest ones."""
        for candidate in self.points:
            if candidate.id == point:
                return candidate
        raise UnknownNameError(f"point of brief {self.slug!r}", point, [p.id for p in self.points])


def slugs() -> list[str]:
    """The slugs of all briefs, sorted."""
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


def paper(slug: str) -> Paper:
    """The brief called `slug`. Raises UnknownNameError."""
    if slug not in slugs():
        raise UnknownNameError("brief", slug, slugs(), hint="'vultus papers' lists them")
    return _parse(tomllib.loads((FOLDER / f"{slug}.toml").read_text("utf-8")), slug)


def papers() -> list[Paper]:
    """All briefs, sorted by slug."""
    return [paper(slug) for slug in slugs()]


def _parse(record: dict[str, Any], slug: str) -> Paper:
    if record.get("slug") != slug:
        raise InputError(f"papers/points/{slug}.toml", expected=f"slug = {slug!r}", got=repr(record.get("slug")))
    points = tuple(Point(**entry) for entry in record["point"])
    if len({point.id for point in points}) != len(points) or not points:
        raise InputError(f"papers/points/{slug}.toml", expected="points with different ids", got=f"{len(points)} with repeats")
    return Paper(slug, record["title"], int(record["year"]), points, record.get("arxiv", ""))
