"""A picture printed with four inks on paper, held up and photographed.

Model: separation and screened dots (`ink`), paper, light and gloss (`paper`), a bent sheet before a pinhole camera (`sheet`), and the
camera's own sampling (`recapture`). The dots are evaluated where the camera's rays meet the paper, two rays a side of each pixel of the
sensor, so that resolved dots, their moire and their disappearance follow from geometry.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vultus.people.capture.checks import check_picture, check_range
from vultus.people.capture.colour import Float, to_linear
from vultus.people.capture.simulated import Simulated
from vultus.people.spoofs import ink, paper
from vultus.people.spoofs.recapture import OVERSAMPLING, Recapture, photographed
from vultus.people.spoofs.sheet import Placing, Sheet, folded, pixel_centres
from vultus.types import Image

MM_PER_INCH = 25.4
STRIP = 128  # rows of the sensor worked on together: bounds the memory
_PLACING, _RECAPTURE = Placing(bend_mm=900.0), Recapture()


@dataclass(frozen=True)
class Printed:
    """`lpi` lines of dots per inch (office laser printer 50..110, magazine 133..175), `width_mm` of the print without its border,
    `border_mm` white border, `grey_replacement` 0..1, `white` paper in linear RGB, `fibres` texture strength 0..0.1, `gloss` 0..1
    strength of the mirrored lamp, `light_fall` 0..1, `placing`, `recapture`, `ink` False = the same picture without inks and
    paper before the same camera."""

    lpi: float = 60.0
    width_mm: float = 110.0
    border_mm: float = 6.0
    grey_replacement: float = 0.6
    white: tuple[float, float, float] = (0.86, 0.84, 0.80)
    fibres: float = 0.012
    gloss: float = 0.12
    light_fall: float = 0.25
    placing: Placing = _PLACING
    recapture: Recapture = _RECAPTURE
    ink: bool = True

    def __post_init__(self) -> None:
        check_range("lpi", self.lpi, 20, 400, "lines per inch")
        check_range("width_mm", self.width_mm, 20, 2000, "mm")
        check_range("border_mm", self.border_mm, 0, 500, "mm")
        check_range("grey_replacement", self.grey_replacement, 0, 1)
        for share in self.white:
            check_range("white", share, 0, 1)
        check_range("fibres", self.fibres, 0, 0.1)
        check_range("gloss", self.gloss, 0, 1)
        check_range("light_fall", self.light_fall, 0, 1)

    @property
    def lines_per_mm(self) -> float:
        return self.lpi / MM_PER_INCH

    def without_ink(self) -> Printed:
        """The same camera and geometry before the unprinted picture: the simulator without its effect."""
        return replace(self, ink=False)

    def sheet(self, image: Image) -> Sheet:
        """The view of the print in the result that this picture gives."""
        return Sheet(self.placing, self.width_mm, self.recapture.result_size(image))

    def carriers(self) -> NDArray[np.float64]:
        """Frequencies of the dots, cycles per mm, (4 inks, 2, 2)."""
        return ink.screen_carriers(self.lines_per_mm)


def drawn_printed(rng: np.random.Generator) -> Printed:
    """A random print, held by hand; dots stay within what the default camera resolves."""
    placing = Placing(float(rng.uniform(0.98, 1.12)), float(rng.uniform(-9, 9)), float(rng.uniform(-7, 7)), float(rng.uniform(-4, 4)),
                      float(rng.uniform(300, 600)), float(rng.choice((400.0, 900.0, np.inf))))
    return Printed(lpi=float(rng.uniform(45, 75)), border_mm=float(rng.uniform(2, 10)), grey_replacement=float(rng.uniform(0.4, 0.8)),
                   fibres=float(rng.uniform(0.006, 0.02)), gloss=float(rng.choice((0.0, 0.08, 0.2))),
                   light_fall=float(rng.uniform(0.05, 0.4)), placing=placing)


def printed(image: Image, settings: Printed, rng: np.random.Generator) -> Simulated:
    """The picture, uint8 RGB, as a print before a camera.

    Returns:
        A picture whose longer side is `recapture.size`. `predicted`: `dots`, the frequency of each ink's dots in the middle of the
        result, cycles per px (4, 2, 2), folded by its sampling; `covers` of the inks in the mean.
    """
    check_picture(image)
    light, drawn, covers = paper_light(image, settings, rng)
    result = photographed(light, settings.recapture, rng)
    view = settings.sheet(image)
    predicted: dict[str, Any] = {"mm_per_px": view.jacobian(np.array(view.size[::-1]) / 2)}
    if settings.ink:
        predicted["dots"] = np.array([[folded(view.frequency(carrier)) for carrier in pair] for pair in settings.carriers()])
        predicted["covers"] = covers
    return Simulated(result, "printed", settings, drawn, predicted)


def paper_light(image: Image, settings: Printed, rng: np.random.Generator,
                on_sheet: Callable[[Float, NDArray[Any]], Float] | None = None) -> tuple[Float, dict[str, Any], list[float]]:
    """Linear light on the sensor, float32 (2 h, 2 w, 3), what was drawn, and the mean cover of the inks.

    Args:
        on_sheet: changes the reflectance (rows, columns, 3) of a strip at points (rows, columns, 2) of the sheet, mm.
    """
    view = settings.sheet(image).scaled(OVERSAMPLING)
    drawn = _drawn(rng)
    linear = to_linear(image)
    source = ink.separated(linear, settings.grey_replacement) if settings.ink else linear
    light = np.concatenate([_strip(source, settings, view, rows, drawn["fibres_seed"], on_sheet) for rows in _strips(view.size[0])])
    behind = paper.background(view.size, np.random.default_rng(drawn["background_seed"]))
    light, cover = light[..., :3], light[..., 3:]
    light = light * cover + behind * (1 - cover)
    if settings.ink:
        light = light * paper.uneven_light(view.size, drawn["lamp_deg"], settings.light_fall)[..., None]
        mirrored = paper.mirrored_lamp(view.size, drawn["mirror"], drawn["mirror_radii"], drawn["lamp_deg"], 1.6)
        light = light + settings.gloss * mirrored[..., None] * cover
    covers = [float(each) for each in source.reshape(-1, source.shape[-1]).mean(0, dtype=np.float64)] if settings.ink else []
    return light.astype(np.float32), drawn, covers


def _drawn(rng: np.random.Generator) -> dict[str, Any]:
    return {"fibres_seed": int(rng.integers(1 << 30)), "background_seed": int(rng.integers(1 << 30)),
            "lamp_deg": float(rng.uniform(0, 360)), "mirror": (float(rng.uniform(0.1, 0.9)), float(rng.uniform(0.0, 0.4))),
            "mirror_radii": (float(rng.uniform(0.1, 0.3)), float(rng.uniform(0.08, 0.2)))}


def _strips(rows: int) -> Iterator[slice]:
    return (slice(start, min(start + STRIP, rows)) for start in range(0, rows, STRIP))


def _strip(source: Float, settings: Printed, view: Sheet, rows: slice, seed: int,
           on_sheet: Callable[[Float, NDArray[Any]], Float] | None) -> Float:
    """Light that rows of the sensor get from the sheet, and how much of each pixel the sheet covers: float32 (rows, w, 4)."""
    import cv2
    fine = view.scaled(2)
    points = fine.at(pixel_centres(fine.size, slice(rows.start * 2, rows.stop * 2)))
    reflected = _reflectance(source, points, settings)
    half_width = settings.width_mm / 2
    half_height = half_width * source.shape[0] / source.shape[1]
    border = settings.border_mm if settings.ink else 0.0
    beyond = np.abs(points) - (half_width, half_height)
    inside, cover = beyond.max(-1, keepdims=True) <= 0, beyond.max(-1, keepdims=True) <= border
    if settings.ink:
        texture = paper.fibres(points, seed, settings.fibres)[..., None] * np.array(settings.white, np.float32)
        reflected = np.where(inside, reflected, 1.0) * texture
    if on_sheet is not None:
        reflected = on_sheet(np.asarray(reflected, np.float32), points)
    both = np.concatenate([reflected * cover, cover], -1).astype(np.float32)
    small: Float = np.asarray(cv2.resize(both, (view.size[1], rows.stop - rows.start), interpolation=cv2.INTER_AREA), np.float32)
    small[..., :3] /= np.maximum(small[..., 3:], 1e-3)
    return small


def _reflectance(source: Float, points: NDArray[Any], settings: Printed) -> Float:
    """Reflectance relative to the paper at points of the sheet: of the dots, or of the picture itself without ink."""
    values = sampled(source, points, settings.width_mm)
    if not settings.ink:
        return values
    dots = ink.dots(points, values, settings.lines_per_mm)
    product = np.ones((*points.shape[:2], 3), np.float32)
    for which in range(4):
        product *= 1 - dots[..., which:which + 1] * (1 - ink.TRANSMITTANCE[which])
    return ink.with_surface(product)


def sampled(source: NDArray[Any], points: NDArray[Any], width_mm: float) -> Float:
    """Values of a picture (h, w, c) laid over the sheet, at points (..., 2) in mm, bilinear, borders repeated."""
    import cv2
    scale = source.shape[1] / width_mm
    x = (points[..., 0] * scale + source.shape[1] / 2 - 0.5).astype(np.float32)
    y = (points[..., 1] * scale + source.shape[0] / 2 - 0.5).astype(np.float32)
    found = cv2.remap(source, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(found, np.float32)
