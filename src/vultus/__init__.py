"""Vultus: face recognition you can defend.

The verbs of the command line are functions here too: `vultus.detect`, `represent`, `verify`, `assess`, `enroll`, `identify`,
`find`, `cluster`, `watch`, `calibrate`. They and what they need are loaded when they are first used.
"""

import importlib
from types import ModuleType
from typing import Any

from vultus._version import __version__

__all__ = ["Recogniser", "__version__", "assess", "calibrate", "cluster", "detect", "enroll", "find", "identify", "represent", "verify",
           "watch"]

_VERBS = ("assess", "cluster", "enroll", "find", "identify", "represent", "verify", "watch")
_VERB_MODULES = ("calibrate", "detect")  # packages that can be called, see VerbModule


class VerbModule(ModuleType):
    """A module that is also a verb: calling it calls the function of its name in `vultus.api`."""

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        return getattr(importlib.import_module("vultus.api"), self.__name__.rpartition(".")[2])(*arguments, **options)


def __getattr__(name: str) -> Any:
    if name in _VERBS:
        return getattr(importlib.import_module("vultus.api"), name)
    if name == "Recogniser":
        return importlib.import_module("vultus.pipeline").Recogniser
    if name in _VERB_MODULES:
        return importlib.import_module(f"vultus.{name}")
    raise AttributeError(f"module 'vultus' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
