"""The labels of one picture as an .npz file that numpy reads, with the same bytes for the same arrays."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vultus.errors import StorageError
from vultus.image import shown

_EPOCH = (1980, 1, 1, 0, 0, 0)
_SMALL = 2048  # bytes: not worth compressing
_LEVEL = 1  # zlib: 3 times as fast as the default for files a tenth larger


def label_bytes(arrays: Mapping[str, NDArray[Any]]) -> bytes:
    """The .npz of arrays by name, in the order given."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=_LEVEL) as archive:
        for name, array in arrays.items():
            member = io.BytesIO()
            np.lib.format.write_array(member, np.ascontiguousarray(array), allow_pickle=False)
            info = zipfile.ZipInfo(f"{name}.npy", _EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED if array.nbytes > _SMALL else zipfile.ZIP_STORED
            info.create_system = 3  # otherwise the operating system's number is written
            archive.writestr(info, member.getvalue(), compresslevel=_LEVEL)
    return stream.getvalue()


def read_labels(path: Path) -> dict[str, NDArray[Any]]:
    """The arrays of a label file by name. Raises StorageError."""
    try:
        with np.load(path, allow_pickle=False) as archive:
            return {name: archive[name] for name in archive.files}
    except (OSError, ValueError, zipfile.BadZipFile, EOFError) as error:
        raise StorageError(f"cannot read the labels in {shown(path)}: {error}; 'vultus people check' lists what is damaged") from error
