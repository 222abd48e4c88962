"""Draws faces and who they are on a frame."""

from __future__ import annotations

from collections.abc import Callable
from zlib import crc32

import numpy as np

from vultus.apps.video.track import Track
from vultus.apps.video.view import View
from vultus.types import Image

COLOURS = ((38, 139, 210), (220, 50, 47), (133, 153, 0), (211, 54, 130), (181, 137, 0), (42, 161, 152), (203, 75, 22), (108, 113, 196))
WIDEST = 960  # px of a preview


def annotated(view: View, label: Callable[[Track | None], str]) -> Image:
    """The frame, at most `WIDEST` px wide, with a box and a label for each face and the time; uint8 RGB."""
    import cv2
    height, width = view.image.shape[:2]
    ratio = min(1.0, WIDEST / width)
    small = (round(width * ratio), max(1, round(height * ratio)))
    canvas: Image = np.array(cv2.resize(view.image, small, interpolation=cv2.INTER_AREA) if ratio < 1 else view.image, np.uint8)
    for box, track in zip(view.faces.boxes * ratio, view.owners, strict=True):
        name = label(track) or ("?" if track is None else f"track {track.number}")
        colour = COLOURS[crc32(name.encode()) % len(COLOURS)] if track is not None else (150, 150, 150)
        left, top, right, bottom = (round(float(edge)) for edge in box)
        cv2.rectangle(canvas, (left, top), (right, bottom), colour, 2)
        _write(canvas, name, left, top - 6, colour)
    _write(canvas, f"{view.seconds:.1f} s", 6, canvas.shape[0] - 8, (40, 40, 40))
    return canvas


def _write(canvas: Image, text: str, x: int, y: int, colour: tuple[int, int, int]) -> None:
    """Text on a plate of the colour, kept inside the picture; signs that the font lacks become `?`."""
    import cv2
    plain = "".join(sign if " " <= sign <= "~" else "?" for sign in text)[:40]
    (wide, high), below = cv2.getTextSize(plain, cv2.FONT_HERSHEY_SIMPLEX, 0.5, 1)
    x = int(np.clip(x, 0, max(0, canvas.shape[1] - wide - 4)))
    y = int(np.clip(y, high + 2, max(high + 2, canvas.shape[0] - below)))
    cv2.rectangle(canvas, (x, y - high - 3), (x + wide + 4, y + below), colour, cv2.FILLED)
    cv2.putText(canvas, plain, (x + 2, y), cv2.FONT_HERSHEY_SIMPLEX, 0.5, (255, 255, 255), 1, cv2.LINE_AA)
