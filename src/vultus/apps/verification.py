"""One picture against another: same person, another person, or not to be decided."""

from __future__ import annotations

from typing import Literal

from vultus.apps.one_person import objection, principal
from vultus.decide import Calibration, decide, packaged, undecided
from vultus.image import shown
from vultus.pipeline import Recogniser
from vultus.pipeline.reading import Picture
from vultus.quality.gate import DEFAULT_USABLE, Usable
from vultus.types import Decision


def verify(a: Picture, b: Picture, recogniser: Recogniser, *, calibration: Calibration | Literal["packaged"] | None = "packaged",
           usable: Usable = DEFAULT_USABLE) -> Decision:
    """Compare the principal faces of two pictures.

    Args:
        a, b: paths or uint8 RGB arrays (h, w, 3).
        recogniser: what to represent with.
        calibration: what to decide by; None leaves every comparison undecided.
        usable: the least quality that is compared.

    Returns:
        `undecided` without a similarity when a picture has no face, several of similar size, or one of low quality.

    Raises:
        ImageError: a picture is missing or cannot be read.
    """
    rule = packaged(recogniser.space) if calibration == "packaged" else calibration
    results = list(recogniser.process([a, b]))
    objections = [objection(result, usable) for result in results]
    named = [f"{shown(result.path)}: {reason}" for result, reason in zip(results, objections, strict=True) if reason]
    if named:
        return undecided("; ".join(named), rule, space=recogniser.space)
    similarity = float(principal(results[0]).similarity(principal(results[1])).item())
    return decide(similarity, rule, space=recogniser.space)
