"""Iris: a net that looks at a square around one eye and gives the outline of the eye and of its iris.

Source: Ablavatski, Vakunov, Grishchenko, Raveendran, Zhdanovich, "Real-time pupil tracking from monocular video for digital puppetry",
CVPR workshop on computer vision for AR/VR, 2020, arXiv 2006.11341, section 3.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vultus.analyse.face_crops import square_crops, to_source
from vultus.runtime.card_net import CardNet
from vultus.runtime.session_pool import SessionPool
from vultus.types import Analysis, Faces, Image

SIDE = 64  # px
EYE_POINTS, IRIS_POINTS = 71, 5
UNMIRRORED = (0, 3, 2, 1, 4)  # centre, right, top, left, bottom of a mirrored eye


@dataclass(frozen=True)
class Config:
    """Settings of the iris net.

    Args:
        width: side of the square around an eye in distances between the eyes; about 2.3 times the width of an eye.
        micro_batch: eyes in one run of the network.
        engine: `onnxruntime`, `openvino`, `openvino-bf16`, `cuda` or `auto`.
        threads: CPU threads; None = all.
    """

    width: float = 1.0
    micro_batch: int = 8
    engine: str = "onnxruntime"
    threads: int | None = None


class Iris:
    """`iris` (2, 5, 2) of every face: px; image-left and image-right eye; centre, then right, top, left, bottom.

    Args:
        config: settings.
        pool: share opened networks with other objects; None = open them for this object alone.
    """

    def __init__(self, config: Config, *, pool: SessionPool | None = None) -> None:
        self.config = config
        self.net = CardNet("iris", micro_batch=config.micro_batch, engine=config.engine, threads=config.threads, pool=pool)

    def analyse(self, images: Sequence[Image], faces: Sequence[Faces]) -> Analysis:
        """Both irises of each face, in the order of pictures, then faces.

        Raises:
            InputError: pictures and faces do not fit together.
            WeightsError: the net is not there; `vultus models pull iris` brings it.
        """
        return Analysis({"iris": np.stack([self._eyes(images, faces, eye) for eye in (0, 1)], axis=1)})

    def _eyes(self, images: Sequence[Image], faces: Sequence[Faces], eye: int) -> np.ndarray:
        """Iris points (n, 5, 2) of the eye 0 image-left or 1 image-right. The net knows one side: the other is shown mirrored."""
        squares = [_squares(found, eye, self.config.width) for found in faces if isinstance(found, Faces)]
        crops = square_crops(images, faces, squares, SIDE)
        shown = np.ascontiguousarray(crops.images[:, :, ::-1]) if eye else crops.images
        points = self.net.run(shown)["Identity"].reshape(len(crops), EYE_POINTS + IRIS_POINTS, 3)[:, EYE_POINTS:, :2]
        if eye:
            points = np.stack([SIDE - points[..., 0], points[..., 1]], axis=2)[:, UNMIRRORED]
        return np.asarray(to_source(points, crops.warps), np.float32)


def _squares(faces: Faces, eye: int, width: float) -> np.ndarray:
    """Centre x y and side in px, float64 (n, 3), of the square around one eye."""
    between = np.linalg.norm(faces.points[:, 1] - faces.points[:, 0], axis=1)
    return np.column_stack([faces.points[:, eye], np.maximum(between, 1) * width]).astype(np.float64)
