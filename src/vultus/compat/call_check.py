"""Calls with a wrong keyword: an error that names the closest parameter, and that old `except TypeError` clauses still catch."""

from __future__ import annotations

import difflib
import functools
import inspect
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from vultus.errors import InputError

P = ParamSpec("P")
R = TypeVar("R")


class CallError(InputError, TypeError):
    """A function was called with a keyword that it does not have, with too many arguments, or without a needed one."""


def checked_call(function: Callable[P, R]) -> Callable[P, R]:
    """The same function; arguments that do not fit its signature raise CallError before anything else happens."""
    signature = inspect.signature(function)

    @functools.wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        unknown = [name for name in kwargs if name not in signature.parameters]
        if unknown:
            raise CallError(f"{function.__qualname__}()", expected="parameters that it has", got=f"the keyword {unknown[0]!r}",
                            hint=_closest(unknown[0], list(signature.parameters)))
        try:
            signature.bind(*args, **kwargs)
        except TypeError as error:
            raise CallError(f"{function.__qualname__}()", expected=f"the parameters {signature}", got=str(error)) from None
        return function(*args, **kwargs)

    return call


def _closest(name: str, known: list[str]) -> str:
    near = difflib.get_close_matches(name, known, n=2, cutoff=0.75)
    return "did you mean " + " or ".join(near) if near else "it has " + ", ".join(known)
