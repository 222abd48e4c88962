"""Who is on a picture, as far as a gallery can say: every face a person, unknown, or undecided."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from typing import Literal

from vultus import decide
from vultus.decide import Calibration
from vultus.decide.collection import AGAIN, CollectionCalibration
from vultus.decide.search import SearchEvidence, search_rule
from vultus.errors import InputError
from vultus.gallery import Gallery, Identification
from vultus.pipeline import PictureResult
from vultus.types import Embeddings


def calibration_for(gallery: Gallery, space: str) -> Calibration | None:
    """The packaged calibration of the gallery's domain: rendered people or photographs."""
    return decide.packaged(space, "rendered" if gallery.virtual else "photographs")


def collection_for(gallery: Gallery, space: str) -> CollectionCalibration | None:
    """The calibration that was made on this gallery, if there is one; InputError when it is of another space."""
    found = CollectionCalibration.read(gallery.calibration_file, gallery.calibration_seal)
    if found is not None and found.space != space:
        raise InputError("calibration of the gallery", expected=f"one for space {space!r}", got=f"one for {found.space!r}", hint=AGAIN)
    return found


def evidence_for(gallery: Gallery, space: str, calibration: Calibration | Literal["found"] | None = "found") -> SearchEvidence | None:
    """What searches in this gallery are decided by.

    Args:
        calibration: decide by this one; `found`: by the gallery's own, and without one by the packaged one of its domain.
    """
    if calibration != "found":
        return None if calibration is None else SearchEvidence.of(calibration)
    packaged, own = calibration_for(gallery, space), collection_for(gallery, space)
    if own is not None:
        return own.evidence(packaged)
    return None if packaged is None else SearchEvidence.of(packaged)


def identify_templates(embeddings: Embeddings, gallery: Gallery, evidence: SearchEvidence | None, *, target_fpir: float | None = None,
                       top: int = 5) -> list[Identification]:
    """One answer a row, with the thresholds of a search in a gallery as large as it is now.

    Args:
        evidence: what to decide by, from `evidence_for`; None leaves everybody undecided.
        target_fpir: share of strangers' searches that may name somebody, 0..1; None: the strictest of
            `vultus.decide.search.TARGETS` that the evidence supports.
        top: how many candidates to report.
    """
    rule = partial(search_rule, evidence, target_fpir=target_fpir, space=embeddings.space)
    return gallery.identify(embeddings, rule, k=top)


def identify(results: Iterable[PictureResult], gallery: Gallery, evidence: SearchEvidence | None, top: int = 5,
             target_fpir: float | None = None) -> Iterator[tuple[PictureResult, list[Identification]]]:
    """Each result of a recogniser with one answer a face; no answers where the picture has no face or cannot be read."""
    for result in results:
        if result.error or result.embeddings is None:
            yield result, []
            continue
        yield result, identify_templates(result.embeddings, gallery, evidence, target_fpir=target_fpir, top=top)
