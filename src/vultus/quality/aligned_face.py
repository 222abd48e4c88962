"""The face as ISO/IEC 29794-5 photometry sees it: 616 px square, eyes level, the region of the face, the two cheek zones.

Geometry: OFIQ-Project, `utils.cpp` (alignImage), `FaceMeasures.cpp` (GetFaceMask), `image_utils.cpp` (CalculateRegionOfInterest).
Ours fits the five points by least squares, theirs by the least median of squares; the region is filled here at full size, there at
224 px and enlarged.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from vultus.geometry import Template, cut, similarity_warp
from vultus.quality.mesh_points import OUTLINE, MeshFace
from vultus.quality.photometry import Mask, histogram, luminance
from vultus.types import Image

Array = NDArray[np.float64]
SIDE = 616  # px
ALIGNED = Template("iso-29794-5", SIDE, ((251, 272), (364, 272), (308, 336), (262, 402), (355, 402)))
# Where the mean outline of the meshes of rendered people lies in the aligned face: centre, half axes in px.
ELLIPSE_CENTRE, ELLIPSE_AXES = (308, 334), (130, 131)


@dataclass(frozen=True, eq=False)
class AlignedFace:
    """One face cut out, and where its parts lie.

    Args:
        image: uint8 RGB (616, 616, 3); outside the picture is black.
        left_eye, right_eye, mouth: (2,), px of `image`; left and right as the picture shows them.
        region: bool (616, 616), what belongs to the face.
    """

    image: Image
    left_eye: Array
    right_eye: Array
    mouth: Array
    region: Mask

    @classmethod
    def of_mesh(cls, image: Image, face: MeshFace) -> AlignedFace:
        """From a mesh: the region is the hull of its outline."""
        cropped, warp = _cut(image, face.five)
        left, right, mouth = (_inside(point, warp) for point in (face.left_eye, face.right_eye, face.mouth))
        return cls(cropped, left, right, mouth, _hull(_inside(face.mesh[list(OUTLINE), :2], warp)))

    @classmethod
    def of_points(cls, image: Image, points: NDArray[np.float32]) -> AlignedFace:
        """From five points: the region is the ellipse of an average face, the mouth the middle of its corners."""
        cropped, warp = _cut(image, points)
        left, right, _, *corners = _inside(np.asarray(points, np.float64), warp)
        return cls(cropped, left, right, np.mean(corners, axis=0), _ellipse())

    @cached_property
    def luminance(self) -> Image:
        """Luminance uint8 (616, 616)."""
        return luminance(self.image)

    @cached_property
    def shares(self) -> Array:
        """Luminance histogram of the region."""
        return histogram(self.luminance, self.region)

    def zones(self) -> tuple[tuple[slice, slice], tuple[slice, slice]] | None:
        """Rows and columns of the zones below the eyes towards the nose, image-left first; None where they leave the picture.

        A zone is a square of 0.3 eye distances; its upper edge lies half the distance from eyes to mouth below its eye.
        """
        left, right, mouth = (np.rint(point) for point in (self.left_eye, self.right_eye, self.mouth))
        side = int(0.3 * np.linalg.norm(right - left))
        drop = int(np.linalg.norm(np.rint((left + right) / 2) - mouth) / 2)
        corners = (left + np.array([0, drop]), right + np.array([-side, drop]))
        if side < 1 or any((corner < 0).any() or (corner + side > SIDE).any() for corner in corners):
            return None
        first, second = ((slice(int(y), int(y) + side), slice(int(x), int(x) + side)) for x, y in corners)
        return first, second


def _cut(image: Image, points: NDArray[np.floating]) -> tuple[Image, Array]:
    warp = similarity_warp(points[None], ALIGNED)
    return cut(image, warp, ALIGNED).images[0], warp[0]


def _inside(points: Array, warp: Array) -> Array:
    """Points (..., 2) of the picture in px of the crop."""
    return np.asarray((points - warp[:, 2]) @ np.linalg.inv(warp[:, :2]).T)


def _hull(points: Array) -> Mask:
    import cv2
    mask = np.zeros((SIDE, SIDE), np.uint8)
    cv2.fillConvexPoly(mask, cv2.convexHull(np.rint(points).astype(np.int32)), 1)
    return mask > 0


def _ellipse() -> Mask:
    y, x = np.ogrid[:SIDE, :SIDE]
    inside = ((x - ELLIPSE_CENTRE[0]) / ELLIPSE_AXES[0]) ** 2 + ((y - ELLIPSE_CENTRE[1]) / ELLIPSE_AXES[1]) ** 2 <= 1
    return np.asarray(inside)
