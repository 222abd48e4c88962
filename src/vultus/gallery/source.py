"""Where a template came from: enough to recognise the same picture again, stored encrypted."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from vultus.errors import ImageError

# Written into the metadata of every picture of a person who does not exist.
RENDER_MARK = b"virtual person, rendered by vultus"
_BLOCK = 1 << 20


@dataclass(frozen=True)
class Source:
    """A picture: `path` as the user knows it, the SHA-256 of its bytes, and whether it carries the mark of a render.

    The hash never reaches the disk; the gallery stores its HMAC under the person's key.
    """

    path: str
    digest: bytes
    rendered: bool = False

    @classmethod
    def of_bytes(cls, path: str, data: bytes) -> Source:
        """From a picture in memory."""
        return cls(path, hashlib.sha256(data).digest(), RENDER_MARK in data[:_BLOCK])

    @classmethod
    def of_file(cls, path: str | Path) -> Source:
        """From a picture file, read in blocks; ImageError if it cannot be read."""
        digest, rendered = hashlib.sha256(), False
        try:
            with open(path, "rb") as file:
                head = file.read(_BLOCK)  # metadata comes first
                digest.update(head)
                rendered = RENDER_MARK in head
                while block := file.read(_BLOCK):
                    digest.update(block)
        except OSError as error:
            raise ImageError("image", expected="a readable file", got=f"{path} ({error.strerror})") from error
        return cls(str(path), digest.digest(), rendered)
