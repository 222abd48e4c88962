"""Machine-readable zones against the specimens that ICAO Doc 9303 publishes, and against properties of the arithmetic."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vultus.errors import InputError
from vultus.people.documents.mrz import CHARACTERS, LINES, Mrz, check_digit, read_mrz, write_mrz
from vultus.people.documents.name_field import name_field
from vultus.people.documents.transliteration import transliterate

ANNA = Mrz("td3", "P", "UTO", "ERIKSSON", "ANNA MARIA", "L898902C3", "UTO", "740812", "F", "120415", "ZE184226B")
SPECIMENS = {  # Doc 9303 parts 4, 5 and 6, appendix A/B: the printed specimen zones
    ANNA: ("P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L898902C36UTO7408122F1204159ZE184226B<<<<<10"),
    replace(ANNA, size="td2", code="I", number="D23145890", optional=""):
        ("I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<", "D231458907UTO7408122F1204159<<<<<<<6"),
    replace(ANNA, size="td1", code="I", number="D23145890", optional=""):
        ("I<UTOD231458907<<<<<<<<<<<<<<<", "7408122F1204159UTO<<<<<<<<<<<6", "ERIKSSON<<ANNA<MARIA<<<<<<<<<<"),
}
words = st.lists(st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=1, max_size=14), min_size=1, max_size=5).map(" ".join)
code = st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=1, max_size=9)
day = st.dates().map(lambda each: f"{each:%y%m%d}")


@pytest.mark.parametrize(("data", "lines"), SPECIMENS.items(), ids=lambda each: getattr(each, "size", None))
def test_published_specimens_are_written_and_read(data: Mrz, lines: tuple[str, ...]) -> None:
    assert write_mrz(data) == lines
    read = read_mrz(lines)
    assert read.valid and replace(read, checks=()) == data


@pytest.mark.parametrize(("text", "digit"), [("520727", "3"), ("AB2134<<<", "5"), ("L898902C3", "6"), ("740812", "2"), ("120415", "9")])
def test_check_digits_published_in_9303_3(text: str, digit: str) -> None:
    assert check_digit(text) == digit


@given(st.text(CHARACTERS, min_size=1, max_size=40), st.data())
def test_one_changed_character_is_found_unless_values_agree_modulo_ten(text: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(text) - 1))
    other = data.draw(st.sampled_from(CHARACTERS))
    values = [0 if each == "<" else int(each, 36) for each in (text[place], other)]
    changed = text[:place] + other + text[place + 1:]
    assert (check_digit(changed) == check_digit(text)) == ((values[0] - values[1]) % 10 == 0)


@given(st.text("0123456789", min_size=2, max_size=20), st.data())
def test_exchanged_digits_are_found_unless_five_apart(text: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(text) - 2))
    swapped = text[:place] + text[place + 1] + text[place] + text[place + 2:]
    assert (check_digit(swapped) == check_digit(text)) == ((int(text[place]) - int(text[place + 1])) % 5 == 0)


def test_check_digit_against_a_slow_sum() -> None:
    text, total = "ZE184226B<<<<<", 0
    for place in range(len(text)):
        weight = 7 if place % 3 == 0 else 3 if place % 3 == 1 else 1
        total += weight * {"<": 0}.get(text[place], "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ".find(text[place]))
    assert check_digit(text) == str(total % 10) == "1"


@given(st.sampled_from(["td1", "td2", "td3"]), words, st.one_of(st.just(""), words), code, day, day, st.sampled_from("FMX"),
       st.text("ABC123", max_size=7))
def test_what_is_written_is_read_back(size: str, surname: str, given_names: str, number: str, birth: str, expires: str, sex: str,
                                      optional: str) -> None:
    data = Mrz(size, "P" if size == "td3" else "I", "UTO", surname, given_names, number, "UTO", birth, sex, expires, optional)
    lines = write_mrz(data)
    assert (len(lines), len(lines[0])) == LINES[size] and all(len(line) == len(lines[0]) for line in lines)
    assert set("".join(lines)) <= set(CHARACTERS)
    read = read_mrz(lines)
    assert read.valid
    assert replace(read, checks=(), surname=surname, given_names=given_names) == data
    if len(surname) + 2 + len(given_names) <= {"td1": 30, "td2": 31, "td3": 39}[size]:
        assert (read.surname, read.given_names) == (surname, given_names)


@given(st.sampled_from(["td1", "td2"]), st.text("0123456789", min_size=10, max_size=13))
def test_long_numbers_run_into_the_optional_data(size: str, number: str) -> None:
    data = replace(ANNA, size=size, code="I", number=number, optional="")
    if size == "td2" and len(number) > 14:
        return
    lines = write_mrz(data)
    assert (lines[0] if size == "td1" else lines[1])[14 if size == "td1" else 9] == "<"
    assert read_mrz(lines).number == number and read_mrz(lines).valid


@pytest.mark.parametrize(("primary", "secondary", "length", "expected"), [  # specimens of 9303 parts 4, 5, 6 on names that are too long
    ("NILAVADHANANANDA", "CHAYAPA<DEJTHAMRONG<KRASUANG", 39, "NILAVADHANANANDA<<CHAYAPA<DEJTHAMRONG<K"),
    ("NILAVADHANANANDA", "ARNPOL<PETCH<CHARONGUANG", 39, "NILAVADHANANANDA<<ARNPOL<PETCH<CHARONGU"),
    ("BENNELONG<WOOLOOMOOLOO<WARRANDYTE<WARNAMBOOL", "DINGO<POTOROO", 39, "BENNELONG<WOOLOOMOOLOO<WARRANDYTE<W<<DI"),
    ("NILAVADHANANANDA", "CHAYAPA<DEJTHAMRONG<KRASUANG", 31, "NILAVADHANANANDA<<CHAYAPA<DEJ<K"),
    ("NILAVADHANANANDA", "ARNPOL<PETCH<CHARONGUANG", 31, "NILAVADHANANANDA<<ARNPOL<PETC<C"),
    ("BENNELONG<WOOLOOMOOLOO<WARRANDYTE<WARNAMBOOL", "DINGO<POTOROO", 31, "BENNELONG<WOOLOOMOOLOO<W<W<<D<P"),
    ("BENNELONG<WOOLOOMOOLOO<WARRANDYTE<WARNAMBOOL", "DINGO<POTOROO", 30, "BENNELONG<WOOLOOMOOLOO<W<W<<DI"),
])
def test_long_names_as_in_the_published_specimens(primary: str, secondary: str, length: int, expected: str) -> None:
    assert name_field(primary, secondary, length) == expected


@given(words, st.one_of(st.just(""), words), st.sampled_from([30, 31, 39]))
def test_shortened_names_keep_beginnings_and_end_with_a_letter(surname: str, given_names: str, length: int) -> None:
    whole = [part.replace(" ", "<") for part in (surname, given_names)]
    field = name_field(*whole, length)
    assert len(field) == length and "<<<" not in field.rstrip("<")
    primary, _, secondary = field.rstrip("<").partition("<<")
    for short, full in ((primary, whole[0]), (secondary, whole[1])):
        assert all(long.startswith(part) for part, long in zip(short.split("<"), full.split("<"), strict=False))
    if len("<<".join(part for part in whole if part)) > length:
        assert field[-1].isalpha() and bool(secondary) == bool(given_names)


@pytest.mark.parametrize(("name", "written"), [
    ("Anna-María", "ANNA<MARIA"), ("Åberg", "AABERG"), ("Müller", "MUELLER"), ("Groß", "GROSS"), ("Þór", "THOR"), ("Łódź", "LODZ"),
    ("O'Connor", "OCONNOR"), ("Yıldız", "YILDIZ"), ("Dvořák", "DVORAK"), ("Ñandú", "NANDU"),
    ("Đorđe", "DORDE"), ("d’Aubrelle  van", "DAUBRELLE<VAN"),
])
def test_transliteration(name: str, written: str) -> None:
    assert transliterate(name) == written


@pytest.mark.parametrize("name", ["", "  - ", "'", "Иван", "R2D2", "李"])
def test_names_that_no_zone_can_hold(name: str) -> None:
    with pytest.raises(InputError, match="expected"):
        transliterate(name)


@pytest.mark.parametrize("change", [{"size": "td9"}, {"number": "1234567890"}, {"number": ""}, {"number": "a1"}, {"sex": "W"},
                                    {"surname": "Ü"}, {"birth": "1974"}, {"optional2": "A"}, {"issuer": "UTOP"}, {"surname": " "}])
def test_fields_that_do_not_fit_are_named(change: dict[str, str]) -> None:
    with pytest.raises(InputError, match=f"^{next(iter(change))}: expected"):
        write_mrz(replace(ANNA, **change))


@pytest.mark.parametrize("lines", [(), ("A",), ("P<UTO" + "<" * 39,), ("<" * 44, "<" * 43), ("ü" * 44, "<" * 44), ("p" * 36, "<" * 36)])
def test_lines_that_are_no_zone(lines: tuple[str, ...]) -> None:
    with pytest.raises(InputError, match=r"^lines: expected"):
        read_mrz(lines)


def test_altered_zone_is_not_valid() -> None:
    upper, lower = SPECIMENS[ANNA]
    read = read_mrz((upper, lower.replace("7408122", "7408132")))
    assert not read.valid and dict(read.checks) == {"number": True, "birth": False, "expires": True, "optional": True, "composite": False}
