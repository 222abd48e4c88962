"""Text of the visual zone: the face that Pillow carries (Aileron Regular, ASCII), diacritics composed here from strokes.

Letters that are neither ASCII nor an ASCII letter with a mark from the table are printed in their transliteration (Æ as AE).
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image as pillow
from PIL import ImageDraw, ImageFont

from vultus.people.documents.transliteration import LETTERS

Mask = NDArray[np.uint8]
CAPITAL = 0.70  # height of a capital as a share of the font size
# Strokes of a mark in units of the capital's height: x from the letter's middle, y up from the line it stands on (top or baseline).
_ABOVE = {
    "\u0300": ((-0.16, 0.30, 0.06, 0.12),), "\u0301": ((0.16, 0.30, -0.06, 0.12),),
    "\u0302": ((-0.18, 0.12, 0.0, 0.30), (0.0, 0.30, 0.18, 0.12)), "\u030c": ((-0.18, 0.30, 0.0, 0.12), (0.0, 0.12, 0.18, 0.30)),
    "\u0303": ((-0.22, 0.14, -0.1, 0.24), (-0.1, 0.24, 0.08, 0.15), (0.08, 0.15, 0.2, 0.25)),
    "\u0308": ((-0.16, 0.18, -0.12, 0.18), (0.12, 0.18, 0.16, 0.18)), "\u0307": ((-0.02, 0.18, 0.02, 0.18),),
    "\u0304": ((-0.2, 0.18, 0.2, 0.18),), "\u030b": ((0.0, 0.30, -0.14, 0.12), (0.24, 0.30, 0.10, 0.12)),
    "\u0306": ((-0.18, 0.28, -0.1, 0.15), (-0.1, 0.15, 0.1, 0.15), (0.1, 0.15, 0.18, 0.28)),
    "\u030a": ((-0.13, 0.22, 0.0, 0.35), (0.0, 0.35, 0.13, 0.22), (0.13, 0.22, 0.0, 0.09), (0.0, 0.09, -0.13, 0.22)),
}
_BELOW = {
    "\u0327": ((0.02, 0.0, 0.1, -0.14), (0.1, -0.14, -0.08, -0.24)), "\u0328": ((0.14, 0.0, 0.04, -0.14), (0.04, -0.14, 0.2, -0.22)),
    "\u0326": ((0.02, -0.1, -0.06, -0.26),),
}
_THROUGH = {"Ø": ("O", (-0.42, -0.04, 0.42, 1.04)), "Ł": ("L", (-0.4, 0.34, 0.16, 0.66)), "Đ": ("D", (-0.52, 0.5, 0.04, 0.5)),
            "Ð": ("D", (-0.52, 0.5, 0.04, 0.5)), "Ħ": ("H", (-0.5, 0.76, 0.5, 0.76)), "Ŧ": ("T", (-0.22, 0.5, 0.22, 0.5))}
_SCALE = 4  # drawn larger, then averaged, so that strokes are smooth


class _Letter(NamedTuple):
    """An ASCII letter, the combining marks above or below it, and a stroke through it (or none)."""

    base: str
    marks: str
    through: tuple[float, ...]


def printable(text: str) -> str:
    """`text` as this face prints it: letters it cannot compose are replaced by their transliteration."""
    letters = unicodedata.normalize("NFC", text)
    return "".join(each if _parts(each) else LETTERS.get(each, LETTERS.get(each.upper(), "?")) for each in letters)


def text_mask(text: str, capital_px: float) -> tuple[Mask, int]:
    """Ink of `text` with capitals `capital_px` high: uint8 (h, w), and the row of its baseline; `text` must be printable."""
    font, size = _font(capital_px), capital_px / CAPITAL
    letters = [parts for each in text if (parts := _parts(each))]
    up, down = int(np.ceil(1.1 * size)), int(np.ceil(0.4 * size))
    widths = [font.getlength(letter.base) / _SCALE for letter in letters]
    canvas = pillow.new("L", (int((np.ceil(sum(widths)) + 4) * _SCALE), (up + down) * _SCALE))
    pen = ImageDraw.Draw(canvas)
    x = 1.0
    for letter, width in zip(letters, widths, strict=True):
        _draw_letter(pen, letter, x * _SCALE, up * _SCALE, capital_px * _SCALE, font)
        x += width
    large = np.asarray(canvas, np.float32)
    small = large.reshape(up + down, _SCALE, -1, _SCALE).mean((1, 3))
    return np.rint(small).astype(np.uint8), up


def _draw_letter(pen: ImageDraw.ImageDraw, letter: _Letter, x: float, baseline: float, capital: float,
                 font: ImageFont.FreeTypeFont) -> None:
    base, marks, through = letter
    pen.text((x, baseline), base, fill=255, font=font, anchor="ls")
    left, top, right, _ = font.getbbox(base, anchor="ls")
    middle = x + (left + right) / 2
    stroke = max(1, round(0.085 * capital))
    for mark in marks:
        line = baseline + top if mark in _ABOVE else baseline
        for stroked in _ABOVE.get(mark, ()) + _BELOW.get(mark, ()):
            _stroke(pen, stroked, middle, line, capital, stroke)
    if through:
        _stroke(pen, through, middle, baseline, capital, stroke)


def _stroke(pen: ImageDraw.ImageDraw, line: tuple[float, ...], x: float, y: float, unit: float, width: int) -> None:
    x0, y0, x1, y1 = (x + line[0] * unit, y - line[1] * unit, x + line[2] * unit, y - line[3] * unit)
    pen.line((x0, y0, x1, y1), fill=255, width=width)
    for cx, cy in ((x0, y0), (x1, y1)):
        pen.ellipse((cx - width / 2, cy - width / 2, cx + width / 2, cy + width / 2), fill=255)


def _parts(letter: str) -> _Letter | None:
    """How the face composes the letter; None when it cannot."""
    if letter in _THROUGH:
        return _Letter(_THROUGH[letter][0], "", _THROUGH[letter][1])
    base, *marks = list(unicodedata.normalize("NFD", letter))
    known = base.isascii() and base.isprintable() and all(mark in _ABOVE or mark in _BELOW for mark in marks)
    return _Letter(base, "".join(marks), ()) if known else None


@lru_cache(maxsize=64)
def _font(capital_px: float) -> ImageFont.FreeTypeFont:
    font = ImageFont.load_default(size=capital_px / CAPITAL * _SCALE)
    if not isinstance(font, ImageFont.FreeTypeFont):  # Pillow built without FreeType
        raise RuntimeError("Pillow has no FreeType: reinstall pillow from its wheel")
    return font
