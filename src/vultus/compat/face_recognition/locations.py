"""Boxes in face_recognition's order, and which face of the picture a given box means."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from vultus import geometry
from vultus.compat.face_recognition.engine import Engine
from vultus.errors import InputError
from vultus.types import Faces, Float, Image

Location = tuple[int, int, int, int]
LEAST_OVERLAP = 0.3
ROOM = 0.5  # added on each side of a box whose face is looked for in it alone
# Where the five points lie in face_recognition's boxes on average, as shares of width and height (1188 pictures of LFW folds 1-3).
AVERAGE = np.array([[0.33, 0.32], [0.74, 0.31], [0.54, 0.55], [0.37, 0.75], [0.71, 0.73]], np.float32)


def locations(faces: Faces) -> list[Location]:
    """(top, right, bottom, left) of every face, whole px, inside the picture."""
    height, width = faces.size
    return [(max(top, 0), min(right, width), min(bottom, height), max(left, 0))
            for left, top, right, bottom in np.rint(faces.boxes).astype(int).tolist()]


def faces_at(wanted: Any, image: Image, engine: Engine) -> Faces:
    """One face for every given location, in their order.

    It is the face of the whole picture that overlaps most (by 0.3 or more), else such a face of the part around the box alone,
    else an average upright face laid into the box, because face_recognition gives an encoding for any box, too.
    """
    boxes = _boxes(wanted)
    found = engine.detect([image])[0]
    points = np.empty((len(boxes), 5, 2), np.float32)
    for row, box in enumerate(boxes):
        boxes[row], points[row] = _face(box, image, found, engine)
    return Faces(boxes, np.ones(len(boxes), np.float32), points, (image.shape[0], image.shape[1]))


def _face(box: Float, image: Image, found: Faces, engine: Engine) -> tuple[Float, Float]:
    """The detector's box (4,), which the mesh is used to, and points (5, 2) of the face in a given box."""
    face = _overlapping(box, found)
    if face is not None:
        return face
    x1, y1, x2, y2 = np.rint(geometry.expand(box, ROOM)[0]).astype(int)
    left, top = max(x1, 0), max(y1, 0)
    part = image[top:max(y2, 0), left:max(x2, 0)]
    if min(part.shape[:2], default=0) >= 16:
        offset = np.array([left, top], np.float32)
        face = _overlapping(box - np.tile(offset, 2), engine.detect([np.ascontiguousarray(part)])[0])
        if face is not None:
            return np.asarray(face[0] + np.tile(offset, 2), np.float32), np.asarray(face[1] + offset, np.float32)
    return box, np.asarray(box[:2] + AVERAGE * (box[2:] - box[:2]), np.float32)


def _overlapping(box: Float, faces: Faces) -> tuple[Float, Float] | None:
    """Box (4,) and points (5, 2) of the face that overlaps a box most, None if none does enough."""
    overlaps = geometry.iou(box, faces.boxes)[0]
    if not overlaps.size or overlaps.max() < LEAST_OVERLAP:
        return None
    best = int(overlaps.argmax())
    return faces.boxes[best], faces.points[best]


def _boxes(wanted: Any) -> Float:
    """float32 (n, 4) x1 y1 x2 y2 of (top, right, bottom, left) rows."""
    rows = list(wanted) if isinstance(wanted, Iterable) else None
    try:
        css = np.asarray(rows, np.float64).reshape(-1, 4) if rows else np.empty((0, 4))
        usable = rows is not None and len(css) == len(rows) and bool(np.isfinite(css).all())
    except (TypeError, ValueError):
        usable = False
    if not usable or (css[:, 2] <= css[:, 0]).any() or (css[:, 1] <= css[:, 3]).any():
        raise InputError("known_face_locations", expected="a list of (top, right, bottom, left) in px, bottom > top, right > left",
                         got="something else", hint="face_locations gives them")
    return np.asarray(css[:, [3, 0, 1, 2]], np.float32)
