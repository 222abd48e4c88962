"""The calls of face_recognition, ours against its own, in one run: speed, faces found, accuracy, stored encodings, landmarks"""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vultus.bench.compat_scores import Compared, accuracy_values, error_table, error_values, kept_values
from vultus.bench.lfw_templates import need_lfw
from vultus.compat import face_recognition as ours
from vultus.compat.face_recognition.engine import Engine, engine, use_engine
from vultus.compat.face_recognition.landmarks import LARGE
from vultus.data.lfw import Lfw, read_lfw
from vultus.errors import InputError, WeightsError
from vultus.evaluate.bounds import binomial_interval
from vultus.geometry import iou
from vultus.report import Report, Table, Value
from vultus.types import Faces, Image

TITLE = "The calls of face_recognition, ours against its own, in one run: speed, faces found, accuracy, stored encodings, landmarks"
PROTOCOL = (
    "The first 200 mated and 200 non-mated pairs of LFW folds 4 and 5 each, 800 pairs; their pictures in three parts, and for each part "
    "first face_recognition (in its own Python, VULTUS_REFERENCE_PYTHON) and then ours: load_image_file, face_locations, face_encodings, "
    "one picture a call, every face. Ours uses all CPUs that the process has, dlib one; CPU seconds are given for both. Figures of speed "
    "are over all parts, their range is over parts. Distances are between the principal faces, by the same rule on both sides; a picture "
    "without a face is an error. Old = face_recognition's encodings, new = ours. Accuracy: threshold chosen on the other of the two "
    "folds. FMR over all pairs of people of these pictures, every pair of people weighing the same; FNMR over the mated pairs. The "
    "legacy alignment was chosen on folds 1-3, and the calibration comes from there. Landmarks: the first 200 pictures, ours against "
    "dlib's predictors, in distances between dlib's eyes.")
PAIRS, PARTS, LANDMARKS = 200, 3, 200


@dataclass
class Side:
    """One side's measurements: by part wall and CPU seconds, and by picture boxes (top right bottom left), encodings, landmarks."""

    seconds: list[float]
    cpu: list[float]
    pictures: list[dict[str, Any]]
    faces: list[int]


def run(data: Path | None, rng: np.random.Generator) -> Report:
    """Measure both sides on the same pictures."""
    lfw = read_lfw(need_lfw(data))
    if not os.environ.get("VULTUS_REFERENCE_PYTHON"):
        raise InputError("VULTUS_REFERENCE_PYTHON", expected="a Python with face_recognition", got="none")
    pairs = chosen_pairs(lfw)
    used = np.unique(np.concatenate([lfw.left[pairs], lfw.right[pairs]]))
    old, new = Side([], [], [], []), Side([], [], [], [])
    before = use_engine(Engine())
    try:
        ours.face_encodings(ours.load_image_file(str(lfw.paths[0])))  # opened and warm before anything is timed
        for part in np.array_split(used, PARTS):
            paths = [str(lfw.paths[index]) for index in part]
            _reference(old, paths, max(LANDMARKS - len(old.pictures), 0))
            _own(new, paths)
        marks, notes = _landmarks(old, [str(lfw.paths[index]) for index in used])
    finally:
        use_engine(before)
    compared = _compared(lfw, pairs, used, old, new)
    values = [*_speed("face_recognition", old), *_speed("ours", new), *_ratio(old, new), *_found(old, new, used),
              *accuracy_values(compared, rng), *error_values(compared, rng), *kept_values(compared), *(marks.values if marks else ())]
    tables = [error_table(compared), *(marks.tables if marks else ())]
    return Report("core/compat", TITLE, PROTOCOL, tuple(values), tables=tuple(tables), data_digest=lfw.digest, complete=marks is not None,
                  notes=tuple(notes))


def chosen_pairs(lfw: Lfw) -> NDArray[np.int64]:
    """Indices of the first `PAIRS` pairs of each kind of folds 4 and 5."""
    parts = [np.flatnonzero((lfw.folds == fold) & (lfw.mated == mated))[:PAIRS] for fold in (4, 5) for mated in (True, False)]
    return np.concatenate(parts)


