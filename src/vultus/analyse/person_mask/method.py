"""Person mask: a small segmentation net for pictures in which people stand near.

Source: MediaPipe Selfie Segmentation, Google, 2021, model card; a MobileNetV3-like encoder with a light decoder.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vultus.analyse.face_crops import checked
from vultus.runtime.card_net import CardNet
from vultus.runtime.session_pool import SessionPool
from vultus.types import Analysis, Faces, Float, Image

SIDE = 256  # px


@dataclass(frozen=True)
class Config:
    """Settings of the segmentation.

    Args:
        engine: `onnxruntime`, `openvino`, `openvino-bf16`, `cuda` or `auto`.
        threads: CPU threads; None = all.
    """

    engine: str = "onnxruntime"
    threads: int | None = None


class PersonMask:
    """`person_mask` float32 (h, w), 0..1, of every picture; one row a picture, not a face.

    Args:
        config: settings.
        pool: share opened networks with other objects; None = open them for this object alone.
    """

    def __init__(self, config: Config, *, pool: SessionPool | None = None) -> None:
        self.config = config
        self.net = CardNet("selfie", engine=config.engine, threads=config.threads, pool=pool)

    def analyse(self, images: Sequence[Image], faces: Sequence[Faces]) -> Analysis:
        """The mask of each picture. `faces` is only checked.

        Raises:
            InputError: pictures and faces do not fit together.
            WeightsError: the net is not there; `vultus models pull selfie` brings it.
        """
        pictures = [image for image, _ in checked(images, faces)]
        column = np.empty(len(pictures), object)
        for row, image in enumerate(pictures):
            column[row] = self._mask(image)
        return Analysis({"person_mask": column})

    def _mask(self, image: Image) -> Float:
        """The picture resized to the net's square without keeping its proportions, the mask resized back."""
        import cv2
        method = cv2.INTER_AREA if max(image.shape[:2]) > SIDE else cv2.INTER_LINEAR
        small = np.asarray(cv2.resize(image, (SIDE, SIDE), interpolation=method), np.uint8)
        mask = self.net.run(small[None])["activation_10"][0, :, :, 0]
        return np.asarray(cv2.resize(mask, (image.shape[1], image.shape[0]), interpolation=cv2.INTER_LINEAR), np.float32)
