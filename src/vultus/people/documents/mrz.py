"""Machine-readable zones TD1 (3 x 30), TD2 (2 x 36) and TD3 (2 x 44) of ICAO Doc 9303 parts 3 to 6: written, and read back.

The check digit (9303-3, section 4.9) weighs the values of the characters 7, 3, 1, 7, 3, 1, ... and keeps the sum modulo 10. What it
finds, from the arithmetic: every change of one digit into another digit, because the weights have no factor in common with 10; not a
change between characters whose values differ by a multiple of 10 (0, A, K, U and the filler; 1, B, L, V; ...), and not an
exchange of neighbours whose values differ by a multiple of 5.
"""

from __future__ import annotations

from dataclasses import dataclass

from vultus.errors import InputError
from vultus.people.documents.name_field import name_field

LINES = {"td1": (3, 30), "td2": (2, 36), "td3": (2, 44)}
CODES = {"td1": "I<", "td2": "I<", "td3": "P<"}
CHARACTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ<"
_WEIGHTS = (7, 3, 1)


@dataclass(frozen=True)
class Mrz:
    """What a machine-readable zone says, without fillers.

    Attributes:
        size: "td1", "td2" or "td3".
        code: document code, one or two letters ("P", "I").
        issuer, nationality: three-letter codes.
        surname, given_names: A-Z, components separated by one space.
        number: document number.
        birth, expires: YYMMDD.
        sex: "F", "M" or "X" (written `<`).
        optional: optional data of the line with the number (TD1: the first line).
        optional2: optional data of the second line of TD1, else empty.
        checks: field name -> its check digit is right; of a zone to be written: empty.
    """

    size: str
    code: str
    issuer: str
    surname: str
    given_names: str
    number: str
    nationality: str
    birth: str
    sex: str
    expires: str
    optional: str = ""
    optional2: str = ""
    checks: tuple[tuple[str, bool], ...] = ()

    @property
    def valid(self) -> bool:
        """Every check digit is right (false for a zone that was not read)."""
        return bool(self.checks) and all(right for _, right in self.checks)


def check_digit(text: str) -> str:
    """The check digit of `text` ("520727" -> "3").

    Raises:
        InputError: a character other than 0-9, A-Z and `<`.
    """
    wrong = sorted(set(text) - set(CHARACTERS))
    if wrong:
        raise InputError("text", expected="characters 0-9, A-Z and <", got=repr("".join(wrong)))
    return str(sum(_value(each) * _WEIGHTS[place % 3] for place, each in enumerate(text)) % 10)


def write_mrz(data: Mrz) -> tuple[str, ...]:
    """The lines of the zone; names longer than their field are shortened, other fields must fit.

    Raises:
        InputError: unknown size, or a field too long or of other characters than it may hold.
    """
    _check(data)
    return {"td1": _write_td1, "td2": _write_td2, "td3": _write_td3}[data.size](data)


def read_mrz(lines: tuple[str, ...] | list[str]) -> Mrz:
    """What `lines` say, with every check digit compared.

    Raises:
        InputError: not the line lengths of TD1, TD2 or TD3, or characters that no zone holds.
    """
    shape = (len(lines), len(lines[0]) if lines else 0)
    size = next((name for name, known in LINES.items() if known == shape), None)
    if size is None or len({len(line) for line in lines}) != 1:
        raise InputError("lines", expected="3 lines of 30, 2 of 36 or 2 of 44 characters", got=f"lengths {[len(line) for line in lines]}")
    wrong = sorted(set("".join(lines)) - set(CHARACTERS))
    if wrong:
        raise InputError("lines", expected="characters 0-9, A-Z and <", got=repr("".join(wrong)))
    return _read_td1(lines) if size == "td1" else _read_two_lines(size, lines)


def _value(character: str) -> int:
    return 0 if character == "<" else int(character, 36)


def _write_td3(data: Mrz) -> tuple[str, ...]:
    number = data.number.ljust(9, "<")
    birth, expires = data.birth + check_digit(data.birth), data.expires + check_digit(data.expires)
    optional = data.optional.ljust(14, "<")
    number += check_digit(number)
    optional += check_digit(optional) if data.optional else "<"
    lower = number + data.nationality.ljust(3, "<") + birth + _sex(data) + expires + optional
    return (_code(data) + data.issuer.ljust(3, "<") + _names(data, 39), lower + check_digit(number + birth + expires + optional))


def _write_td2(data: Mrz) -> tuple[str, ...]:
    number, optional = _number_field(data.number, data.optional, 7)
    birth, expires = data.birth + check_digit(data.birth), data.expires + check_digit(data.expires)
    lower = number + data.nationality.ljust(3, "<") + birth + _sex(data) + expires + optional
    return (_code(data) + data.issuer.ljust(3, "<") + _names(data, 31), lower + check_digit(number + birth + expires + optional))


