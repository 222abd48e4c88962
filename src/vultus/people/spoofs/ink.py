"""Four printing inks: separation of a picture, screens of dots, and the colours that they can give.

Model: an ink covers a share of the paper with dots and multiplies the light of each colour channel by its transmittance there
(Neugebauer 1937; with screens at different angles the dots of two inks fall together by chance, Demichel 1924, so that the mean
transmittance is the product of the means). Black replaces part of the grey that the three colours share (grey component
replacement). Screen angles as in offset printing (DIN 16547): C 15, M 75, Y 0, K 45 degrees. Transmittances are ours, chosen near
the densities of ISO 12647-2 coated paper. What the surface throws back before light reaches any ink (first-surface reflection, Saunderson
1942) is added, so that no print is darker than that.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from vultus.people.capture.colour import Float

INKS = ("cyan", "magenta", "yellow", "black")
ANGLES = (15.0, 75.0, 0.0, 45.0)  # degrees
EDGE = 0.3  # softness of a dot's edge as a share of the tone scale: ink spreads
# Linear RGB that passes a solid layer of each ink twice.
TRANSMITTANCE = np.array([(0.06, 0.50, 0.72), (0.62, 0.08, 0.22), (0.90, 0.76, 0.07), (0.045, 0.045, 0.045)], np.float32)

SURFACE = 0.03  # linear share; density 1.5, what office printers reach


def separated(linear: Float, grey_replacement: float = 0.6) -> Float:
    """Cover 0..1 of each ink, float32 (..., 4), for wanted reflectances relative to the paper, linear RGB (..., 3).

    Colours that the inks cannot give are clipped to the nearest cover channel by channel.
    """
    wanted = np.asarray(np.maximum((linear - SURFACE) / (1 - SURFACE), 1e-3), np.float32)
    first = _colour_covers(wanted, np.zeros(linear.shape[:-1], np.float32))
    black = grey_replacement * np.clip(first.min(-1), 0, 1) ** 2
    deep = np.clip((0.16 - wanted.max(-1)) / 0.16, 0, 1)  # dark tones need black, whatever the replacement
    black = np.maximum(black, deep)
    return np.concatenate([np.clip(_colour_covers(wanted, black), 0, 1), black[..., None]], -1).astype(np.float32)


def printed_colour(covers: NDArray[Any]) -> Float:
    """Mean reflectance relative to the paper, linear RGB (..., 3), of covers (..., 4)."""
    return with_surface(np.prod(1 - covers[..., None] * (1 - TRANSMITTANCE), axis=-2))


def with_surface(reflectance: NDArray[Any]) -> Float:
    """Reflectance of ink on paper with the light that the surface throws back."""
    return np.asarray(SURFACE + (1 - SURFACE) * reflectance, np.float32)


def outside_gamut(linear: Float, tolerance: float = 0.05) -> NDArray[np.bool_]:
    """Where no covers give a reflectance relative to the paper, linear RGB (..., 3): darker than the surface, or so saturated that an
    ink would need more than all of the paper or another one less than nothing. Lighter than paper counts as the light's doing."""
    inner = np.asarray(np.maximum((linear - SURFACE) / (1 - SURFACE), 1e-3), np.float32)
    covers = _colour_covers(inner, np.zeros(linear.shape[:-1], np.float32))
    too_dark = (linear < SURFACE * (1 - 8 * tolerance)).any(-1)
    saturated = (covers > 1 + tolerance).any(-1) | ((covers < -4 * tolerance).any(-1) & (linear <= 1).all(-1))
    return np.asarray(too_dark | saturated)


def screen_carriers(lines_per_mm: float) -> NDArray[np.float64]:
    """Frequencies of the dots, cycles per mm, (4 inks, 2 directions, 2)."""
    turn = np.radians(ANGLES)
    first = np.stack([np.cos(turn), np.sin(turn)], -1)
    second = np.stack([-np.sin(turn), np.cos(turn)], -1)
    return np.stack([first, second], 1) * lines_per_mm


def dots(points_mm: NDArray[Any], covers: Float, lines_per_mm: float) -> Float:
    """Where there is ink, 0..1, (..., 4): clustered dots that grow with the cover, with soft edges.

    The threshold (cos 2 pi u + cos 2 pi v) / 2 is replaced by its rank, and the level by the one whose soft dot has the asked
    mean, so that exactly the asked share of the paper is covered.
    """
    phases = (2 * np.pi * points_mm).astype(np.float32)
    found = np.empty((*points_mm.shape[:-1], len(INKS)), np.float32)
    for which, pair in enumerate(screen_carriers(lines_per_mm).astype(np.float32)):
        waves = sum(np.cos(phases[..., 0] * carrier[0] + phases[..., 1] * carrier[1]) for carrier in pair)
        rank = _RANKS[np.clip((waves + 2) * (len(_RANKS) / 4), 0, len(_RANKS) - 1).astype(np.int32)]
        level = _SOFT[np.clip(covers[..., which] * (len(_SOFT) - 1), 0, len(_SOFT) - 1).astype(np.int32)]
        found[..., which] = np.clip((level - rank) / EDGE + 0.5, 0, 1)
    return found


def _colour_covers(wanted: Float, black: NDArray[Any]) -> NDArray[np.float32]:
    """Covers of cyan, magenta and yellow, unclipped, over a cover of black: each is solved for the channel that it absorbs most,
    the others held, until nothing moves (the absorptions are diagonally dominant)."""
    target = wanted / (1 - black[..., None] * (1 - TRANSMITTANCE[3]))
    covers = np.zeros_like(wanted)
    loss = 1 - TRANSMITTANCE[:3]
    for _ in range(8):
        for ink in range(3):
            others = [i for i in range(3) if i != ink]
            passed = np.prod([1 - np.clip(covers[..., i], -0.3, 1) * loss[i, ink] for i in others], axis=0)
            covers[..., ink] = (1 - target[..., ink] / np.maximum(passed, 1e-3)) / loss[ink, ink]
    return covers


def _ranks() -> Float:
    """Share of the paper whose sum of two cosines is above each of 4096 levels from -2 to 2."""
    grid = np.cos(2 * np.pi * (np.arange(512) + 0.5) / 512)
    values = np.sort((grid[:, None] + grid).ravel())
    return np.asarray(1 - np.searchsorted(values, np.linspace(-2, 2, 4096)) / values.size, np.float32)


def _soft_levels() -> Float:
    """Level at which a dot with edges of width `EDGE` covers each of 1024 shares, for ranks spread evenly over 0..1."""
    levels = np.linspace(-EDGE / 2, 1 + EDGE / 2, 4001)
    ranks = (np.arange(2000) + 0.5) / 2000
    means = np.clip((levels[:, None] - ranks) / EDGE + 0.5, 0, 1).mean(1)
    return np.interp(np.linspace(0, 1, 1024), means, levels).astype(np.float32)


_RANKS, _SOFT = _ranks(), _soft_levels()
