"""A net of the model store, fed as its card says: pictures in, all outputs out, whatever batch the file insists on."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from vultus.runtime import store
from vultus.runtime.model_card import ModelCard
from vultus.runtime.net_feed import feed
from vultus.runtime.session import Session
from vultus.runtime.session_pool import SessionPool
from vultus.types import Image


class CardNet:
    """A net by its name in the store; the file is found and opened on first use.

    Args:
        name: name of its card.
        micro_batch: pictures in one run; a net with a fixed batch takes that instead.
        engine: `onnxruntime`, `openvino`, `openvino-bf16`, `cuda` or `auto`.
        threads: CPU threads; None = all.
        pool: share opened nets with other objects; None = open it for this object alone.

    Raises:
        UnknownNameError: no card of that name.

    Example:
        >>> net = CardNet("dlib-resnet29")
        >>> net.run(np.zeros((3, 150, 150, 3), np.uint8))["features"].shape
        (3, 128)
    """

    def __init__(self, name: str, *, micro_batch: int = 8, engine: str = "onnxruntime", threads: int | None = None,
                 pool: SessionPool | None = None) -> None:
        self.card: ModelCard = store.card(name)
        self.micro_batch, self.engine, self.threads = micro_batch, engine, threads
        self._pool = pool or SessionPool()
        self._session: Session | None = None

    @property
    def session(self) -> Session:
        """The opened net. Raises WeightsError when its file is missing or altered; the message names the next command."""
        if self._session is None:
            self._session = self._pool.session(store.find(self.card.name), threads=self.threads, engine=self.engine)
        return self._session

    def run(self, pictures: Image) -> dict[str, NDArray[Any]]:
        """Outputs by name, one row a picture.

        Args:
            pictures: uint8 RGB (n, h, w, 3); resized, coloured and scaled as the card says.
        """
        fixed = self.session.inputs[0].shape[0]
        step = fixed or self.micro_batch
        parts = [self._part(pictures[start:start + step], fixed) for start in range(0, len(pictures), step)]
        if not parts:
            return {port.name: np.zeros((0, *(size or 0 for size in port.shape[1:])), port.dtype) for port in self.session.outputs}
        return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}

    def _part(self, pictures: Image, fixed: int | None) -> dict[str, NDArray[Any]]:
        """One run; a net with a fixed batch is fed black pictures on top, whose rows are dropped."""
        count = len(pictures)
        if fixed and count < fixed:
            pictures = np.concatenate([pictures, np.zeros((fixed - count, *pictures.shape[1:]), np.uint8)])
        results = self.session.run({self.card.input.name: feed(pictures, self.card.input)})
        return {name: array[:count] for name, array in results.items()}
