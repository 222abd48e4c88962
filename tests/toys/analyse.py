"""A toy."""

from dataclasses import dataclass

import numpy as np

from vultus.errors import InputError
from vultus.types import Analysis, check_image


@dataclass(frozen=True)
class Config:
    """Settings of a toy; gain is a factor."""

    gain: float = 1.0


class Toy:
    def __init__(self, config):
        self.config = config

    def analyse(self, images, faces):
        if len(images) != len(faces):
            raise InputError("faces", expected=f"one Faces for each of {len(images)} pictures", got=str(len(faces)))
        rows = [check_image(image, "images").std() for image, found in zip(images, faces, strict=True) for _ in range(len(found))]
        return Analysis({"sharpness": np.array(rows, np.float32)})
