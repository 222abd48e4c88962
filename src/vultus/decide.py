"""Turns a similarity into a decision whose threshold says where it comes from.

A calibration belongs to one space and one domain. It holds the measured false match rate over the score, with upper limits over
people (`evaluate.people_bootstrap`), and two thresholds: at or above `t_hi` the answer is match, below `t_lo` no match, between
them undecided. No calibration, no decision.
"""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from vultus.errors import InputError
from vultus.types import Decision, Outcome

KIND = "vultus-calibration"


@dataclass(frozen=True)
class Calibration:
    """How often strangers reach a score, and the thresholds chosen from that.

    Args:
        space: the space it was measured in.
        domain: what it was measured on and whom that leaves out, in words.
        name: short name of the domain, e.g. `photographs`.
        status: `provisional` for one that ships with the package, `site` for the user's own.
        target_fmr: t_hi is the lowest supported threshold whose upper limit of FMR is at most this, 0..1.
        target_fnmr: t_lo is the highest threshold whose exact upper limit of FNMR over people is at most this, capped at t_hi.
        t_hi, t_lo: cosines, -1..1.
        scores: ascending cosines of the non-mated curve.
        fmr: share of non-mated pairs at or above each score.
        fmr_upper: one-sided 95 % upper limits, falling, never 0.
        people: people behind the non-mated curve.
        mated_people: people behind t_lo.
        source: digest of the data and the command that made it.
    """

    space: str
    domain: str
    name: str
    status: str
    target_fmr: float
    target_fnmr: float
    t_hi: float
    t_lo: float
    scores: tuple[float, ...]
    fmr: tuple[float, ...]
    fmr_upper: tuple[float, ...]
    people: int
    mated_people: int
    source: dict[str, Any]

    def __post_init__(self) -> None:
        numbers = (self.target_fmr, self.target_fnmr, self.t_hi, self.t_lo, *self.scores, *self.fmr, *self.fmr_upper)
        if not all(isinstance(value, (int, float)) and math.isfinite(value) for value in numbers):
            raise InputError("calibration", expected="finite numbers as thresholds, targets and curve", got="something else")
        lengths = {len(self.scores), len(self.fmr), len(self.fmr_upper)}
        rising = all(a < b for a, b in zip(self.scores, self.scores[1:], strict=False))
        falling = all(a >= b > 0 for a, b in zip(self.fmr_upper, self.fmr_upper[1:], strict=False))
        if len(lengths) != 1 or not self.scores or not rising or not falling or self.t_lo > self.t_hi:
            raise InputError("calibration", expected="rising scores, falling limits above 0 and t_lo <= t_hi",
                             got=f"{len(self.scores)} scores, t_lo {self.t_lo}, t_hi {self.t_hi}")

    def at_score(self, similarity: float) -> tuple[float, float]:
        """(FMR, upper limit) at a similarity: the curve's step at or below it, so never better than what was measured."""
        below = [i for i, score in enumerate(self.scores) if score <= similarity]
        return (self.fmr[below[-1]], self.fmr_upper[below[-1]]) if below else (1.0, 1.0)

    def as_dict(self) -> dict[str, Any]:
        return {"kind": KIND, "schema": 1, **asdict(self)}

    @classmethod
    def from_dict(cls, record: dict[str, Any]) -> Calibration:
        """Rebuild from `as_dict`'s output; InputError for anything else."""
        if not isinstance(record, dict):
            raise InputError("calibration", expected="a JSON object", got=type(record).__name__)
        if record.get("kind") != KIND or record.get("schema") != 1:
            raise InputError("calibration", expected=f"a {KIND} file of schema 1",
                             got=f"{record.get('kind')} {record.get('schema')}")
        parts: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in record.items()}
        known = set(cls.__dataclass_fields__)
        if set(parts) - {"kind", "schema"} != known:
            raise InputError("calibration", expected="fields " + ", ".join(sorted(known)), got=", ".join(sorted(parts)))
        for key in ("scores", "fmr", "fmr_upper"):
            if not isinstance(parts[key], tuple):
                raise InputError(f"calibration.{key}", expected="a list of numbers", got=type(parts[key]).__name__)
        return cls(**{key: parts[key] for key in known})

    @classmethod
    def read(cls, path: Path) -> Calibration:
        """Read a calibration file (JSON)."""
        try:
            record = json.loads(path.read_text("utf-8"))
        except (OSError, ValueError) as error:
            raise InputError(f"calibration {path.name}", expected="a readable JSON file", got=type(error).__name__) from error
        return cls.from_dict(record)


def packaged(space: str, name: str = "photographs") -> Calibration | None:
    """The calibration that ships with the package for a space and domain, or None."""
    folder = resources.files("vultus.data") / "calibrations"
    for entry in sorted(folder.iterdir(), key=lambda e: e.name) if folder.is_dir() else ():
        if entry.name.endswith(".json"):
            found = Calibration.from_dict(json.loads(entry.read_text("utf-8")))
            if (found.space, found.name) == (space, name):
                return found
    return None


def decide(similarity: float, calibration: Calibration | None, *, space: str) -> Decision:
    """Decide one comparison.

    Args:
        similarity: cosine of two templates of `space`, -1..1.
        calibration: what to decide by; None gives undecided.
        space: the space of both templates; a calibration of another space is an error, not a guess.
    """
    if calibration is None:
        return Decision("undecided", similarity, reason=f"no calibration for space {space!r}", space=space)
    if calibration.space != space:
        raise InputError("calibration", expected=f"one for space {space!r}", got=f"one for {calibration.space!r}")
    rate, upper = calibration.at_score(similarity)
    outcome: Outcome = "match" if similarity >= calibration.t_hi else "no_match" if similarity < calibration.t_lo else "undecided"
    reason = "similarity lies between the two thresholds" if outcome == "undecided" else ""
    return Decision(outcome, similarity, calibration.t_hi, calibration.t_lo, rate, upper, calibration.domain, reason, space)


def undecided(reason: str, calibration: Calibration | None = None, *, space: str | None = None) -> Decision:
    """A decision without a comparison: the input does not allow one."""
    if calibration is None:
        return Decision("undecided", reason=reason, space=space)
    return Decision("undecided", None, calibration.t_hi, calibration.t_lo, None, None, calibration.domain, reason, space)
