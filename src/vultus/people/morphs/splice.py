"""The inner face of a morph set into the first person's own picture, so that hair, ears and background show no double edges.

Model: the morph is warped to the first face's shape, its colours are matched to the skin that they replace (mean and deviation of each
channel in linear light: Reinhard et al., IEEE CG&A 21, 2001), and it is blended over the hull of the points: with a soft border, or with
its gradients (Perez, Gangnet and Blake, "Poisson image editing", SIGGRAPH 2003, as OpenCV solves it).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vultus.people.capture.checks import check_choice, check_picture, check_points, check_range
from vultus.people.capture.colour import Float, to_bytes, to_linear, to_srgb
from vultus.people.capture.simulated import Simulated
from vultus.people.morphs.triangles import border_points, delaunay, warped
from vultus.people.morphs.warp_and_blend import LEAST_POINTS, Morph, warp_and_blend
from vultus.types import Image

BLENDINGS = ("feather", "poisson")
_MORPH = Morph()


@dataclass(frozen=True)
class Splice:
    """`morph` what is set in, `blending` of `BLENDINGS`, `border` softness as a share of the hull's width 0..0.3, `shrink` of the hull
    0.5..1 (nearer to 1 = the whole hull), `match_colour`."""

    morph: Morph = _MORPH
    blending: str = "feather"
    border: float = 0.08
    shrink: float = 0.97
    match_colour: bool = True

    def __post_init__(self) -> None:
        check_choice("blending", self.blending, BLENDINGS)
        check_range("border", self.border, 0, 0.3)
        check_range("shrink", self.shrink, 0.5, 1)


def splice(a: Image, b: Image, points_a: NDArray[Any], points_b: NDArray[Any], settings: Splice) -> Simulated:
    """The picture `a`, uint8 RGB, with the inner face of both.

    Args:
        a, b, points_a, points_b: see `warp_and_blend`; the hull of the points is the inner face.

    Returns:
        `predicted`: `points` (those of a) and `hull`, the replaced area's outline in px.
    """
    import cv2
    morph = warp_and_blend(a, b, points_a, points_b, settings.morph)
    own = check_points(points_a, check_picture(a), "points_a", least=LEAST_POINTS)
    size = (a.shape[0], a.shape[1])
    framed = [np.concatenate([points, border_points(size)]) for points in (np.asarray(morph.predicted["points"]), own)]
    inner = warped(morph.image, framed[0], framed[1], delaunay(framed[1]), size)
    hull = cv2.convexHull(own.astype(np.float32))[:, 0].astype(np.float64)
    hull = hull.mean(0) + (hull - hull.mean(0)) * settings.shrink
    mask = np.zeros(size, np.uint8)
    cv2.fillPoly(mask, [np.rint(hull).astype(np.int32)], (255,))
    face = np.clip(np.rint(inner), 0, 255).astype(np.uint8)
    if settings.match_colour:
        face = matched(face, a, mask > 0)
    picture = _feathered(face, a, mask, settings.border) if settings.blending == "feather" else _poisson(face, a, mask)
    return Simulated(picture, "splice", settings, {}, {"points": own, "hull": hull})


def matched(face: Image, onto: Image, mask: NDArray[np.bool_]) -> Image:
    """The face with mean and deviation of linear light, channel by channel, as `onto` has them inside the mask."""
    values, wanted = to_linear(face), to_linear(onto)[mask].astype(np.float64)
    own = values[mask].astype(np.float64)
    gain = np.clip(wanted.std(0) / np.maximum(own.std(0), 1e-4), 0.5, 2)
    moved = (values - own.mean(0)) * gain + wanted.mean(0)
    return to_bytes(to_srgb(moved))


def _feathered(face: Image, onto: Image, mask: NDArray[np.uint8], border: float) -> Image:
    """Mixed with a weight that rises from the hull's rim inwards."""
    import cv2
    width = max(float(np.ptp(np.flatnonzero(mask.any(0)))) * border, 1e-3)
    weight: Float = np.clip(cv2.distanceTransform(mask, cv2.DIST_L2, 5) / width, 0, 1)[..., None]
    weight = weight * weight * (3 - 2 * weight)
    return np.clip(np.rint(face * weight + onto * (1 - weight)), 0, 255).astype(np.uint8)


def _poisson(face: Image, onto: Image, mask: NDArray[np.uint8]) -> Image:
    """Gradients of the face, border of `onto`."""
    import cv2
    inside = mask.copy()
    inside[[0, -1]] = inside[:, [0, -1]] = 0
    x, y, width, height = cv2.boundingRect(inside)
    middle = (x + width // 2, y + height // 2)
    weight = np.clip(cv2.distanceTransform(inside, cv2.DIST_L2, 5) / 3, 0, 1)[..., None]  # the solver moves what lies around the mask, too
    cloned = cv2.seamlessClone(face, onto.copy(), inside, middle, cv2.NORMAL_CLONE)
    return np.clip(np.rint(cloned * weight + onto * (1 - weight)), 0, 255).astype(np.uint8)
