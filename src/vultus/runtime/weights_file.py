"""Saves and loads `vultus.types.Weights` as one .npz file: plain arrays and a JSON text, no pickle in either direction."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from vultus.errors import InputError, WeightsError
from vultus.runtime.atomic_file import replacing
from vultus.types import Weights

_MADE_BY = "made_by.json"
_PLAIN = "biufc"  # dtype kinds that need no pickle: bool, integers, floats, complex


def save_weights(weights: Weights, path: Path) -> Path:
    """Write `weights` to `path` (.npz), all or nothing.

    Args:
        weights: arrays of numbers or booleans; `made_by` of JSON values.
        path: ends in .npz.

    Raises:
        InputError: an array holds objects, or `made_by` is not JSON.
        StorageError: the file cannot be written.
    """
    if path.suffix != ".npz":
        raise InputError("path", expected="a name that ends in .npz", got=path.name)
    for name, array in weights.arrays.items():
        if np.asarray(array).dtype.kind not in _PLAIN or name == _MADE_BY:
            raise InputError(f"weights[{name!r}]", expected="numbers or booleans", got=str(np.asarray(array).dtype))
    try:
        text = json.dumps(dict(weights.made_by), sort_keys=True, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise InputError("weights.made_by", expected="JSON values", got=str(error)) from error
    arrays = {name: np.asarray(array) for name, array in weights.arrays.items()}
    arrays[_MADE_BY] = np.frombuffer(text.encode(), np.uint8)
    with replacing(path) as file, zipfile.ZipFile(file, "w") as archive:
        for name, array in arrays.items():
            with archive.open(f"{name}.npy", "w", force_zip64=True) as member:
                np.lib.format.write_array(member, array, allow_pickle=False)
    return path


def load_weights(path: Path) -> Weights:
    """The weights saved at `path`. Raises WeightsError when the file is missing, damaged or not ours."""
    try:
        if path.is_file() and not zipfile.is_zipfile(path):
            raise zipfile.BadZipFile("not a .npz file")
        with np.load(path, allow_pickle=False) as archive:
            arrays: dict[str, Any] = {name: archive[name] for name in archive.files}
        made_by = json.loads(arrays.pop(_MADE_BY).tobytes())
    except FileNotFoundError as error:
        raise WeightsError(f"weights {path} are missing; train them again, or name the right file") from error
    except (OSError, ValueError, KeyError, EOFError, AttributeError, zipfile.BadZipFile) as error:
        raise WeightsError(f"weights {path} are damaged or no weights file ({error}); train or copy them again") from error
    return Weights(arrays, made_by)
