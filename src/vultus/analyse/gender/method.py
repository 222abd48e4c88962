"""Perceived gender: the probability that people would label a face female, from the gender head of FaceRes.

Source: Savchenko, PeerJ Computer Science 5:e197, 2019. The head gives the probability p of the label male; here it is 1 - p.
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
    """Settings of the perceived gender.

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


class PerceivedGender:
    """`perceived_female` of every face, 0..1: a guess at a label, not at a person.

    Args:
        config: settings.
        pool: share opened networks with other objects; None = open them for this object alone.
    """

    def __init__(self, config: Config, *, pool: SessionPool | None = None) -> None:
        self.config = config
        self.net = CardNet("faceres-deep", micro_batch=config.micro_batch, engine=config.engine, threads=config.threads, pool=pool)

    def analyse(self, images: Sequence[Image], faces: Sequence[Faces]) -> Analysis:
        """One probability a face, in the order of pictures, then faces.

        Raises:
            PolicyError: no purpose is declared.
            InputError: pictures and faces do not fit together.
            WeightsError: the net is not there; `vultus models pull faceres-deep` brings it.
        """
        require_purpose(self.config.purpose, "perceived_female")
        crops = face_crops(images, faces, self.net.card.input.crop)
        return Analysis({"perceived_female": np.asarray(1 - self.net.run(crops.images)["gender_pred/Sigmoid"][:, 0], np.float32)})
