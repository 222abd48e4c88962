"""The components that need the face mesh: chin, lids, lips, outline.

Formulas: ISO/IEC 29794-5:2025 as the OFIQ-Project states them (`HeadSize.cpp`, `HeadPose.cpp`, `CropOfTheFaceImage.cpp`, `EyesOpen.cpp`,
`MouthClosed.cpp`, `SingleFacePresent.cpp`, and those of `photometry`).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np

from vultus.quality import mapping
from vultus.quality.aligned_face import AlignedFace
from vultus.quality.component import Component
from vultus.quality.mesh_points import INNER_LIPS, LEFT_LIDS, RIGHT_LIDS, MeshFace
from vultus.quality.photometry import colour_distance, entropy_bits, histogram, mean_and_variance, overlap
from vultus.types import Image

NO_ZONE = "the cheeks lie outside the picture or are too small"
NAMES = ("SingleFacePresent", "InterEyeDistance", "HeadSize", "HeadPoseYaw", "HeadPosePitch", "HeadPoseRoll",
         "LeftwardCropOfTheFaceImage", "RightwardCropOfTheFaceImage", "UpwardCropOfTheFaceImage", "DownwardCropOfTheFaceImage",
         "EyesOpen", "MouthClosed", "LuminanceMean", "LuminanceVariance", "DynamicRange", "NaturalColour", "IlluminationUniformity")


def by_mesh(image: Image, meshes: Sequence[MeshFace], index: int) -> Iterator[Component]:
    """The components of one face.

    Args:
        image: uint8 RGB (h, w, 3).
        meshes: of all faces of the picture.
        index: of the face that is assessed.
    """
    face = meshes[index]
    size = face.t_metric
    if not size > 1e-6:
        yield from failures("the mesh has no extent")
        return
    yield _component("SingleFacePresent", *single([mesh.t_metric for mesh in meshes]))
    yield from _geometry(face, size, image.shape[0], image.shape[1])
    yield from _photometry(AlignedFace.of_mesh(image, face))


def failures(reason: str) -> Iterator[Component]:
    """All of them, failed for one reason."""
    for name in NAMES:
        yield Component.failed(name, _algorithm(name), reason)


def single(sizes: Sequence[float]) -> tuple[int, float]:
    """Value and native value sqrt(second / first) of the two largest sizes: 0 for one alone, 1 for two alike."""
    first, second = sorted((*sizes, 0.0), reverse=True)[:2]
    native = math.sqrt(second / first)
    return mapping.clipped(100 * (1 - native)), native


def _geometry(face: MeshFace, size: float, height: int, width: int) -> Iterator[Component]:
    apart = float(np.linalg.norm(face.right_eye - face.left_eye))
    yaw, pitch, roll = face.angles_deg()
    eyes = min(face.opening(LEFT_LIDS), face.opening(RIGHT_LIDS)) / size
    mouth, head = face.opening(INNER_LIPS) / size, size / height
    native = apart / max(math.cos(math.radians(yaw)), 1e-3)
    yield _component("InterEyeDistance", mapping.rising(native, 70, 20), native)
    yield _component("HeadSize", mapping.falling(abs(head - 0.45), 0.0, 0.05, 200), head)
    for name, angle in (("HeadPoseYaw", yaw), ("HeadPosePitch", pitch), ("HeadPoseRoll", roll)):
        yield _component(name, mapping.pose(angle), angle)
    if apart > 1e-6:
        # The reference measures to the far eye on either side, so both values stay above 72 while both eyes are in the picture.
        left, right = face.right_eye[0] / apart, (width - face.left_eye[0]) / apart
        yield _component("LeftwardCropOfTheFaceImage", mapping.rising(left, 0.9, 0.1), left)
        yield _component("RightwardCropOfTheFaceImage", mapping.rising(right, 0.9, 0.1), right)
    below, above = (height - face.between_eyes[1]) / size, face.between_eyes[1] / size
    yield _component("UpwardCropOfTheFaceImage", mapping.rising(below, 1.8, 0.1), below)
    yield _component("DownwardCropOfTheFaceImage", mapping.rising(above, 1.4, 0.1), above)
    yield _component("EyesOpen", mapping.rising(eyes, 0.02, 0.01), eyes)
    yield _component("MouthClosed", mapping.falling(mouth, 0.2, 0.06), mouth)


def _photometry(face: AlignedFace) -> Iterator[Component]:
    mean, variance = mean_and_variance(face.shares)
    bits = entropy_bits(face.shares)
    yield _component("LuminanceMean", mapping.mean_luminance(mean), mean)
    yield _component("LuminanceVariance", mapping.luminance_variance(variance), variance)
    yield _component("DynamicRange", mapping.entropy(bits), bits)
    zones = face.zones()
    if zones is None:
        for name in ("NaturalColour", "IlluminationUniformity"):
            yield Component.failed(name, _algorithm(name), NO_ZONE)
        return
    # Pixels of a zone outside the region count as black, as in the reference implementation.
    shown = np.where(face.region[..., None], face.image, 0).astype(np.uint8)
    bright = np.where(face.region, face.luminance, 0).astype(np.uint8)
    colour = colour_distance(np.concatenate([shown[zone].reshape(-1, 3) for zone in zones]))
    shared = overlap(*(histogram(bright[zone]) for zone in zones))
    yield _component("NaturalColour", mapping.falling(colour, 0, 10, 200), colour)
    yield _component("IlluminationUniformity", mapping.overlap(shared), shared)


def _component(name: str, value: int, native: float) -> Component:
    return Component(name, value, float(native), _algorithm(name))


def _algorithm(name: str) -> str:
    return f"vultus/{name}/mesh/1"
