"""A calibration of one gallery by its own people: each is a stranger to the rest. Aggregate figures, kept in the gallery's folder."""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from vultus.decide.calibration import GALLERY_KIND, Calibration
from vultus.decide.checked import is_count, is_number, read_json
from vultus.decide.search import SearchEvidence
from vultus.decide.search_curve import SearchCurve
from vultus.errors import InputError
from vultus.runtime.atomic_file import write_bytes

KIND, SCHEMA = GALLERY_KIND, 1
DUE = 1.25
AGAIN = "make it again with 'vultus gallery calibrate', or delete the file"
Seal = Callable[[bytes], str]


@dataclass(frozen=True)
class CollectionCalibration:
    """How often strangers find somebody in this gallery, as it was when this was made.

    Args:
        space: of the templates.
        people: people enrolled.
        templates: templates enrolled; the size that `curve` is for.
        left_out: enrolled people who were searched among the others.
        strangers: people from outside who were searched too.
        scores: ascending cosines.
        curve: the false positives of their searches.
        t_lo: cosine below which at most 5 % of mated comparisons of enrolled people fall; None when too few people have two pictures.
        target_fpir: the rate that was asked for and is supported, 0..1.
        revision: the gallery's revision.
        made: when, UTC.
    """

    space: str
    people: int
    templates: int
    left_out: int
    strangers: int
    scores: tuple[float, ...]
    curve: SearchCurve
    t_lo: float | None
    target_fpir: float
    revision: int
    made: str

    def evidence(self, base: Calibration | None) -> SearchEvidence:
        """For `search_rule`; t_lo is the lower of the gallery's and that of `base`, and -1 (nobody is unknown) when neither has one."""
        lows = [low for low in (self.t_lo, base.t_lo if base else None) if low is not None]
        outside = f" and {self.strangers} strangers" if self.strangers else ""
        domain = f"this gallery's own people, each searched among the others ({self.left_out}){outside}, {self.made[:10]}"
        return SearchEvidence(self.space, domain, self.scores, (self.curve,), min(lows, default=-1.0),
                              accepted=self.target_fpir)

    def due(self, templates: int) -> str:
        """Why it should be made again for a gallery of this size; empty when it need not."""
        if templates <= DUE * self.templates:
            return ""
        return (f"the gallery has grown from {self.templates} to {templates} templates since its calibration; "
                "make it again with 'vultus gallery calibrate'")

    def write(self, path: Path, seal: Seal) -> None:
        """Replace the file, all or nothing; `seal` gives the gallery's seal of some bytes, as hexadecimal digits."""
        record = {"kind": KIND, "schema": SCHEMA, **asdict(self)}
        record["seal"] = seal(_content(record))
        lines = [f" {json.dumps(key)}: {json.dumps(value, allow_nan=False)}" for key, value in record.items()]
        write_bytes(path, ("{\n" + ",\n".join(lines) + "\n}\n").encode())

    @classmethod
    def read(cls, path: Path, seal: Seal) -> CollectionCalibration | None:
        """The calibration in a file, None when there is no file; InputError for anything else than one sealed by this gallery.

        Whoever can change this file decides whom strangers are taken for.
        """
        try:
            record = read_json(path, AGAIN)
        except FileNotFoundError:
            return None
        if not isinstance(record, dict) or (record.get("kind"), record.get("schema")) != (KIND, SCHEMA):
            raise _wrong(path, f"a {KIND} file of schema {SCHEMA}", "something else")
        found = str(record.pop("seal", "")).encode(errors="replace")
        if not hmac.compare_digest(found, seal(_content(record)).encode()):
            raise _wrong(path, "the seal of this gallery", "another, so the file was changed or comes from elsewhere" if found else "none")
        fields = set(cls.__dataclass_fields__)
        if set(record) != {*fields, "kind", "schema"}:
            raise _wrong(path, f"a {KIND} file of schema {SCHEMA}", "other fields")
        try:
            return _checked(cls(**{key: record[key] for key in fields - {"curve", "scores"}}, scores=tuple(record["scores"]),
                                curve=_curve(record["curve"])))
        except (TypeError, KeyError, ValueError) as error:
            raise _wrong(path, "finite numbers on one grid of scores, and whole numbers of people and templates",
                         "something else") from error


def _content(record: dict[str, Any]) -> bytes:
    """What is sealed, however the file is laid out."""
    return json.dumps(record, sort_keys=True).encode()


def _curve(record: dict[str, Any]) -> SearchCurve:
    return SearchCurve(record["gallery"], tuple(record["fpir"]), tuple(record["fpir_upper"]), record["supported_to"])


def _checked(made: CollectionCalibration) -> CollectionCalibration:
    counts = (is_count(made.templates, 1) and is_count(made.people, 1) and made.people <= made.templates
              and is_count(made.left_out) and made.left_out <= made.people and is_count(made.strangers) and is_count(made.revision))
    counts = counts and is_number(made.target_fpir, 0, 1) and 0 < made.target_fpir < 1
    numbers = (*made.scores, *([] if made.t_lo is None else [made.t_lo]))
    if not counts or not all(is_number(value) for value in numbers) or len(made.scores) != len(made.curve.fpir):
        raise ValueError
    if not isinstance(made.space, str) or not isinstance(made.made, str) or made.curve.gallery != made.templates:
        raise ValueError
    return made


def _wrong(path: Path, expected: str, got: str) -> InputError:
    return InputError(f"calibration {path.name}", expected=expected, got=got, hint=AGAIN)
