"""The conformance suite: every method, ours or from a folder in `VULTUS_METHODS`, keeps the contract of its task.

The checks stand in `vultus.bench.conformance`; they run once a method, on its small settings. What does not apply to a method is
said on its card (`skips`), never here. A method with `network.py` offers there `build(config) -> torch Module` and
`example_input(config) -> tuple of tensors`; its items or outputs carry what the checks of its task ask for by name.
"""

from __future__ import annotations

import subprocess
import sys

import pytest

from vultus import registry
from vultus.bench.conformance.inputs import Inputs
from vultus.bench.conformance.per_task import gradients
from vultus.bench.conformance.structure import light_listing_code
from vultus.bench.conformance.suite import Finding, check_names, examine
from vultus.bench.conformance.trial import Trial

METHODS = {method.name: method for method in registry.methods()}


class Findings:
    """Examines a method when the first of its tests runs, and remembers."""

    def __init__(self) -> None:
        self.inputs = Inputs()
        self._known: dict[str, dict[str, Finding]] = {}

    def of(self, name: str) -> dict[str, Finding]:
        if name not in self._known:
            self._known[name] = {finding.check: finding for finding in examine(METHODS[name], self.inputs)}
        return self._known[name]


@pytest.fixture(scope="session")
def findings() -> Findings:
    return Findings()


@pytest.mark.parametrize("name, check", [(name, check) for name, method in METHODS.items() for check in check_names(method)])
def test_method(name, check, findings):
    finding = findings.of(name)[check]
    if finding.outcome == "skip":
        pytest.skip(finding.message)
    assert finding.outcome == "pass", finding.message


def test_listing_all_methods_loads_nothing_heavy():
    listed = subprocess.run([sys.executable, "-c", light_listing_code()], capture_output=True, text=True, check=True)
    assert listed.stdout.split() == []


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name, method in METHODS.items() if (method.folder / "network.py").is_file()])
def test_one_step_at_published_width(name):
    gradients(Trial(METHODS[name], Inputs()), published=True)
