"""Expression: seven probabilities from a small net on a grey face.

Source: Arriaga, Valdenegro-Toro, Ploeger, "Real-time convolutional neural networks for emotion and gender classification", 2017,
arXiv 1710.07557, section II (mini-Xception), trained on FER-2013.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vultus.analyse.face_crops import face_crops
from vultus.analyse.purpose import require_purpose
from vultus.runtime.card_net import CardNet
from vultus.runtime.session_pool import SessionPool
from vultus.types import Analysis, Faces, Image


@dataclass(frozen=True)
class Config:
    """Settings of the expression net.

    Args:
        purpose: what the output is for, in words; nothing is computed without it.
        micro_batch: faces in one run of the network.
        engine: `onnxruntime`, `openvino`, `openvino-bf16`, `cuda` or `auto`.
        threads: CPU threads; None = all.
    """

    purpose: str = ""
    micro_batch: int = 8
    engine: str = "onnxruntime"
    threads: int | None = None


class Expression:
    """`expression` (7,) of every face: angry disgust fear happy sad surprise neutral, summing to 1. What a face shows, not what is felt.

    Args:
        config: settings.
        pool: share opened networks with other objects; None = open them for this object alone.
    """

    def __init__(self, config: Config, *, pool: SessionPool | None = None) -> None:
        self.config = config
        self.net = CardNet("emotion", micro_batch=config.micro_batch, engine=config.engine, threads=config.threads, pool=pool)

    def analyse(self, images: Sequence[Image], faces: Sequence[Faces]) -> Analysis:
        """Seven probabilities a face, in the order of pictures, then faces.

        Raises:
            PolicyError: no purpose is declared.
            InputError: pictures and faces do not fit together.
            WeightsError: the net is not there; `vultus models pull emotion` brings it.
        """
        require_purpose(self.config.purpose, "expression")
        crops = face_crops(images, faces, self.net.card.input.crop)
        return Analysis({"expression": np.asarray(self.net.run(crops.images)["Identity"], np.float32)})
