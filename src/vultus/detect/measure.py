"""What a detector's demonstration measures: finding, places, turned and tightly cut pictures, and the same with one look alone.

The truth of a rendered or photographed upright portrait is where the detector itself finds the face; the changed picture must give
the same places. So this measures steadiness, not absolute accuracy.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from vultus.data.lfw import Lfw, photographs, read_lfw
from vultus.evaluate.bounds import binomial_interval
from vultus.image import load
from vultus.report import Report, Table, Value
from vultus.tasks import Detector
from vultus.types import Faces, Float, Image

PEOPLE = Path(__file__).parents[1] / "data" / "demo_people"
NEAR = 0.2  # a point counts as found within this share of the distance between the eyes
INSIDE = 0.1  # tight crops cut this share of the box's sides away
SIDE = 256  # px, longer side of the rendered portraits
PHOTOGRAPHS = 200  # people of folds 3-5, one picture each
CENTRE_PX = 40  # the person meant on an LFW picture is centred to within this


def measure(detector: Detector, one_look: Detector, rng: np.random.Generator) -> Report:
    """Measure `detector` against `one_look`, the same without second looks, on rendered people and, if there are any, on photographs.

    Args:
        detector: as configured.
        one_look: the baseline.
        rng: chooses the photographs.
    """
    pictures = [_portrait(path) for path in sorted(PEOPLE.glob("*/*.jpg"))]
    values = _places(detector, one_look, pictures, "rendered")
    folder = photographs()
    if folder is None:
        notes: tuple[str, ...] = ("photographs: not measured, VULTUS_DATA names no folder",)
        digest = ""
    else:
        lfw = read_lfw(folder / "lfw")
        chosen = _chosen(lfw, rng)
        values += _places(detector, one_look, chosen, "photographs") + _photographs(detector, chosen)
        notes, digest = (), lfw.digest
    rows = tuple((v.name, v.value, v.low, v.high, v.n) for v in values)
    return Report("", "Faces found in upright, turned and tightly cut pictures", __doc__ or "", tuple(values), notes=notes,
                  tables=(Table("Share of pictures", ("figure", "value", "low", "high", "pictures"), rows),),
                  data_digest=digest, complete=folder is not None)


def _portrait(path: Path) -> Image:
    image = load(path)
    ratio = SIDE / max(image.shape[:2])
    size = (round(image.shape[1] * ratio), round(image.shape[0] * ratio))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)


def _chosen(lfw: Lfw, rng: np.random.Generator) -> list[Image]:
    """One picture of each of some people of folds 3-5; settings were chosen on folds 1-2."""
    _, first = np.unique(np.where(lfw.people_of_folds(3, 4, 5), lfw.subjects, ""), return_index=True)
    return [load(lfw.paths[i]) for i in rng.permutation(first[1:])[:PHOTOGRAPHS]]


def _places(detector: Detector, one_look: Detector, pictures: Sequence[Image], kind: str) -> list[Value]:
    truth = [faces[:1] for faces in detector.detect(pictures)]
    seen = [i for i, faces in enumerate(truth) if len(faces)]
    shown, places = [pictures[i] for i in seen], [truth[i] for i in seen]
    values = [_share(f"face found, {kind}", np.array([len(f) > 0 for f in truth]))]
    for name, method in (("", detector), (", one look", one_look)):
        right = np.concatenate([turned_right(method, shown, places, turns) for turns in (1, 2, 3)])
        values += [_share(f"points in place after a quarter turn{name}, {kind}", right),
                   _share(f"points in place in a tight crop{name}, {kind}", tight_right(method, shown, places))]
    covered = [_covered(image, faces) for image, faces in zip(shown, places, strict=True)]
    left = [near(found, faces).any() for found, faces in zip(detector.detect(covered), places, strict=True)]
    return [*values, _share(f"control: face found where it was painted over, {kind}", np.array(left))]


def turned_right(detector: Detector, pictures: Sequence[Image], truth: Sequence[Faces], turns: int) -> NDArray[np.bool_]:
    """Whether all five points come out in place, (n,), when each picture is turned anticlockwise by `turns` quarters."""
    found = detector.detect([np.ascontiguousarray(np.rot90(image, turns)) for image in pictures])
    return np.array([near_points(f.points, turned_points(t.points[0], image.shape[:2], turns)).any()
                     for f, t, image in zip(found, truth, pictures, strict=True)])


def turned_points(points: Float, size: tuple[int, ...], turns: int) -> Float:
    """Points (k, 2) of a picture of `size` (height, width) after `turns` anticlockwise quarter turns."""
    height, width = size
    x, y = points.T
    return np.stack({1: (y, width - x), 2: (width - x, height - y), 3: (height - y, x)}[turns], axis=1)


def tight_right(detector: Detector, pictures: Sequence[Image], truth: Sequence[Faces]) -> NDArray[np.bool_]:
    """Whether all five points come out in place, (n,), when each picture is cut to less than the face's box."""
    corners = [_inner(faces.boxes[0], image.shape[:2]) for faces, image in zip(truth, pictures, strict=True)]
    crops = [image[y1:y2, x1:x2].copy() for image, (x1, y1, x2, y2) in zip(pictures, corners, strict=True)]
    return np.array([near_points(f.points, t.points[0] - c[:2]).any()
                     for f, t, c in zip(detector.detect(crops), truth, corners, strict=True)])


