"""A finished data set of virtual people, read row by row."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vultus.errors import InputError, StorageError, UnknownNameError
from vultus.image import load, shown
from vultus.people.dataset.label_file import read_labels
from vultus.people.dataset.manifest import FILE, Row, read_manifest
from vultus.people.dataset.plain_scene import scene_from_dict
from vultus.people.dataset.set_folder import CARD_FILE, file_digest, read_record
from vultus.people.identity import Identity
from vultus.people.scene import Scene
from vultus.types import Item

BARE = "none"
_CARD = {"people", "pictures", "cells", "manifest_sha256", "people_sha256", "spec_sha256", "shards"}  # what readers need of a card


class VirtualPeople:
    """The pictures of a set as `types.Item`s; `open_people` makes one.

    Args:
        root: the set's folder.
        card: the content of its `card.json`.
    """

    def __init__(self, root: Path, card: Mapping[str, Any]) -> None:
        self.root, self.card = root, card

    def __repr__(self) -> str:
        return f"VirtualPeople({str(self.root)!r}: {self.card['pictures']} pictures of {self.card['people']} people)"

    def __len__(self) -> int:
        return int(self.card["pictures"])

    @property
    def splits(self) -> tuple[str, ...]:
        """Names of the splits, "all" where there are none."""
        return tuple(sorted({name for cell in self.card["cells"].values() for name in cell["splits"]}))

    @property
    def attacks(self) -> tuple[str, ...]:
        """Names of the simulators that were used."""
        return tuple(sorted({name for cell in self.card["cells"].values() for name in cell["attacks"]}))

    def rows(self, split: str | None = None, cell: str | Mapping[str, str] | None = None, attack: str | None = None) -> Iterator[Row]:
        """Rows of the manifest (see `manifest`), in its order; arguments as for `items`."""
        self._check("split", split, self.splits)
        self._check("attack", attack, (BARE, *self.attacks))
        cells = self._cells(cell)
        for row in read_manifest(self.root / FILE):
            if split in (None, row["split"]) and row["cell"] in cells and attack in (None, row["attack"] or BARE):
                yield row

    def items(self, split: str | None = None, cell: str | Mapping[str, str] | None = None, attack: str | None = None) -> Iterator[Item]:
        """Pictures with their labels; nothing is decoded until `load` is called.

        Args:
            split: name of a split; None for all.
            cell: id of a cell ("c002"), or attribute -> level as the manifest writes it ({"gender": "female"}) for all cells with it.
            attack: name of a simulator, "none" for bare pictures; None for all.

        Returns:
            Items: id = file below the set's folder, subject = person, labels = the row of the manifest, with `points` float32 (5, 2)
            and `box` float32 (4,) as arrays.

        Raises:
            UnknownNameError: no such split, cell or attack.
        """
        for row in self.rows(split, cell, attack):
            labels = {**row, "points": _array(row["points"], (5, 2)), "box": _array(row["box"], (4,))}
            yield Item(row["file"], partial(load, self.root / row["file"]), row["person"], labels)

    def arrays(self, item: Item) -> dict[str, NDArray[Any]]:
        """The label arrays of an item by name, empty when the set has none. Raises StorageError."""
        file = item.labels["label_file"]
        return read_labels(self.root / file) if file is not None else {}

    def scene(self, item: Item) -> Scene:
        """The scene of an item: every parameter, ready to be taken again or changed."""
        return scene_from_dict(json.loads(item.labels["scene"]), Identity.from_dict(json.loads(item.labels["identity"])))

    def _cells(self, wanted: str | Mapping[str, str] | None) -> set[str]:
        cells: Mapping[str, Any] = self.card["cells"]
        if wanted is None:
            return set(cells)
        if isinstance(wanted, str):
            self._check("cell", wanted, tuple(cells))
            return {wanted}
        for name, level in wanted.items():
            self._check("attribute", name, tuple({name: 0 for cell in cells.values() for name in cell["levels"]}))
            self._check(name, level, tuple({cell["levels"][name]: 0 for cell in cells.values() if name in cell["levels"]}))
        return {id for id, cell in cells.items() if all(cell["levels"].get(name) == level for name, level in wanted.items())}

    @staticmethod
    def _check(kind: str, name: str | None, known: tuple[str, ...]) -> None:
        if name is not None and name not in known:
            raise UnknownNameError(kind, str(name), known, hint="there are " + ", ".join(known))


def open_people(root: Path, *, verify: bool = False) -> VirtualPeople:
    """Open a set that `make` finished.

    Args:
        root: its folder.
        verify: compare every file with its digest first, which reads the whole set.

    Raises:
        InputError: not a finished set. StorageError: the manifest, or with `verify` any file, is not what was written.
    """
    root = Path(root)
    if _record(root) is None:
        raise InputError("OUT", expected="a data set of virtual people", got=f"{shown(root)}, which holds nothing",
                         hint="'vultus people make SPEC OUT' makes one")
    try:
        card = json.loads((root / CARD_FILE).read_bytes())
    except FileNotFoundError:
        raise InputError("OUT", expected="a finished data set", got=f"{shown(root)}, which was begun and not finished",
                         hint="run 'vultus people make' with its specification again") from None
    except (OSError, ValueError) as error:
        raise StorageError(f"cannot read {shown(root / CARD_FILE)}: {error}; delete it and run 'vultus people make' again") from error
    if not isinstance(card, dict) or not _CARD <= set(card):
        raise StorageError(f"{shown(root / CARD_FILE)} is not the file that was written; delete it and run 'vultus people make' again")
    if file_digest(root / FILE) != card["manifest_sha256"]:
        raise StorageError(f"{shown(root / FILE)} is not the file that was written; delete it and run 'vultus people make' again")
    people = VirtualPeople(root, card)
    if verify:
        _verify(people)
    return people


def _record(root: Path) -> dict[str, Any] | None:
    try:
        return read_record(root)
    except InputError as error:
        raise InputError("OUT", expected="a data set of virtual people", got=error.got,
                         hint="'vultus people make SPEC OUT' makes one in a new folder") from error


def _verify(people: VirtualPeople) -> None:
    from vultus.people.dataset.check import problems
    found = list(problems(people))
    if found:
        more = f", and {len(found) - 1} more" if found[1:] else ""
        raise StorageError(f"{shown(people.root)} is not what was written: {found[0]}{more}"
                           "; 'vultus people make' with its specification makes what is missing again")


def _array(values: list[float] | None, shape: tuple[int, ...]) -> NDArray[np.float32] | None:
    return None if values is None else np.array(values, np.float32).reshape(shape)


