"""Names as the machine-readable zone writes them: A-Z and the filler `<`, by the table of ICAO Doc 9303-3, section 6.

Where the table offers a choice (Ä as AE or A) the first, longer form is taken. Other scripts than Latin are refused.
"""

from __future__ import annotations

import unicodedata

from vultus.errors import InputError

LETTERS = {
    "Ä": "AE", "Å": "AA", "Æ": "AE", "Ð": "D", "Đ": "D", "Ħ": "H", "Ĳ": "IJ", "Ł": "L", "Ŋ": "N", "Ñ": "N", "Ö": "OE",
    "Ø": "OE", "Œ": "OE", "Þ": "TH", "Ŧ": "T", "Ü": "UE", "ẞ": "SS", "ß": "SS", "ı": "I", "ĸ": "Q",
}
_DROPPED = "'’`ʼ."
_FILLERS = " -,‐‑–/"


def transliterate(name: str, argument: str = "name") -> str:
    """`name` with letters A-Z and single `<` between its components ("Anna-María Åberg" -> "ANNA<MARIA<AABERG").

    Raises:
        InputError: no letter at all, or a character that is neither a Latin letter nor punctuation of names.
    """
    written = "".join(_letter(each, name, argument) for each in unicodedata.normalize("NFC", name))
    components = [part for part in written.split("<") if part]
    if not components:
        raise InputError(argument, expected="a name with at least one Latin letter", got=repr(name))
    return "<".join(components)


def _letter(character: str, name: str, argument: str) -> str:
    if character in _DROPPED or unicodedata.combining(character):
        return ""
    if character in _FILLERS:
        return "<"
    upper = LETTERS.get(character) or LETTERS.get(character.upper()) or _base(character).upper()
    if not (upper.isascii() and upper.isalpha()):
        raise InputError(argument, expected="letters of the Latin script, spaces, hyphens and apostrophes",
                         got=f"{character!r} in {name!r}")
    return upper


def _base(character: str) -> str:
    return unicodedata.normalize("NFD", character)[0]
