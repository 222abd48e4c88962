"""Which faces InsightFace returns, and in which order."""

from __future__ import annotations

import numpy as np

from vultus.errors import InputError
from vultus.types import Faces


def chosen_faces(faces: Faces, max_num: int, det_metric: str) -> Faces:
    """All faces by confidence, or the `max_num` that matter most.

    Weight in px^2: area - 2 d^2, d the distance of the box centre from the picture's centre; with det_metric `max` the area alone.
    """
    if isinstance(max_num, bool) or not isinstance(max_num, (int, np.integer)) or max_num < 0:
        raise InputError("max_num", expected="a number >= 0", got=repr(max_num))
    if det_metric not in ("default", "max"):
        raise InputError("det_metric", expected="default or max", got=repr(det_metric))
    faces = faces[np.argsort(-faces.scores, kind="stable")]
    if not max_num or len(faces) <= max_num:
        return faces
    corners = faces.boxes.reshape(-1, 2, 2).astype(np.float64)
    weight = (corners[:, 1] - corners[:, 0]).prod(axis=1)
    if det_metric == "default":
        offset = corners.mean(axis=1) - np.array(faces.size[::-1]) / 2
        weight = weight - 2 * (offset ** 2).sum(axis=1)
    return faces[np.argsort(-weight, kind="stable")[:max_num]]
