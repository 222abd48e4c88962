"""What age does to a person's constants: shares 0..1 of grey hair and baldness, strength of lines, spots and sagging.

Pure functions of an identity's constants and its years, so that an older picture is the same person, older.
"""

from __future__ import annotations

from dataclasses import replace

from vultus.people.identity import Beard, Hair, Skin

LINES_FROM, LINES_SPAN = 25.0, 50.0  # years: no lines before 25, full strength at 75
SPOTS_FROM, SPOTS_SPAN = 42.0, 40.0
SAG_FROM, SAG_SPAN = 38.0, 42.0
BEARD_FROM, BEARD_SPAN = 14.0, 5.0


def grey_share(hair: Hair, years: float) -> float:
    """Share of grey hairs 0..1: linear over `grey_span` years from `grey_from` on."""
    return _share(years, hair.grey_from, hair.grey_span)


def bald_share(hair: Hair, years: float) -> float:
    """Progress of hair loss 0..1: linear over `bald_span` years from `bald_from` on."""
    return _share(years, hair.bald_from, hair.bald_span)


def wrinkle_amount(skin: Skin, years: float) -> float:
    """Strength of lines 0..1: 0 until 25 years, then a smooth rise to `skin.wrinkles` at 75."""
    return skin.wrinkles * _ease(_share(years, LINES_FROM, LINES_SPAN))


def spot_amount(skin: Skin, years: float) -> float:
    """Strength of age spots 0..1; lighter, freckled skin shows more of them."""
    return _ease(_share(years, SPOTS_FROM, SPOTS_SPAN)) * (0.35 + 0.65 * skin.freckles) * (1.0 - 0.6 * skin.melanin)


def sag_amount(years: float) -> float:
    """Strength of sagging 0..1 (shading under the cheeks, jowls, bags under the eyes)."""
    return _ease(_share(years, SAG_FROM, SAG_SPAN))


def beard_at(beard: Beard, years: float) -> Beard:
    """The beard at an age: none before 14 years, its full density and stubble from 19 on."""
    share = _share(years, BEARD_FROM, BEARD_SPAN)
    if share == 0:
        return replace(beard, style="none", stubble=0.0)
    return replace(beard, density=beard.density * share, stubble=beard.stubble * share)


def _share(years: float, start: float, span: float) -> float:
    if years <= start:
        return 0.0
    return 1.0 if years >= start + span else (years - start) / span


def _ease(share: float) -> float:
    """Slow start, steady rise: s^1.5 (3 - s) / 2, 0 to 1."""
    return float(share**1.5 * (3.0 - share) / 2.0)
