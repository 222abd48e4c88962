"""An evaluation set made in a folder and looked through: what of it is as specified, and what recognisers say about it.

Every method returns plain values for a unit of resume; the set is made, and its faces are found, only when a unit needs it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vultus.evaluate.rates import fmr
from vultus.generate.changed_people import drawn_together
from vultus.generate.pair_scores import PairScores
from vultus.generate.seen_faces import SeenFaces, see
from vultus.geometry import yaw_deg
from vultus.people.dataset import check, sheet
from vultus.people.dataset.judge import judge_with
from vultus.people.dataset.make import make
from vultus.people.dataset.maker import Taken
from vultus.people.dataset.plain_scene import scene_from_dict
from vultus.people.dataset.set_folder import PEOPLE_FILE
from vultus.people.dataset.spec import Spec
from vultus.people.dataset.studio_maker import studio_maker
from vultus.people.dataset.virtual_people import VirtualPeople, open_people
from vultus.people.identity import Identity
from vultus.people.sampling import distances, features
from vultus.people.scene import Scene
from vultus.people.studio import Studio
from vultus.tasks import Detector, Embedder
from vultus.types import Image, Item

Values = dict[str, Any]
DIGITS = 4  # of kept cosines


class SetTrial:
    """One set.

    Args:
        spec: its specification; every cell has as many people, numbered in turn over the cells.
        folder: where it is made.
        judge: the recogniser that turned look-alikes away, None when the specification names none.
        detector: finds the faces.
        embedders: recognisers that are asked, by name.
        workers: processes that make the set.
    """

    def __init__(self, spec: Spec, folder: Path, judge: Embedder | None, detector: Detector, embedders: Mapping[str, Embedder],
                 workers: int = 1) -> None:
        self.spec, self.folder, self.judge, self.workers = spec, folder, judge, workers
        self.detector, self.embedders = detector, embedders

    @property
    def person(self) -> NDArray[np.int64]:
        """Person of each picture (n,)."""
        return np.repeat(np.arange(self.spec.people), self.spec.pictures_each)

    @property
    def cell(self) -> NDArray[np.int64]:
        """Cell of each person (people,)."""
        return np.arange(self.spec.people) % len(self.spec.cells)

    @cached_property
    def made(self) -> VirtualPeople:
        """The finished set."""
        make(self.spec, self.folder, embedder=self.judge, workers=self.workers)
        return open_people(self.folder)

    @cached_property
    def items(self) -> list[Item]:
        """Pictures by person, then by number."""
        return sorted(self.made.items(), key=lambda item: (item.subject, item.labels["number"]))

    @cached_property
    def seen(self) -> SeenFaces:
        """The principal face of every picture."""
        return see(self._pictures(), self.detector, self.embedders)

    def looked_through(self) -> Values:
        """Whether rows, hashes and quotas are right, rejected candidates of each cell, and yaw as labelled and as found."""
        card = self.made.card
        cells = list(card["cells"].values())
        quota = [(each["people"] - self.spec.people_per_cell, each["pictures"] - self.spec.people_per_cell * self.spec.pictures_each)
                 for each in cells]
        levels = [" ".join(str(level) for level in each["levels"].values()) for each in cells]
        return {"problems": list(check.problems(self.made)), "rows": len(self.items),
                "images": sum(1 for _ in (self.folder / "images").rglob("*.jpg")), "deviation": int(np.abs(quota).max()), "levels": levels,
                "rejected": [[each["rejected"][name] for name in ("near", "alike", "drawn")] for each in cells],
                "yaw": [round(float(item.labels["yaw_deg"]), 3) for item in self.items],
                "found_yaw": np.round(yaw_deg(self.seen.points).astype(float), 3)}

    def nearest_people(self, embedders: Mapping[str, Embedder]) -> Values:
        """Each person's distance to the nearest one, recomputed from the kept identities: in parameters, and 1 - cosine of plain portraits
        to each recogniser."""
        people, maker = self._people(), studio_maker()
        found = {"parameters": _least(distances(features(people), features(people)))}
        rows: dict[str, list[NDArray[np.float32]]] = {name: [] for name in embedders}
        for person in people:
            taken = _Once(maker.take(Scene(person), ()))
            for name, embedder in embedders.items():
                rows[name].append(judge_with(taken, embedder)(person))
        for name, each in rows.items():
            vectors = np.array(each, np.float64)
            found[name] = _least(1 - np.einsum("id,jd->ij", vectors, vectors))
        return {name: np.round(values, 6) for name, values in found.items()}

    def scores(self, name: str) -> Values:
        """Cosines of all pairs within cells to one recogniser."""
        return {"scores": np.round(PairScores.of(self.seen.vectors[name], self.person, self.cell).scores, DIGITS)}

    def altered_scores(self, name: str, change: Callable[[Image], Image]) -> Values:
        """The same of changed pictures."""
        seen = see((change(image) for image in self._pictures()), self.detector, {name: self.embedders[name]})
        return {"scores": np.round(PairScores.of(seen.vectors[name], self.person, self.cell).scores, DIGITS)}

    def thresholds(self, rate: float) -> Values:
        """Threshold of every recogniser at which this share of all pairs of different people match, those of two cells included."""
        found: Values = {}
        for name, vectors in self.seen.vectors.items():
            left, right = np.triu_indices(len(vectors), 1)
            cosines = np.einsum("pd,pd->p", vectors[left].astype(np.float64), vectors[right].astype(np.float64))
            others = cosines[(self.person[left] != self.person[right]) & np.isfinite(cosines)]
            at = float(np.quantile(others, 1 - rate))
            found[name] = {"threshold": round(at, 6), "rate": fmr(others, at), "scores":
                           np.round(PairScores.of(vectors, self.person, self.cell).scores, DIGITS)}
        return found

    def drawn_together(self, cell: int, spread: float) -> Values:
        """Cosines within one cell, by recogniser, when its people are moved towards their mean and photographed anew."""
        chosen = np.flatnonzero(self.cell == cell)
        people = [self._people()[index] for index in chosen]
        moved = dict(zip((each.id for each in people), drawn_together(people, spread), strict=True))
        studio = Studio()
        pictures = (studio.picture(replace(self._scene(item), identity=moved[item.subject or ""])).image
                    for item in self.items if item.subject in moved)
        seen = see(pictures, self.detector, self.embedders)
        person = np.repeat(np.arange(len(people)), self.spec.pictures_each)
        return {name: np.round(PairScores.of(vectors, person, np.zeros(len(people), np.int64)).scores, DIGITS)
                for name, vectors in seen.vectors.items()}

    def all_scores(self) -> Values:
        """Cosines of all pairs of pictures of the set, by recogniser."""
        return {name: _all_pairs(vectors) for name, vectors in self.seen.vectors.items()}

    def retaken_scores(self, change: Callable[[int, Identity], Identity]) -> Values:
        """The same of pictures taken anew in the same scenes, of somebody else: `change` is given the picture's number."""
        studio = Studio()
        scenes = ((number, self._scene(item)) for number, item in enumerate(self.items))
        pictures = (studio.picture(replace(scene, identity=change(number, scene.identity))).image for number, scene in scenes)
        return {name: _all_pairs(vectors) for name, vectors in see(pictures, self.detector, self.embedders).vectors.items()}

    def sheet(self, path: Path, side: int = 112) -> None:
        """One row a cell with the pictures of its first person."""
        sheet.write_sheet(self.made, path, by="person", columns=self.spec.pictures_each, rows=len(self.spec.cells), side=side)

    def _people(self) -> list[Identity]:
        assert self.made
        return [Identity.from_dict(each["identity"]) for each in json.loads((self.folder / PEOPLE_FILE).read_bytes())]

    def _scene(self, item: Item) -> Scene:
        return scene_from_dict(json.loads(item.labels["scene"]), Identity.from_dict(json.loads(item.labels["identity"])))

    def _pictures(self) -> Iterator[Image]:
        return (item.load() for item in self.items)


