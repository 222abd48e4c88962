"""Writes a file completely or not at all: readers never see a half file, and a full disk leaves the old one in place."""

from __future__ import annotations

import os
import tempfile
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
        handle, scratch = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.chmod(scratch, 0o644)
        os.replace(scratch, path)
        scratch = None
    except OSError as error:
        raise StorageError(f"cannot write {path}: {error.strerror or error}; free space there or choose another folder, "
                           "then run the command again") from error
    finally:
        if scratch is not None:
            Path(scratch).unlink(missing_ok=True)


def write_bytes(path: Path, data: bytes) -> None:
    """Replace the content of `path` by `data`, all or nothing. Raises StorageError."""
    with replacing(path) as file:
        file.write(data)
