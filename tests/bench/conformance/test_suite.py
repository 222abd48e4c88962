"""The conformance checks pass honest toys of every task, and each check catches a method that breaks it."""

from __future__ import annotations

import re

import pytest

from vultus.bench.conformance.inputs import Inputs
from vultus.bench.conformance.suite import STRUCTURE, check_names, examine
from vultus.papers.points import paper
from vultus.registry import Method
from vultus.tasks import TASKS

BRIEF = "hyp-oc"
CHECKS = "checks=(" + "".join(f"Check({point.id!r}), " for point in paper(BRIEF).points) + ")"
BRIEFED = f'brief="{BRIEF}", {CHECKS}, claim=Claim("auc", "higher", "best classical", 0.03)'


@pytest.fixture(scope="module")
def inputs() -> Inputs:
    return Inputs()


def failures(method: Method, inputs: Inputs) -> dict[str, str]:
    return {finding.check: finding.message for finding in examine(method, inputs) if finding.outcome == "fail"}


@pytest.mark.parametrize("task", TASKS)
def test_honest_toy_passes(task, toys, inputs):
    method = toys.add(task)
    findings = examine(method, inputs)
    assert {f.check: (f.outcome, f.message) for f in findings} == {name: ("pass", "") for name in check_names(method)}


def test_honest_toy_with_a_brief_passes(toys, inputs):
    assert failures(toys.add("quality", card=BRIEFED), inputs) == {}


# check that must fail -> (task, arguments of Toys.add)
BROKEN = {
    "types": ("quality", {"method": ("Scores(self", "list(self"), "then": ('.std(axis=(1, 2)), "contrast")', ".std(axis=(1, 2)))")}),
    "batch-equals-single": ("quality", {"method": ("grey.std(axis=(1, 2))", "(grey.std(axis=(1, 2)) - grey.mean())")}),
    "same-seed": ("quality", {"method": ("grey.std(axis=(1, 2))", "(grey.std(axis=(1, 2)) + np.random.default_rng().random())")}),
    "not-constant": ("quality", {"method": ("grey.std(axis=(1, 2))", "np.ones(len(grey))")}),
    "order": ("quality", {"method": ("grey.std(axis=(1, 2))", "(grey.std(axis=(1, 2)) + np.arange(len(grey)))")}),
    "wrong-input": ("quality", {"method": ("if not isinstance(samples, Crops):", "if samples is None:")}),
    "changes-pictures": ("protect", {"method": ("255 - check_image", "check_image")}),
    "builds": ("protect", {"method": ("def protect(", "def guard(")}),
    "twins": ("audit", {"method": ("< 1e-6", "< -1")}),
    "fit": ("adapt", {"method": ("start + (mean - start) / 2", "np.ones(3)")}),
    "save-load": ("adapt", {"method": ('"mean": start', '"mean" if base is None else "other": start')}),
    "imports": ("quality", {"method": ('"""A toy."""', "import vultus.gallery")}),
    "card-only": ("quality", {"__init__": ("CARD =", "import numpy\nCARD =")}),
    "classes": ("quality", {"method": ("class Toy:", "class Other:\n    pass\n\n\nclass Toy:")}),
    "card-names": ("quality", {"card": "weights=('no such net',)"}),
    "readme": ("quality", {"README": ("## Limits", "## Thanks")}),
    "small-settings": ("quality", {"small": ("2.0", "1.0")}),
    "points": ("quality", {"card": BRIEFED.replace("Check('vs-euclidean'), ", "")}),
    "claim-margin": ("quality", {"card": BRIEFED.replace("0.03", "0.02")}),
}


@pytest.mark.parametrize("check", BROKEN)
def test_broken_toy_fails(check, toys, inputs):
    task, changes = BROKEN[check]
    then = changes.get("then")
    method = toys.add(task, **{name: change for name, change in changes.items() if name != "then"})
    if then:
        path = method.folder / "method.py"
        path.write_text(path.read_text().replace(*then))
    assert check in failures(method, inputs)


