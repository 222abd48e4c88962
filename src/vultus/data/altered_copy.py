"""A copy of a picture as somebody who hides its origin would make it: the positive control of searches for leaked pictures."""

from __future__ import annotations

import numpy as np

from vultus.types import Image

QUALITY = 40  # of the copy's JPEG


def altered(image: Image) -> Image:
    """Mirrored, turned by 4 degrees, slightly enlarged, blurred, darkened and strongly compressed; the same size, uint8 RGB."""
    import cv2
    height, width = image.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), 4, 1.03)
    changed = cv2.warpAffine(np.ascontiguousarray(image[:, ::-1]), turn, (width, height), borderMode=cv2.BORDER_REFLECT)
    changed = np.clip(cv2.GaussianBlur(changed, (0, 0), 1.0) * 0.8 + 8, 0, 255).astype(np.uint8)
    encoded = cv2.imencode(".jpg", changed, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])[1]
    return np.asarray(cv2.imdecode(encoded, cv2.IMREAD_UNCHANGED), np.uint8)
