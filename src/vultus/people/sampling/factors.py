"""One function for each factor of a picture: it redraws that factor of a scene, and nothing else."""

from __future__ import annotations

import colorsys
import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from vultus.people.expressions import expression
from vultus.people.identity import Rgb
from vultus.people.sampling.lights import light
from vultus.people.sampling.quantiles import choose, kumaraswamy, normal
from vultus.people.sampling.variation import Number, Variation
from vultus.people.scene import Camera, Occluder, Scene

Factor = Callable[[Scene, np.random.Generator, Variation], Scene]
_DEFAULT = Camera()
_LOOKS_AT_CAMERA = 0.5  # share of pictures in which the eyes turn to the camera as far as they go
_MASK_COLOURS: tuple[Rgb, ...] = ((0.55, 0.7, 0.8), (0.9, 0.92, 0.93), (0.08, 0.08, 0.09), (0.25, 0.33, 0.5), (0.75, 0.55, 0.6))
_SKIN_LIKE = ("hand",)


def central(value: Number, rng: np.random.Generator) -> float:
    """Most near the middle of the range."""
    u = float(rng.random())
    if not isinstance(value, tuple):
        return value
    low, high = value
    return round(normal((low + high) / 2, (high - low) / 4.4, low, high)(u), 4)


def even(value: Number, rng: np.random.Generator) -> float:
    """Even over the range."""
    u = float(rng.random())
    return round(value[0] + u * (value[1] - value[0]), 4) if isinstance(value, tuple) else value


def falling(value: Number, rng: np.random.Generator) -> float:
    """Most near the lower end of the range."""
    u = float(rng.random())
    return round(kumaraswamy(0.6, 2.4, *value)(u), 4) if isinstance(value, tuple) else value


def rarely(value: Number, rng: np.random.Generator) -> float:
    """Nearly always at the lower end of the range."""
    u = float(rng.random())
    return round(kumaraswamy(0.35, 3.0, *value)(u), 4) if isinstance(value, tuple) else value


def scaled(value: Number, rng: np.random.Generator) -> float:
    """Even in the logarithm."""
    u = float(rng.random())
    return round(math.exp(math.log(value[0]) + u * math.log(value[1] / value[0])), 4) if isinstance(value, tuple) else value


def _yaw(scene: Scene, rng: np.random.Generator, v: Variation) -> Scene:
    return replace(scene, pose=replace(scene.pose, yaw=central(v.yaw, rng)))


def _pitch(scene: Scene, rng: np.random.Generator, v: Variation) -> Scene:
    return replace(scene, pose=replace(scene.pose, pitch=central(v.pitch, rng)))


def _roll(scene: Scene, rng: np.random.Generator, v: Variation) -> Scene:
    return replace(scene, pose=replace(scene.pose, roll=central(v.roll, rng)))


def _gaze(scene: Scene, rng: np.random.Generator, v: Variation) -> Scene:
    """Half of the time towards the camera as far as the ranges allow, else about straight ahead."""
    ahead = (central(v.gaze_yaw, rng), central(v.gaze_pitch, rng))
    meets = rng.random() < _LOOKS_AT_CAMERA
    back = (-scene.pose.yaw, -scene.pose.pitch)
    yaw, pitch = (min(max(turn, span[0]), span[1]) if meets and isinstance(span, tuple) else plain
                  for turn, plain, span in zip(back, ahead, (v.gaze_yaw, v.gaze_pitch), strict=True))
    return replace(scene, gaze=replace(scene.gaze, yaw=yaw, pitch=pitch))


def _blink(scene: Scene, rng: np.random.Generator, v: Variation) -> Scene:
    return replace(scene, blink=rarely(v.blink, rng))


def _expression(scene: Scene, rng: np.random.Generator, v: Variation) -> Scene:
    return replace(scene, actions=expression(choose(dict(v.expression), float(rng.random())), even(v.intensity, rng)))


def _focal(scene: Scene, rng: np.random.Generator, v: Variation) -> Scene:
    """Another perspective; the head keeps its size in the picture."""
    focal = scaled(v.focal_mm, rng)
    camera = scene.camera
    return replace(scene, camera=replace(camera, focal_mm=focal, distance_mm=round(camera.distance_mm * focal / camera.focal_mm, 3)))


