"""Writes a file completely or not at all: readers never see a half file, and a full disk leaves the old one in place."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from vultus.errors import StorageError


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """A new binary file that takes the place of `path` when the block ends well, and vanishes when it does not.

    Args:
        path: final place; its folder is made.

    Raises:
        StorageError: the folder cannot be made or written, or the disk is full.
    """
    scratch = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        scratch = path.with_name(f".{path.name}-{secrets.token_hex(6)}")
        handle = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)  # less the umask: a private user's tables stay private
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(scratch, path)
        scratch = None
    except OSError as error:
        raise StorageError(f"cannot write {path}: {error.strerror or error}; free space there or choose another folder, "
                           "then run the command again") from error
    finally:
        if scratch is not None:
            scratch.unlink(missing_ok=True)


def write_bytes(path: Path, data: bytes) -> None:
    """Replace the content of `path` by `data`, all or nothing. Raises StorageError."""
    with replacing(path) as file:
        file.write(data)
