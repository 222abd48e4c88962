"""A folder of photographs sorted by person: a table of faces, a list of people and a contact sheet."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vultus.apps.contact_sheet import Cell, Row, with_thumbnail_files, write_sheet
from vultus.errors import InputError
from vultus.grouping import group, packaged_rule
from vultus.image import shown
from vultus.pipeline import Recogniser
from vultus.pipeline.face_table import FaceRows, read_table
from vultus.pipeline.represent_table import Summary, represent_table
from vultus.quality.gate import DEFAULT_USABLE, Usable
from vultus.runtime.atomic_file import write_bytes
from vultus.types import Embeddings

TABLE, PEOPLE, SHEET, THUMBNAILS = "faces.parquet", "people.json", "index.html", "faces"


@dataclass(frozen=True, eq=False)
class Album:
    """Faces by person.

    Args:
        rows: all faces. people: indices into `rows` of each person's faces, people with most faces first.
        left_out: indices of faces that are too small, blurred or turned to be grouped.
        threshold, chosen_on: where groups were cut, and what that was chosen on.
        summary: what was read.
    """

    rows: FaceRows
    people: tuple[NDArray[np.int64], ...]
    left_out: NDArray[np.int64]
    threshold: float
    chosen_on: str
    summary: Summary

    def as_dict(self) -> dict[str, Any]:
        """Plain values: what `people.json` holds."""
        people = [{"person": number, "faces": [self._face(i, s) for i, s in zip(members, self._inside(members), strict=True)]}
                  for number, members in enumerate(self.people, 1)]
        return {"space": self.rows.space or None, "threshold": self.threshold, "chosen_on": self.chosen_on,
                "pictures": self.summary.pictures, "faces": len(self.rows), "errors": dict(self.summary.errors),
                "examples_of_errors": self.summary.examples, "people": people,
                "left_out": [self._face(i, None) for i in self.left_out]}

    def cells(self, members: NDArray[np.int64]) -> list[Cell]:
        return [Cell(self.rows.paths[i], tuple(map(float, self.rows.boxes[i])), "" if s is None else f"{s:.3f}")
                for i, s in zip(members, self._inside(members), strict=True)]

    def _inside(self, members: NDArray[np.int64]) -> list[float | None]:
        """Mean similarity of each member to the others of its group; None for a group of one."""
        vectors = self.rows.vectors[members]
        if len(members) < 2:
            return [None] * len(members)
        return [float(value) for value in (vectors @ vectors.sum(0) - 1) / (len(members) - 1)]

    def _face(self, index: int, inside: float | None) -> dict[str, Any]:
        box = [round(float(edge), 2) for edge in self.rows.boxes[index]]
        return {"path": self.rows.paths[index], "face": int(self.rows.faces[index]), "box": box,
                "mean_similarity": None if inside is None else round(inside, 4)}


def sort_by_person(arguments: Sequence[str | os.PathLike[str]], out: str | os.PathLike[str], recogniser: Recogniser, *,
                   threshold: float | None = None, usable: Usable = DEFAULT_USABLE,
                   on_picture: Callable[[int], None] = lambda count: None) -> Album:
    """Represent folders, group their faces by person, and write `out`: faces.parquet, people.json, index.html, faces/.

    Args:
        arguments: picture files and folders.
        out: a folder, made if missing.
        threshold: least mean cosine between groups that are joined; None = the packaged rule.
        usable: faces below this are left out of the groups.
        on_picture: called with the number of pictures that were just finished.

    Raises:
        ImageError: an argument that does not exist. StorageError: `out` cannot be written; finished work is kept.
    """
    folder = Path(out)
    if folder.exists() and not folder.is_dir():
        raise InputError("out", expected="a folder", got=f"the file {shown(folder)}")
    cut, chosen_on = (threshold, "given by the caller") if threshold is not None else _packaged(recogniser.space)
    summary = represent_table(arguments, folder / TABLE, recogniser, on_picture=on_picture)
    rows, _ = read_table(folder / TABLE)
    album = _grouped(rows, cut, chosen_on, summary, usable)
    write_bytes(folder / PEOPLE, (json.dumps(album.as_dict(), ensure_ascii=False, indent=1) + "\n").encode())
    _write_page(album, folder)
    return album


def _packaged(space: str) -> tuple[float, str]:
    rule = packaged_rule(space)
    return rule.threshold, f"{rule.domain}; {rule.chosen_by}"


def _grouped(rows: FaceRows, threshold: float, chosen_on: str, summary: Summary, usable: Usable) -> Album:
    quality = rows.quality
    good = ((quality["face_px"] >= usable.face_px) & (quality["sharpness"] >= usable.sharpness)
            & (np.abs(quality["yaw_deg"]) <= usable.yaw_deg) & (rows.scores >= usable.confidence))
    kept = np.flatnonzero(good)
    labels = group(Embeddings(rows.vectors[kept], rows.space), threshold) if len(kept) else np.empty(0, np.int64)
    people = tuple(kept[labels == label] for label in range(labels.max(initial=-1) + 1))
    return Album(rows, people, np.flatnonzero(~good), threshold, chosen_on, summary)


def _write_page(album: Album, folder: Path) -> None:
    groups = [(f"person {number}: {len(members)} faces", album.cells(members))
              for number, members in enumerate(album.people, 1) if len(members) > 1]
    single = [cell for members in album.people if len(members) == 1 for cell in album.cells(members)]
    poor = [cell for index in album.left_out for cell in album.cells(np.array([index]))]
    groups += [(f"{len(cells)} {name}", cells)
               for cells, name in ((single, "people with one face each"), (poor, "faces too poor to group")) if cells]
    placed = iter(with_thumbnail_files([cell for _, cells in groups for cell in cells], folder / THUMBNAILS))
    rows = [Row(heading, tuple(next(placed) for _ in cells)) for heading, cells in groups]
    lead = (f"{len(album.rows)} faces on {album.summary.pictures} pictures, {len(album.people)} people. Groups were joined "
            f"at a mean similarity of {album.threshold:.4f} or more, chosen on: {album.chosen_on}. The number below a face is "
            "its mean similarity to the rest of its group; look first at the lowest.")
    write_sheet(folder / SHEET, "Faces by person", lead, rows)
