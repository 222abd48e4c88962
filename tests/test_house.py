"""Limits that keep the package readable."""

from __future__ import annotations

import ast
from pathlib import Path

import vultus

PACKAGE = Path(vultus.__file__).parent
CONTRACT = ("types", "errors", "card", "registry", "tasks")


def test_the_contract_stays_small() -> None:
    assert sum(len((PACKAGE / f"{name}.py").read_text("utf-8").splitlines()) for name in CONTRACT) <= 800


def test_files_and_functions_stay_short() -> None:
    for path in PACKAGE.rglob("*.py"):
        text = path.read_text("utf-8")
        assert len(text.splitlines()) <= 400, path
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                assert node.end_lineno is not None and node.end_lineno - node.lineno < 60, (path, node.name)


def test_no_banned_names_and_no_pickle() -> None:
    for path in PACKAGE.rglob("*.py"):
        assert path.stem not in {"utils", "helpers", "common", "manager"}, path
        tree = ast.parse(path.read_text("utf-8"))
        names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
        assert not names & {"pickle", "shelve", "marshal", "dill", "joblib"}, path
