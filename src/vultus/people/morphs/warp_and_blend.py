"""Two faces warped to a shape between them and mixed.

Model: shape p = (1 - alpha) a + alpha b, both pictures warped to it triangle by triangle, colours mixed with the same share (the
landmark-based morph of Ferrara, Franco and Maltoni, "The magic passport", IJCB 2014). Alpha 0 is the first picture, 1 the second one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vultus.errors import InputError
from vultus.people.capture.checks import check_picture, check_points, check_range
from vultus.people.capture.simulated import Simulated
from vultus.people.morphs.triangles import Array, border_points, delaunay, warped
from vultus.types import Image

LEAST_POINTS = 5


@dataclass(frozen=True)
class Morph:
    """`alpha` share of the second face's colours, 0..1; `shape_alpha` share of its shape, None = the same."""

    alpha: float = 0.5
    shape_alpha: float | None = None

    def __post_init__(self) -> None:
        check_range("alpha", self.alpha, 0, 1)
        check_range("shape_alpha", self.shape, 0, 1)

    @property
    def shape(self) -> float:
        return self.alpha if self.shape_alpha is None else self.shape_alpha


def warp_and_blend(a: Image, b: Image, points_a: NDArray[Any], points_b: NDArray[Any], settings: Morph) -> Simulated:
    """A picture of both faces, of the size of `a`; `b` is first thought scaled to that size.

    Args:
        a, b: uint8 RGB, of any sizes.
        points_a, points_b: (n, 2), x y in px, the same places of both faces, n >= 5.

    Returns:
        `predicted`: `points`, where the morph has them. Nothing is drawn at random.
    """
    own, other = _pair(a, b, points_a, points_b)
    size = a.shape[:2]
    shape = blended(own, other * (np.array(a.shape[1::-1]) / b.shape[1::-1]), settings.shape)
    triangles = delaunay(shape)
    ends = [warped(image, points, shape, triangles, (size[0], size[1])) for image, points, share in
            ((a, own, 1 - settings.alpha), (b, other, settings.alpha)) if share]
    shares = [share for share in (1 - settings.alpha, settings.alpha) if share]
    mixed = sum(end * np.float32(share) for end, share in zip(ends, shares, strict=True))
    picture = np.clip(np.rint(mixed), 0, 255).astype(np.uint8)
    return Simulated(picture, "warp_and_blend", settings, {}, {"points": shape[:-8], "triangles": len(triangles)})


def blended(own: Array, other: Array, share: float) -> Array:
    """The shape between two, exact at both ends."""
    return own.copy() if share == 0 else other.copy() if share == 1 else (1 - share) * own + share * other


def _pair(a: Image, b: Image, points_a: NDArray[Any], points_b: NDArray[Any]) -> tuple[Array, Array]:
    """Checked points with those of the borders, each in its own picture."""
    check_picture(a, name="a")
    check_picture(b, name="b")
    first = check_points(points_a, a, "points_a", least=LEAST_POINTS)
    second = check_points(points_b, b, "points_b", least=LEAST_POINTS)
    if first.shape != second.shape:
        raise InputError("points_b", expected=f"as many points as points_a ({len(first)})", got=str(len(second)))
    borders = [border_points((image.shape[0], image.shape[1])) for image in (a, b)]
    return np.concatenate([first, borders[0]]), np.concatenate([second, borders[1]])
