"""FaceRes: the pooled 1024 features of a MobileNet that was trained to tell the people of VGGFace2 apart, then given age and gender heads.

Source: Savchenko, "Efficient facial representations for age, gender and identity recognition in organizing photo albums using
multi-output ConvNet", PeerJ Computer Science 5:e197, 2019, sections "Proposed multi-output network" and "Implementation".
"""

from __future__ import annotations

from dataclasses import dataclass

from vultus.embed.store_net import StoreNetEmbedder
from vultus.runtime.session_pool import SessionPool


@dataclass(frozen=True)
class Config:
    """Settings of the recogniser.

    Args:
        flip: also embed the mirrored crop and take the mean direction of both; twice the time, another space.
        micro_batch: crops in one run of the network.
        engine: `onnxruntime`, `openvino`, `openvino-bf16`, `cuda` or `auto`.
        threads: CPU threads; None = all.
    """

    flip: bool = False
    micro_batch: int = 8
    engine: str = "onnxruntime"
    threads: int | None = None


class FaceRes(StoreNetEmbedder):
    """Templates of 224-px loose crops, template `loose-224`; the net comes with `vultus models pull faceres`.

    Args:
        config: settings.
        pool: share opened networks with other objects; None = open them for this object alone.
    """

    def __init__(self, config: Config, *, pool: SessionPool | None = None) -> None:
        super().__init__("faceres", flip=config.flip, micro_batch=config.micro_batch, engine=config.engine, threads=config.threads,
                         pool=pool)
        self.config = config
