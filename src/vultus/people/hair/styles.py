"""What tells hair styles apart."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Style:
    """How a hair style grows: thickness over the skull (mm), pull of gravity, spread of the combing, height below which strands
    hang free (mm), points per strand, share of neighbouring strands that meet at the tips, width of a strand at 20,000 strands
    (mm), how strongly the hair stands off the skin, and the height (mm over the skin) of the dark layer underneath."""

    volume: float
    gravity: float
    spread: float
    free_below: float
    points: int
    clump: float
    width: float
    stand: float
    layer: float


STYLES = {
    "buzz": Style(5, 0.0, 0.25, -900, 4, 0.0, 0.3, 0.8, 0.25),
    "crop": Style(17, 0.1, 0.22, -900, 6, 0.3, 0.42, 0.0, 1.0),
    "side": Style(26, 0.22, 0.13, -900, 8, 0.35, 0.45, 0.0, 1.6),
    "back": Style(27, 0.15, 0.11, -900, 8, 0.35, 0.45, 0.0, 1.6),
    "curly": Style(34, 0.05, 0.3, -900, 9, 0.35, 0.42, 1.5, 3.0),
    "bob": Style(21, 0.5, 0.07, -18, 12, 0.3, 0.5, 0.0, 2.0),
    "long": Style(17, 0.55, 0.07, -8, 14, 0.35, 0.55, 0.0, 1.6),
    "tied": Style(4, 0.05, 0.05, -900, 9, 0.1, 0.45, 0.0, 1.0),
}