def _reference(side: Side, paths: Sequence[str], landmarks: int) -> None:
    script = str(Path(__file__).with_name("reference_face_recognition.py"))
    done = subprocess.run([os.environ["VULTUS_REFERENCE_PYTHON"], script, "--details", str(landmarks)], input="\n".join(paths),
                          capture_output=True, text=True, check=False)
    if done.returncode:
        raise InputError("VULTUS_REFERENCE_PYTHON", expected="a Python with face_recognition", got=done.stderr.strip()[-200:])
    record = json.loads(done.stdout)
    side.seconds.append(sum(record["seconds"].values()))
    side.cpu.append(record["cpu_seconds"])
    side.faces.append(record["faces"])
    side.pictures += record["pictures"]


def _own(side: Side, paths: Sequence[str]) -> None:
    start, cpu = time.perf_counter(), time.process_time()
    found: list[dict[str, Any]] = []
    for path in paths:
        image = ours.load_image_file(path)
        boxes = ours.face_locations(image)
        found.append({"boxes": boxes, "encodings": ours.face_encodings(image, boxes), "size": (image.shape[0], image.shape[1])})
    side.seconds.append(time.perf_counter() - start)
    side.cpu.append(time.process_time() - cpu)
    side.faces.append(sum(len(picture["boxes"]) for picture in found))
    side.pictures += found


def _compared(lfw: Lfw, pairs: NDArray[np.int64], used: NDArray[np.int64], old: Side, new: Side) -> Compared:
    place = np.full(len(lfw.paths), -1)
    place[used] = np.arange(len(used))
    sizes = [picture["size"] for picture in new.pictures]
    encodings = [np.stack([_principal(picture, size) for picture, size in zip(side.pictures, sizes, strict=True)]) for side in (old, new)]
    return Compared(encodings[0], encodings[1], lfw.subjects[used], place[lfw.left[pairs]], place[lfw.right[pairs]], lfw.mated[pairs],
                    lfw.folds[pairs])


def _principal(picture: dict[str, Any], size: tuple[int, int]) -> NDArray[np.float64]:
    """Encoding of the principal face by the rule of `vultus.types.Faces`, NaN without a face."""
    if not picture["boxes"]:
        return np.full(128, np.nan)
    return np.asarray(picture["encodings"][int(_faces(picture["boxes"], size).weights().argmax())], np.float64)


def _faces(boxes: Sequence[Sequence[int]], size: tuple[int, int]) -> Faces:
    corners = np.asarray(boxes, np.float32)[:, [3, 0, 1, 2]]
    return Faces(corners, np.ones(len(corners), np.float32), np.zeros((len(corners), 5, 2), np.float32), size)


def _speed(name: str, side: Side) -> list[Value]:
    counts = [len(part) for part in np.array_split(np.arange(len(side.pictures)), PARTS)]
    rates = [count / seconds for count, seconds in zip(counts, side.seconds, strict=True)]
    cpu = [seconds / count for count, seconds in zip(counts, side.cpu, strict=True)]
    faces = [count / seconds for count, seconds in zip(side.faces, side.seconds, strict=True)]
    figures = (("pictures a second", sum(counts) / sum(side.seconds), "pictures/s", rates),
               ("faces a second", sum(side.faces) / sum(side.seconds), "faces/s", faces),
               ("CPU seconds a picture", sum(side.cpu) / sum(counts), "s", cpu))
    return [Value(f"{name}: {what}", value, unit, min(parts), max(parts), note="range over parts") for what, value, unit, parts in figures]


def _ratio(old: Side, new: Side) -> list[Value]:
    values = []
    for what, theirs, mine in (("time", old.seconds, new.seconds), ("CPU time", old.cpu, new.cpu)):
        parts = [a / b for a, b in zip(theirs, mine, strict=True)]
        values.append(Value(f"{what}: face_recognition's over ours", sum(theirs) / sum(mine), "ratio", min(parts), max(parts),
                            note="range over parts"))
    return values


