"""Virtual people before the packaged detector and recogniser: found, pointed at, told apart"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from vultus.bench.people_detector_noise import detector_noise
from vultus.bench.people_groups import photograph_cells
from vultus.bench.people_taken import Taken, pair_scores, take
from vultus.evaluate.bounds import binomial_interval
from vultus.evaluate.eer_interval import eer_with_interval
from vultus.evaluate.people_bootstrap import mean_interval
from vultus.evaluate.rates import d_prime, error_curves
from vultus.people.identity import Identity
from vultus.people.sampling import Variation, aged, cross, draw_people, draw_scene, vary
from vultus.people.scene import Scene
from vultus.pipeline import Recogniser
from vultus.plots import curves, histogram
from vultus.report import Picture, Report, Table, Value
from vultus.types import Image

PROTOCOL = (
    "200 people, equal numbers of two genders and three groups of the head basis, 18 to 80 years, drawn one after another and none left "
    "out for its looks or its score; ten pictures each with the preset `wild` (yaw to 60 degrees, expressions, lights, cameras, "
    "backgrounds, hats and hands before the face now and then), 256 px. A face counts as found when a box covers the true one "
    "(intersection over union 0.3 or more). Distance of points: over the distance between the eyes in space, at their depth. All pairs of "
    "pictures are scored; intervals draw people with replacement. By cause: each person's plain portrait against one with a single cause "
    "drawn anew or set. Groups: mean score of different people within a cell, one picture of `wild` each, beside photographs of UTKFace of "
    "the same perceived gender and group, 18 to 60 years; the labels of both are coarse and not the same thing.")
SEED = 41_024
PEOPLE, PICTURES, SIZE = 200, 10, (256, 256)
PLAIN = Variation(background_colour=None, clothing=None)
CELLS = cross({"gender": ["female", "male"], "group": ["african", "asian", "caucasian"]}, {"ages": [18, 80]})
Change = Callable[[Scene, np.random.Generator], Scene]


def turned(yaw: float = 0.0, pitch: float = 0.0) -> Change:
    """Sets the pose to either side."""
    def change(scene: Scene, rng: np.random.Generator) -> Scene:
        side = float(rng.choice((-1, 1)))
        return replace(scene, pose=replace(scene.pose, yaw=side * yaw, pitch=side * pitch))
    return change


def redrawn(factor: str, **held: Any) -> Change:
    """Draws one factor anew, from the preset `wild` or with what is given."""
    return lambda scene, rng: vary(scene, factor, rng, replace(Variation.named("wild"), **held))


CAUSES: dict[str, Change] = {
    "nothing but noise": lambda scene, rng: replace(scene, seed=int(rng.integers(1 << 31)), camera=replace(scene.camera, noise=2000.0)),
    "yaw 30": turned(yaw=30), "yaw 60": turned(yaw=60), "pitch 20": turned(pitch=20),
    "expression": redrawn("expression", intensity=1.0), "light": redrawn("light"),
    "low light": lambda scene, rng: replace(vary(scene, "light", rng, replace(Variation.named("wild"), light=(("low-light", 1.0),))),
                                            camera=replace(scene.camera, noise=800.0)),
    "camera": redrawn("camera"), "background": redrawn("background"), "clothing": redrawn("worn"),
    "twenty years older": lambda scene, rng: replace(scene, identity=aged(scene.identity, min(scene.identity.years + 20, 90))),
    "cap": lambda scene, rng: replace(scene, worn=replace(scene.worn, hat="cap")),
    "mask": lambda scene, rng: replace(scene, worn=replace(scene.worn, mask="surgical")),
    "glasses off": lambda scene, rng: replace(scene, worn=replace(scene.worn, glasses=False))}


def draw() -> tuple[list[Identity], NDArray[np.int64]]:
    """The people of the suite and the cell of each."""
    drawn = draw_people(-(-PEOPLE // len(CELLS)), SEED, CELLS)
    return list(drawn.people[:PEOPLE]), np.array(drawn.cell[:PEOPLE])


def run(data: Path | None, rng: np.random.Generator, out_dir: Path) -> Report:
    """Measure; the group table has its photographs' column only where there are photographs."""
    people, cell = draw()
    recogniser, sheet = Recogniser(), Sheet(out_dir / "people.jpg", len(people))
    wild = [draw_scene(person, np.random.default_rng([SEED, number, k]), size=SIZE)
            for number, person in enumerate(people) for k in range(PICTURES)]
    numbers = np.repeat(np.arange(len(people)), PICTURES)
    taken = take(wild, recogniser, see=sheet.see)
    sheet.write()
    scores, first, second = pair_scores(taken.vectors, numbers)
    plain = [draw_scene(person, np.random.default_rng([SEED, number, 99]), variation=PLAIN, size=SIZE)
             for number, person in enumerate(people)]
    portraits = take(plain, recogniser)
    causes = tuple(by_cause(name, change, plain, portraits, recogniser, rng) for name, change in CAUSES.items())
    rate, low, high = eer_with_interval(scores, first, second, rng)
    shuffled = rng.permutation(numbers)
    chance = eer_with_interval(*pair_scores(taken.vectors, shuffled), rng, draws=20)
    mated = first == second
    curves(out_dir / "det.svg", {"virtual people": _det(scores, mated)}, title="False match and false non-match rate", x_title="FMR",
           y_title="FNMR", x_scale="probit", y_scale="probit")
    histogram(out_dir / "scores.svg", {"one person": scores[mated], "two people": scores[~mated]}, title="Similarity", x_title="cosine")
    firsts = slice(None, None, PICTURES)
    groups = group_rows(taken.vectors[firsts], cell, data, recogniser)
    values = (*found_values(taken, numbers, rng), *mtcnn_values(wild[firsts], rng), *detector_noise(data, rng),
              Value("equal error rate, unfiltered", rate, "share", low, high, len(people)),
              Value("d prime, unfiltered", d_prime(scores[mated], scores[~mated]), n=len(people)),
              Value("control: equal error rate with shuffled labels", chance[0], "share", n=len(people)),
              *(Value(f"equal error rate, {row[0]}", row[1], "share", row[2], row[3], len(people)) for row in causes))
    return Report("core/people_recognition", "Virtual people before the packaged detector and recogniser: found, pointed at, told apart",
                  PROTOCOL, values,
                  tables=(Table("By cause", ("changed", "equal error rate", "low", "high", "mated mean", "found"), causes),
                                  Table("Different people within a cell", ("cell", "virtual: mean score", "spread", "people",
                                                                           "photographs: mean score", "spread", "pictures"), groups)),
                  pictures=(Picture("people.jpg", "The first picture of the first 60 people"), Picture("det.svg", "DET"),
                            Picture("scores.svg", "Similarities")),
                  config={"people": PEOPLE, "pictures": PICTURES, "size": SIZE}, seeds=(SEED,),
                  complete=any(row[4] is not None for row in groups))