@pytest.mark.filterwarnings("ignore:invalid value")
@pytest.mark.parametrize("check, message, task, changes", [
    ("black", "NaN|finite", "quality", {"method": ("grey.std(axis=(1, 2))", "(grey.std(axis=(1, 2)) / grey.max(axis=(1, 2)))")}),
    ("black", "NaN", "analyse", {"method": ("rows = [check_image(image, \"images\").std()", "rows = [image.std() / image.max()")}),
    ("black", "black picture", "detect", {"method": ("> 60", ">= 0")}),
    ("imports", "edit", "quality", {"demo": ("import numpy as np", "import vultus.edit.other")}),
    ("imports", "extras", "quality", {"demo": ("import numpy as np", "import torch")}),
    ("small-settings", "reason", "quality", {"small": ("  # so that there is a difference", "")}),
    ("small-settings", "weight", "quality", {"small": ("gain", "weight")}),
    ("classes", "frozen", "quality", {"method": ("@dataclass(frozen=True)", "@dataclass")}),
    ("classes", "gain", "quality", {"method": ("; gain is a factor", "")}),
    ("card-only", "line 3", "quality", {"__init__": ("CARD =", "NAME = 'toy'\nCARD =")}),
    ("card-names", "cannot be skipped", "quality", {"card": "skips=(Skip('folder', 'it has more files'),)"}),
    ("card-names", "reason", "quality", {"card": "skips=(Skip('black', 'no'),)"}),
    ("points", "which the brief lacks", "quality", {"card": BRIEFED.replace("Check('vs-euclidean')", "Check('vs-euclid')")}),
    ("budget", "subclasses", "attack", {"method": ("from vultus.attack.base import BudgetedAttack",
                                          "BudgetedAttack = type('Other', (), {'__init__': lambda self, threshold: None})")}),
    ("wrong-input", "accepted", "generate", {"method": ("n < 0 or condition", "n < 0")}),
    ("same-seed", "changes nothing", "generate", {"method": ("default_rng(seed)", "default_rng(1)")}),
    ("types", "mark", "generate", {"method": ('{"mark": "virtual person"}', "{}")}),
])
def test_broken_toy_says_why(check, message, task, changes, toys, inputs):
    found = failures(toys.add(task, **changes), inputs)
    assert re.search(message, found[check])


def test_folder_with_another_file_fails(toys, inputs):
    method = toys.add("quality")
    (method.folder / "utils.py").write_text("")
    assert "utils.py" in failures(method, inputs)["folder"]


def test_softer_rule_in_a_recorded_result_fails(toys, inputs):
    from vultus.bench.results import result_path
    from vultus.bench.runner import bench
    method = toys.add("quality", card=BRIEFED, demo=('BRIEF = ""', f'BRIEF = "{BRIEF}"'))
    bench(method.name)
    path = result_path(method.name, method)
    path.write_text(path.read_text().replace("difference >= 0.03", "difference >= 0.01"))
    message = failures(method, inputs)["recorded-result"]
    assert "0.03" in message and "0.01" in message


def test_only_the_card_skips(toys, inputs):
    method = toys.add("quality", card="skips=(Skip('not-constant', 'a toy without an eye'),)",
                      method=("grey.std(axis=(1, 2))", "np.ones(len(grey))"))
    finding = next(f for f in examine(method, inputs) if f.check == "not-constant")
    assert finding.outcome == "skip" and "a toy without an eye" in finding.message


def test_missing_weights_skip_with_the_next_command_and_missing_packaged_ones_fail(toys, inputs):
    missing = ("def score(self, samples):", "def score(self, samples):\n        from vultus.errors import WeightsError\n"
               "        raise WeightsError('the net is not here')\n")
    packaged = toys.add("quality", "packaged", method=missing, card="weights=('dlib-resnet29',)")
    pulled = toys.add("quality", "pulled", method=missing, card="weights=('faceres',)")
    assert "types" in failures(packaged, inputs)
    finding = next(f for f in examine(pulled, inputs) if f.check == "types")
    assert finding.outcome == "skip" and "vultus models pull faceres" in finding.message


def test_slow_method_fails_the_time_limit(toys, inputs, monkeypatch):
    monkeypatch.setattr("vultus.bench.conformance.suite.LIMIT_S", 0.0)
    assert "small.toml" in failures(toys.add("quality"), inputs)["time-limit"]


NETWORK = """
import torch


def build(config):
    module = torch.nn.Sequential(torch.nn.Linear(4, 4), torch.nn.Linear(4, 2))
    module.idle = torch.nn.Parameter(torch.zeros(1)) if {idle} else None
    return module


def example_input(config):
    return (torch.randn(3, 4),)
"""


@pytest.mark.parametrize("idle, expected", [(False, []), (True, ["gradients"])])
def test_network_without_gradient_for_a_parameter_fails(idle, expected, toys, inputs):
    method = toys.add("quality", card="extras=('torch',)")
    (method.folder / "network.py").write_text(NETWORK.format(idle=idle))
    assert sorted(failures(method, inputs)) == expected


def test_every_structural_check_is_known_by_name():
    assert "points" in STRUCTURE and "folder" in STRUCTURE
