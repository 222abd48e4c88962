"""What one person draws from: a seed, a stream for each attribute, and the cell that restricts them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from vultus.people.sampling.attributes import NUMBERS, Range
from vultus.people.sampling.cell import Cell
from vultus.people.sampling.quantiles import Quantile, choose, within
from vultus.people.sampling.streams import Seed, entropy, rank, stream

DIGITS = 6  # of drawn numbers, so that manifests stay readable


class Draws:
    """Draws attributes by name; the cell is honoured everywhere, and no draw depends on another.

    Args:
        seed: of the person.
        cell: restrictions.
    """

    def __init__(self, seed: Seed, cell: Cell) -> None:
        self.seed, self.cell = entropy(seed), cell

    def number(self, name: str, quantile: Quantile) -> float:
        """An attribute of `NUMBERS` that follows a distribution, within the cell."""
        low, high = self.range(name)
        own = self.rank(name)
        return confine(within(quantile, own, low, high) if name in self.cell.ranges else quantile(own), low, high)

    def choice(self, name: str, weights: Mapping[str, float]) -> str:
        """A name by weight, among those that the cell allows."""
        return choose(weights, self.rank(name), self.cell.sets.get(name))

    def rank(self, name: str) -> float:
        """The person's rank 0..1 in an attribute: it depends on the seed and the name alone."""
        return rank(self.seed, "identity", name)

    def rng(self, name: str) -> np.random.Generator:
        """The stream of an attribute, for draws of several numbers."""
        return stream(self.seed, "identity", name)

    def pattern(self, name: str) -> int:
        """A seed for a procedural texture."""
        return int(self.rng(name).integers(1 << 31))

    def range(self, name: str) -> Range:
        """What the cell allows."""
        return self.cell.ranges.get(name, NUMBERS[name])


def confine(value: float, low: float, high: float) -> float:
    """The value rounded to `DIGITS`, and still within low..high."""
    return float(min(max(round(value, DIGITS), low), high))
