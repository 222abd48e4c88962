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
        points[row] = _points(box, image, found, engine)
    return Faces(boxes, np.ones(len(boxes), np.float32), points, (image.shape[0], image.shape[1]))


def _points(box: Float, image: Image, found: Faces, engine: Engine) -> Float:
    points = _overlapping(box, found)
    if points is not None:
        return points
    x1, y1, x2, y2 = np.rint(geometry.expand(box, ROOM)[0]).astype(int)
    left, top = max(x1, 0), max(y1, 0)
    part = image[top:max(y2, 0), left:max(x2, 0)]
    if min(part.shape[:2], default=0) >= 16:
        offset = np.array([left, top], np.float32)
        points = _overlapping(box - np.tile(offset, 2), engine.detect([np.ascontiguousarray(part)])[0])
        if points is not None:
            return np.asarray(points + offset, np.float32)
    return np.asarray(box[:2] + AVERAGE * (box[2:] - box[:2]), np.float32)


def _overlapping(box: Float, faces: Faces) -> Float | None:
    """Points (5, 2) of the face that overlaps a box most, None if none does enough."""
    overlaps = geometry.iou(box, faces.boxes)[0]
    return faces.points[int(overlaps.argmax())] if overlaps.size and overlaps.max() >= LEAST_OVERLAP else None


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