def found_values(taken: Taken, people: NDArray[np.int64], rng: np.random.Generator) -> tuple[Value, ...]:
    """Share of faces found and the distances of the five points, over the pictures with |yaw| <= 60."""
    near = np.abs(taken.yaw) <= 60
    hits, trials = int(taken.found[near].sum()), int(near.sum())
    used = near & taken.found
    visible = np.where(taken.seen, taken.offsets, np.nan)
    values = [Value("faces found, |yaw| to 60", hits / trials, "share", *binomial_interval(hits, trials), trials,
                    "CenterFace; n counts pictures, exact interval")]
    for name, offsets in (("all five points", taken.offsets), ("visible points", visible)):
        mean = np.nanmean(offsets[used], axis=1)
        values.append(Value(f"mean distance of {name} from the true ones", float(mean.mean()), "eye distances",
                            *mean_interval(mean.astype(float), people[used], rng), len(np.unique(people))))
    off = np.abs(taken.yaw_found[used] - taken.yaw[used]).astype(float)
    return (*values, Value("mean error of the yaw from found points", float(off.mean()), "degrees", *mean_interval(off, people[used], rng),
                           len(np.unique(people))))


def by_cause(name: str, change: Change, plain: list[Scene], portraits: Taken, recogniser: Recogniser, rng: np.random.Generator
             ) -> tuple[Any, ...]:
    """A table row: portraits against pictures that differ by one cause."""
    scenes = [change(scene, np.random.default_rng([SEED, number, 7])) for number, scene in enumerate(plain)]
    other = take(scenes, recogniser)
    both = portraits.found & other.found
    numbers = np.flatnonzero(both)
    matrix = portraits.vectors[both].astype(np.float64) @ other.vectors[both].astype(np.float64).T
    left, right = np.meshgrid(numbers, numbers, indexing="ij")
    rate, low, high = eer_with_interval(matrix.ravel(), left.ravel(), right.ravel(), rng)
    return name, round(rate, 4), round(low, 4), round(high, 4), round(float(np.diag(matrix).mean()), 4), round(float(other.found.mean()), 4)


