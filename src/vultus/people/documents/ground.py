"""The printed ground of a page: tinted paper, guilloches by formula, rosettes, lines of tiny text; seeded, never two states alike."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from vultus.people.documents.printed_face import text_mask

Float = NDArray[np.float32]
_TINTS = ((0.93, 0.95, 0.97), (0.96, 0.93, 0.90), (0.92, 0.96, 0.92), (0.95, 0.92, 0.96), (0.97, 0.95, 0.88))
_INKS = ((0.55, 0.68, 0.82), (0.80, 0.62, 0.58), (0.56, 0.74, 0.62), (0.72, 0.62, 0.80), (0.80, 0.72, 0.50))
_TINY = "UTOPIA SPECIMEN " * 24


def paint_ground(width_mm: float, height_mm: float, px_per_mm: float, rng: np.random.Generator) -> Float:
    """Ground of a page, float32 RGB (h, w, 3), 0..1, light enough for dark ink."""
    shape = (round(height_mm * px_per_mm), round(width_mm * px_per_mm))
    picture = _paper(shape, rng)
    inks = [np.array(_INKS[int(i)], np.float32) for i in rng.choice(len(_INKS), 3, replace=False)]
    for ink in inks[:2]:
        _ink(picture, _waves(shape, px_per_mm, rng), ink, 0.6)
    for _ in range(2):
        centre = (float(rng.uniform(0.3, 0.9)) * shape[1], float(rng.uniform(0.3, 0.7)) * shape[0])
        _ink(picture, _rosette(shape, centre, float(rng.uniform(0.25, 0.45)) * shape[0], rng), inks[2], 0.55)
    for height in (0.155, 0.705):
        _ink(picture, _tiny_line(shape, round(height * shape[0]), px_per_mm), inks[2] * 0.8, 0.8)
    return picture


def _paper(shape: tuple[int, int], rng: np.random.Generator) -> Float:
    first, second = (np.array(_TINTS[int(i)], np.float32) for i in rng.choice(len(_TINTS), 2, replace=False))
    y, x = np.mgrid[0 : shape[0], 0 : shape[1]].astype(np.float32)
    angle = float(rng.uniform(0, 2 * np.pi))
    along = 0.5 + 0.5 * np.sin(np.cos(angle) * x / shape[1] * np.pi + np.sin(angle) * y / shape[0] * np.pi)
    fibres = cv2.GaussianBlur(rng.standard_normal(shape).astype(np.float32), (0, 0), 1.2) * 0.012
    return np.asarray((first + (second - first) * along[..., None] + fibres[..., None]), np.float32)


def _waves(shape: tuple[int, int], px_per_mm: float, rng: np.random.Generator) -> Float:
    """A family of curves y = base + a sin(fx + p) + b sin(gx + q): the phase moves from curve to curve, so they braid."""
    x = np.linspace(0, 1, 240)
    first, second = rng.uniform(2, 6, 2) * 2 * np.pi
    swing, drift = rng.uniform(2.0, 5.0, 2) * px_per_mm, rng.uniform(0.15, 0.5, 2)
    count = int(shape[0] / (1.6 * px_per_mm)) + 8
    curves = [np.stack([x * shape[1], (line - 4) * 1.6 * px_per_mm + swing[0] * np.sin(first * x + drift[0] * line)
                        + 0.5 * swing[1] * np.sin(second * x - drift[1] * line)], 1) for line in range(count)]
    return _drawn(shape, curves)


def _rosette(shape: tuple[int, int], centre: tuple[float, float], radius: float, rng: np.random.Generator) -> Float:
    """Closed curves r = R k (1 + a cos(n t + p k)): petals that turn from ring to ring."""
    t = np.linspace(0, 2 * np.pi, 361)
    petals, depth, turn = int(rng.integers(7, 15)), float(rng.uniform(0.12, 0.3)), float(rng.uniform(1.0, 3.0))
    curves = []
    for ring in np.linspace(0.25, 1.0, 12):
        r = radius * ring * (1 + depth * np.cos(petals * t + turn * 4 * ring))
        curves.append(np.stack([centre[0] + r * np.cos(t), centre[1] + r * np.sin(t)], 1))
    return _drawn(shape, curves)


def _drawn(shape: tuple[int, int], curves: list[NDArray[np.float64]]) -> Float:
    mask = np.zeros(shape, np.uint8)
    cv2.polylines(mask, [np.rint(curve * 16).astype(np.int32).reshape(-1, 1, 2) for curve in curves], False, 255, 1, cv2.LINE_AA, 4)
    return np.asarray(mask.astype(np.float32) / 255, np.float32)


def _tiny_line(shape: tuple[int, int], row: int, px_per_mm: float) -> Float:
    mask = np.zeros(shape, np.float32)
    letters, baseline = text_mask(_TINY, 0.55 * px_per_mm)
    ink = letters[: baseline + 1, : shape[1]].astype(np.float32) / 255
    top = max(0, row - len(ink))
    rows = min(len(ink), shape[0] - top)
    mask[top : top + rows, : ink.shape[1]] = ink[:rows]
    return mask


def _ink(picture: Float, mask: Float, colour: Float, strength: float) -> None:
    picture += (colour - picture) * (strength * mask)[..., None]
