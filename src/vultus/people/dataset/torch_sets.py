"""Torch data sets of a folder, for those who have torch; the rest of the package works without it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from vultus.errors import MissingExtraError
from vultus.people.dataset.virtual_people import open_people
from vultus.types import Image

if TYPE_CHECKING:
    from vultus.people.dataset.torch_loading import PeoplePictures, PeopleStream


def torch_dataset(root: Path, transform: Callable[[Image], Any] | None = None, *, split: str | None = None,
                  cell: str | Mapping[str, str] | None = None, attack: str | None = None, verify: bool = False) -> PeoplePictures:
    """A torch Dataset of (picture, labels) by index; arguments as for `VirtualPeople.items` and `open_people`.

    Args:
        transform: uint8 RGB (h, w, 3) -> anything; None = uint8 tensor (3, h, w).

    Raises:
        MissingExtraError: torch is not installed.
    """
    pictures: PeoplePictures = _loading().PeoplePictures(open_people(root, verify=verify), transform, split, cell, attack)
    return pictures


def torch_stream(root: Path, transform: Callable[[Image], Any] | None = None, *, split: str | None = None, seed: int | None = None,
                 verify: bool = False) -> PeopleStream:
    """A torch IterableDataset of (picture, labels) from the shards; each worker of each process reads its own.

    Args:
        seed: shuffles the shards; give another one each epoch.

    Raises:
        MissingExtraError: torch is not installed. InputError: the set has no shards.
    """
    stream: PeopleStream = _loading().PeopleStream(open_people(root, verify=verify), transform, split, seed)
    return stream


def _loading() -> ModuleType:
    try:
        import torch  # noqa: F401
    except ImportError:
        raise MissingExtraError("a torch data set", "torch") from None
    from vultus.people.dataset import torch_loading
    return torch_loading
