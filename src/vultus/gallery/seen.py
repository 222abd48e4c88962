"""What a recogniser says of one picture, and whether that is good enough to enrol."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from vultus.types import Embeddings, Faces

# A second face at least this share of the principal face's area may be meant just as well.
SIMILAR_AREA = 0.5


@dataclass(frozen=True, eq=False)
class Seen:
    """One picture's faces, principal first, and their templates; `error` says why there is none, empty otherwise.

    Args:
        faces: n faces, None if the picture could not be read.
        embeddings: (n, d).
        quality: one mapping of plain values for every face.
        error: `code: reason`.
    """

    faces: Faces | None = None
    embeddings: Embeddings | None = None
    quality: tuple[Mapping[str, Any], ...] = ()
    error: str = ""

    def refusal(self) -> str:
        """Why this picture cannot stand for one person, empty if it can."""
        if self.error:
            return self.error
        if self.faces is None or self.embeddings is None or not len(self.faces):
            return "no_face: no face was found"
        corners = self.faces.boxes.reshape(-1, 2, 2)
        areas = np.clip(corners[:, 1] - corners[:, 0], 0, None).prod(axis=1)
        rivals = int((areas[1:] >= SIMILAR_AREA * areas[0]).sum())
        return f"several_faces: {rivals + 1} faces of similar size, crop the picture to one" if rivals else ""

    def note(self, face: int = 0) -> dict[str, Any]:
        """Box, score and quality of a face as plain values."""
        assert self.faces is not None
        quality = dict(self.quality[face]) if self.quality else {}
        box = [round(float(edge), 2) for edge in self.faces.boxes[face]]
        return {"box": box, "score": float(self.faces.scores[face]), **quality}


# One `Seen` for every path, in the order of the paths; may read ahead.
Recognise = Callable[[Iterable[Path]], Iterator[Seen]]
