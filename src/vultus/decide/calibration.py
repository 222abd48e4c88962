"""What is known about a score in one space: error rates with limits, thresholds, and the evidence that a score carries."""

from __future__ import annotations

import json
import math
from bisect import bisect_right
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from vultus.decide.search_curve import SearchCurve
from vultus.errors import InputError

KIND, SCHEMA = "vultus-calibration", 2
_CURVES = ("fmr", "fmr_low", "fmr_high", "fmr_upper", "fnmr")
_NUMBERS = ("target_fmr", "target_fnmr", "t_point", "t_point_low", "t_point_high", "t_hi", "t_lo", "llr_offset", "llr_slope")


@dataclass(frozen=True, kw_only=True)
class Calibration:
    """How often strangers reach a score, and the thresholds chosen from that.

    Args:
        space: the space it was measured in.
        domain: what it was measured on and whom that leaves out, in words.
        name: short name of the domain, e.g. `photographs`.
        status: `provisional` for one that ships with the package, `site` for the user's own.
        target_fmr: the false match rate that the thresholds were chosen for, 0..1.
        target_fnmr: t_lo is the highest threshold whose exact upper limit of FNMR over people is at most this, capped at t_hi.
        t_point: lowest supported threshold whose measured FMR is at most target_fmr; cosines, -1..1, like all thresholds.
        t_point_low, t_point_high: its 95 % interval: where fmr_low and fmr_high cross the target.
        t_hi: lowest supported threshold whose one-sided upper limit of FMR is at most target_fmr; a match begins here.
        t_lo: below it there is no match.
        scores: ascending cosines of the curves.
        fmr: share of non-mated pairs at or above each score, every two people weighing the same.
        fmr_low, fmr_high: its two-sided 95 % limits over people.
        fmr_upper: its one-sided 95 % upper limit, falling, never 0.
        fnmr: share of mated pairs below each score, every person weighing the same.
        llr_offset, llr_slope: llr = llr_offset + llr_slope * similarity, natural logarithm.
        people: people behind the non-mated curves.
        mated_people: people behind t_lo and fnmr.
        search: false positives of searches by size of the gallery; may be empty.
        source: digest of the data and the command that made it.
    """

    space: str
    domain: str
    name: str
    status: str
    target_fmr: float
    target_fnmr: float
    t_point: float
    t_point_low: float
    t_point_high: float
    t_hi: float
    t_lo: float
    scores: tuple[float, ...]
    fmr: tuple[float, ...]
    fmr_low: tuple[float, ...]
    fmr_high: tuple[float, ...]
    fmr_upper: tuple[float, ...]
    fnmr: tuple[float, ...]
    llr_offset: float
    llr_slope: float
    people: int
    mated_people: int
    search: tuple[SearchCurve, ...]
    source: dict[str, Any]

    def __post_init__(self) -> None:
        numbers = [*(getattr(self, name) for name in _NUMBERS), *self.scores, *(v for name in _CURVES for v in getattr(self, name))]
        if not all(isinstance(value, (int, float)) and math.isfinite(value) for value in numbers):
            raise InputError("calibration", expected="finite numbers as thresholds, targets and curves", got="something else")
        lengths = {len(self.scores), *(len(getattr(self, name)) for name in _CURVES), *(len(curve.fpir) for curve in self.search)}
        rising = all(a < b for a, b in zip(self.scores, self.scores[1:], strict=False))
        falling = all(a >= b for a, b in zip(self.fmr_upper, self.fmr_upper[1:], strict=False)) and min(self.fmr_upper, default=0) > 0
        if len(lengths) != 1 or not self.scores or not rising or not falling:
            raise InputError("calibration", expected="curves on one rising grid of scores, with falling limits above 0",
                             got=f"{len(self.scores)} scores")
        if not (self.t_lo <= self.t_hi and self.t_point_low <= self.t_point <= min(self.t_hi, self.t_point_high)):
            raise InputError("calibration", expected="t_lo <= t_hi, t_point <= t_hi and t_point inside its interval",
                             got=f"t_lo {self.t_lo}, t_point {self.t_point} ({self.t_point_low} to {self.t_point_high}), t_hi {self.t_hi}")

    def at_score(self, similarity: float) -> tuple[float, float]:
        """(FMR, upper limit) at a similarity: the curve's step at or below it, so never better than what was measured."""
        place = bisect_right(self.scores, similarity) - 1
        return (self.fmr[place], self.fmr_upper[place]) if place >= 0 else (1.0, 1.0)

    def llr(self, similarity: float) -> float:
        """Log-likelihood ratio (natural) of the same person against another person at a similarity.

        No more extreme than the sample supports: at most -ln(fmr_upper), at least ln(3 / mated_people), which is the upper limit of
        FNMR when none of them missed (after Vergeer et al., "Numerical likelihood ratios outputted by LR systems are often based on
        extrapolation: when to stop extrapolating?", Science and Justice 56, 2016).
        """
        line = self.llr_offset + self.llr_slope * similarity
        least = math.log(min(1.0, 3 / max(self.mated_people, 1)))
        return max(min(line, -math.log(self.at_score(similarity)[1])), least)

    def as_dict(self) -> dict[str, Any]:
        return {"kind": KIND, "schema": SCHEMA, **asdict(self)}

    def to_json(self) -> str:
        """The file: one line a field, so that two calibrations can be compared by eye."""
        lines = [f" {json.dumps(key)}: {json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(',', ':'))}"
                 for key, value in self.as_dict().items()]
        return "{\n" + ",\n".join(lines) + "\n}\n"

    @classmethod
    def from_dict(cls, record: dict[str, Any]) -> Calibration:
        """Rebuild from `as_dict`'s output; InputError for anything else."""
        if not isinstance(record, dict):
            raise InputError("calibration", expected="a JSON object", got=type(record).__name__)
        if record.get("kind") != KIND or record.get("schema") != SCHEMA:
            raise InputError("calibration", expected=f"a {KIND} file of schema {SCHEMA}",
                             got=f"{record.get('kind')} of schema {record.get('schema')}",
                             hint="make it again with 'vultus calibrate' on the pictures that it came from")
        parts: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value
                                 for key, value in record.items() if key not in ("kind", "schema")}
        if set(parts) != set(cls.__dataclass_fields__):
            raise InputError("calibration", expected="fields " + ", ".join(sorted(cls.__dataclass_fields__)), got=", ".join(sorted(parts)))
        for key in ("scores", "search", *_CURVES):
            if not isinstance(parts[key], tuple):
                raise InputError(f"calibration.{key}", expected="a list", got=type(parts[key]).__name__)
        return cls(**{**parts, "search": tuple(_search_curve(entry) for entry in parts["search"])})

    @classmethod
    def read(cls, path: Path) -> Calibration:
        """Read a calibration file (JSON)."""
        try:
            record = json.loads(path.read_text("utf-8"))
        except (OSError, ValueError) as error:
            raise InputError(f"calibration {path.name}", expected="a readable JSON file", got=type(error).__name__) from error
        return cls.from_dict(record)


def _search_curve(record: Any) -> SearchCurve:
    if isinstance(record, SearchCurve):
        return record
    fields = set(SearchCurve.__dataclass_fields__)
    if not isinstance(record, dict) or set(record) != fields:
        raise InputError("calibration.search", expected="entries with " + ", ".join(sorted(fields)), got=type(record).__name__)
    numbers = [record["gallery"], record["supported_to"], *record["fpir"], *record["fpir_upper"]]
    if not all(isinstance(value, (int, float)) and math.isfinite(value) for value in numbers):
        raise InputError("calibration.search", expected="finite numbers", got="something else")
    return SearchCurve(record["gallery"], tuple(record["fpir"]), tuple(record["fpir_upper"]), record["supported_to"])
