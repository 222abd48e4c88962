"""Where scalp hair grows, in canonical millimetres (the mean head; origin between the eyes): hairline, temples, balding.

The line is a height over the azimuth about a vertical axis through the ears. Loss follows two published patterns as ideas:
men lose temples, front and vertex until a wreath remains (Hamilton-Norwood), women thin out along the crown and keep the
front line (Ludwig); the curves are our own.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vultus.people.identity import Hair
from vultus.people.skin.ageing import bald_share

Float = NDArray[np.float32]
AXIS_Z = -74.5  # depth of the vertical axis, mm; the ears lie at an azimuth of 90 degrees
LINE_AZIMUTH = (0, 0.3, 0.6, 0.82, 0.98, 1.08, 1.27, 1.33, 1.72, 1.85, 2.2, np.pi)  # rad from the front
LINE_HEIGHT = (66.5, 67.5, 67.0, 57.5, 33.5, -16.5, -26.5, 13.5, 15.5, -23.5, -50.5, -66.5)  # mm
SOFTNESS = (14.0, 14.0, 14.0, 22.0, 44.0, 40.0, 14.0, 40.0, 9.0, 9.0, 12.0, 14.0)  # mm of height over which hair begins, at the
# same azimuths: wide where the line runs nearly upright, at the temples and before the ears, so that it is soft across, too
WREATH = (34.0, 40.0, 44.0, 42.0)  # height of the hair left at azimuths 0.9, 1.3, 2.0, pi when bald, mm
CROWN_TOP = 122.0  # above every point of the head, mm


def scalp_cover(canonical_mm: Float, hair: Hair, years: float, gender: float) -> Float:
    """How surely scalp hair grows at points of the head: 0..1, soft across the hairline.

    The style plays no part (shaved and bald heads have a hairline, too); `hair.density` neither.

    Args:
        canonical_mm: float32 (n, 3), canonical positions, mm.
        hair: hairline constants, `bald_from` and `bald_span`.
        years: age at the time of the picture.
        gender: 0 female .. 1 male, chooses the pattern of loss.

    Returns:
        float32 (n,).
    """
    x, y, z = canonical_mm.T
    azimuth = np.arctan2(np.abs(x), z - np.float32(AXIS_Z))
    loss, male = bald_share(hair, years), float(np.clip(2 * gender - 0.5, 0, 1))
    line = hairline_height(azimuth, np.sign(x), hair, loss * male)
    softness = np.interp(azimuth, LINE_AZIMUTH, SOFTNESS)
    if loss > 0:  # the bare front ends in another upright line, above the temples
        softness = softness + 6.0 * loss + 90.0 * loss * np.exp(-(((azimuth - 0.85) / 0.25) ** 2))
    cover = _smooth((y - line) / softness + 0.5) * _shorn(x, y, z, gender)
    bare = male * _vertex_loss(x, y, z, loss) + (1 - male) * _crown_thinning(x, y, z, loss)
    return np.asarray(cover * (1 - np.clip(bare, 0, 1)), np.float32)


def hairline_height(azimuth: Float, side: Float, hair: Hair, loss: float) -> Float:
    """Height of the hairline (n,), mm, over azimuth (n,), rad, on the side given by sign (n,); `loss` 0..1 of the male
    pattern lifts front and temples."""
    line = np.interp(azimuth, LINE_AZIMUTH, LINE_HEIGHT)
    front = np.clip((1.0 - azimuth) / 0.3, 0, 1)
    temple = np.exp(-(((azimuth - 0.62) / 0.22) ** 2))
    peak = np.exp(-((azimuth / 0.16) ** 2))
    line = line + front * hair.line_lift_mm + temple * hair.temple_mm - peak * hair.peak_mm
    line = line + temple * 34.0 * min(1.0, 2.2 * loss) + front * 62.0 * loss**1.6
    phase = (hair.seed % 1009) / 1009 * 2 * np.pi
    wave = np.sin(azimuth * 23 + 5 * side + phase) + 0.7 * np.sin(azimuth * 41 - 3 * side + 2 * phase)
    return np.asarray(line + 0.9 * wave, np.float32)


def _shorn(x: Float, y: Float, z: Float, gender: float) -> Float:
    """Share of hair (n,) left before the ears: sideburns thin out downward, more so for women."""
    left = np.ones(len(x), np.float32)
    where = np.flatnonzero((z > -76.0) & (y < 36) & (np.abs(x) > 40))
    fade = _smooth((36 - 20 * gender - y[where]) / (18 + 20 * gender)) * (1 - 0.15 * gender)
    left[where] -= np.clip((z[where] + 76.0) / 14.0, 0, 1) * fade
    return left


def _vertex_loss(x: Float, y: Float, z: Float, loss: float) -> Float:
    """Bare share (n,) of a spot on the vertex that grows to all above the wreath."""
    if loss <= 0.15:
        return np.zeros_like(x)
    reach = np.hypot(x / 70.0, (z + 92.0) / 66.0)
    spot = _smooth((1.25 * (loss - 0.1) - reach) / 0.35 + 0.5) * np.clip((loss - 0.15) / 0.3, 0, 1) * _smooth((y - 34.0) / 30.0)
    azimuth = np.arctan2(np.abs(x), z - np.float32(AXIS_Z))
    top = np.interp(azimuth, (0.9, 1.3, 2.0, np.pi), WREATH) + (CROWN_TOP - 40.0) * (1 - loss)
    return np.asarray(np.maximum(spot, _smooth((y - top) / 14.0 + 0.5) * np.clip(2 * loss - 0.9, 0, 1)), np.float32)


def _crown_thinning(x: Float, y: Float, z: Float, loss: float) -> Float:
    """Thinned share (n,) along the middle of the crown, at most 0.7, behind the front line."""
    along = np.exp(-(((z + 45.0) / 55.0) ** 2))
    return np.asarray(0.7 * loss * np.exp(-((x / 38.0) ** 2)) * along * np.clip((y - 72.0) / 15.0, 0, 1), np.float32)


def _smooth(t: Float) -> Float:
    t = np.clip(t, 0, 1)
    return np.asarray(t * t * (3 - 2 * t), np.float32)
