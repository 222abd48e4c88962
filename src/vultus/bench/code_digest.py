"""Digest of the code behind a result: syntax trees without docstrings, read from files and never imported.

Comments, docstrings and formatting do not change it; code does. The tree is written out by our own walk because `ast.dump` prints
differently from one Python version to the next.
"""

from __future__ import annotations

import ast
import hashlib
import json
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path

from vultus.tasks import TASKS

PACKAGE = Path(__file__).parents[1]
SHELVES = ("runtime", "data", "people", "nn", "losses", "evaluate", "report", "geometry", "image")
# A method may also import what its task shares (`vultus.attack.base`); a suite measures the composition as well.
OF_METHODS = (*SHELVES, *TASKS)
OF_SUITES = (*OF_METHODS, "pipeline", "decide", "calibrate", "grouping", "gallery", "compat", "apps", "bench")


def method_digest(folder: Path) -> str:
    """Digest of a method's folder: its modules, the shelf and shared task modules they import, directly or not, and small.toml's settings.

    Args:
        folder: the method's folder.

    Returns:
        sha256, 64 hexadecimal digits.
    """
    settings = folder / "small.toml"
    extra = tomllib.loads(settings.read_text("utf-8")) if settings.is_file() else {}
    return _digest(sorted(folder.glob("*.py")), OF_METHODS, extra)


def suite_digest(path: Path) -> str:
    """Digest of a suite's file and of every module of the package below the command line that it imports, directly or not."""
    return _digest([path], OF_SUITES, {})


def dependencies(files: Iterable[Path], shelves: tuple[str, ...] = OF_METHODS) -> dict[str, Path]:
    """Modules `vultus.<shelf>...` that these files import, directly or through each other: dotted name -> file."""
    found: dict[str, Path] = {}
    waiting = [name for path in files for name in imported_names(_parse(path), _package(path))]
    while waiting:
        for module in _modules(waiting.pop()):
            if module.split(".")[1] in shelves and module not in found and (path := _file(module)):
                found[module] = path
                waiting += imported_names(_parse(path), _package(path))
    return found


def imported_names(tree: ast.AST, package: str = "") -> Iterator[str]:
    """Dotted names that a module imports anywhere in it; relative ones are resolved against `package`, or left out without one."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            if node.level and not package:
                continue
            base = ".".join(package.split(".")[: len(package.split(".")) - node.level + 1]) if node.level else ""
            origin = ".".join(part for part in (base, node.module) if part)
            yield from (f"{origin}.{alias.name}" for alias in node.names)


def canonical(node: object) -> str:
    """A syntax tree as text: node types and non-empty fields; statements that are only a string (docstrings) are left out."""
    if isinstance(node, ast.AST):
        inner = [f"{name}={text}" for name, value in ast.iter_fields(node)
                 if name != "type_comment" and (text := canonical(value)) not in ("None", "[]")]
        return f"{type(node).__name__}({','.join(inner)})"
    if isinstance(node, list):
        return "[" + ",".join(canonical(child) for child in node if not _is_string_statement(child)) + "]"
    return repr(node)


def _digest(files: list[Path], shelves: tuple[str, ...], settings: object) -> str:
    parts = {path.name: canonical(_parse(path)) for path in files}
    parts |= {module: canonical(_parse(path)) for module, path in dependencies(files, shelves).items()}
    parts["small.toml"] = json.dumps(settings, sort_keys=True, default=str)
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def _package(path: Path) -> str:
    """Dotted package that relative imports of this file start from; empty for a file outside this package."""
    inside = path.is_relative_to(PACKAGE)
    return ".".join(("vultus", *path.parent.relative_to(PACKAGE).parts)) if inside else ""


def _is_string_statement(node: object) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def _parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"), filename=path.name)


def _modules(name: str) -> list[str]:
    """The name and its parents below the package: importing `vultus.a.b` runs `vultus.a` too; `b` may be an attribute."""
    parts = name.split(".")
    return [".".join(parts[:depth]) for depth in range(2, len(parts) + 1)] if parts[0] == "vultus" else []


def _file(module: str) -> Path | None:
    base = PACKAGE.joinpath(*module.split(".")[1:])
    for path in (base.with_suffix(".py"), base / "__init__.py"):
        if path.is_file():
            return path
    return None
