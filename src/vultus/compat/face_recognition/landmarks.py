"""The 68 points that dlib's predictor gives, from the 468 points of the face mesh, and the five of its small model.

Indices are those of the MediaPipe canonical face model (github.com/google-ai-edge/mediapipe, canonical_face_model.obj). They follow its
contours of face oval, brows, eyes and lips; where two neighbours compete (cheeks, brow ends, eye corners, nose wings) the one
nearer to dlib's points on photographs was taken, the same on both sides. The mesh sees a surface, dlib marks outlines:
`vultus bench core/compat` says how far they lie apart.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

# Image left to image right, as dlib counts; left_ and right_ are of the picture, too.
CHIN = (127, 234, 177, 215, 172, 136, 149, 148, 152, 377, 378, 365, 397, 435, 401, 454, 356)
LEFT_EYEBROW = (70, 63, 105, 66, 55)
RIGHT_EYEBROW = (285, 296, 334, 293, 300)
NOSE_BRIDGE = (168, 197, 5, 4)
NOSE_TIP = (240, 97, 2, 326, 460)
LEFT_EYE = (7, 160, 158, 155, 153, 144)
RIGHT_EYE = (382, 385, 387, 249, 373, 380)
OUTER_LIPS = (61, 39, 37, 0, 267, 269, 291, 405, 314, 17, 84, 181)  # clockwise from the left corner
INNER_LIPS = (78, 82, 13, 312, 308, 317, 14, 87)
SIXTY_EIGHT = (*CHIN, *LEFT_EYEBROW, *RIGHT_EYEBROW, *NOSE_BRIDGE, *NOSE_TIP, *LEFT_EYE, *RIGHT_EYE, *OUTER_LIPS, *INNER_LIPS)
# Corners of the right eye (outer, inner), of the left eye (outer, inner), base of the nose.
FIVE = (249, 382, 7, 155, 2)

# Places among the 68. A lip runs along its outer edge and back along its inner edge.
LARGE = {"chin": range(17), "left_eyebrow": range(17, 22), "right_eyebrow": range(22, 27), "nose_bridge": range(27, 31),
         "nose_tip": range(31, 36), "left_eye": range(36, 42), "right_eye": range(42, 48),
         "top_lip": (*range(48, 55), *range(64, 59, -1)), "bottom_lip": (*range(54, 60), 48, 60, *range(67, 63, -1))}
SMALL = {"nose_tip": (4,), "left_eye": (2, 3), "right_eye": (0, 1)}
Points = list[tuple[int, int]]


def large(mesh: NDArray[Any]) -> dict[str, Points]:
    """The 68 points of a mesh (468, 2) by feature, whole px."""
    return _by_feature(mesh[list(SIXTY_EIGHT)], LARGE)


def small(mesh: NDArray[Any]) -> dict[str, Points]:
    """The five points of a mesh (468, 2) by feature, whole px."""
    return _by_feature(mesh[list(FIVE)], SMALL)


def _by_feature(points: NDArray[Any], places: dict[str, Any]) -> dict[str, Points]:
    # dlib's pixel i has its centre at i, ours covers i to i + 1: rounding down names the same pixel.
    whole = np.floor(points).astype(int).tolist()
    return {name: [(whole[index][0], whole[index][1]) for index in wanted] for name, wanted in places.items()}
