"""FaceRes, deeper: the same net as `embed/faceres` after its age and gender training reached into the shared layers.

Source: Savchenko, PeerJ Computer Science 5:e197, 2019. What the shared features gain for age they lose for identity.
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


class FaceResDeep(StoreNetEmbedder):
    """Templates of 224-px loose crops, template `loose-224`; the net comes with `vultus models pull faceres-deep`.

    Args:
        config: settings.
        pool: share opened networks with other objects; None = open them for this object alone.
    """

    def __init__(self, config: Config, *, pool: SessionPool | None = None) -> None:
        super().__init__("faceres-deep", flip=config.flip, micro_batch=config.micro_batch, engine=config.engine, threads=config.threads,
                         pool=pool)
        self.config = config
