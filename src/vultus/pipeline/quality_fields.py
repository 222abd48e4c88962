"""The quality fields that every represented face carries: its size, its sharpness and its yaw."""

from __future__ import annotations

import numpy as np

from vultus.geometry import yaw_deg
from vultus.quality.sharpness import sharpness
from vultus.types import Analysis, Crops, Faces


def quality_fields(faces: Faces, crops: Crops) -> Analysis:
    """`face_px`, `sharpness`, `yaw_deg` of n faces, float32 (n,).

    Args:
        faces: n faces in px of the upright original.
        crops: their n crops.
    """
    span = faces.boxes[:, 2:] - faces.boxes[:, :2]
    return Analysis({"face_px": np.clip(span, 0, None).min(axis=1, initial=np.inf) if len(faces) else np.zeros(0, np.float32),
                     "sharpness": sharpness(crops.images), "yaw_deg": yaw_deg(faces.points)})
