"""Verification accuracy of the recognisers of human-models on LFW; part of `bench/human_models.py`."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from vultus import registry
from vultus.data.lfw import Lfw
from vultus.evaluate.lfw_view2 import view2
from vultus.evaluate.people_bootstrap import mean_interval
from vultus.geometry import crop
from vultus.image import load
from vultus.report import Value
from vultus.tasks import Embedder
from vultus.types import Crops, Faces, Float, Image

NETS = ("faceres", "faceres-deep", "mobileface", "mobilefacenet")
CHUNK = 32  # pictures


def recognisers(lfw: Lfw, rng: np.random.Generator) -> list[Value]:
    """Accuracy of each net on folds 1-2 and 3-5, one crop each, and of the mean of each crop and its mirror image on folds 3-5."""
    embedders: dict[tuple[str, bool], Embedder] = {
        (name, flip): registry.build("embed/onnx", overrides={"model": name, "flip": flip}) for name in NETS for flip in (False, True)}
    used = np.unique(np.concatenate([lfw.left, lfw.right]))
    vectors = _vectors(lfw, used, list(embedders.values()))
    values = []
    for (name, flip), rows in zip(embedders, vectors, strict=True):
        for folds in ((3, 4, 5),) if flip else ((1, 2), (3, 4, 5)):
            values.append(_accuracy(name, flip, lfw, rows, folds, rng))
    return values


def _accuracy(name: str, flip: bool, lfw: Lfw, rows: Float, folds: tuple[int, ...], rng: np.random.Generator) -> Value:
    chosen = np.isin(lfw.folds, folds)
    scores = np.einsum("ij,ij->i", rows[lfw.left[chosen]], rows[lfw.right[chosen]], dtype=np.float64)
    result = view2(scores, lfw.mated[chosen], lfw.folds[chosen])
    people = np.unique(lfw.subjects[lfw.left[chosen]], return_inverse=True)[1]
    low, high = mean_interval(result.correct.astype(float), people, rng)
    what = f"{name}: LFW verification accuracy, folds {folds[0]}-{folds[-1]}" + (", crop and mirror image" if flip else "")
    return Value(what, result.mean, "share", low, high, len(result.correct), "n counts pairs")


def _vectors(lfw: Lfw, used: NDArray[np.int64], embedders: Sequence[Embedder]) -> list[Float]:
    """Templates float32 (pictures, d) of each embedder; rows of pictures outside `used` or without a face are NaN."""
    rows: list[Float | None] = [None] * len(embedders)
    detector = registry.build("detect/centerface")
    for start in tqdm(range(0, len(used), CHUNK), unit="chunk"):
        part = used[start:start + CHUNK]
        pictures = [load(lfw.paths[index]) for index in part]
        found = detector.detect(pictures)
        for place, embedder in enumerate(embedders):
            seen, fresh = _embedded(embedder, pictures, found)
            if rows[place] is None:
                rows[place] = np.full((len(lfw.paths), fresh.shape[1]), np.nan, np.float32)
            rows[place][part[seen]] = fresh  # type: ignore[index]
    return [row for row in rows if row is not None]


def _embedded(embedder: Embedder, pictures: Sequence[Image], found: Sequence[Faces]) -> tuple[NDArray[np.int64], Float]:
    seen = np.array([index for index, faces in enumerate(found) if len(faces)], np.int64)
    cut = [crop(pictures[index], found[index][:1], embedder.template) for index in seen]
    crops = Crops(np.concatenate([c.images for c in cut]), np.concatenate([c.warps for c in cut]), embedder.template)
    return seen, embedder.embed(crops).vectors
