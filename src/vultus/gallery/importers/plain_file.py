"""Files that come from anywhere, read without running anything in them: pickles are told apart, arrays and JSON are bounded."""

from __future__ import annotations

import json
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from vultus.errors import InputError

MAX_BYTES = 2 << 30
MAX_JSON = 256 << 20
PICKLE_SUFFIXES = {".pkl", ".pickle", ".p", ".pck", ".joblib"}


def is_pickle(path: Path) -> bool:
    """By suffix, or by the first bytes that Python writes for protocols 2 to 5; nothing is loaded."""
    head = first_bytes(path, 2)
    return path.suffix.lower() in PICKLE_SUFFIXES or (len(head) == 2 and head[0] == 0x80 and 2 <= head[1] <= 5)


def first_bytes(path: Path, count: int) -> bytes:
    """The first bytes of a regular file, none of anything else."""
    if not path.is_file():
        return b""
    try:
        with path.open("rb") as file:
            return file.read(count)
    except OSError as error:
        raise InputError(path.name, expected="a readable file", got=error.strerror or type(error).__name__) from error


def array_names(path: Path) -> set[str]:
    """Names of the arrays in an `.npz` file; empty for any other file."""
    if not zipfile.is_zipfile(path):
        return set()
    try:
        with zipfile.ZipFile(path) as archive:
            return {name.removesuffix(".npy") for name in archive.namelist() if name.endswith(".npy")}
    except (OSError, zipfile.BadZipFile):
        return set()


def read_arrays(path: Path, wanted: Sequence[str]) -> dict[str, NDArray[Any]]:
    """Arrays of an `.npz` file, each checked against the size of its member before memory is taken for it.

    Raises:
        InputError: one is missing, holds objects, is larger than `MAX_BYTES` in all, or is damaged.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            missing = [name for name in wanted if f"{name}.npy" not in archive.namelist()]
            if missing:
                raise InputError(path.name, expected="arrays " + ", ".join(wanted), got=f"no {missing[0]}")
            if sum(archive.getinfo(f"{name}.npy").file_size for name in wanted) > MAX_BYTES:
                raise InputError(path.name, expected=f"at most {MAX_BYTES} bytes of arrays", got="more")
            return {name: _array(archive, name, path.name) for name in wanted}
    except (OSError, zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError) as error:
        raise InputError(path.name, expected="an undamaged .npz file", got=type(error).__name__) from error


def _array(archive: zipfile.ZipFile, name: str, file: str) -> NDArray[Any]:
    member = f"{name}.npy"
    try:
        with archive.open(member) as stream:
            shape, dtype = _header(stream)
        if dtype.hasobject:
            raise InputError(f"{file}: {name}", expected="numbers or text", got="Python objects, which only a pickle could restore",
                             hint="write it again with names as text:  vultus import --recipe face_recognition")
        if int(np.prod(shape, dtype=object)) * dtype.itemsize > archive.getinfo(member).file_size:
            raise InputError(f"{file}: {name}", expected=f"an array of shape {shape}", got="fewer bytes than that")
        with archive.open(member) as stream:
            return np.asarray(np.lib.format.read_array(stream, allow_pickle=False))
    except (ValueError, TypeError, SyntaxError) as error:
        raise InputError(f"{file}: {name}", expected="a NumPy array", got=f"something else ({type(error).__name__})") from error


def _header(stream: IO[bytes]) -> tuple[tuple[int, ...], np.dtype[Any]]:
    version = np.lib.format.read_magic(stream)
    read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
    shape, _, dtype = read(stream)
    return shape, dtype


def read_json(path: Path) -> Any:
    """The JSON document in a file of at most `MAX_JSON` bytes. Raises InputError."""
    try:
        if path.stat().st_size > MAX_JSON:
            raise InputError(path.name, expected=f"at most {MAX_JSON} bytes of JSON", got="a larger file")
        return json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        raise InputError(path.name, expected="a readable JSON file", got=type(error).__name__) from error
