"""Maps of melanin and haemoglobin over the head of one identity: tone, zones, mottles, freckles, moles, spots, lips."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vultus.people.identity import Identity
from vultus.people.skin.ageing import sag_amount, spot_amount
from vultus.people.skin.face_zones import Zones
from vultus.people.skin.noise import dots, value_noise
from vultus.people.skin.tone import pigment

Float = NDArray[np.float32]
FRECKLES = ((3.6, (0.5, 0.9)), (4.6, (0.6, 1.15)), (5.6, (0.7, 1.4)), (4.1, (0.5, 1.0)))  # layers: spacing and radii, mm


@dataclass(frozen=True, eq=False)
class Pigments:
    """Float32 (n,): units of melanin, haemoglobin 0..1 and beyond, and raised moles as heights in mm."""

    melanin: Float
    blood: Float
    bumps: Float


def pigments(points: Float, zones: Zones, person: Identity, mottle: Float) -> Pigments:
    """Pigments at canonical points float32 (n, 3), mm; `mottle` float32 (n,) -1..1 is a noise of some centimetres."""
    skin = person.skin
    units = pigment(skin.melanin)
    fine = value_noise(points, 7.0, skin.seed + 3, 2)
    sag = sag_amount(person.years)
    uneven = np.float32(min(1.5, skin.blotches * (1 + 0.6 * sag) + 0.15))
    blood = np.float32(skin.haemoglobin) + zones.red * np.float32(0.25 + 0.9 * skin.haemoglobin) * (1 + 0.5 * fine)
    blood = blood + uneven * (0.35 * mottle + 0.30 * fine) + 0.3 * zones.rim + 0.35 * zones.lid + 1.2 * zones.margin
    shades = (1 - 0.1 * zones.forehead + uneven * (0.06 * mottle + 0.09 * fine) + 0.04 * zones.neck
              + zones.rim * np.float32(0.10 + 0.16 * sag) + 0.10 * zones.lid + 0.06 * zones.sunned)
    melanin = np.asarray((units + 0.05) * shades + (0.05 + 0.10 * units) * zones.rim, np.float32)
    spots = _freckles(points, zones, skin.freckles, skin.seed) * (0.5 + 0.5 * units)
    spots = np.maximum(spots, 0.45 * _age_spots(points, zones, spot_amount(skin, person.years), skin.seed))
    moles = _moles(points, skin.moles)
    melanin, blood = _lips(melanin + spots, blood, zones, person, units)
    return Pigments((melanin + moles * (0.75 + 0.5 * units)).astype(np.float32), blood.astype(np.float32),
                    (0.35 * moles).astype(np.float32))


def _freckles(points: Float, zones: Zones, amount: float, seed: int) -> Float:
    total = np.zeros(len(points), np.float32)
    if amount <= 0:
        return total
    where = np.flatnonzero(zones.freckled > 0.05)
    for layer, (spacing, radii) in enumerate(FRECKLES):
        chance = zones.freckled[where] * np.float32(0.95 * min(1.0, 0.3 + amount))
        drawn = dots(points[where], chance, spacing, radii, seed + 1000 * layer + 11)
        total[where] = np.maximum(total[where], drawn * np.float32(0.35 + 0.65 * amount))
    return total


def _age_spots(points: Float, zones: Zones, amount: float, seed: int) -> Float:
    total = np.zeros(len(points), np.float32)
    if amount <= 0:
        return total
    where = np.flatnonzero(zones.sunned > 0.05)
    chance = zones.sunned[where] * np.float32(0.55 * amount)
    edge = points[where] + 0.8 * value_noise(points[where], 3.0, seed + 5)[:, None]
    total[where] = dots(np.asarray(edge, np.float32), chance, 15.0, (1.2, 3.6), seed + 77)
    return total


def _moles(points: Float, moles: tuple[tuple[float, float, float], ...]) -> Float:
    """Cover (n,) of moles, seen from the front at their places, and round on cheeks and jaw, too."""
    total = np.zeros(len(points), np.float32)
    x, y, z = points.T
    for across, up, size in moles:
        radius = 0.9 + 1.3 * size
        flat = (x - 110 * (across - 0.5)) ** 2 + (y - 150 * up + 103) ** 2
        near = np.flatnonzero((flat < 4 * radius**2) & (z > -60))
        if len(near):
            middle = points[near[np.argmin(flat[near] - 0.02 * z[near])]]
            square = ((points[near] - middle) ** 2).sum(1) / np.float32(radius**2)
            total[near] = np.maximum(total[near], np.exp(-(square**2)))
    return total


def lip_shade(person: Identity) -> float:
    """Share of light of every colour that the lips give back beside what their pigments take: less the darker the skin."""
    return float(np.exp(-(0.24 + 0.12 * person.lips.darkness) * pigment(person.skin.melanin)))


def _lips(melanin: Float, blood: Float, zones: Zones, person: Identity, units: float) -> tuple[Float, Float]:
    """Lips have little melanin over much blood; dark skin keeps more of it on the upper lip."""
    lips, weight = person.lips, zones.lip
    own = units * (0.62 - 0.14 * zones.lower_lip) + 0.03 + lips.darkness * (0.10 + 0.12 * units)
    redder = (1.3 + 1.6 * lips.redness + 0.2 * zones.lower_lip) / (1 + 0.12 * units)
    return melanin * (1 - weight) + own * weight, blood * (1 - weight) + redder * weight
