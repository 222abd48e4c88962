"""Single values of a specification, checked and named in errors."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from vultus.errors import InputError, UnknownNameError
from vultus.people.dataset.spec import Level


def whole(data: Mapping[str, Any], name: str, low: int, high: int, default: int | None = None) -> int:
    """A whole number low..high. Raises InputError."""
    value = data.get(name, default)
    if type(value) is not int or not low <= value <= high:
        raise InputError(name, expected=f"a whole number {low}..{high}", got="none" if value is None else repr(value))
    return value


def number(data: Mapping[str, Any], name: str, low: float, high: float) -> float:
    """A finite number low..high. Raises InputError."""
    value = data[name]
    if type(value) not in (int, float) or not math.isfinite(value) or not low <= value <= high:
        raise InputError(name, expected=f"a number {low:g}..{high:g}", got=repr(value))
    return float(value)


def fraction(data: Mapping[str, Any], name: str) -> float:
    """A number 0..1, 0 where it is not given. Raises InputError."""
    return number(data, name, 0.0, 1.0) if name in data else 0.0


def table(data: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """A table, empty where it is not given. Raises InputError."""
    value = data.get(name, {})
    if not isinstance(value, Mapping):
        raise InputError(name, expected=f"a table [{name}]", got=repr(value))
    return value


def tables(data: Mapping[str, Any], name: str) -> Sequence[Mapping[str, Any]]:
    """A list of tables. Raises InputError."""
    value = data.get(name, [])
    if not isinstance(value, list) or not all(isinstance(each, Mapping) for each in value):
        raise InputError(name, expected=f"tables [[{name}]]", got=repr(value))
    return value


def words(data: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """A word or a list of words. Raises InputError."""
    value = data.get(name, [])
    found = [value] if isinstance(value, str) else value
    if not isinstance(found, list) or not all(isinstance(each, str) for each in found):
        raise InputError(name, expected="a list of words", got=repr(value))
    return tuple(found)


def level(value: Any) -> Level:
    """A level of an attribute, lists as tuples so that the specification cannot be changed afterwards."""
    return tuple(value) if isinstance(value, list) else value


def check_name(kind: str, name: Any, known: Sequence[str]) -> None:
    """Raises UnknownNameError with the closest names unless `name` is known."""
    if name not in known:
        raise UnknownNameError(kind, str(name), known, hint="known are " + ", ".join(known) if len(known) <= 16 else "")
