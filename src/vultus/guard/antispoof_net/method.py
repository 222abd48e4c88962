"""Anti-spoofing from one picture: a four-layer net that looks at a face at 128 px.

Source: the Kaggle notebook "fake-face-detection" by anku420; there is no paper.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np

from vultus.guard.face_crops import principal_crops
from vultus.runtime.card_net import CardNet
from vultus.runtime.session_pool import SessionPool
from vultus.tasks import Detector
from vultus.types import GuardSample, Scores


@dataclass(frozen=True)
class Config:
    """Settings of the guard.

    Args:
        micro_batch: faces in one run of the network.
        engine: `onnxruntime`, `openvino`, `openvino-bf16`, `cuda` or `auto`.
        threads: CPU threads; None = all.
    """

    micro_batch: int = 8
    engine: str = "onnxruntime"
    threads: int | None = None


class AntispoofNet:
    """One minus the net's probability that the principal face of a picture is live.

    Args:
        config: settings.
        needs: `detect`, the detector that finds the face.
        pool: share opened networks with other objects; None = open them for this object alone.
    """

    def __init__(self, config: Config, needs: Mapping[str, object], *, pool: SessionPool | None = None) -> None:
        self.config = config
        self.detector = cast(Detector, needs["detect"])
        self.net = CardNet("antispoof", micro_batch=config.micro_batch, engine=config.engine, threads=config.threads, pool=pool)

    def score(self, samples: Sequence[GuardSample]) -> Scores:
        """One score a picture, 0..1.

        Raises:
            InputError: a sample is not a single picture.
            WeightsError: the net is not there; `vultus models pull antispoof` brings it.
        """
        crops = principal_crops(samples, self.detector, self.net.card.input.crop)
        return Scores(np.asarray(1 - self.net.run(crops)["activation_4"][:, 0], np.float32), "one minus the probability of a live face")
