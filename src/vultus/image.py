"""Bytes or files to upright uint8 RGB, with every limit checked before pixels are decoded.

Accepted by content, never by name: JPEG, PNG, WebP, BMP, TIFF and GIF. Of animations and multi-page files the first
picture is read and `Decoded.note` says so. Transparent pixels are laid over white, 16-bit samples keep the upper byte,
CMYK and YCCK are converted, EXIF orientation is applied, colour profiles (ICC) are ignored. Plain JPEG goes through
libjpeg-turbo, which can decode at 1/2, 1/4 or 1/8 of the size for less than the full cost; everything else, and JPEG
that libjpeg-turbo objects to, goes through Pillow. A damaged file is an error, never a partly grey picture.
"""

from __future__ import annotations

import io
import os
import struct
import threading
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import simplejpeg
from PIL import Image as pillow
from PIL import UnidentifiedImageError

from vultus.errors import ImageError
from vultus.types import Image, check_image

FORMATS = ("JPEG", "PNG", "WEBP", "BMP", "TIFF", "GIF")
SUFFIXES = (".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".bmp", ".tif", ".tiff", ".gif")
_MAGIC = ((b"\xff\xd8\xff", "JPEG"), (b"\x89PNG\r\n\x1a\n", "PNG"), (b"BM", "BMP"), (b"GIF87a", "GIF"),
          (b"GIF89a", "GIF"), (b"II*\0", "TIFF"), (b"MM\0*", "TIFF"))
_REDUCTIONS = (8, 4, 2)
_ORIENTATION_TAG = 0x0112
# What Pillow's readers raise on damaged files.
_DAMAGE = (OSError, SyntaxError, ValueError, EOFError, struct.error, IndexError, KeyError, TypeError, OverflowError,
           Warning)
# Filters for warnings belong to the whole process, so only one thread at a time may change them.
_WARNINGS = threading.Lock()


@dataclass(frozen=True)
class Limits:
    """What is refused before decoding: more bytes, more pixels (height x width) or another format than these."""

    max_bytes: int = 64 << 20
    max_pixels: int = 100_000_000
    formats: tuple[str, ...] = FORMATS


@dataclass(frozen=True, eq=False)
class Decoded:
    """A picture as decoded.

    Args:
        image: upright uint8 RGB (h, w, 3), possibly smaller than the file's picture.
        scale: decoded size / original size: 1, 1/2, 1/4 or 1/8.
        size: (height, width) of the upright original in px.
        note: what was left out (`first of several frames`), empty when nothing was.
    """

    image: Image
    scale: float
    size: tuple[int, int]
    note: str = ""


DEFAULT_LIMITS = Limits()


def load(path: str | os.PathLike[str], *, limits: Limits = DEFAULT_LIMITS) -> Image:
    """Read a picture file at full size: upright uint8 RGB (h, w, 3). Raises ImageError."""
    return decode(read_bytes(path, limits=limits), name=shown(path), limits=limits).image


def read_bytes(path: str | os.PathLike[str], *, limits: Limits = DEFAULT_LIMITS) -> bytes:
    """The content of a regular file of at most `limits.max_bytes`. Raises ImageError."""
    file, name = Path(path), shown(path)
    try:
        if not file.is_file():
            what = "a folder" if file.is_dir() else "something else" if file.exists() else "nothing there"
            raise ImageError(name, expected="a picture file", got=what)
        with file.open("rb") as stream:
            data = stream.read(limits.max_bytes + 1)
    except OSError as error:
        raise ImageError(name, expected="a readable file", got=error.strerror or type(error).__name__) from None
    _check_bytes(data, name, limits)
    return data


def decode(data: bytes, *, name: str = "image", limits: Limits = DEFAULT_LIMITS,
           min_side: int | None = None) -> Decoded:
    """Decode a picture.

    Args:
        data: content of a picture file.
        name: what errors call it.
        limits: caps and accepted formats.
        min_side: decode at the smallest of 1, 1/2, 1/4, 1/8 that keeps the shorter side at least this long; None for
            full size.

    Raises:
        ImageError: not a picture, an unaccepted format, over a limit, truncated or damaged.
    """
    _check_bytes(data, name, limits)
    kind = sniff(data)
    if kind is None or kind not in limits.formats:
        raise ImageError(name, expected=f"a picture ({', '.join(limits.formats)})", got=kind or "another kind of file")
    if kind == "JPEG":
        fast = _decode_jpeg(data, name, limits, min_side)
        if fast is not None:
            return fast
    return _decode_careful(data, kind, name, limits, min_side)


def sniff(data: bytes) -> str | None:
    """The format by its first bytes: one of `FORMATS`, or None."""
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WEBP"
    return next((kind for magic, kind in _MAGIC if data.startswith(magic)), None)


def shown(path: str | os.PathLike[str]) -> str:
    """A path as messages print it: on one line, with bytes that are no text escaped."""
    text = os.fspath(path)
    return text if text.isprintable() else repr(text)[1:-1]


def as_text(text: str) -> str:
    """Text that fits UTF-8: bytes of a file name that are none are written as \\xNN."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def encode_jpeg(image: Image, quality: int = 90) -> bytes:
    """JPEG bytes of a uint8 RGB picture, `quality` 1..100."""
    return bytes(simplejpeg.encode_jpeg(np.ascontiguousarray(check_image(image)), quality=quality, colorspace="RGB"))


def _check_bytes(data: bytes, name: str, limits: Limits) -> None:
    if not data:
        raise ImageError(name, expected="a picture", got="0 bytes")
    if len(data) > limits.max_bytes:
        raise ImageError(name, expected=f"at most {limits.max_bytes} bytes", got="a larger file",
                         hint="shrink the picture first")


def _check_pixels(height: int, width: int, name: str, limits: Limits) -> None:
    if height * width > limits.max_pixels:
        raise ImageError(name, expected=f"at most {limits.max_pixels} pixels", got=f"{width}x{height}",
                         hint="shrink the picture first")
    if height < 1 or width < 1:
        raise ImageError(name, expected="at least one pixel", got=f"{width}x{height}")


def _reduction(height: int, width: int, min_side: int | None) -> int:
    """Largest divisor of `_REDUCTIONS` that keeps the shorter side >= min_side, else 1."""
    if min_side is None:
        return 1
    return next((divisor for divisor in _REDUCTIONS if min(height, width) >= divisor * max(min_side, 1)), 1)


def _decode_jpeg(data: bytes, name: str, limits: Limits, min_side: int | None) -> Decoded | None:
    """The fast path; None when Pillow has to look (CMYK, YCCK, warnings of libjpeg-turbo)."""
    try:
        height, width, colours, _ = simplejpeg.decode_jpeg_header(data)
    except ValueError:
        return None
    _check_pixels(height, width, name, limits)
    if colours not in ("YCbCr", "Gray", "RGB"):
        return None
    divisor = _reduction(height, width, min_side)
    try:
        image = simplejpeg.decode_jpeg(data, "RGB", min_height=-(-height // divisor), min_width=-(-width // divisor))
    except ValueError:
        return None
    turn = jpeg_orientation(data)
    size = (width, height) if turn > 4 else (height, width)
    return Decoded(_turned(image, turn), 1 / divisor, size)


def jpeg_orientation(data: bytes) -> int:
    """EXIF orientation 1..8 of a JPEG, 1 when it has none that can be read."""
    at = 2
    while at + 4 <= len(data) and data[at] == 0xFF:
        marker, length = data[at + 1], int.from_bytes(data[at + 2:at + 4], "big")
        if marker == 0xE1 and data[at + 4:at + 10] == b"Exif\0\0":
            return _tiff_orientation(data[at + 10:at + 2 + length])
        if marker in (0xDA, 0xD9):
            break
        at += 1 if marker == 0xFF else 2 + length
    return 1


def _tiff_orientation(block: bytes) -> int:
    """Orientation entry of the first directory of an EXIF block (TIFF 6.0, section 2)."""
    order = {b"II": "<", b"MM": ">"}.get(block[:2])
    try:
        if order is None:
            return 1
        (start,) = struct.unpack_from(order + "I", block, 4)
        (count,) = struct.unpack_from(order + "H", block, start)
        for entry in range(start + 2, start + 2 + 12 * count, 12):
            tag, _kind, _n, value = struct.unpack_from(order + "HHIH", block, entry)
            if tag == _ORIENTATION_TAG:
                return value if 1 <= value <= 8 else 1
    except struct.error:
        pass
    return 1


def _turned(image: Image, orientation: int) -> Image:
    """The picture turned upright, EXIF orientation 1..8 (TIFF 6.0: where row 0 and column 0 lie)."""
    if orientation == 1:
        return image
    if orientation > 4:
        image = image.transpose(1, 0, 2)
    if orientation in (3, 4, 7, 8):
        image = image[::-1]
    if orientation in (2, 3, 6, 7):
        image = image[:, ::-1]
    return np.ascontiguousarray(image)


def _decode_careful(data: bytes, kind: str, name: str, limits: Limits, min_side: int | None) -> Decoded:
    opened, turn, frames = _open(data, kind, name, limits)
    with opened:
        width, height = opened.size
        _check_pixels(height, width, name, limits)
        divisor = _reduction(height, width, min_side)
        try:
            picture = _as_rgb(opened, name)
        except _DAMAGE as error:
            raise _damaged(name, kind, error) from None
        small = picture.reduce(divisor) if divisor > 1 else picture
        image = _turned(np.array(small, np.uint8), turn)
    size = (width, height) if turn > 4 else (height, width)
    return Decoded(image, 1 / divisor, size, "first of several frames" if frames else "")


def _open(data: bytes, kind: str, name: str, limits: Limits) -> tuple[pillow.Image, int, bool]:
    """Header, orientation and whether there are more frames; whatever Pillow warns about is refused."""
    with _WARNINGS, warnings.catch_warnings():
        warnings.filterwarnings("error", module=r"PIL(\.|$)")
        # Pillow warns below our own cap; that cap, checked on the header right after, is the one that counts.
        warnings.filterwarnings("ignore", category=pillow.DecompressionBombWarning)
        try:
            opened = pillow.open(io.BytesIO(data), formats=(kind,))
            turn = jpeg_orientation(data) if kind == "JPEG" else opened.getexif().get(_ORIENTATION_TAG, 1)
            frames = bool(getattr(opened, "is_animated", False)) or (kind == "TIFF" and _has_second_page(opened))
        except pillow.DecompressionBombError:
            raise ImageError(name, expected=f"at most {limits.max_pixels} pixels", got="far more",
                             hint="shrink the picture first") from None
        except _DAMAGE as error:
            raise _damaged(name, kind, error) from None
    return opened, turn if turn in range(1, 9) else 1, frames


def _has_second_page(opened: Any) -> bool:
    try:
        opened.seek(1)
    except EOFError:
        return False
    opened.seek(0)
    return True


def _as_rgb(opened: pillow.Image, name: str) -> pillow.Image:
    """Any mode of Pillow's to RGB (decodes the pixels)."""
    mode = opened.mode
    if mode.startswith("I;16") or (mode == "I" and opened.format == "PNG"):
        samples = np.asarray(opened).astype(np.int64)
        return pillow.fromarray((np.clip(samples, 0, 65535) >> 8).astype(np.uint8)).convert("RGB")
    if mode in ("I", "F"):
        raise ImageError(name, expected="8 or 16 bits a sample", got="32 bits a sample",
                         hint="convert it to 8 bits first")
    if mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in opened.info:
        return _over_white(opened.convert("RGBA"))
    return opened.convert("RGB")


def _over_white(picture: pillow.Image) -> pillow.Image:
    white = pillow.new("RGBA", picture.size, (255, 255, 255, 255))
    return pillow.alpha_composite(white, picture).convert("RGB")


def _damaged(name: str, kind: str, error: BaseException) -> ImageError:
    """The error in one sentence; the first line of Pillow's own words is kept, without addresses of objects."""
    lines = str(error).strip().splitlines() or [type(error).__name__]
    detail = "its header cannot be read" if isinstance(error, UnidentifiedImageError) else lines[0][:100]
    return ImageError(name, expected=f"a whole {kind} picture", got=f"a truncated or damaged one ({detail})")
