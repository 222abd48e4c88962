"""Runs any net of the model store that has the task `embed`, prepared as its card says. Nothing here is tied to one net."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vultus.errors import InputError, WeightsError
from vultus.geometry import template
from vultus.runtime import store
from vultus.runtime.model_card import ModelCard
from vultus.runtime.net_feed import feed
from vultus.runtime.session import Session
from vultus.types import Crops, Embeddings


@dataclass(frozen=True)
class Config:
    """Settings of the recogniser.

    Args:
        model: name in the model store; empty = the store's default net for `embed`.
        output: name of the output that holds the descriptor; empty = the first on the card.
        micro_batch: crops in one run of the net; a net with a fixed batch takes that instead.
        engine: `onnxruntime`, `openvino`, `openvino-bf16`, `cuda` or `auto`.
        threads: CPU threads; None = all.
    """

    model: str = ""
    output: str = ""
    micro_batch: int = 8
    engine: str = "onnxruntime"
    threads: int | None = None


class OnnxEmbedder:
    """Templates of crops of the net's own template; the space is NAME/CROP/first 8 digits of the net's sha256.

    Example:
        >>> embedder = OnnxEmbedder(Config(model="dlib-resnet29"))
        >>> crops = Crops(np.zeros((1, 150, 150, 3), np.uint8), np.zeros((1, 2, 3)), embedder.template)
        >>> embedder.embed(crops).vectors.shape
        (1, 128)
    """

    def __init__(self, config: Config) -> None:
        self.config = config
        self.card: ModelCard = store.card(config.model) if config.model else store.default_card("embed")
        if self.card.task != "embed" or not self.card.input.crop:
            raise InputError("model", expected="a net for the task embed whose card names a crop",
                             got=f"{self.card.name!r} for {self.card.task}, crop {self.card.input.crop!r}",
                             hint="'vultus models list --task embed' shows them")
        self.template = template(self.card.input.crop).name
        self.output = self.card.output(config.output).name
        part = "" if self.output == self.card.outputs[0].name else f"#{self.output}"
        self.space = f"{self.card.name}{part}/{self.template}/{store.sha256(self.card.name)[:8]}"
        self._session: Session | None = None

    def embed(self, crops: Crops) -> Embeddings:
        """One unit vector a crop.

        Args:
            crops: of this object's `template`; `vultus.geometry.crop` cuts them.

        Raises:
            InputError: crops of another template or size.
            WeightsError: the net is missing or altered, or gives other numbers than its card says.
        """
        side = template(self.template).size
        if not isinstance(crops, Crops) or crops.template != self.template or crops.images.shape[1:3] != (side, side):
            got = f"template {crops.template!r}, {crops.images.shape[1:3]} px" if isinstance(crops, Crops) else type(crops).__name__
            raise InputError("crops", expected=f"Crops of template {self.template!r}, ({side}, {side}) px", got=got,
                             hint=f"cut them with vultus.geometry.crop(image, faces, {self.template!r})")
        starts = range(0, len(crops), self._step())
        rows = [self._rows(crops.images[start:start + self._step()]) for start in starts]
        size = int(np.prod(self.card.output(self.output).dimension))
        return Embeddings.normalised(np.concatenate(rows) if rows else np.empty((0, size), np.float32), self.space)

    @property
    def session(self) -> Session:
        """The opened net; opened on first use."""
        if self._session is None:
            self._session = Session(store.find(self.card.name), threads=self.config.threads, engine=self.config.engine)
        return self._session

    def _step(self) -> int:
        return self.session.inputs[0].shape[0] or self.config.micro_batch

    def _rows(self, images: np.ndarray) -> np.ndarray:
        """Raw descriptors float32 (n, d); a net with a fixed batch is fed black crops on top, whose rows are dropped."""
        count, fixed = len(images), self.session.inputs[0].shape[0]
        if fixed and count < fixed:
            images = np.concatenate([images, np.zeros((fixed - count, *images.shape[1:]), np.uint8)])
        raw = self.session.run({self.card.input.name: feed(images, self.card.input)})[self.output]
        size = int(np.prod(self.card.output(self.output).dimension))
        if raw.size == 0 or len(raw) != len(images) or (size and raw.size != len(images) * size):
            raise WeightsError(f"model {self.card.name!r} gave an output of shape {raw.shape} for {len(images)} crops, its card says "
                               f"{list(self.card.output(self.output).dimension)} a crop; correct the card")
        return np.asarray(raw[:count].reshape(count, -1), np.float32)
