"""Age: the mean of a net's distribution over the ages 0..99.

Source: Savchenko, "Efficient facial representations for age, gender and identity recognition in organizing photo albums using multi-output
ConvNet", PeerJ Computer Science 5:e197, 2019; the mean of the distribution after Rothe, Timofte, Van Gool, "Deep expectation of real and
apparent age from a single image without facial landmarks", IJCV 126, 2018, equation 2.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vultus.analyse.face_crops import face_crops
from vultus.runtime.card_net import CardNet
from vultus.runtime.session_pool import SessionPool
from vultus.types import Analysis, Faces, Image


@dataclass(frozen=True)
class Config:
    """Settings of the age estimate.

    Args:
        micro_batch: faces in one run of the network.
        engine: `onnxruntime`, `openvino`, `openvino-bf16`, `cuda` or `auto`.
        threads: CPU threads; None = all.
    """

    micro_batch: int = 8
    engine: str = "onnxruntime"
    threads: int | None = None


class Age:
    """`age_years` of every face.

    Args:
        config: settings.
        pool: share opened networks with other objects; None = open them for this object alone.
    """

    def __init__(self, config: Config, *, pool: SessionPool | None = None) -> None:
        self.config = config
        self.net = CardNet("faceres-deep", micro_batch=config.micro_batch, engine=config.engine, threads=config.threads, pool=pool)

    def analyse(self, images: Sequence[Image], faces: Sequence[Faces]) -> Analysis:
        """One age a face, in the order of pictures, then faces: sum over a of a p(a).

        Raises:
            InputError: pictures and faces do not fit together.
            WeightsError: the net is not there; `vultus models pull faceres-deep` brings it.
        """
        crops = face_crops(images, faces, self.net.card.input.crop)
        share = self.net.run(crops.images)["age_pred/Softmax"]
        return Analysis({"age_years": np.asarray(share @ np.arange(share.shape[1]), np.float32)})
