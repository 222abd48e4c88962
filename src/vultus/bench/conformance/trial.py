"""One method under trial: built once with its small settings, together with the samples that its task is tried on."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from vultus.bench.conformance.drivers import DRIVERS, Driver, Row
from vultus.bench.conformance.inputs import Inputs
from vultus.bench.needs import objects_for
from vultus.registry import Method


class Trial:
    """A method, its object and its samples; made on first use and shared by the checks.

    Args:
        method: the method to try.
        inputs: the shared inputs.
    """

    def __init__(self, method: Method, inputs: Inputs) -> None:
        self.method, self.inputs = method, inputs

    @cached_property
    def needs(self) -> dict[str, Any]:
        return objects_for(self.method)

    @cached_property
    def model(self) -> Any:
        return self.fresh()

    @cached_property
    def driver(self) -> Driver:
        return DRIVERS[self.method.task]

    @cached_property
    def samples(self) -> list[Any]:
        """Three samples of different people or texts."""
        return self.driver.samples(self.model, self.inputs, self.method.card.capabilities)

    @cached_property
    def answer(self) -> list[Row]:
        """The rows that the shared object gives for the three samples together."""
        return self.rows(self.model, self.samples)

    def fresh(self) -> Any:
        """A new object of the same small settings."""
        return self.method.build(self.method.config(small=True), self.needs)

    def rows(self, model: Any, samples: list[Any]) -> list[Row]:
        """The verb's answer for these samples, checked, as one tuple of arrays a sample."""
        return self.driver.rows(model, self.driver.call(model, samples), samples)
