"""Data sets of virtual people for torch: pictures by index, and pictures streamed from shards."""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.utils.data import Dataset, IterableDataset, get_worker_info

from vultus.errors import InputError, StorageError
from vultus.image import decode, load, shown
from vultus.people.dataset.manifest import CELL, Row
from vultus.people.dataset.shards import FOLDER
from vultus.people.dataset.virtual_people import VirtualPeople
from vultus.types import Image

Transform = Callable[[Image], Any]
_NUMBERS = ("age_years", "yaw_deg", "pitch_deg", "roll_deg", "gaze_yaw_deg", "gaze_pitch_deg")
_TEXTS = ("file", "person", "cell", "split", "light")


class PeoplePictures(Dataset):  # type: ignore[type-arg]
    """(picture, labels) by index, in the order of the manifest.

    Args:
        people: the set. transform: uint8 RGB (h, w, 3) -> anything; None = uint8 tensor (3, h, w).
        split, cell, attack: as for `VirtualPeople.items`.
    """

    def __init__(self, people: VirtualPeople, transform: Transform | None = None, split: str | None = None,
                 cell: str | Mapping[str, str] | None = None, attack: str | None = None) -> None:
        self.root, self.transform = people.root, transform
        self.labels = [collatable(row) for row in people.rows(split, cell, attack)]

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, index: int) -> tuple[Any, dict[str, Any]]:
        labels = self.labels[index]
        return (self.transform or as_tensor)(load(self.root / labels["file"])), labels


class PeopleStream(IterableDataset):  # type: ignore[type-arg]
    """(picture, labels) from the shards, each shard read once from end to end by one worker of one process.

    Args:
        people: a set made with shards. transform: as for `PeoplePictures`. split: name of a split; None for all.
        seed: shuffles the order of shards; give another one each epoch. None keeps it.

    Raises:
        InputError: the set has no shards.
    """

    def __init__(self, people: VirtualPeople, transform: Transform | None = None, split: str | None = None,
                 seed: int | None = None) -> None:
        names = [name for name in people.card["shards"] if split is None or name.startswith(f"{FOLDER}/{split}-")]
        if not names:
            raise InputError("shards", expected="a set with shards" + (f" of split {split!r}" if split else ""),
                             got=f"none in {shown(people.root)}",
                             hint="'vultus people make SPEC OUT --shards' adds them")
        order = range(len(names)) if seed is None else np.random.default_rng(seed).permutation(len(names))
        self.shards = [people.root / names[at] for at in order]
        self.transform = transform

    def __iter__(self) -> Iterator[tuple[Any, dict[str, Any]]]:
        place, count = _place()
        for shard in self.shards[place::count]:
            for image, row in read_shard(shard):
                yield (self.transform or as_tensor)(image), collatable(row)


def as_tensor(image: Image) -> torch.Tensor:
    """uint8 RGB (h, w, 3) -> uint8 tensor (3, h, w)."""
    return torch.from_numpy(np.ascontiguousarray(image.transpose(2, 0, 1)))


def collatable(row: Row) -> dict[str, Any]:
    """A row's labels in values that torch can stack: points and box are NaN where unknown, a bare picture has the attack ""."""
    numbers = {name: float(row[name]) for name in _NUMBERS}
    points = torch.tensor(row["points"] or [float("nan")] * 10, dtype=torch.float32).reshape(5, 2)
    box = torch.tensor(row["box"] or [float("nan")] * 4, dtype=torch.float32)
    levels = {name: value or "" for name, value in row.items() if name.startswith(CELL)}
    return {**{name: row[name] for name in _TEXTS}, **numbers, **levels, "person_index": int(row["person"][1:]),
            "attack": row["attack"] or "", "points": points, "box": box}


def read_shard(path: Path) -> Iterator[tuple[Image, Row]]:
    """Pictures and rows of one shard, in its order. Raises StorageError."""
    try:
        with tarfile.open(path, "r|") as archive:
            picture: Image | None = None
            for member in archive:
                content = archive.extractfile(member)
                data = content.read() if content is not None else b""
                if member.name.endswith((".jpg", ".png")):
                    picture = decode(data, name=member.name).image
                elif member.name.endswith(".json") and picture is not None:
                    yield picture, json.load(io.BytesIO(data))
                    picture = None
    except (OSError, tarfile.TarError) as error:
        raise StorageError(f"cannot read {shown(path)}: {error}; 'vultus people make SPEC OUT --shards' writes it again") from error


def _place() -> tuple[int, int]:
    """This worker's number among all workers of all processes, and how many there are."""
    worker = get_worker_info()
    own, each = (worker.id, worker.num_workers) if worker is not None else (0, 1)
    spread = torch.distributed.is_available() and torch.distributed.is_initialized()
    rank, world = (torch.distributed.get_rank(), torch.distributed.get_world_size()) if spread else (0, 1)
    return rank * each + own, world * each
