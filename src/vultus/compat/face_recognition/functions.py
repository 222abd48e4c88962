"""The functions of face_recognition that look at pictures, with its parameters, defaults and results."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from vultus.compat.face_recognition import landmarks
from vultus.compat.face_recognition.engine import engine
from vultus.compat.face_recognition.locations import Location, faces_at, locations
from vultus.errors import ImageError, InputError
from vultus.image import DEFAULT_LIMITS, decode, load, shown
from vultus.types import Faces, Image, describe

MAX_UPSAMPLE = 4


class MissingFileError(ImageError, FileNotFoundError):
    """There is no such file; code that was written for face_recognition catches FileNotFoundError."""


def load_image_file(file: str | os.PathLike[str] | IO[bytes], mode: str = "RGB") -> NDArray[np.uint8]:
    """Read a picture.

    Unlike face_recognition: turned upright by EXIF, transparent pixels over white, caps on bytes and pixels, and no damaged files.

    Args:
        file: path, or a file opened for bytes.
        mode: `RGB` or `L` (grey).

    Returns:
        uint8 (h, w, 3), or (h, w) for `L`.

    Raises:
        MissingFileError: no such file; it is a FileNotFoundError too.
        ImageError: no picture, damaged, or over a cap.
    """
    if mode not in ("RGB", "L"):
        raise InputError("mode", expected="'RGB' or 'L'", got=repr(mode))
    if isinstance(file, (str, os.PathLike)):
        if not os.path.exists(file):
            raise MissingFileError(shown(file), expected="a picture file", got="nothing there")
        image = load(file)
    elif hasattr(file, "read"):
        image = decode(file.read(DEFAULT_LIMITS.max_bytes + 1)).image
    else:
        raise InputError("file", expected="a path or a file opened for bytes", got=type(file).__name__)
    if mode == "RGB":
        return image
    from PIL import Image as pillow
    return np.array(pillow.fromarray(image).convert("L"))


def face_locations(img: NDArray[Any], number_of_times_to_upsample: int = 1, model: str = "hog") -> list[Location]:
    """Boxes of all faces, the principal one first.

    Args:
        img: uint8 (h, w, 3), or (h, w) grey.
        number_of_times_to_upsample: 0 and 1 search the picture at the detector's own scale, which finds smaller faces than
            face_recognition does after one doubling; each further one doubles the picture.
        model: `hog` or `cnn`; both are our detector.

    Returns:
        A list of (top, right, bottom, left) in whole px, inside the picture. The box reaches from the forehead to the chin, higher than
        face_recognition's.
    """
    _check_choice("model", model, ("hog", "cnn"))
    return locations(engine().detect([_picture(img, "img")], _upsample(number_of_times_to_upsample))[0])


def batch_face_locations(images: Sequence[NDArray[Any]], number_of_times_to_upsample: int = 1,
                         batch_size: int = 128) -> list[list[Location]]:
    """`face_locations` of several pictures, which may differ in size; `batch_size` is the largest number searched at once."""
    if not isinstance(batch_size, int) or batch_size < 1:
        raise InputError("batch_size", expected="a whole number >= 1", got=repr(batch_size))
    upsample = _upsample(number_of_times_to_upsample)
    pictures = [_picture(image, f"images[{index}]") for index, image in enumerate(images)]
    found: list[Faces] = []
    for start in range(0, len(pictures), batch_size):
        found += engine().detect(pictures[start:start + batch_size], upsample)
    return [locations(faces) for faces in found]


def face_landmarks(face_image: NDArray[Any], face_locations: Sequence[Location] | None = None,
                   model: str = "large") -> list[dict[str, landmarks.Points]]:
    """Points of every face by feature, from the face mesh.

    Args:
        face_image: uint8 (h, w, 3), or (h, w) grey.
        face_locations: only these faces.
        model: `large` = 68 points under `chin`, `left_eyebrow`, `right_eyebrow`, `nose_bridge`, `nose_tip`, `left_eye`, `right_eye`,
            `top_lip`, `bottom_lip`; `small` = 5 under `nose_tip`, `left_eye`, `right_eye`. Left and right are of the picture.

    Returns:
        One dict a face: lists of (x, y) in whole px, which may lie outside the picture.

    Raises:
        WeightsError: the mesh is not there; `vultus models pull facemesh` brings it.
    """
    _check_choice("model", model, ("large", "small"))
    image = _picture(face_image, "face_image")
    meshes = engine().mesh(image, _faces(image, face_locations))
    return [landmarks.large(mesh) if model == "large" else landmarks.small(mesh) for mesh in meshes]


def face_encodings(face_image: NDArray[Any], known_face_locations: Sequence[Location] | None = None, num_jitters: int = 1,
                   model: str = "small") -> list[NDArray[np.float64]]:
    """An encoding of every face, comparable with those that face_recognition stored.

    Args:
        face_image: uint8 (h, w, 3), or (h, w) grey.
        known_face_locations: only these faces, in this order; one encoding for each, whether or not a face is found there.
        num_jitters: 1, or the number of slightly different cuts whose mean it is; ours are the same each time.
        model: `small` or `large`; both align by the detector's five points.

    Returns:
        A list of float64 (128,), raw outputs of the network, about 1.4 long.
    """
    _check_choice("model", model, ("small", "large"))
    if not isinstance(num_jitters, (int, np.integer)) or isinstance(num_jitters, bool) or not 1 <= num_jitters <= 1000:
        raise InputError("num_jitters", expected="a whole number, 1 to 1000", got=repr(num_jitters))
    image = _picture(face_image, "face_image")
    return list(engine().encode(image, _faces(image, known_face_locations), int(num_jitters)))


def _faces(image: Image, wanted: Sequence[Location] | None) -> Faces:
    return engine().detect([image])[0] if wanted is None else faces_at(wanted, image, engine())


def _picture(image: Any, argument: str) -> Image:
    """uint8 RGB (h, w, 3); grey is repeated."""
    if isinstance(image, np.ndarray) and image.dtype == np.uint8 and image.size:
        if image.ndim == 2:
            return np.repeat(image[:, :, None], 3, axis=2)
        if image.ndim == 3 and image.shape[2] == 3:
            return image
    raise InputError(argument, expected="uint8 RGB (h, w, 3) or grey (h, w)", got=describe(image), hint="load_image_file gives it")


def _upsample(times: Any) -> int:
    if not isinstance(times, (int, np.integer)) or isinstance(times, bool) or not 0 <= times <= MAX_UPSAMPLE:
        raise InputError("number_of_times_to_upsample", expected=f"a whole number, 0 to {MAX_UPSAMPLE}", got=repr(times))
    return int(times)


def _check_choice(argument: str, value: Any, known: tuple[str, ...]) -> None:
    if value not in known:
        raise InputError(argument, expected=" or ".join(map(repr, known)), got=repr(value))
