"""The faces of one frame with their quality; templates only of those that are asked for."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from vultus.data.video import Frame
from vultus.geometry import crop
from vultus.pipeline.quality_fields import quality_fields
from vultus.quality.gate import Usable, low_quality
from vultus.tasks import Embedder
from vultus.types import Faces, Float, Image


class SeenFaces:
    """Faces of a frame.

    Args:
        frame: the frame.
        faces: its n faces.
        embedder: makes templates when they are asked for.

    Attributes:
        quality: `face_px`, `sharpness`, `yaw_deg`, float32 (n,) each.
        usefulness: float (n,), 0..1, for choosing the best faces of a track.
        crowded: bool (n,), whether a more confident face covers part of it; such a face may show parts of two people.
    """

    def __init__(self, frame: Frame, faces: Faces, embedder: Embedder) -> None:
        self.seconds, self.faces, self._embedder, self._image = frame.seconds, faces, embedder, frame.image
        self._crops = crop(frame.image, faces, embedder.template)
        values = quality_fields(faces, self._crops)
        self.quality: dict[str, Float] = {name: values[name] for name in ("face_px", "sharpness", "yaw_deg")}
        self.crowded = crowded(faces)
        self.usefulness = usefulness(faces.scores, **self.quality) * np.where(self.crowded, 0.25, 1).astype(np.float32)
        self._vectors: dict[int, Float] = {}
        self.embedded = 0

    def __len__(self) -> int:
        return len(self.faces)

    def embed(self, rows: Iterable[int]) -> None:
        """Make the templates of these faces in one call, those that are not there yet."""
        wanted = sorted({row for row in rows if row not in self._vectors})
        if wanted:
            vectors = self._embedder.embed(self._crops[np.array(wanted)]).vectors
            self._vectors.update(zip(wanted, vectors, strict=True))
            self.embedded += len(wanted)

    def vector(self, row: int) -> Float:
        """Template (d,) of a face, made now if need be."""
        self.embed([row])
        return self._vectors[row]

    def meets(self, row: int, least: Usable) -> bool:
        """Whether a face has this quality at least and is not partly covered by another."""
        values = {name: float(rows[row]) for name, rows in self.quality.items()}
        return not self.crowded[row] and not low_quality(values, float(self.faces.scores[row]), least)

    def thumbnail(self, row: int) -> Image:
        """The face with some surroundings, uint8 RGB."""
        from vultus.apps.contact_sheet import THUMBNAIL
        return np.asarray(crop(self._image, self.faces[row], THUMBNAIL).images[0], np.uint8)


def crowded(faces: Faces, share: float = 0.1) -> NDArray[np.bool_]:
    """Faces (n,) of whose box, or inside whose box, a more confident face takes at least `share` of the smaller of the two."""
    boxes, found = faces.boxes, np.zeros(len(faces), bool)
    for row in range(len(faces)):
        for other in range(len(faces)):
            if faces.scores[other] > faces.scores[row] and shared(boxes[row], boxes[other]) >= share:
                found[row] = True
    return found


def shared(a: Float, b: Float) -> float:
    """Share of the smaller of two boxes (4,) that lies in the other, 0..1."""
    span = np.clip(np.minimum(a[2:], b[2:]) - np.maximum(a[:2], b[:2]), 0, None)
    smaller = min(float(np.prod(a[2:] - a[:2])), float(np.prod(b[2:] - b[:2])))
    return float(np.prod(span)) / max(smaller, 1e-6)


def usefulness(scores: Float, face_px: Float, sharpness: Float, yaw_deg: Float) -> Float:
    """How much a face can say about its person, float (n,) 0..1: size x sharpness x frontality x confidence.

    Size saturates where a face fills the crop of the recogniser (about 100 px), sharpness at about 10 (see `one_person.Usable`
    for its scale). An order for choosing between frames of one track, not a calibrated quality.
    """
    size = np.clip(face_px / 100, 0, 1)
    sharp = np.clip(sharpness, 0, None) / (np.clip(sharpness, 0, None) + 5)
    front = np.cos(np.radians(np.clip(np.abs(yaw_deg), 0, 90))) ** 2
    return np.asarray(size * sharp * front * scores, np.float32)
