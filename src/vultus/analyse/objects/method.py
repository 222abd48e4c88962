"""Objects: NanoDet, an anchor-free detector that gives each side of a box as a distribution over eleven distances.

Source: Lyu, NanoDet, 2020, RangiLyu/nanodet; boxes after Li et al., "Generalized focal loss", NeurIPS 2020, arXiv 2006.04388, section 3:
a distance is the mean of its distribution, in strides.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vultus.analyse.face_crops import checked
from vultus.geometry import nms
from vultus.runtime.card_net import CardNet
from vultus.runtime.session_pool import SessionPool
from vultus.types import Analysis, Faces, Float, Image

SIDE, BINS = 416, 11
LEVELS = ((8, "Identity", "Identity_3"), (16, "Identity_1", "Identity_4"), (32, "Identity_2", "Identity_5"))  # px, scores, distances


@dataclass(frozen=True)
class Config:
    """Settings of the detector.

    Args:
        score: least score, 0..1.
        overlap: of two objects of one class with a larger intersection over union the lower one is dropped, 0..1.
        engine: `onnxruntime`, `openvino`, `openvino-bf16`, `cuda` or `auto`.
        threads: CPU threads; None = all.
    """

    score: float = 0.5
    overlap: float = 0.6
    engine: str = "onnxruntime"
    threads: int | None = None


class Objects:
    """`object_boxes` (k, 4) px, `object_scores` (k,), `object_labels` (k,) of every picture, best first; one row a picture, not a face.

    Args:
        config: settings.
        pool: share opened networks with other objects; None = open them for this object alone.
    """

    def __init__(self, config: Config, *, pool: SessionPool | None = None) -> None:
        self.config = config
        self.net = CardNet("nanodet", engine=config.engine, threads=config.threads, pool=pool)

    def analyse(self, images: Sequence[Image], faces: Sequence[Faces]) -> Analysis:
        """What is in each picture. `faces` is only checked.

        Raises:
            InputError: pictures and faces do not fit together.
            WeightsError: the net is not there; `vultus models pull nanodet` brings it.
        """
        found = [self._objects(image) for image, _ in checked(images, faces)]
        columns = {name: np.empty(len(found), object) for name in ("object_boxes", "object_scores", "object_labels")}
        for row, parts in enumerate(found):
            for column, part in zip(columns.values(), parts, strict=True):
                column[row] = part
        return Analysis(columns)

    def _objects(self, image: Image) -> tuple[Float, Float, NDArray[np.str_]]:
        outputs = self.net.run(_squeezed(image)[None])
        scores = np.concatenate([outputs[name][0] for _, name, _ in LEVELS])
        boxes = np.concatenate([decode(outputs[name][0], stride) for stride, _, name in LEVELS])
        kind, best = scores.argmax(axis=1), scores.max(axis=1)
        kept = np.flatnonzero(best >= self.config.score)
        # Moving each class far away from the others lets one pass drop overlaps within a class only.
        kept = kept[nms(boxes[kept] + kind[kept, None] * 4 * SIDE, best[kept], self.config.overlap)]
        ratio = np.array([image.shape[1], image.shape[0]] * 2, np.float32) / SIDE
        labels = np.array(self.net.card.output("Identity").labels)
        return (boxes[kept] * ratio).astype(np.float32), best[kept].astype(np.float32), labels[kind[kept]]


def decode(logits: Float, stride: int) -> Float:
    """Boxes float32 (cells, 4), x1 y1 x2 y2 px of the net's input, of one level.

    distance = stride * sum_b b softmax(logits)_b for left, top, right, bottom; the cell's centre is (column + 0.5, row + 0.5) strides.

    Args:
        logits: float32 (cells, 4 * 11), rows of cells from the upper left.
        stride: px of a cell.
    """
    weights = np.exp(logits.reshape(-1, 4, BINS) - logits.reshape(-1, 4, BINS).max(axis=2, keepdims=True))
    distances = stride * (weights @ np.arange(BINS)) / weights.sum(axis=2)
    cells = SIDE // stride
    rows, columns = np.divmod(np.arange(cells * cells), cells)
    centres = (np.column_stack([columns, rows]) + 0.5) * stride
    return np.hstack([centres - distances[:, :2], centres + distances[:, 2:]]).astype(np.float32)


def _squeezed(image: Image) -> Image:
    """The picture resized to the net's square without keeping its proportions, as the net was exported for."""
    import cv2
    method = cv2.INTER_AREA if max(image.shape[:2]) > SIDE else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(image, (SIDE, SIDE), interpolation=method), np.uint8)
