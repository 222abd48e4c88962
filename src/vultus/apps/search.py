"""A probe in a folder: the most similar faces, ranked, and whether the person is there at all.

A search among n faces gives a stranger n chances, so it is decided by the rule of searches, not by that of one comparison.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np

from vultus.apps.one_person import objection, principal
from vultus.decide import Calibration, packaged
from vultus.decide.search import SearchEvidence, SearchRule, search_rule
from vultus.errors import InputError
from vultus.image import as_text, shown
from vultus.pipeline import PictureResult, Recogniser
from vultus.pipeline.face_table import read_table
from vultus.pipeline.reading import Picture
from vultus.quality.gate import DEFAULT_USABLE, Usable
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
        kept = ("similarity", "outcome")
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
        threshold, threshold_low, target_fpir, fpir_basis, calibration_domain, space: as in `decide.search.SearchRule` for so many faces.
        fpir_at_score, fpir_upper: share of strangers' searches among so many faces that reach the best similarity, and its upper limit.
    """

    probe: str
    outcome: Found = "unknown"
    reason: str = ""
    hits: list[Hit] = field(default_factory=list)
    pictures: int = 0
    faces: int = 0
    errors: dict[str, str] = field(default_factory=dict)
    threshold: float | None = None
    threshold_low: float | None = None
    target_fpir: float | None = None
    fpir_basis: str | None = None
    fpir_at_score: float | None = None
    fpir_upper: float | None = None
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
         calibration: Calibration | Literal["packaged"] | None = "packaged", target_fpir: float | None = None,
         usable: Usable = DEFAULT_USABLE) -> SearchResult:
    """Search pictures for the person on the probe; keeps only the best `top` faces in memory.

    Args:
        target_fpir: share of strangers' searches that may find somebody, 0..1; None: the strictest of `decide.search.TARGETS` that
            the calibration supports for so many faces.

    Raises:
        ImageError: the probe is missing or cannot be read.
    """
    result, template = _start(probe, recogniser, usable)
    if template is None:
        return result
    pages = (page for found in recogniser.process(pictures) for page in _page(found, result))
    return _ranked(result, template, pages, top, _evidence(calibration, recogniser), target_fpir)


def find_in_table(probe: Picture, table: Path, recogniser: Recogniser, *, top: int = 10,
                  calibration: Calibration | Literal["packaged"] | None = "packaged", target_fpir: float | None = None,
                  usable: Usable = DEFAULT_USABLE) -> SearchResult:
    """Like `find`, in a table that `represent` wrote. Raises SpaceError when it was written with another recogniser."""
    result, template = _start(probe, recogniser, usable)
    if template is None:
        return result
    rows, errors = read_table(table)
    result.errors = {path: error for path, error in errors.items() if not error.startswith("no_face")}
    result.pictures = len({*rows.paths, *errors})
    places = [(path, int(face), tuple(map(float, box))) for path, face, box in zip(rows.paths, rows.faces, rows.boxes, strict=True)]
    pages = [_Page(places, Embeddings(rows.vectors, rows.space))] if places else []
    return _ranked(result, template, pages, top, _evidence(calibration, recogniser), target_fpir)


def _evidence(calibration: Calibration | Literal["packaged"] | None, recogniser: Recogniser) -> SearchEvidence | None:
    found = packaged(recogniser.space) if calibration == "packaged" else calibration
    return None if found is None else SearchEvidence.of(found)


def _start(probe: Picture, recogniser: Recogniser, usable: Usable) -> tuple[SearchResult, Embeddings | None]:
    """The empty result, and the probe's template unless there is an objection to it."""
    seen = next(recogniser.process([probe]))
    result = SearchResult(as_text(seen.path), space=recogniser.space)
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


def _ranked(result: SearchResult, template: Embeddings, pages: Iterable[_Page], top: int, evidence: SearchEvidence | None,
            target_fpir: float | None) -> SearchResult:
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
    rule = search_rule(evidence, max(result.faces, 1), target_fpir, space=template.space)
    result.hits = [Hit(*place, rule.decide(score)) for score, _, place in sorted(best, reverse=True)]
    _conclude(result, rule)
    return result


def _conclude(result: SearchResult, rule: SearchRule) -> None:
    """The outcome for the whole folder, from its best hit."""
    result.threshold, result.threshold_low, result.calibration_domain = rule.t_hi, rule.t_lo, rule.domain
    result.target_fpir, result.fpir_basis = rule.target_fpir, rule.basis
    first = next(iter(result.hits), None)
    if first is None:
        return
    outcomes: dict[str, Found] = {"match": "found", "no_match": "unknown", "undecided": "undecided"}
    result.outcome, result.reason = outcomes[first.decision.outcome], first.decision.reason
    rates = None if first.decision.similarity is None else rule.at_score(first.decision.similarity)
    if rates is not None:
        result.fpir_at_score, result.fpir_upper = rates
