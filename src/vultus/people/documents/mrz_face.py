"""A face of strokes for machine-readable zones: 37 characters, one pitch, drawn for this project.

OCR-B, which ICAO Doc 9303 asks for, is not among our dependencies; this face follows its idea (one stroke width, one pitch of
2.54 mm, I with serifs, zero narrower than O) and is not OCR-B: a reader tuned to OCR-B sees another face.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.uint8]
PITCH_MM = 2.54
HEIGHT_MM = 2.5
STROKE_MM = 0.34
_WIDTH_MM = 1.55
_BOX = (10.0, 16.0)  # units of the table, y down
_SCALE = 4
# Polylines separated by |; those that begin with ~ are control polygons of smooth curves.
_STROKES = {
    "A": "0,16 5,0 10,16|1.9,10.5 8.1,10.5", "B": "0,0 0,16|~0,0 5,0 9.2,0 9.2,7.6 5,7.6 0,7.6|~0,7.6 5,7.6 10.4,7.6 10.4,16 5,16 0,16",
    "C": "~10,3 9,0 5,0 0,0 0,8 0,16 5,16 9,16 10,13", "D": "0,0 0,16|~0,0 4,0 10.4,0 10.4,8 10.4,16 4,16 0,16",
    "E": "10,0 0,0 0,16 10,16|0,7.6 8,7.6", "F": "10,0 0,0 0,16|0,7.6 8,7.6",
    "G": "~9.5,2.8 8.5,0 5,0 0,0 0,8 0,16 5,16 10,16 10,12 10,9|6,9 10,9", "H": "0,0 0,16|10,0 10,16|0,7.6 10,7.6",
    "I": "1.5,0 8.5,0|5,0 5,16|1.5,16 8.5,16", "J": "3,0 8,0|~8,0 8,10 8,16 4,16 0.5,16 0.5,12.5", "K": "0,0 0,16|10,0 0,9|3.5,6.2 10,16",
    "L": "0,0 0,16 10,16", "M": "0,16 0,0 5,9 10,0 10,16", "N": "0,16 0,0 10,16 10,0",
    "O": "~5,0 -0.5,0 -0.5,8 -0.5,16 5,16 10.5,16 10.5,8 10.5,0 5,0",
    "P": "0,0 0,16|~0,0 5,0 10.4,0 10.4,8.5 5,8.5 0,8.5",
    "Q": "~5,0 -0.5,0 -0.5,8 -0.5,16 5,16 10.5,16 10.5,8 10.5,0 5,0|6,11.5 10.4,16.4",
    "R": "0,0 0,16|~0,0 5,0 10.4,0 10.4,8.5 5,8.5 0,8.5|4.5,8.5 10,16",
    "S": "~9.5,2.8 8.5,0 5,0 0.3,0 0.3,4 0.3,7.2 5,7.9 9.9,8.6 9.9,12 9.9,16 5,16 1,16 0,13", "T": "0,0 10,0|5,0 5,16",
    "U": "~0,0 0,10 0,16 5,16 10,16 10,10 10,0", "V": "0,0 5,16 10,0", "W": "0,0 2.5,16 5,6 7.5,16 10,0", "X": "0,0 10,16|10,0 0,16",
    "Y": "0,0 5,8 10,0|5,8 5,16", "Z": "0,0 10,0 0,16 10,16", "0": "~5,0 1.3,0 1.3,8 1.3,16 5,16 8.7,16 8.7,8 8.7,0 5,0",
    "1": "1.5,4 5.5,0 5.5,16|1.5,16 9.5,16", "2": "~0.5,3.6 0.8,0 5,0 9.6,0 9.6,4 9.6,7 5,11 0.5,14.8 0.5,16|0.5,16 10,16",
    "3": "0.5,0 9.5,0 4.5,6.2|~4.5,6.2 10.2,6.2 10.2,11 10.2,16 5,16 1.5,16 0.2,13.6", "4": "6,0 0,11.5 10,11.5|7,7 7,16",
    "5": "9,0 1.2,0 0.8,7|~0.8,7 2,5.8 5,5.8 10.2,5.8 10.2,11 10.2,16 5,16 1.5,16 0.2,13.8",
    "6": "~7.5,0 3,4 -0.2,7.5 -0.2,11 -0.2,16 5,16 10.2,16 10.2,11 10.2,6.2 5,6.2 1.2,6.2 0.2,10",
    "7": "0.3,0 9.7,0|~9.7,0 4.5,7 4,10 4,16",
    "8": "~5,0 0.8,0 0.8,3.8 0.8,7.5 5,7.5 9.2,7.5 9.2,3.8 9.2,0 5,0|"
         "~5,7.5 -0.2,7.5 -0.2,11.8 -0.2,16 5,16 10.2,16 10.2,11.8 10.2,7.5 5,7.5",
    "9": "~2.5,16 7,12 10.2,8.5 10.2,5 10.2,0 5,0 -0.2,0 -0.2,5 -0.2,9.8 5,9.8 8.8,9.8 9.8,6", "<": "9.6,3.5 0.6,9.7 9.6,15.9",
}


def mrz_mask(line: str, px_per_mm: float) -> Mask:
    """Ink of one line of a zone, uint8 (h, w): each character in its pitch, half a millimetre above and below."""
    scale = px_per_mm * _SCALE
    height, width = (int(np.ceil(mm * px_per_mm)) for mm in (HEIGHT_MM + 1, len(line) * PITCH_MM))
    large = np.zeros((height * _SCALE, width * _SCALE), np.uint8)
    unit = np.array([_WIDTH_MM / _BOX[0], HEIGHT_MM / _BOX[1]]) * scale
    for place, character in enumerate(line):
        corner = np.array([(place + 0.5) * PITCH_MM - _WIDTH_MM / 2, 0.5]) * scale
        for curve in _curves(character):
            points = np.rint((corner + curve * unit) * 16).astype(np.int32)
            cv2.polylines(large, [points.reshape(-1, 1, 2)], False, 255, max(1, round(STROKE_MM * scale)), cv2.LINE_AA, 4)
    small: Mask = np.rint(large.reshape(height, _SCALE, width, _SCALE).mean((1, 3), dtype=np.float32)).astype(np.uint8)
    return small


def _curves(character: str) -> list[NDArray[np.float64]]:
    return [_smooth(_points(stroke[1:])) if stroke.startswith("~") else _points(stroke) for stroke in _STROKES[character].split("|")]


def _points(stroke: str) -> NDArray[np.float64]:
    return np.array([[float(number) for number in pair.split(",")] for pair in stroke.split()])


def _smooth(polygon: NDArray[np.float64], rounds: int = 3) -> NDArray[np.float64]:
    """Corner cutting (Chaikin) that keeps both ends: tends to the quadratic B-spline of the polygon."""
    for _ in range(rounds):
        cut = np.stack([0.75 * polygon[:-1] + 0.25 * polygon[1:], 0.25 * polygon[:-1] + 0.75 * polygon[1:]], 1).reshape(-1, 2)
        polygon = np.concatenate([polygon[:1], cut[1:-1], polygon[-1:]])
    return polygon
