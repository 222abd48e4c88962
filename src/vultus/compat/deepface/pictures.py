"""What DeepFace takes for a picture: a path, a BGR array, a base64 data URI or an object with `read`; lists of these as a batch."""

from __future__ import annotations

import base64
import binascii
import os
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from vultus.compat.deepface.exceptions import DataTypeError, ImgNotFound
from vultus.data.picture_files import PictureFile
from vultus.errors import ImageError, UnsupportedError
from vultus.image import DEFAULT_LIMITS, decode, load, shown
from vultus.types import Image, describe

Given = str | os.PathLike[str] | NDArray[Any] | IO[bytes]


@dataclass(frozen=True, eq=False)
class Source:
    """One picture: a file that is read when it is needed, or pixels.

    Args:
        name: what messages call it; never its content.
        picture: a file, or uint8 RGB (h, w, 3).
    """

    name: str
    picture: PictureFile | Image

    def pixels(self) -> Image:
        """Upright uint8 RGB (h, w, 3) at full size."""
        if not isinstance(self.picture, PictureFile):
            return self.picture
        try:
            return load(self.picture.file)
        except ImageError as error:
            raise unreadable(error) from error


def batch(given: Any) -> list[Any] | None:
    """The pictures of a list or of an array (n, h, w, 3); None for one picture."""
    if isinstance(given, np.ndarray):
        return list(given) if given.ndim == 4 else None
    return list(given) if isinstance(given, (list, tuple)) else None


def source(given: Any, argument: str = "img_path") -> Source:
    """One picture in any of the accepted forms.

    Raises:
        ImgNotFound: no such file, or its content is no picture.
        DataTypeError: something else than a picture.
        UnsupportedError: a URL; nothing is fetched for a caller.
    """
    if isinstance(given, np.ndarray):
        return Source(argument, rgb_of(given, argument))
    if isinstance(given, os.PathLike):
        given = os.fspath(given)
    if isinstance(given, str):
        return _of_text(given, argument)
    if callable(getattr(given, "read", None)):
        return Source(argument, _decoded(_read(given, argument), argument))
    raise DataTypeError(argument, expected="a path, a BGR array (h, w, 3), a base64 data URI or a binary file object",
                        got=describe(given))


def rgb_of(array: NDArray[Any], argument: str = "img_path") -> Image:
    """uint8 RGB of a BGR array (h, w, 3): uint8, whole numbers 0..255, floats 0..1, or floats 0..255 when any exceeds 1."""
    wanted = "a BGR array (h, w, 3) of 0..255, or of floats 0..1"
    if array.ndim != 3 or array.shape[2] != 3 or not array.size or array.dtype.kind not in "uif":
        raise DataTypeError(argument, expected=wanted, got=describe(array))
    if array.dtype != np.uint8:
        if not np.isfinite(array).all() or array.min() < 0 or array.max() > 255:
            raise DataTypeError(argument, expected=wanted, got=f"{describe(array)} with values outside or without a number")
        scale = 255 if array.dtype.kind == "f" and array.max() <= 1 else 1
        array = np.rint(array * scale).astype(np.uint8)
    return np.ascontiguousarray(array[:, :, ::-1])


def unreadable(error: ImageError) -> ImgNotFound:
    """The same error as one that `except ValueError` catches."""
    return ImgNotFound(error.argument, expected=error.expected, got=error.got, hint=error.hint)


def _of_text(text: str, argument: str) -> Source:
    if text.lower().startswith(("http://", "https://", "ftp://", "s3://")):
        raise UnsupportedError(f"{argument}: URLs are not fetched, since a caller could make a server read any address; fetch it yourself "
                               f"and hand over the bytes:  {argument}=io.BytesIO(content)")
    if text.startswith("data:"):
        return Source(argument, _decoded(_of_uri(text, argument), argument))
    if not os.path.isfile(text):
        what = "a folder" if os.path.isdir(text) else "nothing there"
        raise ImgNotFound(shown(text[:300]), expected="a picture file", got=what)
    return Source(shown(text), PictureFile(text, Path(text)))


def _of_uri(text: str, argument: str) -> bytes:
    head, comma, content = text.partition(",")
    if not comma or not head.lower().startswith("data:image/") or not head.lower().endswith(";base64"):
        raise DataTypeError(argument, expected="data:image/...;base64,...", got=f"a data URI that begins {head[:40]!r}")
    if len(content) > DEFAULT_LIMITS.max_bytes * 4 // 3 + 4:
        raise ImgNotFound(argument, expected=f"at most {DEFAULT_LIMITS.max_bytes} bytes", got="more")
    try:
        return base64.b64decode(content, validate=True)
    except (binascii.Error, ValueError) as error:
        raise DataTypeError(argument, expected="base64", got=str(error)) from None


def _read(file: Any, argument: str) -> bytes:
    """The content of a file object from its start, if it can go there; at most as much as is accepted, and a byte more."""
    if callable(getattr(file, "seek", None)):
        try:
            file.seek(0)
        except OSError:  # not seekable
            pass
    data = file.read(DEFAULT_LIMITS.max_bytes + 1)
    if not isinstance(data, bytes):
        raise DataTypeError(argument, expected="a file object opened in binary mode", got=f"one that reads {type(data).__name__}")
    return data


def _decoded(data: bytes, argument: str) -> Image:
    try:
        return decode(data, name=argument).image
    except ImageError as error:
        raise unreadable(error) from error

