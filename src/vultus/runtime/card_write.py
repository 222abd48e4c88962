"""Writes a model card as TOML, the form that `vultus.runtime.card_file` reads."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import fields
from typing import Any

from vultus.runtime.model_card import ModelCard

_FIRST = ("name", "summary", "task", "file", "sha256", "bytes", "default")
_BARE = re.compile(r"[A-Za-z0-9_-]+")


def card_text(card: ModelCard) -> str:
    """The TOML text of `card`; reading it gives an equal card."""
    lines = [line for name in _FIRST for line in _pair(name, getattr(card, name))]
    for name in ("source", "input"):
        lines += ["", f"[{name}]", *_pairs(getattr(card, name))]
    for output in card.outputs:
        lines += ["", f"[output.{_key(output.name)}]", *_pairs(output, skip=("name",))]
    lines += ["", "[licence]", *_pairs(card.licence), "", "[training]", *_pairs(card.training)]
    for measured in card.measured:
        lines += ["", "[[measured]]", *_pairs(measured)]
    return "\n".join(lines) + "\n"


def _pairs(part: Any, skip: Iterable[str] = ()) -> list[str]:
    return [line for f in fields(part) if f.name not in skip for line in _pair(f.name, getattr(part, f.name))]


def _pair(key: str, value: Any) -> list[str]:
    """One line, or none for a value that is not there."""
    return [] if value in ("", None, (), 0) and not isinstance(value, (bool, float)) else [f"{key} = {_value(value)}"]


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return "[" + ", ".join(map(_value, value)) + "]"
    return _text(value) if isinstance(value, str) else repr(value)


def _text(value: str) -> str:
    # JSON escapes what TOML demands, but for the delete character.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else _text(name)
