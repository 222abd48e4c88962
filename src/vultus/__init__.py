"""Vultus: face recognition you can defend.

The verbs of the command line are functions here too: `vultus.detect`, `represent`, `verify`, `find`, `cluster`. They and what they need
are loaded when they are first used.
"""

import importlib
from types import ModuleType
from typing import Any

from vultus._version import __version__

__all__ = ["Recogniser", "__version__", "cluster", "detect", "find", "represent", "verify"]

_HOME = {"Recogniser": "vultus.pipeline", "find": "vultus.api", "represent": "vultus.api", "verify": "vultus.api"}
# Verbs that are also the name of a module or package, which can then be called.
_CALLABLE = ("cluster", "detect")


class VerbModule(ModuleType):
    """A module that is also a verb: calling it calls the function of its name in `vultus.api`."""

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        return getattr(importlib.import_module("vultus.api"), self.__name__.rpartition(".")[2])(*arguments, **options)


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(importlib.import_module(_HOME[name]), name)
    if name in _CALLABLE:
        return importlib.import_module(f"vultus.{name}")
    raise AttributeError(f"module 'vultus' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
