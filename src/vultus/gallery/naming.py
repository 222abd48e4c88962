"""Names of people: what is accepted, and how a name is shown."""

from __future__ import annotations

import unicodedata

from vultus.errors import InputError

MAX_BYTES = 1024
_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}  # controls, bidirectional overrides, surrogates, line separators


def checked_name(name: str) -> str:
    """The name as stored: composed (NFC), no space around it, so that one spelling is one person."""
    if not isinstance(name, str):
        raise InputError("name", expected="text", got=type(name).__name__)
    plain = unicodedata.normalize("NFC", name).strip()
    try:
        size = len(plain.encode())
    except UnicodeEncodeError as error:
        raise InputError("name", expected="valid Unicode text", got="bytes that are not UTF-8", hint="rename it") from error
    if not 0 < size <= MAX_BYTES:
        raise InputError("name", expected=f"1 to {MAX_BYTES} bytes of text", got=f"{size} bytes")
    return plain


def encodable(text: str) -> str:
    """The text with bytes of a path that are not UTF-8 written as escapes, so that it can be stored and printed."""
    return text.encode(errors="backslashreplace").decode()


def printable(text: str) -> str:
    """The text without characters that could move the cursor, change colours or reorder what a terminal shows."""
    return "".join("\N{REPLACEMENT CHARACTER}" if unicodedata.category(sign) in _HIDDEN else sign for sign in text)
