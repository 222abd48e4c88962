"""Pictures put before a detector and several recognisers: points and templates of the principal face of each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

import numpy as np

from vultus.errors import InputError
from vultus.geometry import crop
from vultus.tasks import Detector, Embedder
from vultus.types import Crops, Faces, Float, Image

CHUNK = 32  # pictures held at once


@dataclass(frozen=True, eq=False)
class SeenFaces:
    """One row a picture, NaN where no face was found.

    Args:
        points: float32 (n, 5, 2), px.
        vectors: recogniser -> float32 (n, d), unit rows.
    """

    points: Float
    vectors: Mapping[str, Float]


def see(pictures: Iterable[Image], detector: Detector, embedders: Mapping[str, Embedder]) -> SeenFaces:
    """Find the principal face of every picture and embed it with every recogniser.

    Raises:
        InputError: no picture has a face.
    """
    points: list[Float] = []
    rows: dict[str, list[Float | None]] = {name: [] for name in embedders}
    for chunk in _chunks(pictures):
        found = [faces[:1] for faces in detector.detect(chunk)]
        points += [first.points[0] if len(first) else np.full((5, 2), np.nan, np.float32) for first in found]
        for name, embedder in embedders.items():
            rows[name] += _templates(chunk, found, embedder)
    return SeenFaces(np.array(points, np.float32).reshape(-1, 5, 2), {name: _stacked(each) for name, each in rows.items()})


def _templates(images: list[Image], faces: list[Faces], embedder: Embedder) -> list[Float | None]:
    """One template a picture, None where there is no face."""
    crops = [crop(image, each, embedder.template) for image, each in zip(images, faces, strict=True) if len(each)]
    if not crops:
        return [None] * len(images)
    joined = Crops(np.concatenate([each.images for each in crops]), np.concatenate([each.warps for each in crops]), crops[0].template)
    vectors = iter(embedder.embed(joined).vectors)
    return [next(vectors) if len(each) else None for each in faces]


def _stacked(rows: list[Float | None]) -> Float:
    width = next((len(row) for row in rows if row is not None), 0)
    if not width:
        raise InputError("pictures", expected="a face in one picture at least", got=f"none in {len(rows)}")
    return np.stack([np.full(width, np.nan, np.float32) if row is None else row for row in rows])


def _chunks(pictures: Iterable[Image]) -> Iterator[list[Image]]:
    waiting = iter(pictures)
    while chunk := list(islice(waiting, CHUNK)):
        yield chunk
