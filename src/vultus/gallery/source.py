"""Where a template came from: enough to recognise the same picture again, stored encrypted."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from vultus.errors import ImageError

_BLOCK = 1 << 20


@dataclass(frozen=True)
class Source:
    """A picture: `path` as the user knows it, and the SHA-256 of its bytes.

    The hash never reaches the disk; the gallery stores its HMAC under the person's key.
    """

    path: str
    digest: bytes

    @classmethod
    def of_bytes(cls, path: str, data: bytes) -> Source:
        """From a picture in memory."""
        return cls(path, hashlib.sha256(data).digest())

    @classmethod
    def of_file(cls, path: str | Path) -> Source:
        """From a picture file, read in blocks; ImageError if it cannot be read."""
        digest = hashlib.sha256()
        try:
            with open(path, "rb") as file:
                while block := file.read(_BLOCK):
                    digest.update(block)
        except OSError as error:
            raise ImageError("image", expected="a readable file", got=f"{path} ({error.strerror})") from error
        return cls(str(path), digest.digest())
