"""The lines that age writes into a face: curves on the canonical face, and how deep each texel lies in them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vultus.people.skin.noise import value_noise

Float = NDArray[np.float32]


@dataclass(frozen=True)
class Curve:
    """One line on both sides of the face: points (|x|, y) mm, half width mm, depth mm at full strength, share of the
    rise that must pass before it starts (0 early .. 1 late), darkness 0..1; `sides` = 1 for a line across the middle."""

    name: str
    points: tuple[tuple[float, float], ...]
    width: float
    depth: float
    starts: float
    dark: float
    sides: int = 2


def _across(name: str, height: float, reach: float, drop: float, starts: float) -> Curve:
    points = tuple((reach * t, height - drop * t * t) for t in (0.0, 0.25, 0.5, 0.75, 1.0))
    return Curve(name, points, 1.1, 0.42, starts, 0.5, 1)


def _lip_lines() -> tuple[Curve, ...]:
    upper = tuple(Curve("lip", ((x, -57.0 - 0.012 * x * x), (x * 1.18, -49.5 - 0.01 * x * x)), 0.7, 0.2, 0.45, 0.35)
                  for x in (3.5, 8.0, 12.5, 17.0, 21.5))
    lower = tuple(Curve("lip", ((x, -80.0 + 0.018 * x * x), (x * 1.2, -86.5 + 0.015 * x * x)), 0.7, 0.16, 0.5, 0.3)
                  for x in (5.0, 11.0, 17.0))
    return upper + lower


CURVES: tuple[Curve, ...] = (
    _across("forehead", 36.0, 34, -2.0, 0.02), _across("forehead", 44.0, 42, -1.0, 0.0),
    _across("forehead", 52.5, 40, 2.0, 0.05), _across("forehead", 60.5, 32, 4.0, 0.2),
    Curve("glabella", ((4.6, 12.0), (5.0, 19.0), (6.6, 28.0)), 1.1, 0.45, 0.05, 0.55),
    Curve("root", ((0.0, 6.5), (5.0, 6.0), (9.0, 4.0)), 1.0, 0.25, 0.25, 0.4, 1),
    Curve("crow", ((47.0, 3.0), (53.0, 6.5), (60.0, 12.0)), 0.9, 0.34, 0.0, 0.5),
    Curve("crow", ((48.0, 0.0), (55.0, 1.0), (63.0, 3.5)), 0.9, 0.38, 0.0, 0.5),
    Curve("crow", ((47.5, -3.0), (54.0, -5.5), (61.0, -9.0)), 0.9, 0.34, 0.05, 0.5),
    Curve("crow", ((46.0, -6.0), (51.0, -11.0), (56.0, -17.0)), 0.9, 0.26, 0.25, 0.4),
    Curve("eye", ((20.0, -6.5), (26.0, -10.0), (34.0, -11.0), (42.0, -7.5)), 1.1, 0.3, 0.05, 0.45),
    Curve("bag", ((18.0, -8.5), (24.0, -15.5), (32.0, -18.5), (41.0, -15.0)), 2.2, 0.7, 0.1, 0.45),
    Curve("trough", ((16.0, -5.0), (20.5, -13.0), (27.0, -20.5), (34.0, -25.0)), 2.6, 0.6, 0.15, 0.35),
    Curve("nasolabial", ((18.5, -36.0), (22.5, -43.0), (28.0, -52.0), (33.0, -62.0), (35.5, -72.0)), 2.0, 1.1, 0.0, 0.6),
    Curve("marionette", ((28.5, -70.0), (31.5, -78.0), (33.0, -87.0), (32.5, -96.0)), 1.7, 0.7, 0.2, 0.5),
    Curve("chin", ((0.0, -86.0), (8.0, -87.0), (14.0, -90.0)), 1.8, 0.35, 0.2, 0.3, 1),
    Curve("cheek", ((47.0, -30.0), (50.0, -42.0), (49.0, -56.0), (45.0, -70.0)), 1.2, 0.3, 0.4, 0.3),
    *_lip_lines(),
)
NECK_LINES = (-118.0, -131.0, -143.0)  # heights in front, mm


@dataclass(frozen=True, eq=False)
class Creases:
    """Texels near each line. For every line and side: texel numbers, signed distance mm, fade 0..1 towards its ends."""

    near: tuple[tuple[Curve, NDArray[np.int32], Float, Float], ...]

    @classmethod
    def of(cls, points: Float) -> Creases:
        """Lines near canonical points float32 (n, 3), mm."""
        x, y, z = points.T
        near = []
        for curve in CURVES:
            box = np.array(curve.points)
            pad = 5 * curve.width + 3
            close = ((np.abs(x) > box[:, 0].min() - pad) & (np.abs(x) < box[:, 0].max() + pad)
                     & (y > box[:, 1].min() - pad) & (y < box[:, 1].max() + pad) & (z > -28))
            for side in (0,) if curve.sides == 1 else (-1, 1):
                chosen = np.flatnonzero(close if side == 0 else close & (np.sign(x) == side))
                off, along = _distance(np.abs(x[chosen]), y[chosen], box)
                near.append(_kept(curve, chosen, off, _ends(along, curve.sides == 1), pad))
        for height in NECK_LINES:
            chosen = np.flatnonzero((np.abs(y - height) < 12) & (z < -5) & (z > -100))
            off = y[chosen] - height + 0.1 * (z[chosen] + 50) - 0.002 * x[chosen] ** 2
            fade = np.clip((62 - np.abs(x[chosen])) / 25, 0, 1) * np.clip((z[chosen] + 98) / 30, 0, 1)
            near.append(_kept(Curve("neck", (), 1.5, 0.5, 0.15, 0.4), chosen, off, fade, 8.0))
        return cls(tuple(near))

    def carve(self, points: Float, amount: float, seed: int) -> tuple[Float, Float]:
        """Depth (mm, negative in the lines) and darkness 0..1 at all n texels, for `amount` 0..1 of `wrinkle_amount`.

        Every line has its own strength and wobble, fixed by `seed`.
        """
        height, dark = np.zeros(len(points), np.float32), np.zeros(len(points), np.float32)
        if amount <= 0:
            return height, dark
        rng = np.random.default_rng([seed, 71])
        strength = {name: rng.uniform(0.55, 1.25) for name in dict.fromkeys(curve.name for curve, *_ in self.near)}
        for curve, texels, off, fade in self.near:
            own = amount * strength[curve.name] * rng.uniform(0.6, 1.15)
            grown = max(0.0, (own - curve.starts * 0.8) / (1 - curve.starts * 0.8)) if own > 0 else 0.0
            wobble, shift = int(rng.integers(1 << 30)), rng.uniform(-1.2, 1.2)
            if grown <= 0 or len(texels) == 0:
                continue
            bend = value_noise(points[texels], 11.0, wobble)
            broken = np.clip(0.75 + 0.6 * value_noise(points[texels], 6.5, wobble + 1), 0.1, 1.2)
            d = (off + shift + 1.3 * bend) / curve.width
            valley = np.exp(-(d**2)) * fade * broken
            ridge = np.exp(-((np.abs(d) - 2.2) ** 2)) * fade
            height[texels] += (1.3 * grown * curve.depth * (0.35 * ridge - valley)).astype(np.float32)
            dark[texels] = np.maximum(dark[texels], min(1.0, 1.35 * grown) * curve.dark * valley)
        return height, dark


def _kept(curve: Curve, chosen: NDArray[np.int64], off: Float, fade: Float, pad: float
          ) -> tuple[Curve, NDArray[np.int32], Float, Float]:
    kept = (np.abs(off) < pad) & (fade > 0)
    return curve, chosen[kept].astype(np.int32), off[kept].astype(np.float32), fade[kept].astype(np.float32)


def _ends(along: Float, whole: bool) -> Float:
    """Fade towards the ends of a curve from its place 0..1 along it; lines across the middle fade only outwards."""
    start = 1.0 if whole else np.clip(along / 0.2, 0, 1)
    return np.asarray(start * np.clip((1 - along) / 0.3, 0, 1), np.float32)


def _distance(ax: Float, y: Float, line: NDArray[np.float64]) -> tuple[Float, Float]:
    """Signed distance mm to a chain of segments, and the place 0..1 along it (0 and 1 beyond its ends)."""
    best, off, along = np.full(len(ax), np.inf), np.zeros(len(ax)), np.zeros(len(ax))
    length = np.hypot(*np.diff(line, axis=0).T)
    total, done = length.sum(), 0.0
    for (px, py), (qx, qy), own in zip(line[:-1], line[1:], length, strict=True):
        dx, dy = (qx - px) / own, (qy - py) / own
        t = np.clip((ax - px) * dx + (y - py) * dy, 0, own)
        gx, gy = ax - px - t * dx, y - py - t * dy
        square = gx * gx + gy * gy
        better = square < best
        best = np.where(better, square, best)
        off = np.where(better, np.sqrt(square) * np.where(gx * dy - gy * dx < 0, -1, 1), off)
        along = np.where(better, (done + t) / total, along)
        done += own
    return off.astype(np.float32), along.astype(np.float32)
