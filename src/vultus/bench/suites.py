"""Finds the suites of measurements that are no method: files of this folder with a top-level `run`, and runs one."""

from __future__ import annotations

import ast
import importlib
import inspect
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vultus.errors import InputError, UnknownNameError
from vultus.report import Report


@dataclass(frozen=True)
class Suite:
    """One suite: `core/<file>`, its title and its file."""

    name: str
    title: str
    path: Path

    def run(self, offered: Mapping[str, Any]) -> Report:
        """Call the suite's `run` with those of the offered arguments that its signature lists."""
        function = importlib.import_module(f"vultus.bench.{self.path.stem}").run
        wanted = inspect.signature(function).parameters
        missing = [name for name, parameter in wanted.items()
                   if name not in offered and parameter.default is inspect.Parameter.empty]
        if missing:
            raise InputError(f"suite {self.name}: run", expected="arguments out of " + ", ".join(offered), got=missing[0])
        report = function(**{name: offered[name] for name in wanted if name in offered})
        if not isinstance(report, Report):
            raise InputError(f"suite {self.name}: run", expected="a Report", got=type(report).__name__)
        return report


def suites() -> list[Suite]:
    """All suites, sorted by name; nothing is imported."""
    found = []
    for path in sorted(Path(__file__).parent.glob("*.py")):
        tree = ast.parse(path.read_text("utf-8"), filename=path.name)
        if any(isinstance(node, ast.FunctionDef) and node.name == "run" for node in tree.body):
            title = (ast.get_docstring(tree) or path.stem).splitlines()[0]
            found.append(Suite(f"core/{path.stem}", title.rstrip("."), path))
    return found


def suite(name: str) -> Suite:
    """The suite called `core/<file>`. Raises UnknownNameError."""
    for candidate in suites():
        if candidate.name == name:
            return candidate
    raise UnknownNameError("suite", name, [s.name for s in suites()], hint="'vultus bench' lists them")
