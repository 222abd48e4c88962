"""A toy."""

from dataclasses import dataclass

import numpy as np

from vultus.errors import InputError
from vultus.types import Scores


@dataclass(frozen=True)
class Config:
    """Settings of a toy; gain is a factor."""

    gain: float = 1.0


class Toy:
    def __init__(self, config):
        self.config = config

    def score(self, samples):
        if any(sample.kind != "picture" for sample in samples):
            raise InputError("samples", expected="pictures", got="another kind")
        return Scores(np.array([sample.pictures[0].mean() for sample in samples], np.float32), "brightness")
