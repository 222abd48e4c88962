"""A toy."""

from dataclasses import dataclass

from vultus.errors import InputError
from vultus.types import check_image


@dataclass(frozen=True)
class Config:
    """Settings of a toy; gain is a factor."""

    gain: float = 1.0


class Toy:
    def __init__(self, config):
        self.config = config

    def edit(self, images, faces, controls):
        if len(images) != len(faces):
            raise InputError("faces", expected=f"one Faces for each of {len(images)} pictures", got=str(len(faces)))
        return [check_image(image, "images")[:, ::-1].copy() for image in images]
