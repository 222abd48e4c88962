"""MobileFace V3: a small residual net with 256 outputs for 112-px aligned crops.

Source: becauseofAI/MobileFace, model MobileFace_Identification_V3, 2019; there is no paper.
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


class MobileFace(StoreNetEmbedder):
    """Templates of 112-px five-point crops, template `arcface-112`; the net comes with `vultus models pull mobileface`.

    Args:
        config: settings.
        pool: share opened networks with other objects; None = open them for this object alone.
    """

    def __init__(self, config: Config, *, pool: SessionPool | None = None) -> None:
        super().__init__("mobileface", flip=config.flip, micro_batch=config.micro_batch, engine=config.engine, threads=config.threads,
                         pool=pool)
        self.config = config
