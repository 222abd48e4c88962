"""Skin colour from two pigments, melanin and haemoglobin, and its measure, the individual typology angle.

Light that leaves the skin is the light of the pale tissue, weakened exponentially by each pigment, over a small share
reflected before it meets any pigment. The idea of two chromophores whose optical densities add is Tsumura, Haneishi and
Miyake, "Independent-component analysis of skin color image", J. Opt. Soc. Am. A 16(9), 1999. The numbers are our own:
fitted in CIELAB to seven tones chosen by eye from very light to very dark.
The typology angle arctan((L* - 50) / b*) and its classes: Chardon, Cretois and Hourseau, Int. J. Cosmet. Sci. 13, 1991.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Float = NDArray[np.float32]
TISSUE = np.array([0.910, 0.620, 0.498], np.float32)  # linear RGB of skin without melanin, haemoglobin MEAN_BLOOD
SURFACE = np.array([0.004, 0.0136, 0.0130], np.float32)  # reflected at the surface
MELANIN = np.array([1.0, 1.489, 2.135], np.float32)  # optical density of R, G, B for one unit of pigment
BLOOD = np.array([0.03, 0.27, 0.18], np.float32)
YELLOW = np.array([-0.02, 0.01, 0.10], np.float32)  # undertone: warm takes blue away
MEAN_BLOOD = 0.4
_TO_XYZ = np.array([[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]])
_WHITE = np.array([0.95047, 1.0, 1.08883])  # D65


def pigment(melanin: float) -> float:
    """Units of melanin of an identity's constant 0..1: grows so that the typology angle falls about evenly."""
    return float(0.42 * np.expm1(2.03 * melanin))


def skin_colour(melanin_units: Any, haemoglobin: Any, undertone: float) -> Float:
    """Linear RGB float32 (..., 3) of skin with so many units of melanin and haemoglobin 0..1 (arrays of one shape or numbers)."""
    density = np.asarray(melanin_units, np.float32)[..., None] * MELANIN
    density = density + (np.asarray(haemoglobin, np.float32)[..., None] - np.float32(MEAN_BLOOD)) * BLOOD
    return np.asarray(SURFACE + (TISSUE - SURFACE) * np.exp(-(density + np.float32(undertone) * YELLOW)), np.float32)


def linear(srgb: Any) -> Float:
    """sRGB 0..1 (..., 3) to linear light (IEC 61966-2-1)."""
    coded = np.clip(np.asarray(srgb, np.float64), 0, 1)
    return np.where(coded <= 0.04045, coded / 12.92, ((coded + 0.055) / 1.055) ** 2.4).astype(np.float32)


def lab(rgb: Any) -> NDArray[np.float64]:
    """CIELAB (..., 3) under D65 of linear RGB 0..1 (..., 3) (CIE 15)."""
    ratio = np.asarray(rgb, np.float64) @ _TO_XYZ.T / _WHITE
    root = np.where(ratio > (6 / 29) ** 3, np.cbrt(ratio), ratio / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.stack([116 * root[..., 1] - 16, 500 * (root[..., 0] - root[..., 1]), 200 * (root[..., 1] - root[..., 2])], -1)


def typology_angle(rgb: Any) -> NDArray[np.float64]:
    """Individual typology angle, degrees (...,), of linear RGB (..., 3): > 55 very light, < -30 dark."""
    light, _, yellow = np.moveaxis(lab(rgb), -1, 0)
    return np.asarray(np.degrees(np.arctan2(light - 50, yellow)))