def _head_size(scene: Scene, rng: np.random.Generator, v: Variation) -> Scene:
    """Another distance."""
    size, camera = scaled(v.head_size, rng), scene.camera
    distance = _DEFAULT.distance_mm / _DEFAULT.focal_mm * camera.focal_mm / size
    return replace(scene, camera=replace(camera, distance_mm=round(distance, 3)))


def _framing(scene: Scene, rng: np.random.Generator, v: Variation) -> Scene:
    centre = (_DEFAULT.centre[0] + central(v.shift_x, rng), _DEFAULT.centre[1] + central(v.shift_y, rng))
    return replace(scene, camera=replace(scene.camera, centre=centre))


def _exposure(scene: Scene, rng: np.random.Generator, v: Variation) -> Scene:
    return replace(scene, camera=replace(scene.camera, exposure=central(v.exposure, rng)))


def _white_balance(scene: Scene, rng: np.random.Generator, v: Variation) -> Scene:
    span = v.white_balance_k
    mired = (1e6 / span[1], 1e6 / span[0]) if isinstance(span, tuple) else 1e6 / span
    return replace(scene, camera=replace(scene.camera, white_balance_k=round(1e6 / central(mired, rng), 3)))


def _noise(scene: Scene, rng: np.random.Generator, v: Variation) -> Scene:
    return replace(scene, camera=replace(scene.camera, noise=scaled(v.noise, rng)))


def _blur(scene: Scene, rng: np.random.Generator, v: Variation) -> Scene:
    zoom = scene.camera.height / 256
    blur, motion, turn = falling(v.blur_px, rng), falling(v.motion_px, rng), float(rng.uniform(0, 180))
    return replace(scene, camera=replace(scene.camera, blur_px=round(blur * zoom, 4), motion_px=round(motion * zoom, 4),
                                         motion_deg=round(turn, 3) if motion else 0.0))


def _jpeg(scene: Scene, rng: np.random.Generator, v: Variation) -> Scene:
    return replace(scene, camera=replace(scene.camera, jpeg=round(even(v.jpeg, rng))))


def _light(scene: Scene, rng: np.random.Generator, v: Variation) -> Scene:
    name = choose(dict(v.light), float(rng.random()))
    return replace(scene, light=light(name, central(v.light_turn, rng), central(v.light_strength, rng)))


def _background(scene: Scene, rng: np.random.Generator, v: Variation) -> Scene:
    kind, picture = choose(dict(v.background), float(rng.random())), float(rng.random())
    first, second = _places(kind, rng)
    if v.background_colour is not None:
        first, second = v.background_colour, _darker(v.background_colour)
    elif kind == "gradient":
        second = _darker(first)
    file = v.pictures[int(picture * len(v.pictures))] if kind == "picture" else None
    return replace(scene, background=replace(scene.background, kind=kind, colour=first, second=second, picture=file,
                                             seed=int(rng.integers(1 << 31))))


def _places(kind: str, rng: np.random.Generator) -> tuple[Rgb, Rgb]:
    """Two colours: sky and plants outdoors, walls and furniture indoors, any two elsewhere."""
    first, second = muted(rng, 0.3, 0.85, 0.35), muted(rng, 0.2, 0.75, 0.35)
    grey, blue, leaf, dark = rng.random(4)
    sky = (0.62 + 0.25 * grey - 0.2 * blue, 0.68 + 0.22 * grey - 0.08 * blue, 0.78 + 0.18 * grey)
    plants = (0.3 + 0.25 * leaf, 0.36 + 0.16 * leaf, 0.22 + 0.1 * dark)
    return (rounded(sky), rounded(plants)) if kind == "outdoor" else (first, second)


def _clothing(scene: Scene, rng: np.random.Generator, v: Variation) -> Scene:
    colour = muted(rng, 0.06, 0.9, 0.75)
    return replace(scene, worn=replace(scene.worn, clothing=v.clothing or colour, neckline=even(v.neckline, rng)))


def _glasses(scene: Scene, rng: np.random.Generator, v: Variation) -> Scene:
    return replace(scene, worn=replace(scene.worn, glasses=bool(rng.random() < even(v.glasses, rng))))


