"""Imports method folders that lie outside the package."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

from vultus.errors import InputError

# What a card that somebody else wrote may go wrong with while it is imported.
_BROKEN = (ImportError, SyntaxError, NameError, AttributeError, TypeError, ValueError)


def import_outside(name: str, folder: Path) -> ModuleType:
    """Import a method folder that lies outside the package, under parent packages made for it."""
    known = sys.modules.get(name)
    if known is not None and known.__file__ == str(folder / "__init__.py"):
        return known
    parts = name.split(".")
    for depth in range(1, len(parts)):
        parent = ".".join(parts[:depth])
        if parent not in sys.modules:
            sys.modules[parent] = ModuleType(parent)
            sys.modules[parent].__path__ = []
    for stale in [m for m in sys.modules if m == name or m.startswith(name + ".")]:
        del sys.modules[stale]
    spec = importlib.util.spec_from_file_location(name, folder / "__init__.py", submodule_search_locations=[str(folder)])
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except _BROKEN as error:
        del sys.modules[name]
        raise InputError(f"method folder {folder}", expected="an __init__.py that can be imported",
                         got=f"{type(error).__name__}: {error}", hint="repair it, or take the folder out of VULTUS_METHODS") from error
    return module
