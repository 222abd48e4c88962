"""Finds methods by walking the task folders. The folder is the registration: there is no list to edit.

A method is `<root>/<task>/<method>/__init__.py` with a `CARD`. Roots are this package and every folder in the environment
variable `VULTUS_METHODS` (separated like PATH). Listing imports cards only: neither numpy nor torch.
"""

from __future__ import annotations

import importlib
import importlib.util
import os
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import ModuleType
from typing import Any

from vultus.card import Card
from vultus.errors import InputError, MissingExtraError, UnknownNameError
from vultus.outside import import_outside
from vultus.tasks import TASKS

# What an extra must be able to import to count as installed.
EXTRA_MODULES = {"torch": ("torch",), "people": ("numba", "mitsuba"), "openvino": ("openvino",), "ray": ("ray",),
                 "milvus": ("pymilvus",), "postgres": ("psycopg",), "service": ("fastapi",), "video": ("av",)}
_OUTSIDE = "vultus_methods"


@dataclass(frozen=True)
class Method:
    """One method found on disk: its card, task and folder, and how to build it."""

    task: str
    short_name: str
    folder: Path
    module: str
    card: Card

    @property
    def name(self) -> str:
        return f"{self.task}/{self.short_name}"

    def missing_extras(self) -> list[str]:
        """Extras of the card whose modules cannot be found."""
        return [extra for extra in self.card.extras
                if any(importlib.util.find_spec(module) is None for module in EXTRA_MODULES.get(extra, ()))]

    def load(self, part: str = "method") -> ModuleType:
        """Import one of the folder's modules, `method`, `demo`, `network` or `train`."""
        for extra in self.missing_extras():
            raise MissingExtraError(f"method {self.name!r}", extra)
        return importlib.import_module(f"{self.module}.{part}")

    def config(self, *, small: bool = False, overrides: Mapping[str, Any] | None = None) -> Any:
        """The method's `Config`: published defaults, the differences of small.toml if `small`, then `overrides`."""
        config = self.load().Config()
        changes = {**(self.small_settings() if small else {}), **(overrides or {})}
        known = set(config.__dataclass_fields__)
        for key in changes:
            if key not in known:
                raise UnknownNameError(f"setting of {self.name}", key, known)
        lists = {key: tuple(v) if isinstance(v, list) else v for key, v in changes.items()}
        return replace(config, **lists)

    def small_settings(self) -> dict[str, Any]:
        """The content of small.toml: only settings that differ from the published ones."""
        path = self.folder / "small.toml"
        return tomllib.loads(path.read_text("utf-8")) if path.is_file() else {}

    def build(self, config: Any = None, needs: Mapping[str, object] | None = None) -> Any:
        """An object of the card's class. Methods whose card names `needs` are handed them, by task."""
        missing = [task for task in self.card.needs if task not in (needs or {})]
        if missing:
            raise InputError("needs", expected=f"an object for each of {', '.join(self.card.needs)}", got=f"none for {missing[0]}")
        module, _, class_name = self.card.implements.partition(":")
        cls = getattr(self.load(module), class_name)
        config = self.config() if config is None else config
        return cls(config, needs) if self.card.needs else cls(config)


def methods(task: str | None = None) -> list[Method]:
    """All methods, or those of one task, sorted by name. Two folders of one name are an error."""
    if task is not None and task not in TASKS:
        raise UnknownNameError("task", task, TASKS)
    found: dict[str, Method] = {}
    for method in _walk():
        if method.name in found:
            raise InputError("VULTUS_METHODS", expected="method names that are not taken", got=f"a second {method.name}",
                             hint="rename the folder")
        found[method.name] = method
    return [found[name] for name in sorted(found) if task in (None, found[name].task)]


def get(name: str) -> Method:
    """The method called `task/method`, or `method` when only one task has it."""
    known = methods()
    hits = [m for m in known if name in (m.name, m.short_name)]
    if len(hits) > 1:
        raise InputError("method", expected="a name that fits one method", got=repr(name),
                         hint="write " + " or ".join(m.name for m in hits))
    if not hits:
        raise UnknownNameError("method", name, [*(m.name for m in known), *(m.short_name for m in known)],
                               hint="'vultus methods' lists them")
    return hits[0]


def build(name: str, *, small: bool = False, overrides: Mapping[str, Any] | None = None,
          needs: Mapping[str, object] | None = None) -> Any:
    """Build a method by name in one call."""
    method = get(name)
    return method.build(method.config(small=small, overrides=overrides), needs)


def _walk() -> Iterator[Method]:
    package = Path(__file__).parent
    yield from _walk_root(package, None)
    for index, root in enumerate(filter(None, os.environ.get("VULTUS_METHODS", "").split(os.pathsep))):
        if not Path(root).is_dir():
            raise InputError("VULTUS_METHODS", expected="folders that exist", got=repr(root))
        yield from _walk_root(Path(root).resolve(), f"{_OUTSIDE}_{index}")


def _walk_root(root: Path, outside: str | None) -> Iterator[Method]:
    for task in TASKS:
        for folder in sorted((root / task).glob("*/")):
            if not (folder / "__init__.py").is_file() or folder.name.startswith("_"):
                continue
            name = f"vultus.{task}.{folder.name}" if outside is None else f"{outside}.{task}.{folder.name}"
            module = importlib.import_module(name) if outside is None else import_outside(name, folder)
            card = getattr(module, "CARD", None)
            if not isinstance(card, Card):
                raise InputError(f"method folder {task}/{folder.name}", expected="CARD = Card(...) in __init__.py",
                                 got=type(card).__name__)
            yield Method(task, folder.name, folder, name, card)
