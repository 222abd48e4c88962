"""A picture of a fictitious document and exactly what stands where on it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Float = NDArray[np.float32]
KINDS = ("td3", "td1-front", "td1-back", "td2")


class Word(NamedTuple):
    """One printed word: its text, the field it belongs to ("surname", "caption", "mrz", "specimen", ...) and its polygon.

    `polygon`: float32 (4, 2), px, x right and y down, upper left corner first and clockwise as printed; the picture's upper left
    corner is (0, 0), so the first pixel covers 0..1. It is the tight box of the ink on the flat page, carried through the
    camera's homography.
    """

    text: str
    field: str
    polygon: Float


@dataclass(frozen=True, eq=False)
class Document:
    """One page or card of the state UTO (Utopia), which does not exist.

    Attributes:
        kind: one of `KINDS`.
        picture: uint8 RGB (h, w, 3).
        words: every printed word that is meant to be read, a line of the machine-readable zone being one word.
        fields: field name -> what is printed in the visual zone, diacritics included.
        mrz: lines of the machine-readable zone; on the front of a TD1 card, whose zone is on the back, empty.
        portrait: float32 (4, 2), polygon of the portrait; None where the side shows none.
        card: float32 (4, 2), polygon of the card's or page's corners.
        homography: float64 (3, 3), flat page px -> this picture's px.
    """

    kind: str
    picture: NDArray[np.uint8]
    words: tuple[Word, ...]
    fields: dict[str, str]
    mrz: tuple[str, ...]
    portrait: Float | None
    card: Float
    homography: NDArray[np.float64]

    @property
    def portrait_box(self) -> tuple[float, float, float, float] | None:
        """x1 y1 x2 y2 of the upright box round the portrait, px."""
        if self.portrait is None:
            return None
        (x1, y1), (x2, y2) = self.portrait.min(0), self.portrait.max(0)
        return float(x1), float(y1), float(x2), float(y2)

    def labels(self) -> dict[str, Any]:
        """Everything but the picture, as plain values for JSON."""
        return {
            "kind": self.kind, "fields": dict(self.fields), "mrz": list(self.mrz), "fictitious": True, "issuer": "UTO",
            "words": [{"text": word.text, "field": word.field, "polygon": word.polygon.tolist()} for word in self.words],
            "portrait": None if self.portrait is None else self.portrait.tolist(), "card": self.card.tolist(),
        }

    def seen(self, picture: NDArray[np.uint8], homography: NDArray[np.float64]) -> Document:
        """This document in another picture: `homography` takes px of the present picture to px of `picture`."""
        words = tuple(word._replace(polygon=project(word.polygon, homography)) for word in self.words)
        return replace(self, picture=picture, words=words, portrait=None if self.portrait is None else project(self.portrait, homography),
                       card=project(self.card, homography), homography=homography @ self.homography)


def project(points: NDArray[Any], homography: NDArray[np.float64]) -> Float:
    """Points (n, 2) through a homography (3, 3), float32 (n, 2)."""
    moved = np.asarray(points, np.float64) @ homography[:, :2].T + homography[:, 2]
    return (moved[:, :2] / moved[:, 2:]).astype(np.float32)
