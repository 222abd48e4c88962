"""A print with holes for the eyes, held before a live face.

Model: `printed`, and where the paper is cut the scene behind it: the eyes of another picture (or the unprinted eyes of the same one),
`gap_mm` behind the sheet along each ray of the camera, in the shadow that the rim throws; the cut edge shows the white core of the
paper. Holes are almonds cut by hand: an ellipse along the line of the eyes whose radius wavers.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vultus.people.capture.checks import check_picture, check_points, check_range
from vultus.people.capture.colour import Float, to_linear
from vultus.people.capture.simulated import Simulated
from vultus.people.spoofs.printed import Printed, drawn_printed, paper_light, sampled
from vultus.people.spoofs.recapture import photographed
from vultus.people.spoofs.sheet import Array, camera_place
from vultus.types import Image

OUTLINE = 64  # points of a hole's outline in the record
_PRINT = Printed(gloss=0.06)


@dataclass(frozen=True)
class CutOut:
    """`print` the printed sheet, `hole` half width and half height of a hole in distances between the eyes, `waver` 0..0.3 of its radius,
    `edge_mm` visible white of the cut, `gap_mm` from paper to the live eyes, `shadow` 0..1 and `shadow_mm` its reach, `holes` False =
    the sheet is not cut."""

    print: Printed = _PRINT
    hole: tuple[float, float] = (0.24, 0.12)
    waver: float = 0.05
    edge_mm: float = 0.25
    gap_mm: float = 6.0
    shadow: float = 0.5
    shadow_mm: float = 1.6
    holes: bool = True

    def __post_init__(self) -> None:
        for half in self.hole:
            check_range("hole", half, 0.02, 0.5, "distances between the eyes")
        check_range("waver", self.waver, 0, 0.3)
        check_range("edge_mm", self.edge_mm, 0, 5, "mm")
        check_range("gap_mm", self.gap_mm, 0, 100, "mm")
        check_range("shadow", self.shadow, 0, 1)
        check_range("shadow_mm", self.shadow_mm, 0, 20, "mm")

    def without_holes(self) -> CutOut:
        """The same sheet uncut: the simulator without its effect."""
        return replace(self, holes=False)


def drawn_cut_out(rng: np.random.Generator) -> CutOut:
    """A random sheet, cut by a random hand."""
    return CutOut(drawn_printed(rng), (float(rng.uniform(0.2, 0.28)), float(rng.uniform(0.1, 0.15))), float(rng.uniform(0.02, 0.1)),
                  float(rng.uniform(0.15, 0.35)), float(rng.uniform(2, 12)), float(rng.uniform(0.3, 0.7)), float(rng.uniform(0.8, 2.5)))


def cut_out(image: Image, eyes: NDArray[Any], settings: CutOut, rng: np.random.Generator, *, live: Image | None = None,
            live_eyes: NDArray[Any] | None = None) -> Simulated:
    """The picture printed, cut and held before eyes.

    Args:
        image: uint8 RGB; eyes: its two eyes, (2, 2), x y in px, the image's left first.
        live: picture of whoever holds it, with `live_eyes`; None = the eyes of the picture itself, not printed.

    Returns:
        Like `printed`; `predicted` has also `holes`, their outlines (2, 64, 2) in px of the result.
    """
    check_picture(image)
    own = check_points(eyes, image, "eyes", exactly=2)
    behind = image if live is None else check_picture(live, name="live")
    theirs = own if live is None or live_eyes is None else check_points(live_eyes, behind, "live_eyes", exactly=2)
    for name, pair in (("eyes", own), ("live_eyes", theirs)):
        check_range(f"{name}: their distance", float(np.linalg.norm(pair[1] - pair[0])), 8, 1e5, "px")
    waves = rng.uniform(0, 2 * np.pi, (2, 4))
    lamp = float(rng.uniform(0, 2 * np.pi))
    scale = settings.print.width_mm / image.shape[1]
    middles = (own - np.array(image.shape[1::-1]) / 2) * scale
    look = _behind(behind, theirs, middles)
    change = _opening(settings, middles, waves, lamp, look, camera_place(settings.print.placing)) if settings.holes else None
    light, drawn, covers = paper_light(image, settings.print, rng, change)
    result = photographed(light, settings.print.recapture, rng)
    outlines = settings.print.sheet(image).seen(outline(settings, middles, waves))
    return Simulated(result, "cut_out", settings, {**drawn, "waves": waves, "lamp": lamp}, {"holes": outlines, "covers": covers})


def outline(settings: CutOut, middles: Array, waves: Array) -> Array:
    """Outlines of the holes on the sheet, (2, 64, 2), mm."""
    angles = np.linspace(0, 2 * np.pi, OUTLINE, endpoint=False)
    across = middles[1] - middles[0]
    distance = float(np.hypot(*across))
    along, up = across / distance, np.array([-across[1], across[0]]) / distance
    lines = []
    for middle, phases in zip(middles, waves, strict=True):
        radius = _radius(angles, phases, settings.waver)[:, None] * distance
        round_hole = np.cos(angles)[:, None] * settings.hole[0] * along + np.sin(angles)[:, None] * settings.hole[1] * up
        lines.append(middle + radius * round_hole)
    return np.stack(lines)


def _radius(angles: NDArray[Any], phases: Array, waver: float) -> NDArray[Any]:
    return np.asarray(1 + waver * sum(np.cos(k * angles + p) / np.sqrt(k) for k, p in zip(range(2, 6), phases, strict=True)))


def _beyond(points: NDArray[Any], settings: CutOut, middles: Array, waves: Array) -> NDArray[Any]:
    """Signed distance in mm, about, of points (..., 2) from the nearest rim: negative inside a hole."""
    across = middles[1] - middles[0]
    distance = float(np.hypot(*across))
    along, up = across / distance, np.array([-across[1], across[0]]) / distance
    found = []
    for middle, phases in zip(middles, waves, strict=True):
        u, v = (((points[..., 0] - middle[0]) * axis[0] + (points[..., 1] - middle[1]) * axis[1]) for axis in (along, up))
        a, b = (half * distance for half in settings.hole)
        angle = np.arctan2(v / b, u / a)
        size = np.hypot(u / a, v / b)
        found.append((size - _radius(angle, phases, settings.waver)) * np.hypot(a * np.cos(angle), b * np.sin(angle)))
    return np.asarray(np.minimum(*found))


def _opening(settings: CutOut, middles: Array, waves: Array, lamp: float, behind: Callable[[NDArray[Any]], Float],
             camera: Array) -> Callable[[Float, NDArray[Any]], Float]:
    """What changes the sheet's reflectance where it is cut; work is done only near the holes."""
    reach = max(settings.hole) * float(np.hypot(*(middles[1] - middles[0]))) * 2 + settings.edge_mm

    def change(reflected: Float, points: NDArray[Any]) -> Float:
        near = (np.hypot(*np.moveaxis(points[..., None, :] - middles, -1, 0)).min(-1) < reach)
        if not near.any():
            return reflected
        at = points[near]
        beyond = _beyond(at, settings, middles, waves)
        deeper = at + (at - camera[:2]) * (settings.gap_mm / -camera[2])
        towards = settings.shadow_mm * np.array([np.cos(lamp), np.sin(lamp)])
        hidden = np.clip(_beyond(at + towards, settings, middles, waves) / settings.shadow_mm + 0.6, 0, 1)
        eyes = behind(deeper) * (1 - settings.shadow * hidden)[:, None]
        paper = np.clip(1 - np.abs(beyond - settings.edge_mm / 2) / max(settings.edge_mm / 2, 1e-3), 0, 1)[:, None] * 0.6
        sheet = reflected[near] * (1 - paper) + np.array(settings.print.white, np.float32) * paper
        changed = reflected.copy()
        changed[near] = np.where((beyond < 0)[:, None], eyes, sheet)
        return changed

    return change


def _behind(live: Image, eyes: Array, middles: Array) -> Callable[[NDArray[Any]], Float]:
    """Linear light of the live picture at points (n, 2) of the sheet, by the similarity that puts its eyes behind the holes."""
    linear = to_linear(live)
    ratio = complex(*(eyes[1] - eyes[0])) / complex(*(middles[1] - middles[0]))

    def look(points: NDArray[Any]) -> Float:
        moved = (points @ (1, 1j) - complex(*middles[0])) * ratio + complex(*eyes[0])
        pixels = np.stack([moved.real, moved.imag], -1) - np.array(live.shape[1::-1]) / 2
        parts = np.array_split(pixels, len(pixels) // 30_000 + 1)  # OpenCV looks up at most 32767 columns
        return np.concatenate([sampled(linear, part[None], float(live.shape[1]))[0] for part in parts])

    return look
