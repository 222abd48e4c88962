"""A toy."""

from dataclasses import dataclass

import numpy as np

from vultus.errors import InputError
from vultus.types import Crops, Scores


@dataclass(frozen=True)
class Config:
    """Settings of a toy; gain is a factor."""

    gain: float = 1.0


class Toy:
    def __init__(self, config):
        self.config = config

    def score(self, samples):
        if not isinstance(samples, Crops):
            raise InputError("samples", expected="Crops", got=type(samples).__name__)
        grey = samples.images.astype(np.float32).mean(axis=3)
        return Scores(self.config.gain * grey.std(axis=(1, 2)), "contrast")