def _write_td1(data: Mrz) -> tuple[str, ...]:
    number, optional = _number_field(data.number, data.optional, 15)
    birth, expires = data.birth + check_digit(data.birth), data.expires + check_digit(data.expires)
    optional2 = data.optional2.ljust(11, "<")
    middle = birth + _sex(data) + expires + data.nationality.ljust(3, "<") + optional2
    return (_code(data) + data.issuer.ljust(3, "<") + number + optional,
            middle + check_digit(number + optional + birth + expires + optional2), _names(data, 30))


def _number_field(number: str, optional: str, room: int) -> tuple[str, str]:
    """Number with check digit, and optional data; the tail of a number over 9 goes there, `<` in the digit's place (9303-5, note j)."""
    if len(number) <= 9:
        field = number.ljust(9, "<")
        return field + check_digit(field), optional.ljust(room, "<")
    return number[:9] + "<", (number[9:] + check_digit(number) + "<" + optional).ljust(room, "<")[:room]


def _read_two_lines(size: str, lines: tuple[str, ...] | list[str]) -> Mrz:
    upper, lower = lines
    end = 42 if size == "td3" else 35
    number, optional, right = _read_number(lower[:10], lower[28:end]) if size == "td2" else (lower[:9], lower[28:end], _right(lower[:10]))
    checks = [("number", right), ("birth", _right(lower[13:20])), ("expires", _right(lower[21:28]))]
    if size == "td3":
        checks.append(("optional", (lower[42] == "<" and not optional.strip("<")) or _right(lower[28:43])))
    checks.append(("composite", _right(lower[:10] + lower[13:20] + lower[21:])))
    surname, given = _read_names(upper[5:])
    return Mrz(size, _bare(upper[:2]), _bare(upper[2:5]), surname, given, _bare(number), _bare(lower[10:13]), lower[13:19],
               _read_sex(lower[20]), lower[21:27], _bare(optional), checks=tuple(checks))


def _read_td1(lines: tuple[str, ...] | list[str]) -> Mrz:
    upper, middle, names = lines
    number, optional, right = _read_number(upper[5:15], upper[15:])
    composite = upper[5:] + middle[:7] + middle[8:15] + middle[18:]
    checks = (("number", right), ("birth", _right(middle[:7])), ("expires", _right(middle[8:15])), ("composite", _right(composite)))
    surname, given = _read_names(names)
    return Mrz("td1", _bare(upper[:2]), _bare(upper[2:5]), surname, given, _bare(number), _bare(middle[15:18]), middle[:6],
               _read_sex(middle[7]), middle[8:14], _bare(optional), _bare(middle[18:29]), checks)


def _read_number(field: str, optional: str) -> tuple[str, str, bool]:
    if field[9] != "<" or not optional.strip("<"):
        return field[:9], optional, _right(field)
    tail, _, rest = optional.partition("<")
    return field[:9] + tail[:-1], rest, _right(field[:9] + tail)


def _right(field_and_digit: str) -> bool:
    return check_digit(field_and_digit[:-1]) == field_and_digit[-1]


def _read_names(field: str) -> tuple[str, str]:
    primary, _, secondary = field.rstrip("<").partition("<<")
    return primary.replace("<", " "), secondary.replace("<", " ")


def _names(data: Mrz, length: int) -> str:
    return name_field(data.surname.replace(" ", "<"), data.given_names.replace(" ", "<"), length)


def _bare(field: str) -> str:
    return field.rstrip("<")


def _code(data: Mrz) -> str:
    return data.code.ljust(2, "<")


def _sex(data: Mrz) -> str:
    return "<" if data.sex == "X" else data.sex


def _read_sex(letter: str) -> str:
    return "X" if letter == "<" else letter


def _check(data: Mrz) -> None:
    if data.size not in LINES:
        raise InputError("size", expected="td1, td2 or td3", got=repr(data.size))
    longest = {"td1": 9 + 13, "td2": 9 + 5, "td3": 9}[data.size]
    optional = {"td1": 15, "td2": 7, "td3": 14}[data.size]
    over = max(0, len(data.number) - 9 + 2) if len(data.number) > 9 else 0
    rules = (("code", data.code, 1, 2), ("issuer", data.issuer, 1, 3), ("nationality", data.nationality, 1, 3),
             ("number", data.number, 1, longest), ("birth", data.birth, 6, 6), ("expires", data.expires, 6, 6),
             ("optional", data.optional, 0, optional - over), ("optional2", data.optional2, 0, 11 if data.size == "td1" else 0))
    for name, text, fewest, most in rules:
        if not fewest <= len(text) <= most or set(text) - set(CHARACTERS):
            raise InputError(name, expected=f"{fewest} to {most} characters 0-9, A-Z or < in {data.size}", got=repr(text))
    if data.sex not in ("F", "M", "X"):
        raise InputError("sex", expected="F, M or X", got=repr(data.sex))
    for name, text in (("surname", data.surname), ("given_names", data.given_names)):
        if set(text) - set(CHARACTERS[10:36] + " ") or (name == "surname" and not text.strip()):
            raise InputError(name, expected="letters A-Z and spaces", got=repr(text), hint="use transliterate first")