def mtcnn_values(scenes: list[Scene], rng: np.random.Generator) -> tuple[Value, ...]:
    """The same distances for the second detector, on one picture a person."""
    taken = take(scenes, Recogniser("mtcnn"))
    mean = np.nanmean(taken.offsets[taken.found], axis=1).astype(float)
    return (Value("MTCNN: faces found, one picture a person", float(taken.found.mean()), "share", n=len(scenes)),
            Value("MTCNN: mean distance of all five points from the true ones", float(mean.mean()), "eye distances",
                  *mean_interval(mean, np.arange(len(mean)), rng), len(mean)))


def group_rows(pictures: NDArray[np.float32], cell: NDArray[np.int64], data: Path | None, recogniser: Recogniser
               ) -> tuple[tuple[Any, ...], ...]:
    """Mean and spread of scores of different people within each cell, virtual and photographed."""
    photographs = photograph_cells(data, recogniser) if data is not None and (data / "utkface").is_dir() else {}
    rows = []
    for number, each in enumerate(CELLS):
        chosen = pictures[(cell == number) & ~np.isnan(pictures[:, 0])]
        mean, spread = _within(chosen)
        real = photographs.get((str(each.gender), str(each.group)))
        rows.append((each.name, mean, spread, len(chosen), *((*_within(real), len(real)) if real is not None else (None, None, None))))
    return tuple(rows)


def _within(vectors: NDArray[np.float32]) -> tuple[float, float]:
    left, right = np.triu_indices(len(vectors), 1)
    scores = (vectors.astype(np.float64) @ vectors.astype(np.float64).T)[left, right]
    return round(float(scores.mean()), 4), round(float(scores.std()), 4)


def _det(scores: NDArray[np.float64], mated: NDArray[np.bool_]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    _, false_match, false_non_match = error_curves(scores[mated], scores[~mated])
    return false_match, false_non_match


class Sheet:
    """A contact sheet of the first picture of the first 60 people."""

    def __init__(self, path: Path, people: int, across: int = 12, side: int = 128) -> None:
        self.path, self.across, self.side = path, across, side
        self.tiles: list[Image] = []
        self.most = min(60, people)

    def see(self, number: int, picture: Image) -> None:
        """Keeps a small copy of a person's first picture."""
        if number % PICTURES == 0 and len(self.tiles) < self.most:
            self.tiles.append(np.asarray(cv2.resize(picture, (self.side, self.side), interpolation=cv2.INTER_AREA), np.uint8))

    def write(self) -> None:
        """Writes the sheet."""
        while len(self.tiles) % self.across:
            self.tiles.append(np.full((self.side, self.side, 3), 255, np.uint8))
        rows = [np.hstack(self.tiles[k:k + self.across]) for k in range(0, len(self.tiles), self.across)]
        cv2.imwrite(str(self.path), cv2.cvtColor(np.vstack(rows), cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, 88])
