"""Recognisers of the model store: crops in, unit templates out, prepared as the net's card says."""

from __future__ import annotations

import numpy as np

from vultus.errors import InputError, WeightsError
from vultus.geometry import template
from vultus.runtime import store
from vultus.runtime.card_net import CardNet
from vultus.runtime.session import Session
from vultus.runtime.session_pool import SessionPool
from vultus.types import Crops, Embeddings, Float, Image


class StoreNetEmbedder:
    """Templates of crops of the net's own template; the space is NAME/CROP/first 8 digits of the net's sha256.

    Args:
        model: name in the model store, a net of task `embed` whose card names a crop.
        output: name of the output that holds the descriptor; empty = the first on the card.
        flip: also embed the mirrored crop and take the mean direction of both; another space.
        micro_batch, engine, threads, pool: see `vultus.runtime.card_net.CardNet`.
    """

    def __init__(self, model: str, *, output: str = "", flip: bool = False, micro_batch: int = 8, engine: str = "onnxruntime",
                 threads: int | None = None, pool: SessionPool | None = None) -> None:
        self.net = CardNet(model, micro_batch=micro_batch, engine=engine, threads=threads, pool=pool)
        self.card = self.net.card
        if self.card.task != "embed" or not self.card.input.crop:
            raise InputError("model", expected="a net for the task embed whose card names a crop",
                             got=f"{self.card.name!r} for {self.card.task}, crop {self.card.input.crop!r}",
                             hint="'vultus models list --task embed' shows them")
        self.template = template(self.card.input.crop).name
        self.output, self.flip = self.card.output(output).name, flip
        part = "" if self.output == self.card.outputs[0].name else f"#{self.output}"
        digest = store.sha256(self.card.name)[:8]
        self.space = f"{self.card.name}{part}/{self.template}/{digest}" + ("/flip" if flip else "")

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
        features = self._features(crops.images)
        if self.flip:
            mirrored = self._features(np.ascontiguousarray(crops.images[:, :, ::-1]))
            features = Embeddings.normalised(features, "").vectors + Embeddings.normalised(mirrored, "").vectors
        return Embeddings.normalised(features, self.space)

    @property
    def session(self) -> Session:
        """The opened net; opened on first use."""
        return self.net.session

    def _features(self, images: Image) -> Float:
        """Raw descriptors float32 (n, d)."""
        raw = self.net.run(images)[self.output]
        size = int(np.prod(self.card.output(self.output).dimension))
        if len(images) and (raw.size == 0 or len(raw) != len(images) or (size and raw.size != len(images) * size)):
            raise WeightsError(f"model {self.card.name!r} gave an output of shape {raw.shape} for {len(images)} crops, its card says "
                               f"{list(self.card.output(self.output).dimension)} a crop; correct the card")
        return np.asarray(raw.reshape(len(images), -1 if len(images) else size), np.float32)
