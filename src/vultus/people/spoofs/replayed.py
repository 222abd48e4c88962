"""A picture shown on a screen and photographed.

Model: the screen shows its own pixels, each of a red, a green and a blue stripe a third of the pitch wide and as high as the black matrix
leaves; light = black level + (1 - black level) * value^gamma, tinted by the backlight (CIE daylight is near neutral, cheap backlights are
bluish). The stripes of a channel are a lattice, that is a Fourier series; lens and pixel of the camera multiply each term by their
transfer at its frequency, and the sensor's grid samples it: moire, at f - round(f) (see `sheet`), follows without being drawn. Glare is
the mirror image of a lamp.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from vultus.people.capture.checks import check_picture, check_range
from vultus.people.capture.colour import Float
from vultus.people.capture.simulated import Simulated
from vultus.people.spoofs import paper
from vultus.people.spoofs.printed import sampled
from vultus.people.spoofs.recapture import OVERSAMPLING, Recapture, photographed
from vultus.people.spoofs.sheet import Array, Placing, Sheet, folded, pixel_centres
from vultus.types import Image

ORDERS = tuple((n, m) for n in range(3) for m in range(-2, 3) if n or m > 0)  # terms of the series, one of each +- pair
_PLACING, _RECAPTURE = Placing(fill=1.04, yaw=3.0, pitch=2.0, roll=2.5), Recapture()


@dataclass(frozen=True)
class Replayed:
    """`pitch_mm` of the screen's pixels (monitor 0.18..0.31, tablet 0.1, telephone 0.055), `width_mm` of the shown picture, `opening` =
    share of a stripe's width and of the pitch's height that is lit, `gamma`, `black_level` = 1 / contrast, `backlight` linear RGB,
    `glare` 0..1, `bezel_mm` dark frame (0 = the screen goes on beyond the picture), `placing`, `recapture`, `grid` False = an
    ideal picture in the screen's place: no pixels, no black level, no tint, no glare."""

    pitch_mm: float = 0.27
    width_mm: float = 170.0
    opening: tuple[float, float] = (0.85, 0.85)
    gamma: float = 2.2
    black_level: float = 0.004
    backlight: tuple[float, float, float] = (0.93, 0.99, 1.06)
    glare: float = 0.05
    bezel_mm: float = 0.0
    placing: Placing = _PLACING
    recapture: Recapture = _RECAPTURE
    grid: bool = True

    def __post_init__(self) -> None:
        check_range("pitch_mm", self.pitch_mm, 0.02, 3, "mm")
        check_range("width_mm", self.width_mm, 20, 3000, "mm")
        for share in self.opening:
            check_range("opening", share, 0.2, 1)
        for share in self.backlight:
            check_range("backlight", share, 0.2, 5)
        check_range("gamma", self.gamma, 1, 3)
        check_range("black_level", self.black_level, 0, 0.2)
        check_range("glare", self.glare, 0, 1)
        check_range("bezel_mm", self.bezel_mm, 0, 200, "mm")

    def without_grid(self) -> Replayed:
        """The same camera and geometry before an ideal picture: the simulator without its effect."""
        return replace(self, grid=False)

    def sheet(self, image: Image) -> Sheet:
        """The view of the screen in the result that this picture gives."""
        return Sheet(self.placing, self.width_mm, self.recapture.result_size(image))

    def carriers(self) -> Array:
        """Frequencies of columns and rows of the screen's pixels, cycles per mm, (2, 2)."""
        return np.eye(2) / self.pitch_mm


def drawn_replayed(rng: np.random.Generator) -> Replayed:
    """A random screen from a distance at which the default camera has 0.65..0.88 or 1.12..1.2 of its pixels a pixel of the result, so
    that the moire is 0.1..0.4 cycles per px: neither invisible nor mistaken for shading. Other screens and distances show less."""
    placing = Placing(float(rng.uniform(1.0, 1.1)), float(rng.uniform(-7, 7)), float(rng.uniform(-6, 6)), float(rng.uniform(-5, 5)),
                      float(rng.uniform(350, 700)))
    pitch = float(rng.uniform(0.16, 0.31))
    frequency = float(rng.uniform(0.65, 0.88) if rng.random() < 0.7 else rng.uniform(1.12, 1.2))
    return Replayed(pitch_mm=pitch, width_mm=frequency * pitch * placing.fill * Recapture().size, gamma=float(rng.uniform(2.0, 2.4)),
                    black_level=float(1 / rng.uniform(100, 900)), glare=float(rng.choice((0.0, 0.04, 0.1))), placing=placing)


