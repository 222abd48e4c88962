"""The components that need nothing but the packaged detector: boxes, five points, and the place of an average face.

Those of ISO/IEC 29794-5 are taken from here only where the mesh is missing; the others bear our prefix because the region or the
landmarks are not the standard's. Mappings are the standard's where it has a counterpart.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from vultus.geometry import crop, roll_deg, yaw_deg
from vultus.quality import mapping
from vultus.quality.aligned_face import AlignedFace
from vultus.quality.by_mesh import NO_ZONE, single
from vultus.quality.component import Component
from vultus.quality.photometry import BRIGHT, DARK, entropy_bits, histogram, mean_and_variance, overlap, share_within
from vultus.quality.sharpness import sharpness
from vultus.types import Faces, Image

STANDARD = ("InterEyeDistance", "HeadPoseYaw", "HeadPoseRoll", "LeftwardCropOfTheFaceImage", "RightwardCropOfTheFaceImage")
TEMPLATE = "dlib-150"  # whose crop sharpness is measured on


def by_points(image: Image, faces: Faces, index: int) -> Iterator[Component]:
    """The components of face `index` of a picture uint8 RGB (h, w, 3) and all its faces."""
    face = faces[index]
    left, right = face.points[0, 0].astype(float), face.points[0, 1].astype(float)
    apart = float(np.linalg.norm(right - left))
    if not apart > 1e-3:
        yield Component.failed("InterEyeDistance", _algorithm("InterEyeDistance"), "both eyes were found in one place")
        return
    yield from _standard(face, left, right, apart, image.shape[1])
    yield from _own_geometry(image, faces, index)
    for name, native in (("vultus.room_left", left[0] / apart), ("vultus.room_right", (image.shape[1] - right[0]) / apart)):
        yield _component(name, mapping.rising(native, 0.9, 0.1), native)
    yield from _photometry(AlignedFace.of_points(image, face.points[0]))


def _standard(face: Faces, left: np.ndarray, right: np.ndarray, apart: float, width: int) -> Iterator[Component]:
    yaw, roll = float(yaw_deg(face.points)[0]), float(roll_deg(face.points)[0])
    native = apart / max(math.cos(math.radians(yaw)), 1e-3)
    yield _component("InterEyeDistance", mapping.rising(native, 70, 20), native)
    yield _component("HeadPoseYaw", mapping.pose(yaw), yaw)
    yield _component("HeadPoseRoll", mapping.pose(roll), roll)
    for name, room in (("LeftwardCropOfTheFaceImage", right[0] / apart), ("RightwardCropOfTheFaceImage", (width - left[0]) / apart)):
        yield _component(name, mapping.rising(room, 0.9, 0.1), room)


def _own_geometry(image: Image, faces: Faces, index: int) -> Iterator[Component]:
    spans = np.clip(faces.boxes[:, 2:] - faces.boxes[:, :2], 0, None).astype(float)
    areas = spans.prod(axis=1)
    if areas[index] > 0:
        yield _component("vultus.single_face", *single(list(areas)))
    size, fine = float(spans[index].min()), float(sharpness(crop(image, faces[index], TEMPLATE).images)[0])
    sure = float(faces.scores[index])
    yield _component("vultus.face_size", face_size(size), size)
    yield _component("vultus.sharpness", fine_detail(fine), fine)
    yield _component("vultus.confidence", confidence(sure), sure)


def _photometry(face: AlignedFace) -> Iterator[Component]:
    mean, bits = mean_and_variance(face.shares)[0], entropy_bits(face.shares)
    dark, bright = share_within(face.shares, DARK), share_within(face.shares, BRIGHT)
    yield _component("vultus.brightness", mapping.mean_luminance(mean), mean)
    yield _component("vultus.shades", mapping.entropy(bits), bits)
    yield _component("vultus.not_underexposed", mapping.dark_share(dark), dark)
    yield _component("vultus.not_overexposed", mapping.bright_share(bright), bright)
    zones = face.zones()
    if zones is None:
        yield Component.failed("vultus.even_light", _algorithm("vultus.even_light"), NO_ZONE)
        return
    shared = overlap(*(histogram(face.luminance[zone]) for zone in zones))
    yield _component("vultus.even_light", mapping.overlap(shared), shared)


def face_size(px: float) -> int:
    """Shorter side of the box: 50 at 40 px, below which degraded copies of folds 1-3 began to fail more often."""
    return mapping.rising(px, 40.0, 10.0)


def fine_detail(level: float) -> int:
    """Standard deviation of the Laplacian: 50 at 3.5, where blurred copies of folds 1-3 began to fail more often."""
    return mapping.rising(level, 3.5, 0.7)


def confidence(share: float) -> int:
    """The detector's confidence: 50 at 0.8, where half of the degraded copies of folds 1-3 failed."""
    return mapping.rising(share, 0.8, 0.04)


def _component(name: str, value: int, native: float) -> Component:
    return Component(name, value, float(native), _algorithm(name))


def _algorithm(name: str) -> str:
    return f"vultus/{name.removeprefix('vultus.')}/five-points/1"
