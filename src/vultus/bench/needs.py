"""What a demonstration is handed for the tasks its card needs: the packaged recogniser and detector, or the task's default method."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vultus import registry
from vultus.errors import InputError
from vultus.registry import Method

PACKAGED = {"detect": "detect/centerface", "embed": "embed/dlib_resnet"}


def objects_for(method: Method, given: Mapping[str, object] | None = None, *, small: bool = True) -> dict[str, Any]:
    """One object for every task in the card's `needs`, by task.

    Args:
        method: the method to be run.
        given: objects to use instead of the defaults, by task.
        small: build the defaults with their small settings.

    Raises:
        InputError: a task has no default; the message names its methods.
    """
    return {task: (given or {}).get(task) or _default(task, (method.name,), small) for task in method.card.needs}


def default_name(task: str) -> str:
    """Name of the method taken for a task when nobody chooses: the packaged one, the one with capability `default`, or the only one."""
    known = [m for m in registry.methods(task) if m.name != PACKAGED.get(task)]
    if task in PACKAGED:
        return PACKAGED[task]
    marked = [m for m in known if "default" in m.card.capabilities] or known
    if len(marked) != 1:
        raise InputError("needs", expected=f"one default method of task {task!r}", got=f"{len(marked)}",
                         hint="hand one in: " + (", ".join(m.name for m in known) or "there is none yet"))
    return marked[0].name


def _default(task: str, users: tuple[str, ...], small: bool) -> Any:
    name = default_name(task)
    if name in users:
        raise InputError("needs", expected="methods that do not need themselves", got=" > ".join((*users, name)))
    method = registry.get(name)
    needs = {inner: _default(inner, (*users, name), small) for inner in method.card.needs}
    return method.build(method.config(small=small), needs)
