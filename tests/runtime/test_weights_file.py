"""Weights come back bit for bit, and a file that could run code is refused in both directions."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from vultus.errors import InputError, StorageError, WeightsError
from vultus.runtime import atomic_file
from vultus.runtime.weights_file import load_weights, save_weights
from vultus.types import Weights

ARRAYS = {"layer.0/w": np.arange(6, dtype=np.float32).reshape(2, 3), "half": np.float16([1.5]), "flag": np.array(True),
          "empty": np.empty((0, 4), np.int64), "面": np.array([1, 2], np.uint8)}


class Evil:
    """Makes a folder when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> object:
        return os.mkdir, (str(self.path),)


def test_round_trip(tmp_path: Path) -> None:
    made_by = {"method": "adapt/x", "seed": 3, "parts": [1, {"a": None}]}
    loaded = load_weights(save_weights(Weights(ARRAYS, made_by), tmp_path / "w.npz"))
    assert loaded.made_by == made_by and set(loaded) == set(ARRAYS)
    for name, array in ARRAYS.items():
        assert loaded.arrays[name].dtype == array.dtype and loaded.arrays[name].shape == array.shape
        np.testing.assert_array_equal(loaded.arrays[name], array)


def test_objects_are_neither_saved_nor_loaded(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="numbers or booleans"):
        save_weights(Weights({"w": np.array([{}], dtype=object)}, {}), tmp_path / "w.npz")
    np.savez(tmp_path / "evil.npz", **{"w": np.array([Evil(tmp_path / "ran")], dtype=object),
                                       "made_by.json": np.frombuffer(b"{}", np.uint8)})
    with pytest.raises(WeightsError, match="damaged or no weights file"):
        load_weights(tmp_path / "evil.npz")
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("made_by", [{"x": float("nan")}, {"x": object()}])
def test_made_by_must_be_json(tmp_path: Path, made_by: dict[str, object]) -> None:
    with pytest.raises(InputError, match=r"weights\.made_by"):
        save_weights(Weights({}, made_by), tmp_path / "w.npz")


def test_missing_truncated_and_foreign_files(tmp_path: Path) -> None:
    path = tmp_path / "w.npz"
    with pytest.raises(WeightsError, match="are missing"):
        load_weights(path)
    data = save_weights(Weights(ARRAYS, {}), path).read_bytes()
    for broken in (data[:-30], data[:40], b"", b"no weights"):
        path.write_bytes(broken)
        with pytest.raises(WeightsError, match="damaged"):
            load_weights(path)
    flipped = bytearray(data)
    flipped[data.index(ARRAYS["layer.0/w"].tobytes())] ^= 1
    path.write_bytes(bytes(flipped))
    with pytest.raises(WeightsError, match="damaged"):
        load_weights(path)
    np.savez(path, w=np.zeros(3))
    with pytest.raises(WeightsError, match="damaged or no weights file"):
        load_weights(path)
    np.save(tmp_path / "w.npy", np.zeros(3))
    with pytest.raises(WeightsError, match="damaged or no weights file"):
        load_weights(tmp_path / "w.npy")


def test_wrong_suffix(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"ends in \.npz"):
        save_weights(Weights({}, {}), tmp_path / "w.pt")


def test_full_disk_keeps_the_old_weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = save_weights(Weights(ARRAYS, {"epoch": 1}), tmp_path / "w.npz")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(atomic_file.os, "fsync", full)
    with pytest.raises(StorageError):
        save_weights(Weights(ARRAYS, {"epoch": 2}), path)
    assert load_weights(path).made_by == {"epoch": 1} and os.listdir(tmp_path) == ["w.npz"]
