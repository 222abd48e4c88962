"""What the demonstrations of recognisers share: do templates tell the packaged rendered people apart better than pixels do?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vultus import registry
from vultus.data.rendered_people import rendered_people
from vultus.evaluate.auc import auc
from vultus.geometry import crop
from vultus.image import load
from vultus.report import Report, Value
from vultus.tasks import Embedder
from vultus.types import Crops, Float

PROTOCOL = ("The packaged rendered people, face 0 of every view, all pairs: the probability that a pair of one person scores above a "
            "pair of two people. Baseline: cosine of the same crops' grey pixels at 16 x 16, mean removed. Rendered people show that "
            "the machinery works, not how well the recogniser does on people.")


def check(name: str, embedder: Embedder, config: Mapping[str, Any]) -> Report:
    """The report of an embedder called `name` on the rendered people."""
    people, crops = _crops(embedder.template)
    ours, pixels = (_pair_auc(vectors, people) for vectors in (embedder.embed(crops).vectors, _pixels(crops)))
    return Report(name, f"{name} tells rendered people apart", PROTOCOL,
                  (Value("auc", ours, n=len(set(people)), note=f"{len(people)} pictures"),
                   Value("baseline: grey pixels", pixels, n=len(set(people)), note=f"{len(people)} pictures")), config=config)


def _crops(template: str) -> tuple[list[str], Crops]:
    pictures = [(person, load(path)) for person, path in rendered_people()]
    found = registry.build("detect/centerface").detect([image for _, image in pictures])
    cut = [(person, crop(image, faces[:1], template)) for (person, image), faces in zip(pictures, found, strict=True) if len(faces)]
    return [person for person, _ in cut], Crops(np.concatenate([c.images for _, c in cut]),
                                                np.concatenate([c.warps for _, c in cut]), template)


def _pixels(crops: Crops) -> Float:
    import cv2
    grey = np.stack([cv2.resize(image.mean(axis=2), (16, 16), interpolation=cv2.INTER_AREA).ravel() for image in crops.images])
    grey -= grey.mean(axis=1, keepdims=True)
    return np.asarray(grey / np.linalg.norm(grey, axis=1, keepdims=True), np.float32)


def _pair_auc(vectors: NDArray[Any], people: list[str]) -> float:
    left, right = np.triu_indices(len(people), 1)
    scores = np.einsum("ij,ij->i", vectors[left], vectors[right])
    same = np.array(people)[left] == np.array(people)[right]
    return auc(scores[same], scores[~same])
