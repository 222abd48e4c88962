"""The points of the 468-point mesh that stand for the 98 landmarks of ISO/IEC 29794-5, and what is measured between them.

The standard's reference implementation takes 98 landmarks (ADNet, numbering of WFLW). Counterparts here: eye corners 60 64 68 72,
lid pairs 61-67 62-66 63-65 and 69-75 70-74 71-73, inner lip pairs 89-95 90-94 91-93, chin 16, contour 0..32, upper brows.
Coordinates keep their fractions; the reference rounds them to whole pixels.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Pairs = tuple[tuple[int, int], ...]

POINTS = 468
LEFT_EYE, RIGHT_EYE = (33, 133), (362, 263)  # corners; left and right as the picture shows them
LEFT_LIDS: Pairs = ((160, 144), (159, 145), (158, 153))
RIGHT_LIDS: Pairs = ((385, 380), (386, 374), (387, 373))
INNER_LIPS: Pairs = ((81, 178), (13, 14), (311, 402))
MOUTH_CENTRE = (13, 14)
NOSE_TIP, MOUTH_LEFT, MOUTH_RIGHT, CHIN = 1, 61, 291, 152
# Cheek, chin and cheek from eye level to eye level, then the upper edge of both brows: the hull of the 98 landmarks.
OUTLINE = (127, 234, 93, 132, 58, 172, 136, 150, 149, 176, 148, 152, 377, 400, 378, 379, 365, 397, 288, 361, 323, 454, 356,
           70, 63, 105, 66, 107, 336, 296, 334, 293, 300)
# Pairs that lie level on an upright head, outer eye corners, mouth corners, temples, cheeks, for the sideways axis of the head.
LEVEL: Pairs = ((33, 263), (61, 291), (127, 356), (93, 323))
# Top of the forehead and the place under the nose: of 45 such pairs the one that is upright, to 0.1 degrees, when the packaged
# rendered people look level; opening the mouth does not move it.
UPRIGHT = (10, 164)


@dataclass(frozen=True, eq=False)
class MeshFace:
    """Distances and angles of one mesh.

    Args:
        mesh: float64 (468, 3), px of the picture, depth in the same scale, + away from the camera.
    """

    mesh: Array

    @property
    def left_eye(self) -> Array:
        """Midpoint of the corners of the image-left eye (2,), px."""
        return np.asarray(self.mesh[list(LEFT_EYE), :2].mean(axis=0))

    @property
    def right_eye(self) -> Array:
        return np.asarray(self.mesh[list(RIGHT_EYE), :2].mean(axis=0))

    @property
    def mouth(self) -> Array:
        """Midpoint of the middle inner lip points (2,), px."""
        return np.asarray(self.mesh[list(MOUTH_CENTRE), :2].mean(axis=0))

    @property
    def between_eyes(self) -> Array:
        return (self.left_eye + self.right_eye) / 2

    @property
    def five(self) -> Array:
        """Eyes, nose tip, mouth corners (5, 2), px, in the order of `types.POINT_NAMES`."""
        rest = self.mesh[[NOSE_TIP, MOUTH_LEFT, MOUTH_RIGHT], :2]
        return np.vstack([self.left_eye, self.right_eye, rest])

    @property
    def t_metric(self) -> float:
        """Distance of the chin from the midpoint between the eyes, px."""
        return float(np.linalg.norm(self.mesh[CHIN, :2] - self.between_eyes))

    def opening(self, pairs: Pairs) -> float:
        """The largest distance of the pairs, px."""
        return float(max(np.linalg.norm(self.mesh[a, :2] - self.mesh[b, :2]) for a, b in pairs))

    def angles_deg(self) -> tuple[float, float, float]:
        """Yaw (+ to image right), pitch (+ up) and roll (+ clockwise) of the head.

        Columns of the rotation: x from the level pairs, y from the forehead to the place under the nose made square to it, and their
        cross product z, into the picture. Yaw and pitch are where the face looks, -z; roll is the turn before them.
        """
        across = sum((self.mesh[b] - self.mesh[a] for a, b in LEVEL), np.zeros(3))
        x = across / max(float(np.linalg.norm(across)), 1e-9)
        down = self.mesh[UPRIGHT[1]] - self.mesh[UPRIGHT[0]]
        down = down - (down @ x) * x
        y = down / max(float(np.linalg.norm(down)), 1e-9)
        z = np.cross(x, y)
        yaw, pitch = np.arctan2(-z[0], z[2]), np.arcsin(np.clip(z[1], -1, 1))
        yaw, pitch, roll = np.degrees([yaw, pitch, np.arctan2(x[1], y[1])])
        return float(yaw), float(pitch), float(roll)