def near_points(found: Float, wanted: Float) -> NDArray[np.bool_]:
    """For each face of `found` (n, 5, 2): are all points within `NEAR` eye distances of `wanted` (5, 2)?"""
    eyes = np.linalg.norm(wanted[1] - wanted[0])
    return np.asarray((np.linalg.norm(found - wanted, axis=2) <= NEAR * eyes).all(axis=1))


def near(found: Faces, wanted: Faces) -> NDArray[np.bool_]:
    """For each face of `found`: does its centre lie in the wanted box?"""
    centres = found.boxes.reshape(-1, 2, 2).mean(axis=1)
    low, high = wanted.boxes[0].reshape(2, 2)
    return np.asarray(((centres >= low) & (centres <= high)).all(axis=1))


def _inner(box: Float, size: tuple[int, ...]) -> NDArray[np.int64]:
    """Corners x1 y1 x2 y2 of the box shrunk by `INSIDE` a side, whole px inside the picture."""
    span = np.tile(box[2:] - box[:2], 2)
    shrunk = np.rint(box + INSIDE * span * [1, 1, -1, -1])
    return np.clip(shrunk, 0, np.tile(size[::-1], 2)).astype(np.int64)


def _covered(image: Image, faces: Faces) -> Image:
    x1, y1, x2, y2 = np.clip(np.rint(faces.boxes[0]), 0, np.tile(image.shape[1::-1], 2)).astype(int)
    out = image.copy()
    out[y1:y2, x1:x2] = image[y1:y2, x1:x2].reshape(-1, 3).mean(axis=0)
    return out


def _photographs(detector: Detector, pictures: Sequence[Image]) -> list[Value]:
    start = time.perf_counter()
    found = detector.detect(pictures)
    taken = (time.perf_counter() - start) / len(pictures)
    centred = [len(f) > 0 and bool((np.abs(f.boxes[0].reshape(2, 2).mean(axis=0) - np.array(f.size[::-1]) / 2) <= CENTRE_PX).all())
               for f in found]
    return [_share("face 0 is the person in the middle, photographs", np.array(centred)),
            Value("time a picture of 250 px", 1000 * taken, "ms", n=len(pictures), note="n counts pictures")]


def _share(name: str, hits: NDArray[np.bool_]) -> Value:
    count = int(hits.sum())
    return Value(name, count / len(hits), "share", *binomial_interval(count, len(hits)), len(hits), "n counts pictures; exact interval")
