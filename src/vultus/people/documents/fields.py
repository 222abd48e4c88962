"""What stands on a fictitious document: names, dates, number, sex; drawn at random or given, and checked before printing."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from vultus.errors import InputError
from vultus.people.documents.names import FAMILY, GIVEN_F, GIVEN_M, PLACES
from vultus.people.documents.transliteration import transliterate

OLDEST = 120  # years
_LONGEST_NAME = 60
_YEAR_DAYS = 365.2425
_LETTERS = "CFGHJKLMNPRTVWXYZ"  # without those that are mistaken for digits
_DIGITS = "0123456789"


@dataclass(frozen=True)
class IdentityFields:
    """The entries of a document of the state UTO (Utopia), which does not exist.

    Attributes:
        surname, given_names: as printed, Latin script with diacritics; `given_names` may be empty.
        sex: "F", "M" or "X".
        birth, issued, expires: dates, birth < issued <= expires.
        number: document number, 1 to 9 characters 0-9 and A-Z.
        birthplace: as printed.
        personal_number: up to 10 characters 0-9 and A-Z, may be empty.
    """

    surname: str
    given_names: str
    sex: str
    birth: date
    issued: date
    expires: date
    number: str
    birthplace: str = "Zembla"
    personal_number: str = ""


def sample_fields(seed: int, years: float, sex: str, on: date = date(2025, 6, 1)) -> IdentityFields:
    """Entries for somebody `years` old and of `sex` on the day `on`, with a document that is valid on that day.

    A whole number of years leaves the birthday open, any day that makes it true; a fraction fixes it. Adults' documents run ten
    years, those of people under 18 at issue five.

    Raises:
        InputError: `years` is not 0..120, or `sex` is not F, M or X.
    """
    if not (math.isfinite(years) and 0 <= years <= OLDEST):
        raise InputError("years", expected=f"an age of 0 to {OLDEST} years", got=repr(years))
    _check_sex(sex)
    rng = np.random.default_rng([seed, 9303])
    passed = years + (float(rng.uniform(0.003, 0.997)) if years == int(years) else 0.0)
    birth = on - timedelta(days=max(1, math.floor(passed * _YEAR_DAYS)))
    age_days = (on - birth).days
    issued = on - timedelta(days=int(rng.integers(0, min(1700, age_days))))
    term = 10 if (issued - birth).days > 18 * _YEAR_DAYS else 5
    given = {"F": GIVEN_F, "M": GIVEN_M, "X": GIVEN_F + GIVEN_M}[sex]
    chosen = rng.choice(len(given), 1 + int(rng.random() < 0.45), replace=False)
    family = FAMILY[int(rng.integers(len(FAMILY)))]
    return IdentityFields(family, " ".join(given[i] for i in chosen), sex, birth, issued, _years_later(issued, term),
                          _drawn(rng, _LETTERS, 1) + _drawn(rng, _LETTERS + _DIGITS, 2) + _drawn(rng, _DIGITS, 6),
                          PLACES[int(rng.integers(len(PLACES)))], _drawn(rng, _LETTERS, 2) + _drawn(rng, _DIGITS, 7))


def check_fields(fields: IdentityFields) -> None:
    """Raise InputError naming the first entry that no document can hold."""
    _check_name("surname", fields.surname, needed=True)
    _check_name("given_names", fields.given_names, needed=False)
    _check_sex(fields.sex)
    _check_code("number", fields.number, 1, 9)
    _check_code("personal_number", fields.personal_number, 0, 10)
    age = (fields.issued - fields.birth).days / _YEAR_DAYS
    if not 0 < age < OLDEST + 1:
        raise InputError("birth", expected=f"an age of 0 to {OLDEST} years on the day of issue {fields.issued}", got=f"{age:.1f} years")
    if fields.expires < fields.issued:
        raise InputError("expires", expected=f"a day not before the day of issue {fields.issued}", got=str(fields.expires))


def _check_name(argument: str, name: str, *, needed: bool) -> None:
    if len(name) > _LONGEST_NAME:
        raise InputError(argument, expected=f"at most {_LONGEST_NAME} characters", got=str(len(name)))
    if needed or name.strip():
        transliterate(name, argument)


def _check_sex(sex: str) -> None:
    if sex not in ("F", "M", "X"):
        raise InputError("sex", expected="F, M or X", got=repr(sex))


def _check_code(argument: str, text: str, fewest: int, most: int) -> None:
    if not (fewest <= len(text) <= most and set(text) <= set("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")):
        raise InputError(argument, expected=f"{fewest} to {most} characters 0-9 or A-Z", got=repr(text))


def _years_later(day: date, years: int) -> date:
    leap = (day.month, day.day) == (2, 29)
    return day.replace(year=day.year + years, day=28 if leap else day.day)


def _drawn(rng: np.random.Generator, characters: str, count: int) -> str:
    return "".join(characters[int(i)] for i in rng.integers(len(characters), size=count))
