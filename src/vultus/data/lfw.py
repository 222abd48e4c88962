"""Reads the LFW layout: `images/<Person>/<Person>_NNNN.jpg` and a View 2 `pairs.txt` (Huang et al., UMass TR 07-49, 2007)."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vultus.errors import InputError


@dataclass(frozen=True, eq=False)
class Lfw:
    """Pictures sorted by person, and verification pairs over them.

    Args:
        paths: (n,) picture files.
        subjects: str (n,), who is on each.
        left, right: int (p,), the two pictures of each pair.
        mated: bool (p,).
        folds: int (p,), 1-based fold of each pair.
        digest: sha256 over names, sizes and the pairs file.
    """

    paths: tuple[Path, ...]
    subjects: NDArray[np.str_]
    left: NDArray[np.int64]
    right: NDArray[np.int64]
    mated: NDArray[np.bool_]
    folds: NDArray[np.int64]
    digest: str

    def people_of_folds(self, *folds: int) -> NDArray[np.bool_]:
        """Mask (n,) of all pictures of the people who occur in pairs of these folds."""
        chosen = np.isin(self.folds, folds)
        people = np.unique(np.concatenate([self.subjects[self.left[chosen]], self.subjects[self.right[chosen]]]))
        return np.isin(self.subjects, people)


def photographs() -> Path | None:
    """The folder of real photographs named by the environment variable `VULTUS_DATA`, or None."""
    folder = os.environ.get("VULTUS_DATA", "")
    return Path(folder) if folder and Path(folder).is_dir() else None


def read_lfw(root: Path) -> Lfw:
    """Read pictures and pairs below `root`; InputError when a pair names a picture that is not there."""
    paths = tuple(sorted((root / "images").glob("*/*.jpg")))
    place = {path.stem: index for index, path in enumerate(paths)}
    lines = (root / "pairs.txt").read_text("utf-8").splitlines()
    count = int(lines[0].split()[1])
    pairs = [_pair(line.split(), place) for line in lines[1:] if line.strip()]
    left, right, mated = (np.array(column) for column in zip(*pairs, strict=True))
    facts = "\n".join([*(f"{p.name} {p.stat().st_size}" for p in paths), *lines])
    return Lfw(paths, np.array([path.parent.name for path in paths]), left, right, mated,
               np.arange(len(pairs)) // (2 * count) + 1, hashlib.sha256(facts.encode()).hexdigest())


def _pair(parts: list[str], place: dict[str, int]) -> tuple[int, int, bool]:
    same = len(parts) == 3
    first, second = (parts[0], parts[1]), (parts[0], parts[2]) if same else (parts[2], parts[3])
    names = [f"{name}_{int(number):04d}" for name, number in (first, second)]
    for name in names:
        if name not in place:
            raise InputError("pairs.txt", expected="pictures that exist", got=name)
    return place[names[0]], place[names[1]], same
