"""What guards on single faces share: pictures in, the crop of each principal face out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from vultus.errors import InputError
from vultus.geometry import crop, template
from vultus.tasks import Detector
from vultus.types import Faces, GuardSample, Image, describe


def principal_crops(samples: Sequence[GuardSample], detector: Detector, name: str) -> Image:
    """The crop of face 0 of every sample for a loose template, uint8 (n, s, s, 3); without a face the whole picture counts as its box.

    Raises:
        InputError: a sample is not a single picture.
    """
    for index, sample in enumerate(samples):
        if not isinstance(sample, GuardSample) or sample.kind != "picture":
            raise InputError(f"samples[{index}]", expected="a GuardSample of kind 'picture'",
                             got=f"kind {sample.kind!r}" if isinstance(sample, GuardSample) else describe(sample))
    pictures = [sample.pictures[0] for sample in samples]
    side = template(name).size
    cut = [crop(image, faces[:1] if len(faces) else _whole(image), name).images
           for image, faces in zip(pictures, detector.detect(pictures), strict=True)]
    return np.concatenate(cut) if cut else np.zeros((0, side, side, 3), np.uint8)


def _whole(image: Image) -> Faces:
    height, width = image.shape[:2]
    box = np.array([[0, 0, width, height]], np.float32)
    return Faces(box, np.ones(1, np.float32), np.zeros((1, 5, 2), np.float32), (height, width))
