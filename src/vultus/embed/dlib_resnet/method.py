"""dlib's face recognition network (a ResNet with 29 convolutions, 128 outputs), run from our ONNX form of its weights.

Source: D. E. King, dlib_face_recognition_resnet_model_v1, 2017, http://dlib.net/face_recognition.py.html and the model's README.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vultus.errors import InputError
from vultus.runtime import store
from vultus.runtime.session import Session
from vultus.runtime.session_pool import SessionPool
from vultus.types import Crops, Embeddings, Float, Image

TEMPLATE = "dlib-150"
SIDE = 150  # px


@dataclass(frozen=True)
class Config:
    """Settings of the recogniser.

    Args:
        flip: also embed the mirrored crop and take the mean direction of both: fewer errors for twice the time, another space.
        micro_batch: pictures in one run of the network.
        engine: `onnxruntime`, `openvino`, `openvino-bf16`, `cuda` or `auto`.
        threads: CPU threads; None = all.
    """

    flip: bool = True
    micro_batch: int = 8
    engine: str = "onnxruntime"
    threads: int | None = None


class DlibResNet:
    """Templates of 150-px crops.

    Args:
        config: settings.
        pool: share opened networks with other objects; None = open them for this object alone.

    Example:
        >>> crops = Crops(np.zeros((1, 150, 150, 3), np.uint8), np.zeros((1, 2, 3)), "dlib-150")
        >>> DlibResNet(Config()).embed(crops).vectors.shape
        (1, 128)
    """

    def __init__(self, config: Config, *, pool: SessionPool | None = None) -> None:
        self.config, self._pool = config, pool or SessionPool()
        self.template = TEMPLATE
        self.space = f"dlib-resnet29/{TEMPLATE}" + ("/flip" if config.flip else "")
        self._session: Session | None = None

    def embed(self, crops: Crops) -> Embeddings:
        """One unit vector of 128 numbers a crop.

        Args:
            crops: of template `dlib-150`, uint8 RGB (n, 150, 150, 3); `vultus.geometry.crop` cuts them.
        Raises:
            InputError: crops of another template or size.
        """
        if not isinstance(crops, Crops):
            raise InputError("crops", expected=f"Crops of template {TEMPLATE!r}", got=type(crops).__name__)
        if crops.template != TEMPLATE or crops.images.shape[1:3] != (SIDE, SIDE):
            height, width = crops.images.shape[1:3]
            raise InputError("crops", expected=f"template {TEMPLATE!r}, {SIDE}x{SIDE} px",
                             got=f"template {crops.template!r}, {height}x{width} px",
                             hint=f"cut them with vultus.geometry.crop(image, faces, {TEMPLATE!r})")
        vectors = self._directions(crops.images)
        if self.config.flip:
            vectors = vectors + self._directions(np.ascontiguousarray(crops.images[:, :, ::-1]))
        return Embeddings.normalised(vectors, self.space)

    def _directions(self, images: Image) -> Float:
        """Unit vectors (n, 128) of pictures (n, 150, 150, 3)."""
        features = self.session.batch_run(images, self.config.micro_batch)["features"]
        return Embeddings.normalised(features, self.space).vectors

    @property
    def session(self) -> Session:
        """The opened network; opened on first use."""
        if self._session is None:
            self._session = self._pool.session(store.find("dlib-resnet29"), threads=self.config.threads,
                                               engine=self.config.engine)
        return self._session
