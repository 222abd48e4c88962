"""WebDataset shards of a finished set: tar files that are read from end to end, one sample after the other.

A sample is `<person>_<number>.jpg` (or .png), `.json` (its row of the manifest) and `.npz` (its labels), side by side in the
archive. Shards hold one split each. Times, owners and modes are fixed, so that the bytes follow from the set.
"""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from vultus.errors import StorageError
from vultus.image import shown
from vultus.people.dataset.manifest import FILE, Row, read_manifest
from vultus.runtime.atomic_file import replacing

FOLDER = "shards"
PICTURES = 1000  # a shard


def write_shards(root: Path, pictures: int = PICTURES) -> list[Path]:
    """Write the shards of the set at `root`, at most this many pictures each; gives their files in order.

    Raises:
        StorageError: a picture cannot be read or the disk is full.
    """
    splits = sorted({row["split"] for row in read_manifest(root / FILE, ("split",))})
    written: list[Path] = []
    for split in splits:
        rows = (row for row in read_manifest(root / FILE) if row["split"] == split)
        number, row = 0, next(rows, None)
        while row is not None:
            path = root / FOLDER / f"{split}-{number:06d}.tar"
            with replacing(path) as file:
                row = _fill(file, root, row, rows, pictures)
            written.append(path)
            number += 1
    for old in (root / FOLDER).glob("*.tar"):
        if old not in written:
            old.unlink()
    return written


def _fill(file: BinaryIO, root: Path, first: Row, rows: Iterator[Row], pictures: int) -> Row | None:
    """Writes the first row and those that follow; gives the row that the next shard begins with."""
    with tarfile.open(fileobj=file, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        row: Row | None = first
        for _ in range(pictures):
            if row is None:
                break
            for name, data in _sample(root, row):
                archive.addfile(_member(name, len(data)), io.BytesIO(data))
            row = next(rows, None)
    return row


def _sample(root: Path, row: Row) -> Iterator[tuple[str, bytes]]:
    key = f"{row['person']}_{row['number']:03d}"
    yield key + Path(row["file"]).suffix, _content(root / row["file"])
    yield f"{key}.json", json.dumps(row, separators=(",", ":")).encode()
    if row["label_file"] is not None:
        yield f"{key}.npz", _content(root / row["label_file"])


def _member(name: str, size: int) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.size, member.mode, member.mtime = size, 0o644, 0
    return member


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise StorageError(f"cannot read {shown(path)}: {error.strerror}; 'vultus people make' with the same specification makes it "
                           "again") from error
