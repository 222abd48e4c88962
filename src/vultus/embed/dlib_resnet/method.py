"""dlib's face recognition network (a ResNet with 29 convolutions, 128 outputs), run from our ONNX form of its weights.

Source: D. E. King, dlib_face_recognition_resnet_model_v1, 2017, http://dlib.net/face_recognition.py.html and the model's README.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from vultus.errors import InputError
from vultus.image import load
from vultus.runtime import store
from vultus.runtime.session import Session
from vultus.runtime.session_pool import SessionPool
from vultus.types import Crops, Embeddings, Float, Image

TEMPLATE = "dlib-150"
SIDE = 150  # px
PEOPLE = Path(__file__).parents[2] / "data" / "demo_people"


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
            self._session = self._pool.session(store.find("dlib-resnet29"), threads=self.config.threads, engine=self.config.engine,
                                               check={"images": _check_faces()} if self.config.engine == "auto" else None)
        return self._session


def _check_faces() -> Image:
    """Faces to compare engines on, (n, 150, 150, 3): the middle of every packaged rendered portrait."""
    faces = [load(path) for path in sorted(PEOPLE.glob("*/*.jpg"))]
    return np.stack([cv2.resize(_middle(face), (SIDE, SIDE), interpolation=cv2.INTER_AREA) for face in faces]).astype(np.uint8)


def _middle(image: Image) -> Image:
    side = min(image.shape[:2]) // 2
    top, left = (image.shape[0] - side) // 2, (image.shape[1] - side) // 2
    return image[top:top + side, left:left + side]
