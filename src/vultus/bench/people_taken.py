"""Pictures of virtual people taken and put through the recogniser, with the distance between true and found points.

Part of the `people_*` suites. Pictures are rendered as they are needed and not kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from vultus.geometry import iou
from vultus.people.render.camera import focal_px
from vultus.people.scene import Scene
from vultus.people.studio import Studio
from vultus.pipeline import Recogniser
from vultus.types import Image

Float = NDArray[np.float32]
FOUND_IOU = 0.3  # of a found box with the true one


@dataclass(frozen=True, eq=False)
class Taken:
    """One row a picture.

    Attributes:
        vectors: float32 (n, d), unit rows of the face at the true place; NaN where none was found.
        offsets: float32 (n, 5), distance of each found point from the true one over the eye distance; NaN where not found.
        seen: bool (n, 5), whether the true point is visible in the picture.
        yaw: float32 (n,), degrees, true.
        yaw_found: float32 (n,), degrees, from the found points.
    """

    vectors: Float
    offsets: Float
    seen: NDArray[np.bool_]
    yaw: Float
    yaw_found: Float

    @property
    def found(self) -> NDArray[np.bool_]:
        """Whether a face was found at the true place, bool (n,)."""
        return ~np.isnan(self.vectors[:, 0])


def take(scenes: Sequence[Scene], recogniser: Recogniser, studio: Studio | None = None, see: Callable[[int, Image], None] | None = None
         ) -> Taken:
    """Renders every scene, finds its face and represents it.

    Args:
        scenes: pictures of one person should lie together; the studio keeps one person at a time.
        see: called with the number and the picture, for contact sheets.
    """
    from vultus.geometry import yaw_deg
    studio = studio or Studio()
    truths: list[Any] = []

    def pictures() -> Iterator[Image]:
        for number, scene in enumerate(scenes):
            rendered, labels = studio.labelled(scene)
            truths.append(labels)
            if see is not None:
                see(number, rendered.image)
            yield rendered.image

    rows: list[Any] = []
    offsets, seen, yaws = [], [], []
    for number, result in enumerate(tqdm(recogniser.process(pictures()), total=len(scenes), unit="picture", leave=False)):
        truth, camera = truths[number], scenes[number].camera
        truths[number] = None
        five = truth.points["5"]
        eyes_mm = float(np.linalg.norm(five.mm[0] - five.mm[1]))
        eye_distance = eyes_mm * focal_px(camera) / float(-five.mm[:2, 2].mean())
        seen.append(five.visible)
        overlap = iou(truth.face_box[None], result.faces.boxes)[0] if result.faces is not None and len(result.faces) else np.zeros(1)
        if result.embeddings is None or overlap.max() < FOUND_IOU:
            rows.append(None)
            offsets.append(np.full(5, np.nan))
            yaws.append(np.nan)
            continue
        best = int(overlap.argmax())
        rows.append(result.embeddings.vectors[best])
        offsets.append(np.linalg.norm(result.faces.points[best] - five.px, axis=1) / eye_distance)
        yaws.append(float(yaw_deg(result.faces.points[best:best + 1])[0]))
    width = next(len(row) for row in rows if row is not None)
    return Taken(np.stack([np.full(width, np.nan, np.float32) if row is None else row for row in rows]),
                 np.array(offsets, np.float32), np.array(seen), np.array([scene.pose.yaw for scene in scenes], np.float32),
                 np.array(yaws, np.float32))


def pair_scores(vectors: Float, people: NDArray[np.int64]) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.int64]]:
    """(scores, person of the first, person of the second) of all pairs of found pictures."""
    kept = ~np.isnan(vectors[:, 0])
    rows, numbers = vectors[kept].astype(np.float64), people[kept]
    left, right = np.triu_indices(len(rows), 1)
    return (rows @ rows.T)[left, right], numbers[left], numbers[right]
