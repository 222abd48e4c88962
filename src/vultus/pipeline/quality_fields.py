"""The quality fields that every represented face carries: its size, its sharpness and its yaw."""

from __future__ import annotations

import numpy as np

from vultus.geometry import yaw_deg
from vultus.types import Analysis, Crops, Faces, Float, Image


def quality_fields(faces: Faces, crops: Crops) -> Analysis:
    """`face_px`, `sharpness`, `yaw_deg` of n faces, float32 (n,).

    Args:
        faces: n faces in px of the upright original.
        crops: their n crops; sharpness is measured on the middle three fifths, which never show the black outside a picture.
    """
    span = faces.boxes[:, 2:] - faces.boxes[:, :2]
    return Analysis({"face_px": np.clip(span, 0, None).min(axis=1, initial=np.inf) if len(faces) else np.zeros(0, np.float32),
                     "sharpness": sharpness(crops.images), "yaw_deg": yaw_deg(faces.points)})


def sharpness(crops: Image) -> Float:
    """Standard deviation of the Laplacian of the grey middle of each crop uint8 (n, h, w, 3): float32 (n,)."""
    import cv2
    side = crops.shape[1]
    middle = slice(side // 5, side - side // 5)
    greys = [cv2.cvtColor(np.ascontiguousarray(crop[middle, middle]), cv2.COLOR_RGB2GRAY) for crop in crops]
    return np.array([cv2.meanStdDev(cv2.Laplacian(grey, cv2.CV_16S))[1].item() for grey in greys], np.float32)