def replayed(image: Image, settings: Replayed, rng: np.random.Generator) -> Simulated:
    """The picture, uint8 RGB, as a screen before a camera.

    Returns:
        A picture whose longer side is `recapture.size`. `predicted`: `grid`, frequencies of the screen's columns and rows in the middle of
        the result before sampling, and `moire`, after it, cycles per px (2, 2).
    """
    check_picture(image)
    view = settings.sheet(image)
    fine = view.scaled(OVERSAMPLING)
    drawn: dict[str, Any] = {"mirror": (float(rng.uniform(0.1, 0.9)), float(rng.uniform(0.05, 0.5))),
             "phase": tuple(map(float, rng.uniform(0, 1, 2))),
             "mirror_radii": (float(rng.uniform(0.08, 0.2)), float(rng.uniform(0.1, 0.25))), "background_seed": int(rng.integers(1 << 30))}
    points = fine.at(pixel_centres(fine.size))
    light = _shown(image, points, settings)
    if settings.grid:
        light = light * _lattice(points, fine, settings, drawn["phase"])
        glare = paper.mirrored_lamp(fine.size, drawn["mirror"], drawn["mirror_radii"], 8.0, 0.5)
        light = light + settings.glare * glare[..., None]
    light = _framed(light, points, image, settings, drawn["background_seed"])
    result = photographed(light, settings.recapture, rng, blur=not settings.grid)
    predicted: dict[str, Any] = {}
    if settings.grid:
        grid = np.array([view.frequency(carrier) for carrier in settings.carriers()])
        predicted = {"grid": grid, "moire": folded(grid)}
    return Simulated(result, "replayed", settings, drawn, predicted)


def stripe_term(order: int, width: float, place: float) -> complex:
    """Fourier coefficient of a stripe of `width` (share of the pitch) at `place` (share of the pitch), of mean 1."""
    return complex(np.sinc(order * width) * np.exp(-2j * np.pi * order * place))


def _shown(image: Image, points: Array, settings: Replayed) -> Float:
    """Mean light of the screen at points (h, w, 2) in mm, linear RGB; values are those of the screen's nearest pixels, smoothed."""
    import cv2
    if not settings.grid:
        return _decoded(sampled(image.astype(np.float32) / 255, points, settings.width_mm), 2.2)
    columns = max(round(settings.width_mm / settings.pitch_mm), 8)
    size = (columns, max(round(columns * image.shape[0] / image.shape[1]), 8))
    way = cv2.INTER_AREA if columns < image.shape[1] else cv2.INTER_CUBIC
    shown = np.clip(cv2.resize(image, size, interpolation=way).astype(np.float32) / 255, 0, 1)
    light = _decoded(sampled(shown, points, settings.width_mm), settings.gamma)
    light = settings.black_level + (1 - settings.black_level) * light
    return np.asarray(light * np.array(settings.backlight, np.float32), np.float32)


def _decoded(values: Float, gamma: float) -> Float:
    return np.asarray(np.power(np.clip(values, 0, 1), gamma), np.float32)


def _lattice(points: Array, fine: Sheet, settings: Replayed, phase: tuple[float, ...]) -> Float:
    """Light of the stripes relative to its mean, as lens and pixel of the camera leave it, float32 (h, w, 3)."""
    across, down = ((points[..., i] / settings.pitch_mm + phase[i]) for i in (0, 1))
    widths = (settings.opening[0] / 3, settings.opening[1])
    total = np.ones((*fine.size, 3), np.float32)
    for n, m in ORDERS:
        left = settings.recapture.transfer(fine.frequency((n / settings.pitch_mm, m / settings.pitch_mm)))
        if left < 1e-3:
            continue
        wave = (2 * np.pi * np.mod(n * across + m * down, 1)).astype(np.float32)
        cosine, sine = np.cos(wave), np.sin(wave)
        for channel in range(3):
            term = 2 * left * stripe_term(n, widths[0], (channel + 0.5) / 3) * stripe_term(m, widths[1], 0.5)
            total[..., channel] += np.float32(term.real) * cosine - np.float32(term.imag) * sine
    return total


def _framed(light: Float, points: Array, image: Image, settings: Replayed, seed: int) -> Float:
    """A bezel and the room around the screen, where the settings have a bezel."""
    if not settings.bezel_mm or not settings.grid:
        return light
    half = np.array([settings.width_mm / 2, settings.width_mm / 2 * image.shape[0] / image.shape[1]])
    beyond = np.abs(points) - half
    screen, frame = (beyond <= 0).all(-1)[..., None], (beyond <= settings.bezel_mm).all(-1)[..., None]
    room = paper.background(light.shape[:2], np.random.default_rng(seed))
    return np.asarray(np.where(screen, light, np.where(frame, 0.012, room)), np.float32)
