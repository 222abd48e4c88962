"""Who is on a picture, as far as a gallery can say: every face a person, unknown, or undecided."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial

from vultus import decide
from vultus.decide import Calibration
from vultus.gallery import Gallery, Identification
from vultus.pipeline import PictureResult


def calibration_for(gallery: Gallery, space: str) -> Calibration | None:
    """The packaged calibration of the gallery's domain: rendered people or photographs."""
    return decide.packaged(space, "rendered" if gallery.virtual else "photographs")


def identify(results: Iterable[PictureResult], gallery: Gallery, calibration: Calibration | None,
             top: int = 5) -> Iterator[tuple[PictureResult, list[Identification]]]:
    """Each result of a recogniser with one answer a face; no answers where the picture has no face or cannot be read."""
    for result in results:
        if result.error or result.embeddings is None:
            yield result, []
            continue
        rule = partial(decide.decide, calibration=calibration, space=result.embeddings.space)
        yield result, gallery.identify(result.embeddings, rule, k=top)
