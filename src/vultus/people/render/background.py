"""What stands behind the person, in linear light: procedural kinds, or the user's picture, out of focus like behind a portrait."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vultus.errors import InputError, UnknownNameError
from vultus.image import decode, read_bytes
from vultus.people.render.light import level
from vultus.people.render.sensor import linear
from vultus.people.scene import BACKGROUNDS, Background, Camera, Light

Float = NDArray[np.float32]
GRID = 96  # side of the procedural pictures before they are enlarged
LENS_BLUR = 0.035  # radius of the blur disc, share of the picture's height


def backdrop(background: Background, camera: Camera, light: Light) -> Float:
    """The background as linear RGB float32 (h, w, 3). It brightens and darkens with the scene's light, less than the person does."""
    if background.kind not in BACKGROUNDS:
        raise UnknownNameError("background", background.kind, BACKGROUNDS)
    picture = _picture if background.kind == "picture" else _KINDS[background.kind]
    shine = np.float32(min(max(level(light), 0.02), 1.6) ** 0.8)
    return np.ascontiguousarray(picture(background, camera) * shine, np.float32)


def _enlarged(small: NDArray[np.floating], camera: Camera) -> Float:
    import cv2
    return np.asarray(cv2.resize(small.astype(np.float32), (camera.width, camera.height), interpolation=cv2.INTER_CUBIC)).clip(0)


def _colours(background: Background) -> tuple[Float, Float]:
    return linear(np.array(background.colour)), linear(np.array(background.second))


def _plain(background: Background, camera: Camera) -> Float:
    return np.tile(_colours(background)[0], (camera.height, camera.width, 1))


def _gradient(background: Background, camera: Camera) -> Float:
    """From colour (top) to second (bottom) with the glow of a lamp on the wall behind the head."""
    first, second = _colours(background)
    y, x = ((np.arange(n, dtype=np.float32) + 0.5) / n for n in (camera.height, camera.width))
    t = np.clip(y[:, None] + 0.25 * (x[None] - 0.5), 0, 1)[..., None]
    glow = 1 + 0.25 * np.exp(-((x[None] - 0.5) ** 2 + (y[:, None] - 0.45) ** 2) / 0.1)[..., None]
    return np.asarray((first * (1 - t) + second * t) * glow, np.float32)


def _noise(background: Background, camera: Camera) -> Float:
    """Clouds between the two colours, and grain of a rough wall."""
    rng, (first, second) = _rng(background), _colours(background)
    t = _clouds(rng, (3, 6, 12, 24, 48))[..., None]
    return _enlarged(first * (1 - t) + second * t, camera)


def _clouds(rng: np.random.Generator, sides: tuple[int, ...]) -> Float:
    """Smooth values 0..1 (GRID, GRID): random grids of the given sides, enlarged and added, finer ones weaker."""
    import cv2
    total = np.zeros((GRID, GRID), np.float32)
    for order, side in enumerate(sides):
        total += cv2.resize(rng.random((side, side), np.float32), (GRID, GRID), interpolation=cv2.INTER_CUBIC) * 0.6 ** order
    return np.asarray((total - total.min()) / max(float(total.max() - total.min()), 1e-6), np.float32)


def _room(background: Background, camera: Camera) -> Float:
    """Wall, floor, furniture, a window and lamps, far out of focus."""
    rng, (first, second) = _rng(background), _colours(background)
    room = np.tile(first, (GRID, GRID, 1))
    floor = int(GRID * rng.uniform(0.62, 0.85))
    room[floor:] = second * np.float32(0.7)
    for _ in range(rng.integers(4, 9)):
        tint = (first if rng.random() < 0.5 else second) * rng.uniform(0.25, 1.5, 3) ** 0.7
        _box(room, rng, (0.08, 0.35), (0.1, 0.6), tint)
    _box(room, rng, (0.15, 0.3), (0.25, 0.5), np.array([1.3, 1.35, 1.4]) * rng.uniform(0.5, 1.2), top=True)
    for _ in range(rng.integers(0, 4)):
        _box(room, rng, (0.02, 0.05), (0.02, 0.05), np.array([3.2, 2.4, 1.5]) * rng.uniform(0.5, 1.2), top=True)
    return _enlarged(_defocused(room, 0.05 * GRID), camera)


def _outdoor(background: Background, camera: Camera) -> Float:
    """Sky over a treeline over ground, leaves with gaps of bright sky."""
    rng, (first, second) = _rng(background), _colours(background)
    y = np.linspace(0, 1, GRID, dtype=np.float32)[:, None, None]
    sky = first * (1.25 - 0.5 * y) + np.float32(0.12)
    leaves = second * np.array([0.55, 0.8, 0.4], np.float32) * (0.3 + 1.1 * _clouds(rng, (8, 16, 32))[..., None])
    line = 0.25 + 0.3 * rng.random() + 0.25 * (_clouds(rng, (4, 8, 16)) - 0.5)
    gaps = _clouds(rng, (20, 40)) > 0.82
    place = np.where(((y[..., 0] > line) & ~gaps)[..., None], leaves, sky)
    ground = second * np.array([0.9, 0.85, 0.7], np.float32)
    place = np.where(y > 0.86, ground, place)
    return _enlarged(_defocused(place, 0.045 * GRID), camera)


def _box(room: Float, rng: np.random.Generator, widths: tuple[float, float], heights: tuple[float, float],
         colour: NDArray[np.floating], top: bool = False) -> None:
    w, h = (max(int(GRID * rng.uniform(*span)), 1) for span in (widths, heights))
    x, y = int(rng.uniform(-0.1, 1) * GRID), int(rng.uniform(0, 0.35) * GRID) if top else int(GRID * rng.uniform(0.45, 0.9)) - h
    room[max(y, 0):max(y + h, 0), max(x, 0):max(x + w, 0)] = colour


def _defocused(picture: NDArray[np.floating], radius: float) -> Float:
    """Blurred by a disc of `radius` px, as an open round aperture does."""
    import cv2
    side = int(np.ceil(radius))
    y, x = np.mgrid[-side:side + 1, -side:side + 1]
    disc = np.clip(radius + 0.5 - np.sqrt(x * x + y * y), 0, 1)
    soft = cv2.filter2D(picture.astype(np.float32), -1, (disc / disc.sum()).astype(np.float32), borderType=cv2.BORDER_REFLECT)
    return np.maximum(soft, np.float32(0))


def _picture(background: Background, camera: Camera) -> Float:
    if background.picture is None:
        raise InputError("background.picture", expected="a file for the kind 'picture'", got="None")
    import cv2
    path, width, height = Path(background.picture), camera.width, camera.height
    image = decode(read_bytes(path), name=path.name, min_side=2 * max(width, height)).image
    h, w = image.shape[:2]
    zoom = max(width / w, height / h)
    cw, ch = min(round(width / zoom), w), min(round(height / zoom), h)
    x, y = (w - cw) // 2, (h - ch) // 2
    small = cv2.resize(image[y:y + ch, x:x + cw], (width, height), interpolation=cv2.INTER_AREA)
    return _defocused(linear(small / 255), LENS_BLUR * height)


def _rng(background: Background) -> np.random.Generator:
    return np.random.default_rng([abs(int(background.seed)), 0xBAC])


_KINDS: dict[str, Callable[[Background, Camera], Float]] = {
    "plain": _plain, "gradient": _gradient, "blurred-room": _room, "outdoor": _outdoor, "noise": _noise}
