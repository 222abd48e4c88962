"""Pictures of virtual people as files: JPEG or PNG that say in their metadata that nobody is in them.

JPEG (ITU-T T.81, Exif 2.32): the mark stands in Exif ImageDescription and in a comment segment. PNG (ISO/IEC 15948, third
edition): in an eXIf and a tEXt chunk. The bytes depend on the pixels, the format and the versions of the encoders alone.
"""

from __future__ import annotations

import struct
import zlib

import numpy as np

from vultus.errors import InputError
from vultus.types import Image, check_image

MARK = b"virtual person, rendered by vultus"  # `vultus.gallery.RENDER_MARK`: a gallery of real people refuses pictures with it
LICENCE = "CC0-1.0"
SUFFIXES = {"jpeg": ".jpg", "png": ".png"}
_IMAGE_DESCRIPTION = 0x010E
_ASCII = 2


def marked(image: Image, kind: str = "jpeg", quality: int = 92, mark: bytes = MARK) -> bytes:
    """The picture file.

    Args:
        image: uint8 RGB (h, w, 3).
        kind: "jpeg" (colour at full resolution) or "png" (lossless).
        quality: of JPEG, 1..100.
        mark: text for the metadata; begins with `MARK` in every picture of a virtual person.

    Raises:
        InputError: another kind or quality.
    """
    if kind not in SUFFIXES or not 1 <= quality <= 100:
        raise InputError("format", expected="jpeg with a quality of 1 to 100, or png", got=f"{kind} {quality}")
    return _jpeg(check_image(image), quality, mark) if kind == "jpeg" else _png(check_image(image), mark)


def _jpeg(image: Image, quality: int, mark: bytes) -> bytes:
    import simplejpeg
    data = simplejpeg.encode_jpeg(np.ascontiguousarray(image), quality=quality, colorspace="RGB", colorsubsampling="444")
    after = 2 + (2 + int.from_bytes(data[4:6], "big") if data[2:4] == b"\xff\xe0" else 0)  # behind the JFIF header
    return bytes(data[:after] + _segment(0xE1, b"Exif\0\0" + _exif(mark)) + _segment(0xFE, mark) + data[after:])


def _segment(marker: int, body: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body


def _exif(mark: bytes) -> bytes:
    """A little-endian TIFF block with one directory of one entry."""
    text = mark + b"\0"
    entry = struct.pack("<HHII", _IMAGE_DESCRIPTION, _ASCII, len(text), 26)
    return b"II*\0" + struct.pack("<IH", 8, 1) + entry + struct.pack("<I", 0) + text


def _png(image: Image, mark: bytes) -> bytes:
    import cv2
    done, data = cv2.imencode(".png", image[..., ::-1], [cv2.IMWRITE_PNG_COMPRESSION, 3])
    assert done
    raw = data.tobytes()
    after = 8 + 12 + int.from_bytes(raw[8:12], "big")  # behind the signature and IHDR
    return raw[:after] + _chunk(b"tEXt", b"Description\0" + mark) + _chunk(b"eXIf", _exif(mark)) + raw[after:]


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