def _make_up(scene: Scene, rng: np.random.Generator, v: Variation) -> Scene:
    """Lipstick from rose to dark red, and eye shadow for half of those who wear it; women only."""
    woman = scene.identity.phenotype.get("gender", 1.0) < 0.5 and scene.identity.years >= 16
    worn = bool(rng.random() < even(v.make_up, rng)) and woman
    lips, lids, u, shadow = rng.uniform(0.25, 0.9), rng.uniform(0.15, 0.6), rng.random(), rng.random() < 0.5
    red, green, blue = (round(a + (b - a) * float(u), 4) for a, b in zip((0.78, 0.42, 0.45), (0.42, 0.05, 0.12), strict=True))
    return replace(scene, worn=replace(scene.worn, lipstick=round(float(lips), 4) if worn else 0.0, lipstick_colour=(red, green, blue),
                                       eye_shadow=round(float(lids), 4) if worn and shadow else 0.0))


def _earrings(scene: Scene, rng: np.random.Generator, v: Variation) -> Scene:
    woman = scene.identity.phenotype.get("gender", 1.0) < 0.5
    return replace(scene, worn=replace(scene.worn, earrings=bool(rng.random() < even(v.earrings, rng)) and woman))


def _hat(scene: Scene, rng: np.random.Generator, v: Variation) -> Scene:
    name, colour = choose(dict(v.hat), float(rng.random())), muted(rng, 0.05, 0.8, 0.7)
    return replace(scene, worn=replace(scene.worn, hat=name, hat_colour=colour if name != "none" else scene.worn.hat_colour))


def _mask(scene: Scene, rng: np.random.Generator, v: Variation) -> Scene:
    name, colour = choose(dict(v.mask), float(rng.random())), _MASK_COLOURS[int(rng.integers(len(_MASK_COLOURS)))]
    return replace(scene, worn=replace(scene.worn, mask=name, mask_colour=colour if name != "none" else scene.worn.mask_colour))


def _occluder(scene: Scene, rng: np.random.Generator, v: Variation) -> Scene:
    """Mostly over mouth, chin and cheeks."""
    name = choose(dict(v.occluder), float(rng.random()))
    x, y, size, turn = rng.uniform((-55, -100, 55, -40), (55, -35, 105, 40)).round(2)
    colour = _skin_colour(scene) if name in _SKIN_LIKE else muted(rng, 0.05, 0.8, 0.7)
    return replace(scene, occluders=() if name == "none" else (Occluder(name, (float(x), float(y)), float(size), float(turn), colour),))


def _sensor(scene: Scene, rng: np.random.Generator, v: Variation) -> Scene:
    return replace(scene, seed=int(rng.integers(1 << 31)))


def muted(rng: np.random.Generator, dark: float = 0.25, bright: float = 0.85, saturation: float = 0.45) -> Rgb:
    """Any hue, most of low saturation; sRGB."""
    hue, pale, value = rng.random(), rng.random() ** 1.5 * saturation, rng.uniform(dark, bright)
    return rounded(colorsys.hsv_to_rgb(float(hue), float(pale), float(value)))


def rounded(colour: Rgb) -> Rgb:
    """Plain numbers of four digits."""
    red, green, blue = (round(float(each), 4) for each in colour)
    return red, green, blue


def _darker(colour: Rgb) -> Rgb:
    red, green, blue = (round(0.72 * each, 4) for each in colour)
    return red, green, blue


def _skin_colour(scene: Scene) -> Rgb:
    """About the person's own: from light to dark with melanin."""
    m = scene.identity.skin.melanin
    red, green, blue = (round(a + (b - a) * m, 4) for a, b in zip((0.88, 0.72, 0.62), (0.28, 0.18, 0.13), strict=True))
    return red, green, blue


# In the order in which a scene is drawn: gaze looks at pose, head size at the focal length.
FACTORS: dict[str, Factor] = {
    "yaw": _yaw, "pitch": _pitch, "roll": _roll, "gaze": _gaze, "blink": _blink, "expression": _expression,
    "focal": _focal, "head_size": _head_size, "framing": _framing, "exposure": _exposure, "white_balance": _white_balance, "noise": _noise,
    "blur": _blur, "jpeg": _jpeg, "light": _light, "background": _background, "clothing": _clothing, "glasses": _glasses,
    "make_up": _make_up, "earrings": _earrings, "hat": _hat, "mask": _mask, "occluder": _occluder, "sensor": _sensor}
GROUPS: dict[str, tuple[str, ...]] = {
    "pose": ("yaw", "pitch", "roll"),
    "camera": ("focal", "head_size", "framing", "exposure", "white_balance", "noise", "blur", "jpeg", "sensor"),
    "worn": ("clothing", "glasses", "make_up", "earrings", "hat", "mask", "occluder")}
