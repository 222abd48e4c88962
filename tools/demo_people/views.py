"""The four pictures taken of every person: pose, expression, light, backdrop."""

import numpy as np

from demo_people.light import Lamp, Lighting
from demo_people.view import View

BACKDROPS = ((.55, .62, .70), (.70, .66, .60), (.58, .66, .60), (.66, .60, .68), (.72, .72, .72), (.50, .58, .66))
SMILE = {"mouthSmileLeft": .55, "mouthSmileRight": .55, "cheekSquintLeft": .35, "cheekSquintRight": .35,
         "eyeSquintLeft": .15, "eyeSquintRight": .15}
NAMES = ("frontal", "left", "right", "light")


def draw_views(rng: np.random.Generator) -> list[View]:
    """Four views with small random pose, gaze and light changes; backdrop colours do not depend on the person."""
    return [_frontal(rng), _turned(rng, "left", -1), _turned(rng, "right", 1), _other_light(rng)]


def _soft(rng: np.random.Generator, side: float) -> Lighting:
    key = Lamp((side * rng.uniform(.45, .8), rng.uniform(.5, .7), 1.), (1.4, 1.32, 1.23), 14.)
    fill = Lamp((-side * 1., .1, .8), (.42, .45, .50), 4.)
    rim = Lamp((-side * .9, .6, -.8), (.6, .62, .66), 10.)
    return Lighting("soft", (.34, .36, .40), (.20, .18, .16), (key, fill, rim))


def _backdrop(rng: np.random.Generator) -> tuple[tuple[float, float, float], tuple[float, float, float]]:
    colour = np.array(BACKDROPS[int(rng.integers(len(BACKDROPS)))]) * rng.uniform(.85, 1.1)
    top, bottom = tuple(map(float, colour)), tuple(map(float, colour * .72))
    return top, bottom  # type: ignore[return-value]


def _small(rng: np.random.Generator, spread: float) -> float:
    return round(float(np.clip(rng.normal(0, spread), -2 * spread, 2 * spread)), 1)


def _frontal(rng: np.random.Generator) -> View:
    return View("frontal", _small(rng, 2), _small(rng, 2), _small(rng, 1),
                {"mouthSmileLeft": .15, "mouthSmileRight": .15}, _soft(rng, float(rng.choice((-1, 1)))), _backdrop(rng))


def _turned(rng: np.random.Generator, name: str, sign: int) -> View:
    actions = {"mouthSmileLeft": float(rng.uniform(.05, .35)), "mouthSmileRight": float(rng.uniform(.05, .35))}
    return View(name, round(sign * 20 + _small(rng, 2.5), 1), _small(rng, 3), _small(rng, 2), actions,
                _soft(rng, float(-sign)), _backdrop(rng))


def _other_light(rng: np.random.Generator) -> View:
    side = float(rng.choice((-1, 1)))
    key = Lamp((side * 1.1, .55, .55), (1.9, 1.5, 1.1), 16.)
    fill = Lamp((-side, .2, .6), (.28, .36, .52), 3.)
    lighting = Lighting("side", (.26, .29, .36), (.16, .13, .11), (key, fill))
    pitch = round(float(rng.choice((-1, 1)) * rng.uniform(6, 11)), 1)
    return View("light", _small(rng, 4), pitch, _small(rng, 3), SMILE, lighting, _backdrop(rng))
