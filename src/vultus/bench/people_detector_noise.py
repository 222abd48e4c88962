"""How far the packaged detectors' points lie from each other on photographs; part of `bench/people_recognition.py`.

Without true points, two things bound how well a detector can agree with any labels: its distance to its own answer on the mirrored
picture, and its distance to the other detector.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vultus import registry
from vultus.data.lfw import read_lfw
from vultus.evaluate.people_bootstrap import mean_interval
from vultus.image import load
from vultus.report import Value
from vultus.types import Faces, Image

PEOPLE, SEED = 200, 5
MIRRORED = [1, 0, 2, 4, 3]
NAMES = ("centerface", "mtcnn")


def detector_noise(data: Path | None, rng: np.random.Generator) -> tuple[Value, ...]:
    """Distances on one photograph each of 200 people of LFW, over the eye distance; empty without photographs."""
    if data is None or not (data / "lfw" / "pairs.txt").is_file():
        return ()
    lfw = read_lfw(data / "lfw")
    people, first = np.unique(lfw.subjects, return_index=True)
    images = [load(lfw.paths[k]) for k in first[np.random.default_rng(SEED).permutation(len(people))[:PEOPLE]]]
    points = {name: _points(name, images) for name in NAMES}
    mirrored = {name: _points(name, [np.ascontiguousarray(image[:, ::-1]) for image in images])[:, MIRRORED] for name in NAMES}
    for each in mirrored.values():
        each[..., 0] = np.array([image.shape[1] for image in images])[:, None] - each[..., 0]
    pairs = {"CenterFace from its own answer on the mirrored photograph": (points["centerface"], mirrored["centerface"]),
             "MTCNN from its own answer on the mirrored photograph": (points["mtcnn"], mirrored["mtcnn"]),
             "CenterFace from MTCNN on photographs": (points["centerface"], points["mtcnn"])}
    return tuple(_value(f"mean distance of {name}", *pair, rng) for name, pair in pairs.items())


def _points(name: str, images: list[Image]) -> NDArray[np.float64]:
    """Five points (n, 5, 2) of the face nearest to the middle; NaN without one."""
    found = registry.build(f"detect/{name}").detect(images)
    return np.stack([_central(faces, image) for faces, image in zip(found, images, strict=True)])


def _central(faces: Faces, image: Image) -> NDArray[np.float64]:
    if not len(faces):
        return np.full((5, 2), np.nan)
    middle = np.array([image.shape[1], image.shape[0]]) / 2
    best = int(np.linalg.norm((faces.boxes[:, :2] + faces.boxes[:, 2:]) / 2 - middle, axis=1).argmin())
    return np.asarray(faces.points[best], np.float64)


def _value(name: str, one: NDArray[np.float64], other: NDArray[np.float64], rng: np.random.Generator) -> Value:
    apart = (np.linalg.norm(one - other, axis=2) / np.linalg.norm(one[:, 0] - one[:, 1], axis=1)[:, None]).mean(axis=1)
    apart = apart[np.isfinite(apart)]
    return Value(name, float(apart.mean()), "eye distances", *mean_interval(apart, np.arange(len(apart)), rng), len(apart), "LFW")