class _Once:
    """A picture that was taken already, as the engine that a judge asks."""

    generator, studio = "", None
    labels: tuple[str, ...] = ()

    def __init__(self, taken: Taken) -> None:
        self._taken = taken

    def take(self, scene: Scene, labels: Sequence[str]) -> Taken:
        return self._taken


def equal_files(first: Path, second: Path) -> Values:
    """How many files lie below two folders, and how many of them are the same byte for byte."""
    names = sorted({path.relative_to(root).as_posix() for root in (first, second) for path in _files(root)})
    same = [name for name in names if (first / name).is_file() and (second / name).is_file()
            and (first / name).read_bytes() == (second / name).read_bytes()]
    return {"files": len(names), "same": len(same), "different": sorted(set(names) - set(same))[:5]}


def _files(root: Path) -> Iterator[Path]:
    return (Path(folder) / name for folder, _, names in os.walk(root) for name in names)


def _all_pairs(vectors: NDArray[Any]) -> NDArray[np.float64]:
    left, right = np.triu_indices(len(vectors), 1)
    cosines: NDArray[np.float64] = np.einsum("pd,pd->p", vectors[left].astype(np.float64), vectors[right].astype(np.float64))
    return np.round(cosines, DIGITS)


def _least(table: NDArray[np.float64]) -> NDArray[np.float64]:
    """The smallest of each row off the diagonal."""
    return np.asarray(np.where(np.eye(len(table), dtype=bool), np.inf, table).min(axis=1))
