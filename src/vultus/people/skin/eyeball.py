"""The eyeball's texture: pupil, iris with fibres and crypts, limbal ring, sclera with veins."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vultus.people.identity import Eyes
from vultus.people.skin.noise import value_noise
from vultus.people.skin.tone import linear

Float = NDArray[np.float32]
BALL_MM = 13.8  # radius of the canonical eyeball
PUPIL_SHARE = 0.36  # of the radius of the iris, in ordinary room light
SCLERA = np.array([0.68, 0.65, 0.62], np.float32)
WARM = np.array([0.02, 0.10, 0.28], np.float32)  # optical density of a yellowed sclera
DARK = np.array([0.34, 0.42, 0.54], np.float32)  # optical density that the pigment of very dark skin adds: brownish, not grey
VEIN = np.array([0.12, 0.9, 0.8], np.float32)


def iris_degrees(eyes: Eyes) -> float:
    """Angle from the pupil's centre to the edge of the iris, degrees, seen from the eyeball's centre."""
    return float(np.degrees(np.arcsin(eyes.iris_mm / BALL_MM)))


def eye_textures(eyes: Eyes, side: int, melanin: float = 0.0) -> tuple[Float, Float]:
    """Textures of both eyes, azimuthal equidistant about the pupil; the border of the square's middle is 90 degrees away.

    Columns grow towards the person's left, rows downwards, in both eyes.

    Args:
        eyes: the identity's constants.
        side: side E of the square.
        melanin: of the person's skin; the sclera darkens with it, or it would glow in a dark face.

    Returns:
        colour float32 (2, E, E, 3), linear RGB, and gloss float32 (2, E, E), right eye first.
    """
    pairs = [_eye(eyes, side, which, melanin) for which in (0, 1)]
    return np.stack([colour for colour, _ in pairs]), np.stack([gloss for _, gloss in pairs])


def _eye(eyes: Eyes, side: int, which: int, melanin: float) -> tuple[Float, Float]:
    offset = ((np.arange(side, dtype=np.float32) + 0.5) / side * 2 - 1) * 90
    right, down = (np.asarray(each, np.float32) for each in np.meshgrid(offset, offset))
    angle, turn = np.asarray(np.hypot(right, down), np.float32), np.asarray(np.arctan2(down, right), np.float32)
    seed, edge = eyes.seed + 7919 * which, iris_degrees(eyes)
    soft = max(1.6, 180 / side)
    iris = _iris(eyes, angle, turn, edge, soft, seed)
    white = _sclera(eyes, angle, right, down, edge, seed) * np.exp(-DARK * np.float32(melanin))
    # The limbus is a soft border: the sclera's edge lies over the rim of the iris.
    inside = _ramp(np.asarray((edge - angle) / (2.0 * soft) + 0.5, np.float32))[..., None]
    colour = white * (1 - inside) + iris * inside
    gloss = 0.5 + 0.5 * _ramp(np.asarray((edge + 6 - angle) / 8, np.float32))
    return colour.astype(np.float32), gloss.astype(np.float32)


def _iris(eyes: Eyes, angle: Float, turn: Float, edge: float, soft: float, seed: int) -> Float:
    pupil = PUPIL_SHARE * edge
    depth = np.clip((angle - pupil) / (edge - pupil), 0, 1)
    rays = np.stack([np.cos(turn) * 9, np.sin(turn) * 9, depth * 1.6], -1).reshape(-1, 3).astype(np.float32)
    fibres = (0.65 * value_noise(rays * 2.2, 1.0, seed) + 0.55 * value_noise(rays, 1.0, seed + 1)).reshape(angle.shape)
    flecks = np.stack([np.cos(turn) * depth, np.sin(turn) * depth, 0 * depth], -1).reshape(-1, 3).astype(np.float32)
    crypts = np.clip(value_noise(flecks, 0.22, seed + 2).reshape(angle.shape) - 0.45, 0, 1) * np.sin(np.pi * depth)
    zigzag = 0.32 + 0.07 * fibres
    inner = (np.exp(-((depth / zigzag) ** 4)))[..., None]
    colour = linear(eyes.iris) * (1 - inner) + linear(eyes.inner) * inner
    contrast = np.exp(eyes.fibres * (0.9 * fibres - 1.4 * crypts) + 0.10 * eyes.fibres * np.cos(np.pi * 3 * depth))
    ring = 1 - (0.25 + 0.6 * eyes.limbal_ring) * _ramp((depth - 0.74) / 0.26)
    colour = colour * (contrast * ring * 1.12)[..., None]
    # Light falls in through the cornea and brightens the iris away from the lid's shadow; the pupil swallows it.
    hole = _ramp((pupil - angle) / soft + 0.5)[..., None]
    collar = (1 - 0.5 * np.exp(-(((angle - pupil) / 1.6) ** 2)))[..., None]
    return np.asarray(colour * collar * (1 - hole) + 0.004 * hole, np.float32)


def _sclera(eyes: Eyes, angle: Float, right: Float, down: Float, edge: float, seed: int) -> Float:
    outside = np.clip((angle - edge) / (75 - edge), 0, 1)
    corner = outside * np.abs(right) / np.maximum(angle, 1)
    plane = np.stack([right * 0.06, down * 0.16, 0 * angle], -1).reshape(-1, 3).astype(np.float32)
    bend = value_noise(plane, 1.0, seed + 3, 2).reshape(angle.shape)
    wave = value_noise(np.asarray(plane * np.array([0.6, 1.7, 1], np.float32), np.float32), 1.0, seed + 4).reshape(angle.shape)
    veins = np.clip(1 - np.abs(wave + 0.45 * bend) / 0.07, 0, 1) * np.clip(corner * 1.7 - 0.15, 0, 1)
    blush = 0.10 * outside + (0.15 + 0.4 * eyes.veins) * corner**1.5
    density = (WARM * eyes.sclera_warmth * (0.5 + 0.5 * outside[..., None])
               + VEIN * (eyes.veins * (0.55 * veins) + 0.55 * blush + 0.05 * eyes.veins)[..., None])
    shade = 1 - 0.10 * outside - 0.12 * np.exp(-(((angle - edge) / 3.0) ** 2))
    return np.asarray(SCLERA * np.exp(-density) * shade[..., None], np.float32)


def _ramp(t: Float) -> Float:
    t = np.clip(t, 0, 1)
    return np.asarray(t * t * (3 - 2 * t), np.float32)
