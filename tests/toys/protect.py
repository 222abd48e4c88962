"""A toy."""

from dataclasses import dataclass

from vultus.types import check_image


@dataclass(frozen=True)
class Config:
    """Settings of a toy; gain is a factor."""

    gain: float = 1.0


class Toy:
    def __init__(self, config):
        self.config = config

    def protect(self, images):
        return [255 - check_image(image, "images") for image in images]
