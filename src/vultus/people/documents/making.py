"""Fictitious identity documents: pages of the state UTO with a portrait, printed fields and a machine-readable zone."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vultus.errors import InputError, UnknownNameError
from vultus.people.documents.document import KINDS, Document
from vultus.people.documents.fields import IdentityFields, check_fields
from vultus.people.documents.ground import paint_ground
from vultus.people.documents.layouts import GHOSTS_MM, PORTRAITS_MM, SIGNATURES_MM, SIZES_MM, ZONES_MM, entries, shown_fields
from vultus.people.documents.mrz import Mrz, write_mrz
from vultus.people.documents.sheet import Sheet
from vultus.people.documents.transliteration import transliterate
from vultus.types import Image

_FEWEST = 32  # px, side of a portrait


def make_document(fields: IdentityFields, portrait: Image, seed: int, kind: str = "td3", px_per_mm: float = 8.0) -> Document:
    """A flat, perfectly lit page; `photograph` makes a camera's picture of it.

    Args:
        fields: entries (`sample_fields` draws some).
        portrait: uint8 RGB (h, w, 3), a rendered or consenting person; the middle is cut to 35:45.
        seed: fixes ground, colours and scribble.
        kind: one of `KINDS`; both sides of a TD1 card are made by two calls with the same fields and seed.
        px_per_mm: resolution, 4..24; 8 is about 200 dots an inch.

    Raises:
        InputError: a portrait that is not uint8 RGB or is smaller than 32 px, an entry no document can hold, an unknown kind.
    """
    _check(portrait, kind, px_per_mm)
    check_fields(fields)
    rng = np.random.default_rng([seed, 2025])
    width, height = SIZES_MM[kind]
    sheet = Sheet(paint_ground(width, height, px_per_mm, rng), px_per_mm)
    place = sheet.paste(portrait, PORTRAITS_MM[kind]) if kind in PORTRAITS_MM else None
    if kind in GHOSTS_MM:
        sheet.paste(portrait, GHOSTS_MM[kind], ghost=0.45)
    if kind in SIGNATURES_MM:
        sheet.sign(SIGNATURES_MM[kind], rng)
    shown, zone = shown_fields(fields, kind), mrz_lines(fields, kind)
    _print(sheet, kind, shown, zone)
    rows, columns = sheet.picture.shape[:2]
    card = np.array([(0, 0), (columns, 0), (columns, rows), (0, rows)], np.float32)
    return Document(kind, sheet.finished(), tuple(sheet.words), shown, zone, place, card, np.eye(3))


def mrz_lines(fields: IdentityFields, kind: str) -> tuple[str, ...]:
    """The machine-readable zone of `kind`; empty for "td1-front"."""
    if kind not in ZONES_MM:
        return ()
    size = kind.partition("-")[0]
    names = [transliterate(name).replace("<", " ") if name.strip() else "" for name in (fields.surname, fields.given_names)]
    optional = {"td1": fields.personal_number, "td2": "", "td3": fields.personal_number}[size]
    return write_mrz(Mrz(size, "P" if size == "td3" else "I", "UTO", names[0], names[1], fields.number, "UTO",
                         f"{fields.birth:%y%m%d}", fields.sex, f"{fields.expires:%y%m%d}", optional))


def _print(sheet: Sheet, kind: str, shown: dict[str, str], zone: tuple[str, ...]) -> None:
    for entry in entries(kind, shown):
        sheet.print_entry(entry)
    if zone:
        _clear_zone(sheet.picture, kind, len(zone), sheet.px_per_mm)
        sheet.print_mrz(zone, *ZONES_MM[kind])


def _clear_zone(picture: NDArray[np.float32], kind: str, lines: int, px_per_mm: float) -> None:
    """Pale paper under the zone: Doc 9303 wants it free of pattern that a reader could take for ink."""
    _, baseline, step = ZONES_MM[kind]
    top, bottom = round((baseline - 5.2) * px_per_mm), round((baseline + (lines - 1) * step + 3.0) * px_per_mm)
    picture[top:bottom] += (np.array([0.965, 0.965, 0.96], np.float32) - picture[top:bottom]) * np.float32(0.86)


def _check(portrait: Image, kind: str, px_per_mm: float) -> None:
    if kind not in KINDS:
        raise UnknownNameError("kind", str(kind), KINDS, hint="kinds of documents: " + ", ".join(KINDS))
    if not (isinstance(portrait, np.ndarray) and portrait.dtype == np.uint8 and portrait.ndim == 3 and portrait.shape[2] == 3):
        got = f"{portrait.dtype} {portrait.shape}" if isinstance(portrait, np.ndarray) else type(portrait).__name__
        raise InputError("portrait", expected="uint8 RGB (h, w, 3)", got=got)
    if min(portrait.shape[:2]) < _FEWEST:
        raise InputError("portrait", expected=f"sides of at least {_FEWEST} px", got=f"{portrait.shape[1]} x {portrait.shape[0]} px")
    if not 4 <= px_per_mm <= 24:
        raise InputError("px_per_mm", expected="4 to 24", got=repr(px_per_mm))
