"""Runs any net of the model store that has the task `embed`, prepared as its card says. Nothing here is tied to one net."""

from __future__ import annotations

from dataclasses import dataclass

from vultus.embed.store_net import StoreNetEmbedder
from vultus.runtime import store
from vultus.runtime.session_pool import SessionPool


@dataclass(frozen=True)
class Config:
    """Settings of the recogniser.

    Args:
        model: name in the model store; empty = the store's default net for `embed`.
        output: name of the output that holds the descriptor; empty = the first on the card.
        flip: also embed the mirrored crop and take the mean direction of both; twice the time, another space.
        micro_batch: crops in one run of the net; a net with a fixed batch takes that instead.
        engine: `onnxruntime`, `openvino`, `openvino-bf16`, `cuda` or `auto`.
        threads: CPU threads; None = all.
    """

    model: str = ""
    output: str = ""
    flip: bool = False
    micro_batch: int = 8
    engine: str = "onnxruntime"
    threads: int | None = None


class OnnxEmbedder(StoreNetEmbedder):
    """Templates of crops of the net's own template; the space is NAME/CROP/first 8 digits of the net's sha256.

    Args:
        config: settings.
        pool: share opened networks with other objects; None = open them for this object alone.

    Example:
        >>> embedder = OnnxEmbedder(Config(model="dlib-resnet29"))
        >>> crops = Crops(np.zeros((1, 150, 150, 3), np.uint8), np.zeros((1, 2, 3)), embedder.template)
        >>> embedder.embed(crops).vectors.shape
        (1, 128)
    """

    def __init__(self, config: Config, *, pool: SessionPool | None = None) -> None:
        super().__init__(config.model or store.default_card("embed").name, output=config.output, flip=config.flip,
                         micro_batch=config.micro_batch, engine=config.engine, threads=config.threads, pool=pool)
        self.config = config
