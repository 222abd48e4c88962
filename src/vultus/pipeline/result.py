"""What the pipeline says about one picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from vultus.image import as_text
from vultus.types import Analysis, Embeddings, Faces

QUALITY_FIELDS = ("face_px", "sharpness", "yaw_deg")


@dataclass(frozen=True, eq=False)
class PictureResult:
    """Faces of one picture, principal first, and what belongs to each.

    Args:
        path: the picture as the caller named it; `image 3` for the fourth array.
        faces: n faces in px of the upright original; None when the picture could not be read.
        embeddings: (n, d); None when it could not be read or only detection was asked for.
        quality: `QUALITY_FIELDS`, n rows each; None like `embeddings`.
        error: `no_face: ...` or `unreadable: ...`, empty when there is a face.
        note: what was left out of the picture, e.g. further frames.
    """

    path: str
    faces: Faces | None = None
    embeddings: Embeddings | None = None
    quality: Analysis | None = None
    error: str = ""
    note: str = ""

    def __len__(self) -> int:
        return 0 if self.faces is None else len(self.faces)

    def as_dict(self) -> dict[str, Any]:
        """Plain values without templates: what `--json` prints."""
        size = None if self.faces is None else list(self.faces.size)
        return {"path": as_text(self.path), "size": size, "faces": [self.face(i) for i in range(len(self))],
                "error": as_text(self.error) or None, "note": self.note or None}

    def face(self, index: int) -> dict[str, Any]:
        """One face as plain values: box, points, score, how it was found and its quality."""
        assert self.faces is not None
        record = {"face": index, "box": _rounded(self.faces.boxes[index]), "points": _rounded(self.faces.points[index]),
                  "score": round(float(self.faces.scores[index]), 4), "found_by": self.faces.found_by}
        if self.quality is not None:
            record["quality"] = {name: round(float(self.quality[name][index]), 3) for name in QUALITY_FIELDS}
        return record


def _rounded(values: np.ndarray[Any, Any]) -> list[float]:
    return [round(float(value), 2) for value in values.ravel()]
