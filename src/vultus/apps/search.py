"""A probe in a folder: the most similar faces, ranked, and whether the person is there at all."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any, Literal

import numpy as np

from vultus.apps.one_person import DEFAULT_USABLE, Usable, objection, principal
from vultus.decide import Calibration, decide, packaged
from vultus.errors import InputError
from vultus.image import as_text, shown
from vultus.pipeline import PictureResult, Recogniser
from vultus.pipeline.face_table import read_table
from vultus.pipeline.reading import Picture
from vultus.types import Decision, Embeddings

Found = Literal["found", "unknown", "undecided"]


@dataclass(frozen=True)
class Hit:
    """One face of the folder: where it is, and the decision about it."""

    path: str
    face: int
    box: tuple[float, ...]
    decision: Decision

    def as_dict(self) -> dict[str, Any]:
        kept = ("similarity", "outcome", "fmr_at_score", "fmr_upper")
        record = self.decision.as_dict()
        return {"path": as_text(self.path), "face": self.face, "box": [round(edge, 2) for edge in self.box],
                **{name: record[name] for name in kept}}


@dataclass
class SearchResult:
    """What a search found.

    Args:
        probe: the picture that was looked for.
        outcome: `found` when the best hit is a match; `unknown` when no face reaches the lower threshold; otherwise `undecided`.
        reason: why undecided, empty otherwise.
        hits: the most similar faces, best first, whatever their decision.
        pictures, faces: how many were searched.
        errors: pictures that could not be read, by path.
        expected_false_hits: upper limit of how many of so many strangers would reach the best similarity; None without a hit.
        threshold, threshold_low, calibration_domain, space: as in `types.Decision`.
    """

    probe: str
    outcome: Found = "unknown"
    reason: str = ""
    hits: list[Hit] = field(default_factory=list)
    pictures: int = 0
    faces: int = 0
    errors: dict[str, str] = field(default_factory=dict)
    expected_false_hits: float | None = None
    threshold: float | None = None
    threshold_low: float | None = None
    calibration_domain: str | None = None
    space: str | None = None

    def as_dict(self) -> dict[str, Any]:
        return {**vars(self), "hits": [hit.as_dict() for hit in self.hits]}


@dataclass(frozen=True, eq=False)
class _Page:
    """Some faces of the folder, with places and templates."""

    places: list[tuple[str, int, tuple[float, ...]]]
    templates: Embeddings


def find(probe: Picture, pictures: Iterable[Picture], recogniser: Recogniser, *, top: int = 10,
         calibration: Calibration | Literal["packaged"] | None = "packaged", usable: Usable = DEFAULT_USABLE) -> SearchResult:
    """Search pictures for the person on the probe; keeps only the best `top` faces in memory.

    Raises:
        ImageError: the probe is missing or cannot be read.
    """
    result, template = _start(probe, recogniser, calibration, usable)
    if template is None:
        return result
    pages = (page for found in recogniser.process(pictures) for page in _page(found, result))
    return _ranked(result, template, pages, top, _rule(calibration, recogniser))


def find_in_table(probe: Picture, table: Path, recogniser: Recogniser, *, top: int = 10,
                  calibration: Calibration | Literal["packaged"] | None = "packaged",
                  usable: Usable = DEFAULT_USABLE) -> SearchResult:
    """Like `find`, in a table that `represent` wrote. Raises SpaceError when it was written with another recogniser."""
    result, template = _start(probe, recogniser, calibration, usable)
    if template is None:
        return result
    rows, errors = read_table(table)
    result.errors = {path: error for path, error in errors.items() if not error.startswith("no_face")}
    result.pictures = len({*rows.paths, *errors})
    places = [(path, int(face), tuple(map(float, box))) for path, face, box in zip(rows.paths, rows.faces, rows.boxes, strict=True)]
    pages = [_Page(places, Embeddings(rows.vectors, rows.space))] if places else []
    return _ranked(result, template, pages, top, _rule(calibration, recogniser))


def _rule(calibration: Calibration | Literal["packaged"] | None, recogniser: Recogniser) -> Calibration | None:
    return packaged(recogniser.space) if calibration == "packaged" else calibration


def _start(probe: Picture, recogniser: Recogniser, calibration: Calibration | Literal["packaged"] | None,
           usable: Usable) -> tuple[SearchResult, Embeddings | None]:
    """The empty result, and the probe's template unless there is an objection to it."""
    seen = next(recogniser.process([probe]))
    rule = _rule(calibration, recogniser)
    result = SearchResult(as_text(seen.path), space=recogniser.space)
    if rule is not None:
        result.threshold, result.threshold_low, result.calibration_domain = rule.t_hi, rule.t_lo, rule.domain
    reason = objection(seen, usable)
    if reason:
        result.outcome, result.reason = "undecided", f"{shown(seen.path)}: {reason}"
        return result, None
    return result, principal(seen)


def _page(found: PictureResult, result: SearchResult) -> Iterator[_Page]:
    """Count a picture; its faces, if it has any."""
    result.pictures += 1
    if found.faces is None or found.embeddings is None:
        result.errors[as_text(found.path)] = as_text(found.error)
    elif len(found):
        yield _Page([(found.path, i, tuple(map(float, box))) for i, box in enumerate(found.faces.boxes)], found.embeddings)


def _ranked(result: SearchResult, template: Embeddings, pages: Iterable[_Page], top: int, rule: Calibration | None) -> SearchResult:
    if top < 1:
        raise InputError("top", expected="a number >= 1", got=str(top))
    best: list[tuple[float, int, tuple[str, int, tuple[float, ...]]]] = []
    for page in pages:
        scores = template.similarity(page.templates)[0]
        for index in np.argsort(-scores, kind="stable")[:top]:
            # Of equal similarities the earlier face ranks higher.
            heapq.heappush(best, (float(scores[index]), -(result.faces + int(index)), page.places[index]))
        best = heapq.nlargest(top, best)
        heapq.heapify(best)
        result.faces += len(page.places)
    result.hits = [Hit(*place, decide(score, rule, space=template.space)) for score, _, place in sorted(best, reverse=True)]
    _conclude(result)
    return result


def _conclude(result: SearchResult) -> None:
    """The outcome for the whole folder, from its best hit."""
    first = next(chain(result.hits), None)
    if first is None:
        return
    outcomes: dict[str, Found] = {"match": "found", "no_match": "unknown", "undecided": "undecided"}
    result.outcome, result.reason = outcomes[first.decision.outcome], first.decision.reason
    if first.decision.fmr_upper is not None:
        result.expected_false_hits = min(float(result.faces), result.faces * first.decision.fmr_upper)
