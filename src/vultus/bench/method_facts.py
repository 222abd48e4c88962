"""Everything that can be said about a method without importing its code."""

from __future__ import annotations

import ast
from dataclasses import asdict
from pathlib import Path
from typing import Any

from vultus import registry
from vultus.bench.briefs import current_result
from vultus.bench.results import PACKAGE, read_result, source_root
from vultus.card import Licence
from vultus.registry import Method


def facts(name: str) -> dict[str, Any]:
    """A method's card, weights and licences, settings, README and last result, as plain JSON types."""
    method = registry.get(name)
    card = method.card
    return {"name": method.name, "task": method.task, "summary": card.summary, "brief": card.brief, "needs": list(card.needs),
            "extras": list(card.extras), "missing_extras": method.missing_extras(), "capabilities": list(card.capabilities),
            "weights": list(card.weights), "licences": licences(method), "claim": asdict(card.claim) if card.claim else None,
            "checks": [{"id": c.id, "point": c.point_id} for c in card.checks], "skips": [asdict(s) for s in card.skips],
            "settings": settings(method), "readme": _readme(method), "result": _result(method)}


def settings(method: Method) -> list[dict[str, Any]]:
    """The fields of `Config` as written in the source: name, type, default, and small.toml's value (None where it has none)."""
    small = method.small_settings()
    tree = ast.parse((method.folder / "method.py").read_text("utf-8"))
    config = next((node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == "Config"), None)
    fields = [node for node in config.body if isinstance(node, ast.AnnAssign)] if config else []
    return [{"name": ast.unparse(f.target), "type": ast.unparse(f.annotation), "default": ast.unparse(f.value) if f.value else "",
             "small": small.get(ast.unparse(f.target))} for f in fields]


def licences(method: Method) -> list[dict[str, str]]:
    """Licence facts, one entry for every named weight and one for weights of the method's own."""
    from vultus.runtime import store
    entries = [_licence(name, store.card(name).licence) for name in method.card.weights]
    return entries + ([_licence("of its own", method.card.licence)] if method.card.licence else [])


def _licence(name: str, licence: Licence) -> dict[str, str]:
    return {"name": name, **asdict(licence)}


def _readme(method: Method) -> str:
    """The README's place: relative to the source tree or the installed package's folder, absolute for outside methods."""
    path = method.folder / "README.md"
    if not path.is_file():
        return ""
    root: Path = source_root() or PACKAGE.parent
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)


def _result(method: Method) -> dict[str, Any] | None:
    report = read_result(method.name, method)
    return None if report is None else {**report.as_dict(), "current": current_result(method) is not None}
