"""What files of calibrations may hold: numbers that are numbers, counts, and each key once."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from vultus.errors import InputError

LARGEST = 1e15


def is_number(value: Any, low: float = -LARGEST, high: float = LARGEST) -> bool:
    """A finite number in low..high; a boolean is none."""
    return isinstance(value, (int, float)) and not isinstance(value, bool) and low <= value <= high


def is_count(value: Any, least: int = 0) -> bool:
    """A whole number from `least` on; a boolean is none."""
    return isinstance(value, int) and is_number(value, least)


def read_json(path: Path, hint: str = "") -> Any:
    """The document in a JSON file. Raises FileNotFoundError, and InputError for anything else that cannot be read."""
    try:
        return json.loads(path.read_text("utf-8"), object_pairs_hook=_each_once)
    except FileNotFoundError:
        raise
    except (OSError, ValueError, RecursionError) as error:
        raise InputError(f"calibration {path.name}", expected="a readable JSON file, each key once", got=_found(error),
                         hint=hint) from error


def _found(error: Exception) -> str:
    if isinstance(error, UnicodeDecodeError):
        return "a file that is no text"
    return error.strerror or "an unreadable file" if isinstance(error, OSError) else f"something else ({type(error).__name__})"


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(dict(pairs)) < len(pairs):
        raise ValueError("a key twice")
    return dict(pairs)
