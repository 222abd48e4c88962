"""An engine without rendering: pictures of scenes are grey squares. Imported by worker processes, too."""

from __future__ import annotations

import os

import numpy as np

from vultus.errors import StorageError
from vultus.people.dataset.maker import Taken

LABELS = ("parsing", "depth")


class DrawnMaker:
    """The picture is the skin's brightness with a stripe where the head turns to; `DRAWN_STOP_AT` ends the process at a picture."""

    generator = "drawn/1"
    labels = LABELS
    studio = None

    def __init__(self) -> None:
        self.taken = 0

    def take(self, scene, labels):
        self._count()
        width, height = scene.camera.width, scene.camera.height
        shade = 190 - 150 * scene.identity.skin.melanin
        image = np.full((height, width, 3), shade, np.uint8)
        image[:, int((0.5 + scene.pose.yaw / 200) * width)] = 250
        image = image + np.random.default_rng(scene.seed).integers(0, 5, image.shape).astype(np.uint8)
        arrays = {"parsing": (image[..., 0] > 128).astype(np.uint8), "depth": image[..., 1].astype(np.float32)}
        points = np.array([(0.35, 0.4), (0.65, 0.4), (0.5, 0.6), (0.4, 0.75), (0.6, 0.75)], np.float32) * [width, height]
        box = np.array([0.2 * width, 0.2 * height, 0.8 * width, 0.9 * height], np.float32)
        return Taken(image, points.astype(np.float32), box, {name: arrays[name] for name in labels},
                     {"occluded": 0.25}, save=_saved)

    def _count(self):
        self.taken += 1
        if os.environ.get("DRAWN_STOP_AT") == str(self.taken):
            os._exit(9)  # as abrupt as a kill or a power cut
        if os.environ.get("DRAWN_FULL_AT") == str(self.taken):
            raise StorageError("cannot write: No space left on device")
        if os.environ.get("DRAWN_INTERRUPT_AT") == str(self.taken):
            raise KeyboardInterrupt


def _saved(folder):
    folder.mkdir(parents=True)
    (folder / "labels.json").write_text("{}")
    return [folder / "labels.json"]


def drawn_maker():
    return DrawnMaker()
