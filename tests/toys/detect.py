"""A toy."""

from dataclasses import dataclass

import numpy as np

from vultus.types import Faces, check_image


@dataclass(frozen=True)
class Config:
    """Settings of a toy; gain is a factor."""

    gain: float = 1.0


class Toy:
    def __init__(self, config):
        self.config = config

    def detect(self, images):
        return [self._one(check_image(image, "images")) for image in images]

    def _one(self, image):
        rows, columns = np.nonzero(image.max(axis=2) > 60)
        if not len(rows):
            return Faces.none(image.shape[:2])
        box = np.array([[columns.mean() - 20, rows.mean() - 20, columns.mean() + 20, rows.mean() + 20]], np.float32)
        points = np.repeat(box[:, None, :2], 5, axis=1) + np.arange(10, dtype=np.float32).reshape(5, 2)
        return Faces(box, np.array([0.9]), points, image.shape[:2])
