"""A page being printed: a float picture, and the words that were put on it with the boxes of their ink."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from vultus.people.documents.document import Word
from vultus.people.documents.layouts import Entry
from vultus.people.documents.mrz_face import HEIGHT_MM, mrz_mask
from vultus.people.documents.printed_face import printable, text_mask

Float = NDArray[np.float32]
Mask = NDArray[np.uint8]
_FAINT = 8  # of 255: ink below this is not counted to a word's box


class Sheet:
    """Prints onto `picture`, float32 RGB (h, w, 3) 0..1, and remembers `words`."""

    def __init__(self, picture: Float, px_per_mm: float) -> None:
        self.picture = picture
        self.px_per_mm = px_per_mm
        self.words: list[Word] = []

    def print_entry(self, entry: Entry) -> None:
        """Print one entry word by word; text wider than its place is set smaller until it fits."""
        words = [printable(word) for word in entry.text.split()]
        capital = entry.height * self.px_per_mm
        capital *= min(1.0, entry.width * self.px_per_mm / self._length(words, capital))
        x = entry.x * self.px_per_mm
        for word in words:
            mask, baseline = text_mask(word, capital)
            self._put(mask, round(x), round(entry.y * self.px_per_mm) - baseline, entry.ink, word, entry.field)
            x += mask.shape[1] - 4 + self._space(capital)

    def print_mrz(self, lines: tuple[str, ...], left_mm: float, baseline_mm: float, step_mm: float) -> None:
        """Print the lines of a machine-readable zone, each of them one word of the field "mrz"."""
        for place, line in enumerate(lines):
            mask = mrz_mask(line, self.px_per_mm)
            top = (baseline_mm + place * step_mm - HEIGHT_MM - 0.5) * self.px_per_mm
            self._put(mask, round(left_mm * self.px_per_mm), round(top), (0.05, 0.05, 0.05), line, "mrz")

    def paste(self, portrait: NDArray[np.uint8], box_mm: tuple[float, float, float, float], ghost: float = 0.0) -> Float:
        """Lay a portrait into a box (left, top, width, height mm), cut to its shape; `ghost` > 0: a grey print of that strength.

        Returns its polygon, float32 (4, 2).
        """
        left, top = round(box_mm[0] * self.px_per_mm), round(box_mm[1] * self.px_per_mm)
        width, height = round(box_mm[2] * self.px_per_mm), round(box_mm[3] * self.px_per_mm)
        place = self.picture[top : top + height, left : left + width]
        small = _fitted(portrait, height, width)
        if ghost:
            place *= 1 - ghost * (1 - small.mean(2, keepdims=True)) * _soft_edge(height, width)[..., None]
        else:
            place[:] = small
        return _box(left, top, left + width, top + height)

    def sign(self, box_mm: tuple[float, float, float, float], rng: np.random.Generator) -> None:
        """A scribble in a box, in blue: no signature of anybody."""
        left, top, width, height = (value * self.px_per_mm for value in box_mm)
        t = np.linspace(0, 1, 160)
        waves = sum(rng.uniform(0.2, 1.0) * np.sin(2 * np.pi * (rate * t + rng.random())) / rate**0.3 for rate in (1.3, 3.7, 6.1))
        sway = t + 0.03 * np.sin(2 * np.pi * (9 * t + rng.random()))
        points = np.stack([left + width * sway * 0.92, top + height * (0.5 - 0.22 * np.asarray(waves))], 1)
        mask = np.zeros(self.picture.shape[:2], np.uint8)
        line, width = np.rint(points * 16).astype(np.int32).reshape(-1, 1, 2), max(1, round(0.13 * self.px_per_mm))
        cv2.polylines(mask, [line], False, 255, width, cv2.LINE_AA, 4)
        self.picture += (np.array([0.1, 0.12, 0.45], np.float32) - self.picture) * (0.85 * mask.astype(np.float32) / 255)[..., None]

    def finished(self) -> NDArray[np.uint8]:
        """The page as uint8 RGB."""
        return np.rint(np.clip(self.picture, 0, 1) * 255).astype(np.uint8)

    def _put(self, mask: Mask, x: int, y: int, ink: tuple[float, float, float], text: str, field: str) -> None:
        rows, columns = np.flatnonzero((mask > _FAINT).any(1)), np.flatnonzero((mask > _FAINT).any(0))
        cut = mask[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        top, left = y + int(rows[0]), x + int(columns[0])
        place = self.picture[top : top + cut.shape[0], left : left + cut.shape[1]]
        place += (np.array(ink, np.float32) - place) * (cut[: place.shape[0], : place.shape[1], None].astype(np.float32) / 255)
        self.words.append(Word(text, field, _box(left, top, left + place.shape[1], top + place.shape[0])))

    def _length(self, words: list[str], capital: float) -> float:
        return float(sum(text_mask(word, capital)[0].shape[1] - 4 for word in words) + self._space(capital) * (len(words) - 1))

    def _space(self, capital: float) -> float:
        return 0.42 * capital


def _fitted(portrait: NDArray[np.uint8], height: int, width: int) -> Float:
    """The middle of a portrait in the box's shape, float32 0..1."""
    rows, columns = portrait.shape[:2]
    used = (rows, min(columns, max(1, round(rows * width / height))))
    used = (min(rows, max(1, round(used[1] * height / width))), used[1])
    top, left = (rows - used[0]) // 2, (columns - used[1]) // 2
    cut = portrait[top : top + used[0], left : left + used[1]]
    way = cv2.INTER_AREA if used[0] >= height else cv2.INTER_CUBIC
    return np.clip(cv2.resize(cut, (width, height), interpolation=way).astype(np.float32) / 255, 0, 1)


def _soft_edge(height: int, width: int) -> Float:
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    away = np.maximum(np.abs(2 * x / width - 1), np.abs(2 * y / height - 1))
    return np.asarray(np.clip((1 - away) / 0.25, 0, 1).astype(np.float32), np.float32)


def _box(x1: float, y1: float, x2: float, y2: float) -> Float:
    return np.array([(x1, y1), (x2, y1), (x2, y2), (x1, y2)], np.float32)
