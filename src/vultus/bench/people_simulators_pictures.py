"""Pictures of the suite `core/people_simulators`: of each person one by each simulator, by its no-op, and what is measured on all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vultus.people.capture import signatures as capture
from vultus.people.capture.low_resolution import FACE_SHARE, LowResolution, drawn_low_resolution, low_resolution
from vultus.people.capture.simulated import Simulated
from vultus.people.capture.surveillance import drawn_surveillance, surveillance
from vultus.people.capture.webcam import drawn_webcam, webcam
from vultus.people.morphs.splice import Splice, splice
from vultus.people.morphs.warp_and_blend import Morph, warp_and_blend
from vultus.people.spoofs import signatures as spoofs
from vultus.people.spoofs.cut_out import cut_out, drawn_cut_out
from vultus.people.spoofs.printed import drawn_printed, printed
from vultus.people.spoofs.replayed import drawn_replayed, replayed
from vultus.types import Image

SIDE = 512  # px; all pictures have it
NO_OP = " (no-op)"
CAPTURES = ("surveillance", "low_resolution", "webcam")
SHOWN = ("printed", "replayed", "cut_out")
MORPHS = ("warp_and_blend", "splice")


@dataclass(frozen=True, eq=False)
class Sitter:
    """One person: two pictures uint8 RGB (512, 512, 3), eyes of both (2, 2) and a mesh's points (n, 2) of the first, px."""

    name: str
    picture: Image
    other: Image
    eyes: NDArray[np.float64]
    other_eyes: NDArray[np.float64]
    points: NDArray[np.float64]


@dataclass(frozen=True)
class Signature:
    """A number of a picture: `present` is on this side of `limit`; `includes` = other simulators that contain the effect by design."""

    name: str
    simulator: str
    limit: float
    higher: bool = True
    includes: tuple[str, ...] = ()

    def found(self, values: NDArray[Any]) -> NDArray[np.bool_]:
        """Where it is present."""
        return np.asarray(values > self.limit if self.higher else values <= self.limit)


_PRINTS = ("printed", "cut_out", "cut_out" + NO_OP)
SIGNATURES = (
    Signature("cut-off at the predicted frequency, octaves off", "surveillance", capture.CUTOFF_OCTAVES, False),
    Signature("grid of blocks at the predicted period", "surveillance", capture.BLOCKS),
    Signature("cut-off at its own predicted frequency, octaves off", "low_resolution", capture.CUTOFF_OCTAVES, False),
    Signature("trace of demosaicing", "webcam", capture.MOSAIC),
    Signature("dots at the predicted frequencies, dB", "printed", spoofs.DOTS_DB, True, _PRINTS),
    Signature("strongest wave, bins from the predicted dots", "printed", 2.0, False, _PRINTS),
    Signature("colours outside the inks, share of pixels", "printed", spoofs.GAMUT, False, _PRINTS),
    Signature("moire at the predicted frequency, dB", "replayed", spoofs.MOIRE_DB),
    Signature("strongest colour wave, bins from the predicted moire", "replayed", 2.0, False),
    Signature("bright rim at the holes, levels", "cut_out", spoofs.RIM_LEVELS),
    Signature("eyes calmer than the paper, dB", "cut_out", spoofs.CALM_DB),
)
# By which the outcome of a simulator is judged; the others are reported beside them.
HEADLINES = {"surveillance": 0, "low_resolution": 2, "webcam": 3, "printed": 4, "replayed": 7, "cut_out": 10}


def simulated(sitter: Sitter, partner: Sitter, seed: int) -> dict[str, Simulated]:
    """Every simulator and its no-op on one person; `partner` is the second face of morphs."""
    def rng(part: int) -> np.random.Generator:
        return np.random.default_rng([seed, part])

    far = replace(drawn_surveillance(rng(0)), distance_m=float(rng(1).uniform(9, 13)))
    drawn = drawn_low_resolution(rng(2))
    few = LowResolution(float(rng(3).uniform(50, 64)), drawn.blur_px, drawn.turn_deg, drawn.sampling, drawn.noise, 0, "cubic")
    cam, print_, screen, cut = drawn_webcam(rng(4)), drawn_printed(rng(5)), drawn_replayed(rng(6)), drawn_cut_out(rng(7))
    a, points = sitter.picture, (sitter.points, partner.points)
    made: dict[str, Callable[[], Simulated]] = {
        "surveillance": lambda: surveillance(a, far, rng(10)),
        "surveillance" + NO_OP: lambda: surveillance(a, far.close_up(SIDE), rng(10)),
        "low_resolution": lambda: low_resolution(a, few, rng(11)),
        "low_resolution" + NO_OP: lambda: low_resolution(a, few.full_size(FACE_SHARE * SIDE), rng(11)),
        "webcam": lambda: webcam(a, cam, rng(12)),
        "webcam" + NO_OP: lambda: webcam(a, cam.without_mosaic(), rng(12)),
        "printed": lambda: printed(a, print_, rng(13)),
        "printed" + NO_OP: lambda: printed(a, print_.without_ink(), rng(13)),
        "replayed": lambda: replayed(a, screen, rng(14)),
        "replayed" + NO_OP: lambda: replayed(a, screen.without_grid(), rng(14)),
        "cut_out": lambda: cut_out(a, sitter.eyes, cut, rng(15), live=sitter.other, live_eyes=sitter.other_eyes),
        "cut_out" + NO_OP: lambda: cut_out(a, sitter.eyes, cut.without_holes(), rng(15)),
        "warp_and_blend": lambda: warp_and_blend(a, partner.picture, *points, Morph(0.5)),
        "splice": lambda: splice(a, partner.picture, *points, Splice()),
        "warp_and_blend" + NO_OP: lambda: warp_and_blend(a, partner.picture, *points, Morph(0.0)),
        "splice" + NO_OP: lambda: splice(a, partner.picture, *points, Splice(Morph(0.0)))}
    return {name: make() for name, make in made.items()}


def measured(made: Mapping[str, Simulated], untouched: Image) -> dict[str, list[float]]:
    """For each picture, the untouched one among them, the numbers in the order of `SIGNATURES`; every prediction is this person's own."""
    pictures = {"untouched": untouched, **{name: each.image for name, each in made.items()}}
    return {name: _numbers(picture, made) for name, picture in pictures.items()}


def _numbers(picture: Image, made: Mapping[str, Simulated]) -> list[float]:
    far, few, print_, screen = (made[name] for name in ("surveillance", "low_resolution", "printed", "replayed"))
    holes = made["cut_out"].predicted["holes"]
    return [capture.cutoff_distance(picture, far.predicted["cutoff"]), capture.block_grid(picture, far.predicted["block_px"]),
            capture.cutoff_distance(picture, few.predicted["cutoff"]), capture.mosaic_trace(picture),
            spoofs.dot_height(picture, print_.settings), spoofs.bins_apart(spoofs.strongest_wave(picture), print_.predicted["dots"]),
            spoofs.gamut_excess(picture, print_.settings.white), spoofs.moire_height(picture, screen.settings),
            spoofs.bins_apart(spoofs.strongest_wave(picture, colour=True), screen.predicted["moire"]),
            spoofs.cut_rim(picture, holes), spoofs.eye_calm(picture, holes)]
