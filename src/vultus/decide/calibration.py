"""What is known about a score in one space: error rates with limits, thresholds, and the evidence that a score carries."""

from __future__ import annotations

import json
import math
from bisect import bisect_right
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from vultus.decide.checked import is_count, is_number, read_json
from vultus.decide.search_curve import SearchCurve
from vultus.errors import InputError

KIND, SCHEMA = "vultus-calibration", 2
GALLERY_KIND = "vultus-collection-calibration"
_CURVES = ("fmr", "fmr_low", "fmr_high", "fmr_upper", "fnmr")
_THRESHOLDS = ("t_point", "t_point_low", "t_point_high", "t_hi", "t_lo")
_TEXTS = ("space", "domain", "name", "status")
ROUNDING = 1.0001  # files hold five digits


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
        fnmr: share of mated pairs below each score, every person weighing the same; 0 where nobody has two pictures (mated_people 0).
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
        wrong = [*_wrong_kinds(self), *_wrong_ranges(self)]
        if wrong:
            raise InputError("calibration", expected="texts, finite numbers in their ranges, and whole numbers of people",
                             got="something else as " + ", ".join(dict.fromkeys(wrong)))
        lengths = {len(self.scores), *(len(getattr(self, name)) for name in _CURVES), *(len(curve.fpir) for curve in self.search)}
        rising = all(a < b for a, b in zip(self.scores, self.scores[1:], strict=False))
        falling = all(a >= b for a, b in zip(self.fmr_upper, self.fmr_upper[1:], strict=False)) and min(self.fmr_upper, default=0) > 0
        if len(lengths) != 1 or not self.scores or not rising or not falling:
            raise InputError("calibration", expected="curves on one rising grid of scores, with falling limits above 0",
                             got=f"{len(self.scores)} scores")
        if not (self.t_lo <= self.t_hi and self.t_point_low <= self.t_point <= min(self.t_hi, self.t_point_high)):
            raise InputError("calibration", expected="t_lo <= t_hi, t_point <= t_hi and t_point inside its interval",
                             got=f"t_lo {self.t_lo}, t_point {self.t_point} ({self.t_point_low} to {self.t_point_high}), t_hi {self.t_hi}")
        if self.at_score(self.t_hi)[1] > self.target_fmr * ROUNDING:
            raise InputError("calibration", expected=f"an upper limit of FMR at t_hi of at most the target, {self.target_fmr:g}",
                             got=f"{self.at_score(self.t_hi)[1]:g}")

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
            hint = ("that file is about searches in its gallery: 'vultus identify --gallery FOLDER' reads it by itself"
                    if record.get("kind") == GALLERY_KIND else "make it again with 'vultus calibrate' on the pictures that it came from")
            raise InputError("calibration", expected=f"a {KIND} file of schema {SCHEMA}",
                             got=f"{record.get('kind')} of schema {record.get('schema')}", hint=hint)
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
            record = read_json(path)
        except FileNotFoundError as error:
            raise InputError(f"calibration {path.name}", expected="a readable JSON file", got="no file") from error
        return cls.from_dict(record)


def _wrong_kinds(made: Calibration) -> list[str]:
    """Fields of another type."""
    wrong = [name for name in _TEXTS if not isinstance(getattr(made, name), str)]
    wrong += [name for name in ("people", "mated_people") if not is_count(getattr(made, name))]
    wrong += [name for name in ("scores", "search", *_CURVES) if not isinstance(getattr(made, name), tuple)]
    return wrong + ["source"] * (not isinstance(made.source, dict))


def _wrong_ranges(made: Calibration) -> list[str]:
    """Fields with a number that cannot be; cosines may be a rounding above 1."""
    wrong = [name for name in ("target_fmr", "target_fnmr") if not (is_number(getattr(made, name), 0, 1) and 0 < getattr(made, name) < 1)]
    wrong += [name for name in _THRESHOLDS if not is_number(getattr(made, name), -ROUNDING, ROUNDING)]
    wrong += [name for name in ("llr_offset", "llr_slope") if not is_number(getattr(made, name))]
    limits = {"scores": (-2.0, 2.0), **dict.fromkeys(_CURVES, (0.0, 1.0))}
    wrong += [name for name, (low, high) in limits.items() if isinstance(getattr(made, name), tuple)
              and not all(is_number(value, low, high) for value in getattr(made, name))]
    if not wrong and any(limit < rate for rate, limit in zip(made.fmr, made.fmr_upper, strict=False)):
        wrong.append("fmr_upper (below fmr)")
    return wrong


def _search_curve(record: Any) -> SearchCurve:
    if isinstance(record, SearchCurve):
        return record
    fields = set(SearchCurve.__dataclass_fields__)
    if not isinstance(record, dict) or set(record) != fields:
        raise InputError("calibration.search", expected="entries with " + ", ".join(sorted(fields)), got=type(record).__name__)
    if not isinstance(record["fpir"], list) or not isinstance(record["fpir_upper"], list):
        raise InputError("calibration.search", expected="lists of rates", got="something else")
    return SearchCurve(record["gallery"], tuple(record["fpir"]), tuple(record["fpir_upper"]), record["supported_to"])
