"""Face mesh: a net that looks at an upright square around a face and gives 468 points with depth.

Source: Kartynnik, Ablavatski, Grishchenko, Grundmann, "Real-time facial surface geometry from monocular video on mobile GPUs",
CVPR workshop on computer vision for AR/VR, 2019, arXiv 1907.06724, sections 3 and 4.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vultus.analyse.face_crops import square_crops, to_source
from vultus.geometry import expand
from vultus.runtime.card_net import CardNet
from vultus.runtime.session_pool import SessionPool
from vultus.types import Analysis, Faces, Image

POINTS, SIDE = 468, 192  # SIDE in px


@dataclass(frozen=True)
class Config:
    """Settings of the mesh.

    Args:
        margin: what is added to the detector's square box on each side, as a share of its side. MediaPipe adds 0.25 to a box
            without forehead; the packaged detector's box has it.
        micro_batch: faces in one run of the network.
        engine: `onnxruntime`, `openvino`, `openvino-bf16`, `cuda` or `auto`.
        threads: CPU threads; None = all.
    """

    margin: float = 0.15
    micro_batch: int = 8
    engine: str = "onnxruntime"
    threads: int | None = None


class FaceMesh:
    """`landmarks_3d` (468, 3) of every face: px of the picture, depth in the same scale, + away from the camera.

    Args:
        config: settings.
        pool: share opened networks with other objects; None = open them for this object alone.
    """

    def __init__(self, config: Config, *, pool: SessionPool | None = None) -> None:
        self.config = config
        self.net = CardNet("facemesh", micro_batch=config.micro_batch, engine=config.engine, threads=config.threads, pool=pool)

    def analyse(self, images: Sequence[Image], faces: Sequence[Faces]) -> Analysis:
        """One mesh a face, in the order of pictures, then faces.

        Raises:
            InputError: pictures and faces do not fit together.
            WeightsError: the net is not there; `vultus models pull facemesh` brings it.
        """
        squares = [_squares(found, self.config.margin) for found in faces if isinstance(found, Faces)]
        crops = square_crops(images, faces, squares, SIDE)
        mesh = self.net.run(crops.images)["output_mesh"].reshape(len(crops), POINTS, 3)
        scale = np.hypot(crops.warps[:, 0, 0], crops.warps[:, 1, 0])
        flat = to_source(mesh[..., :2], crops.warps)
        return Analysis({"landmarks_3d": np.concatenate([flat, mesh[..., 2:] * scale[:, None, None]], axis=2).astype(np.float32)})


def _squares(faces: Faces, margin: float) -> np.ndarray:
    """Centre x y and side in px, float64 (n, 3), of the widened boxes."""
    boxes = expand(faces.boxes, margin).astype(np.float64)
    return np.column_stack([(boxes[:, 0] + boxes[:, 2]) / 2, (boxes[:, 1] + boxes[:, 3]) / 2, boxes[:, 2] - boxes[:, 0]])
