"""Where things stand on each kind of document: pure lists of entries in millimetres, sizes after ICAO Doc 9303 parts 4 to 6."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from vultus.people.documents.fields import IdentityFields

SIZES_MM = {"td3": (125.0, 88.0), "td1-front": (85.6, 53.98), "td1-back": (85.6, 53.98), "td2": (105.0, 74.0)}
NOTICE = "SPECIMEN - UTOPIA AND THIS PERSON DO NOT EXIST"
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_CAPTIONS = {
    "type": "Type", "issuer": "Code", "number": "Document No", "surname": "Surname / Nom", "given_names": "Given names / Prénoms",
    "nationality": "Nationality / Nationalité", "birth": "Date of birth / Né(e) le", "sex": "Sex / Sexe",
    "birthplace": "Place of birth / Lieu",
    "issued": "Date of issue / Délivré le", "expires": "Date of expiry / Expire le", "authority": "Authority / Autorité",
    "personal_number": "Personal No / No personnel",
}
# Field -> left mm, baseline of the value mm, width mm.
_PLACES: dict[str, dict[str, tuple[float, float, float]]] = {
    "td3": {"type": (45, 20.0, 10), "issuer": (58, 20.0, 14), "number": (82, 20.0, 38), "surname": (45, 27.0, 76),
            "given_names": (45, 33.8, 76), "nationality": (45, 40.6, 40), "birth": (45, 47.2, 30), "sex": (78, 47.2, 12),
            "personal_number": (45, 60.4, 34), "birthplace": (80, 53.8, 22), "issued": (45, 53.8, 32), "expires": (80, 60.4, 22)},
    "td1-front": {"surname": (31, 17.0, 51), "given_names": (31, 23.0, 51), "sex": (31, 29.0, 10), "nationality": (45, 29.0, 20),
                  "birth": (31, 35.0, 26), "number": (31, 41.0, 26), "expires": (31, 47.0, 26)},
    "td1-back": {"issued": (5, 16.0, 26), "authority": (45, 16.0, 36), "birthplace": (5, 22.0, 36), "personal_number": (45, 22.0, 36)},
    "td2": {"surname": (34, 18.5, 67), "given_names": (34, 25.0, 67), "nationality": (34, 31.5, 24), "sex": (66, 31.5, 12),
            "birth": (34, 38.0, 28), "birthplace": (66, 38.0, 20), "number": (34, 44.5, 28), "expires": (66, 44.5, 20)},
}
_TITLES: dict[str, tuple[str, float, float, float]] = {"td3": ("UTOPIA   PASSPORT / PASSEPORT", 5, 9.5, 3.2),
           "td1-front": ("UTOPIA   IDENTITY CARD", 4, 7.6, 2.6),
           "td1-back": ("UTOPIA   IDENTITY CARD", 5, 6.6, 1.8), "td2": ("UTOPIA   IDENTITY CARD", 5, 8.6, 3.0)}
_NOTICES: dict[str, tuple[float, float, float]] = {"td3": (45, 13.6, 1.7), "td1-front": (4, 51.2, 1.5),
            "td1-back": (5, 10.4, 1.5), "td2": (34, 12.6, 1.5)}
# Left, top, width, height mm; height/width of a portrait 45/35.
PORTRAITS_MM = {"td3": (5.0, 17.0, 35.0, 45.0), "td1-front": (4.0, 12.5, 24.0, 30.9), "td2": (4.5, 13.0, 26.0, 33.4)}
GHOSTS_MM = {"td3": (104.0, 42.0, 16.0, 20.6), "td1-front": (67.0, 31.0, 12.5, 16.1), "td2": (88.5, 28.0, 13.0, 16.7)}
SIGNATURES_MM = {"td3": (45.0, 61.8, 26.0, 2.4), "td1-front": (62.0, 48.2, 18.0, 3.0)}
# Left edge and baseline of the first line, distance of lines.
ZONES_MM = {"td3": (6.5, 73.0, 6.35), "td1-back": (4.6, 36.0, 6.0), "td2": (6.7, 60.5, 6.35)}


class Entry(NamedTuple):
    """Text to print: its field, left edge and baseline, height of its capitals, width it must fit into (all mm), ink (sRGB 0..1)."""

    text: str
    field: str
    x: float
    y: float
    height: float
    width: float
    ink: tuple[float, float, float] = (0.08, 0.08, 0.12)


def entries(kind: str, shown: Mapping[str, str]) -> list[Entry]:
    """What is printed in the visual zone of `kind`: title, notice, captions, values."""
    width = SIZES_MM[kind][0]
    title, x, y, height = _TITLES[kind]
    listed = [Entry(title, "title", x, y, height, width - 2 * x, (0.13, 0.2, 0.42))]
    x, y, height = _NOTICES[kind]
    listed.append(Entry(NOTICE, "specimen", x, y, height, width - x - 4, (0.72, 0.08, 0.1)))
    for name, (x, y, room) in _PLACES[kind].items():
        if shown.get(name):
            listed.append(Entry(_CAPTIONS[name], "caption", x, y - 3.1, 1.15, room, (0.25, 0.32, 0.5)))
            listed.append(Entry(shown[name], name, x, y, 2.1, room))
    return listed


def shown_fields(fields: IdentityFields, kind: str) -> dict[str, str]:
    """Field name -> what the visual zone of `kind` prints."""
    everything = {
        "type": "P", "issuer": "UTO", "number": fields.number, "surname": fields.surname.upper(), "given_names": fields.given_names.upper(),
        "nationality": "UTOPIAN" if kind != "td1-front" else "UTO", "birth": _day(fields.birth), "sex": fields.sex,
        "birthplace": fields.birthplace.upper(), "issued": _day(fields.issued), "expires": _day(fields.expires),
        "authority": "OFFICE OF SPECIMENS", "personal_number": fields.personal_number,
    }
    return {name: everything[name] for name in _PLACES[kind] if everything[name]}


def _day(day: date) -> str:
    return f"{day.day:02d} {_MONTHS[day.month - 1]} {day.year:04d}"
