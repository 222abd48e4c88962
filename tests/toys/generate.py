"""A toy."""

from dataclasses import dataclass

import numpy as np

from vultus.errors import InputError
from vultus.types import Item


@dataclass(frozen=True)
class Config:
    """Settings of a toy; gain is a factor."""

    gain: float = 1.0


class Toy:
    def __init__(self, config):
        self.config = config

    def generate(self, n, seed, condition):
        if n < 0 or condition:
            raise InputError("n or condition", expected="n >= 0 and no condition", got=f"{n}, {sorted(condition)}")
        rng = np.random.default_rng(seed)
        pictures = [rng.integers(0, 255, (32, 32, 3), dtype=np.uint8) for _ in range(n)]
        return [Item(f"toy-{seed}-{i}", lambda p=p: p, f"toy-{i}", {"mark": "virtual person"}) for i, p in enumerate(pictures)]