def _found(old: Side, new: Side, used: NDArray[np.int64]) -> list[Value]:
    values = []
    for name, side in (("face_recognition", old), ("ours", new)):
        hits = sum(bool(picture["boxes"]) for picture in side.pictures)
        low, high = binomial_interval(hits, len(used))
        values.append(Value(f"{name}: pictures with a face found", hits / len(used), "share", low, high, len(used),
                            f"{hits} of {len(used)} pictures, exact interval; every picture has a face"))
        values.append(Value(f"{name}: faces found", float(sum(side.faces)), note=f"in {len(used)} pictures"))
    return values


@dataclass(frozen=True)
class Marks:
    """Figures and tables about landmarks."""

    values: tuple[Value, ...]
    tables: tuple[Table, ...]


def _landmarks(old: Side, paths: Sequence[str]) -> tuple[Marks | None, list[str]]:
    """Distances to dlib's points on the principal face of the first pictures, in distances between its eyes."""
    distances, small = [], []
    for picture, path in zip(old.pictures[:LANDMARKS], paths, strict=False):
        if not picture["boxes"]:
            continue
        image = ours.load_image_file(path)
        index = int(_faces(picture["boxes"], image.shape[:2]).weights().argmax())
        theirs, their_small = (_in_order(picture["landmarks"][k][index]) for k in (0, 1))
        try:
            found = _meshes(image, picture["boxes"][index])
        except WeightsError as error:
            return None, [f"landmarks not measured: {error}"]
        if found is None:
            continue
        scale = np.linalg.norm(np.mean(_part(theirs, "left_eye"), 0) - np.mean(_part(theirs, "right_eye"), 0))
        distances.append(np.linalg.norm(found[0] - theirs, axis=1) / scale)
        small.append(np.linalg.norm(found[1] - their_small, axis=1) / scale)
    return _marks(np.stack(distances), np.stack(small)), []


def _meshes(image: Image, box: Sequence[int]) -> tuple[NDArray[Any], NDArray[Any]] | None:
    """Our 68 (with repeats) and 5 points of the face in dlib's box; None where our detector sees none there."""
    faces = engine().detect([image])[0]
    wanted = np.asarray(box, np.float32)[None, [3, 0, 1, 2]]
    if not len(faces) or iou(wanted, faces.boxes).max() < 0.3:
        return None
    top, right, bottom, left = box
    large, small = (_in_order(ours.face_landmarks(image, [(top, right, bottom, left)], model)[0]) for model in ("large", "small"))
    return large, small


def _in_order(points: dict[str, Any]) -> NDArray[np.float64]:
    """All points of one face (k, 2), feature after feature in our order of features."""
    names = LARGE if len(points) > 3 else ("nose_tip", "left_eye", "right_eye")
    return np.array([point for name in names for point in points[name]], np.float64)


def _part(points: NDArray[np.float64], name: str) -> NDArray[np.float64]:
    """Points of one feature among those of `_in_order`."""
    start = 0
    for each, places in LARGE.items():
        if each == name:
            return points[start:start + len(places)]
        start += len(places)
    raise InputError("feature", expected=", ".join(LARGE), got=repr(name))


def _marks(distances: NDArray[np.float64], small: NDArray[np.float64]) -> Marks:
    by_face, by_small = distances.mean(1), small.mean(1)
    unit, note = "between the eyes", f"mean over points and {len(distances)} pictures; interval: middle 95 % of pictures"
    values = tuple(Value(f"{count} landmarks: distance to dlib's", float(faces.mean()), unit, float(np.quantile(faces, 0.025)),
                         float(np.quantile(faces, 0.975)), len(faces), note) for count, faces in ((68, by_face), (5, by_small)))
    rows = tuple((name, len(LARGE[name]), round(float(_part(distances.T, name).mean()), 4),
                  round(float(np.quantile(_part(distances.T, name), 0.95)), 4)) for name in LARGE)
    table = Table("Distance to dlib's landmarks by feature, in distances between the eyes",
                  ("feature", "points", "mean", "95 % of points within"), rows)
    return Marks(values, (table,))
