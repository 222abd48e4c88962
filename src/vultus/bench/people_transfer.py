"""What is learned on virtual people and holds on photographs: a landmark net and an age net"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from platformdirs import user_cache_path
from tqdm import tqdm

from vultus import registry
from vultus.bench.code_digest import suite_digest
from vultus.bench.lfw_templates import need_lfw
from vultus.bench.people_landmark_net import SIDE, augmented, centred, predict, square_crop, train, uncentred
from vultus.bench.resume import Units
from vultus.data.lfw import Lfw, read_lfw
from vultus.errors import InputError
from vultus.evaluate.people_bootstrap import mean_interval
from vultus.image import load
from vultus.people.identity import Identity
from vultus.people.sampling import Variation, draw_people, draw_scene
from vultus.people.scene import Worn
from vultus.people.shapes import Materials
from vultus.people.studio import Studio
from vultus.report import Report, Table, Value
from vultus.types import Image

PROTOCOL = (
    "A net of 0.2 million parameters learns the five points from renders of 400 people (ten pictures each, preset `wild`), cut out by "
    "CenterFace's box, three seeds. Baseline: the same people, poses, expressions and cameras with one flat colour for skin, eyes and "
    "clothes, one light and one background. Both are held against the five points that CenterFace and MTCNN find on one photograph each "
    "of 600 people of LFW, and against the mean of both, which scatters less; 200 other people of LFW were used to choose the kind of "
    "net and the number of epochs. Distances are over the distance between the eyes; intervals draw people. The age net is the same net "
    "with one output, on UTKFace from 16 to 80 years.")
SEED, SEEDS = 61_803, (1, 2, 3)
PEOPLE, PICTURES, PHOTOGRAPHS, DEVELOPMENT = 400, 10, 600, 200
EPOCHS = 12
ARMS = ("textured", "flat")
TARGETS = {"centerface": "CenterFace's points", "mtcnn": "MTCNN's points", "both": "the mean of both detectors' points"}
AGED = 600
EYES = "eye distances"

Images = NDArray[np.uint8]
Float = NDArray[np.float32]


class FlatStudio(Studio):
    """Skin, eyes and clothes of one colour and without relief: the baseline."""

    def materials(self, identity: Identity, worn: Worn, size: int) -> Materials:
        """The same textures for everybody."""
        made = super().materials(identity, worn, size)
        return replace(made, albedo=np.full_like(made.albedo, 0.3), relief=np.zeros_like(made.relief),
                       gloss=np.full_like(made.gloss, 0.8), eye=np.full_like(made.eye, 0.5), eye_gloss=np.zeros_like(made.eye_gloss))


@dataclass(frozen=True, eq=False)
class Cut:
    """Crops uint8 (n, CROP, CROP, 3), five points in px of the crop float32 (n, 5, 2), ages float32 (n,)."""

    crops: Images
    points: Float
    years: Float

    @property
    def eyes(self) -> Float:
        """Distance between the eyes, px of the crop, (n,)."""
        return np.asarray(np.linalg.norm(self.points[:, 0] - self.points[:, 1], axis=1), np.float32)


def run(data: Path | None, units: Units, rng: np.random.Generator) -> Report:
    """Train both arms with every seed, finished ones are read; then the age net."""
    lfw = read_lfw(need_lfw(data))
    assert data is not None
    detectors = {name: registry.build(f"detect/{name}") for name in ("centerface", "mtcnn")}
    photographs, other_points = photographed(lfw, detectors)
    errors: dict[str, dict[str, NDArray[np.float64]]] = {arm: {} for arm in ARMS}
    for arm in ARMS:
        for seed in SEEDS:
            done = units.run(arm, seed, partial(landmark_unit, arm, seed, photographs, other_points, detectors["centerface"]),
                             data_digest=lfw.digest)
            for name in TARGETS:
                errors[arm].setdefault(name, np.zeros(len(photographs.crops)))
                errors[arm][name] += np.array(done[name]) / len(SEEDS)
    ages = units.run("age", SEEDS[0], lambda: age_unit(data, detectors["centerface"]), data_digest=lfw.digest)
    values = [*_agreement(errors, other_points, photographs, rng), *_age_values(np.array(ages["guess"]), np.array(ages["years"]), rng)]
    return Report("core/people_transfer", "What is learned on virtual people and holds on photographs: a landmark net and an age net",
                  PROTOCOL, tuple(values), tables=(Table("Mean distance to the detectors' points, over the eye distance, by seed", (
                      "trained on", "seed", "to CenterFace's", "to MTCNN's", "to their mean"), _by_seed(units, lfw.digest)),),
                  config={"people": PEOPLE, "pictures": PICTURES, "epochs": EPOCHS}, seeds=(SEED, *SEEDS), data_digest=lfw.digest)


def landmark_unit(arm: str, seed: int, photographs: Cut, other: Float, detector: Any) -> dict[str, Any]:
    """Trains one net and gives its mean distance to each detector's points on every photograph."""
    made = rendered(arm, detector)
    centre, spread = np.full((5, 2), SIDE / 2, np.float32), SIDE / 4
    net = train(made.crops, made.points, augmented, 10, EPOCHS, seed, centre, spread)
    found = uncentred(predict(net, centred(photographs.crops), centre, spread))
    eyes = photographs.eyes[:, None]
    return {name: np.round((np.linalg.norm(found - points, axis=2) / eyes).mean(axis=1), 5).tolist()
            for name, points in (("centerface", photographs.points), ("mtcnn", other), ("both", (photographs.points + other) / 2))}


def age_unit(data: Path, detector: Any) -> dict[str, Any]:
    """Trains the age net on renders and reads UTKFace."""
    made, photographs = rendered("textured", detector), utkface(data, detector)
    centre, spread = np.full((1, 1), 45, np.float32), 25.0

    def change(crops: Images, years: Float, rng: np.random.Generator) -> tuple[Images, Float]:
        return augmented(crops, np.zeros((len(crops), 5, 2), np.float32), rng)[0], years

    net = train(made.crops, made.years[:, None, None], change, 1, EPOCHS, SEEDS[0], centre, spread)
    guess = predict(net, centred(photographs.crops), centre, spread)[:, 0, 0]
    return {"guess": np.round(guess, 2).tolist(), "years": photographs.years.tolist()}


def rendered(arm: str, detector: Any) -> Cut:
    """Training crops of an arm, kept in the cache folder for the next seed."""
    digest = hashlib.sha256(f"{arm} {suite_digest(Path(__file__))} {PEOPLE} {PICTURES}".encode()).hexdigest()[:24]
    path = user_cache_path("vultus") / "bench" / f"people-{digest}.npz"
    if not path.is_file():
        parts = list(_rendered(arm, detector))
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_suffix(".part.npz")
        np.savez_compressed(unfinished, crops=np.stack([p[0] for p in parts]), points=np.stack([p[1] for p in parts]),
                            years=np.array([p[2] for p in parts], np.float32))
        unfinished.replace(path)
    with np.load(path, allow_pickle=False) as kept:
        return Cut(kept["crops"], kept["points"], kept["years"])


def _rendered(arm: str, detector: Any) -> Iterator[tuple[Images, Float, float]]:
    wild = Variation.named("wild")
    variation = wild if arm == "textured" else replace(wild, light=(("key", 1.0),), light_turn=0.0, background=(("gradient", 1.0),),
                                                       background_colour=(0.55, 0.6, 0.66))
    studio = Studio() if arm == "textured" else FlatStudio()
    for number, person in enumerate(tqdm(draw_people(PEOPLE, SEED).people, unit="person", leave=False)):
        for k in range(PICTURES):
            scene = draw_scene(person, np.random.default_rng([SEED, number, k]), variation=variation, size=(160, 160))
            picture, labels = studio.labelled(scene)
            faces = detector.detect([picture.image])[0]
            if len(faces):
                crop, warp = square_crop(picture.image, faces.boxes[0])
                points = labels.points["5"].px
                yield crop, np.asarray(points @ warp[:, :2].T + warp[:, 2], np.float32), person.years


def photographed(lfw: Lfw, detectors: dict[str, Any], development: bool = False) -> tuple[Cut, Float]:
    """Crops of photographs with CenterFace's points, and MTCNN's points in the same crops; people whom both detectors find."""
    people, first = np.unique(lfw.subjects, return_index=True)
    order = first[np.random.default_rng(SEED).permutation(len(people))]
    chosen = order[:DEVELOPMENT] if development else order[DEVELOPMENT:DEVELOPMENT + PHOTOGRAPHS]
    crops, points, others = [], [], []
    for index in chosen:
        image = load(lfw.paths[index])
        ours, theirs = (_central(detector.detect([image])[0], image) for detector in detectors.values())
        if ours is None or theirs is None:
            continue
        crop, warp = square_crop(image, ours[0])
        crops.append(crop)
        points.append(ours[1] @ warp[:, :2].T + warp[:, 2])
        others.append(theirs[1] @ warp[:, :2].T + warp[:, 2])
    return Cut(np.stack(crops), np.array(points, np.float32), np.zeros(len(crops), np.float32)), np.array(others, np.float32)


def _central(faces: Any, image: Image) -> tuple[Float, Float] | None:
    """Box and points of the face nearest to the middle: LFW's person."""
    if not len(faces):
        return None
    middle = np.array([image.shape[1], image.shape[0]]) / 2
    best = int(np.linalg.norm((faces.boxes[:, :2] + faces.boxes[:, 2:]) / 2 - middle, axis=1).argmin())
    return faces.boxes[best], faces.points[best]


def utkface(data: Path, detector: Any) -> Cut:
    """Crops of UTKFace from 16 to 80 years, drawn with a fixed seed."""
    folder = data / "utkface"
    if not folder.is_dir():
        raise InputError("VULTUS_DATA", expected="a folder with utkface", got="none", hint="set it to where your copy lies")
    paths = [p for p in sorted(folder.glob("*.jpg")) if p.name.split("_")[0].isdigit() and 16 <= int(p.name.split("_")[0]) <= 80]
    crops, years = [], []
    for index in np.random.default_rng(SEED).permutation(len(paths))[:AGED]:
        image = np.asarray(cv2.copyMakeBorder(load(paths[index]), 60, 60, 60, 60, cv2.BORDER_REPLICATE), np.uint8)
        faces = detector.detect([image])[0]
        if len(faces):
            crops.append(square_crop(image, faces.boxes[0])[0])
            years.append(float(paths[index].name.split("_")[0]))
    return Cut(np.stack(crops), np.zeros((len(crops), 5, 2), np.float32), np.array(years, np.float32))


def _agreement(errors: dict[str, dict[str, NDArray[np.float64]]], other: Float, photographs: Cut, rng: np.random.Generator
               ) -> list[Value]:
    people = np.arange(len(photographs.crops))
    values = []
    for name, whose in TARGETS.items():
        for arm in ARMS:
            mean = errors[arm][name]
            values.append(Value(f"net trained on {arm} renders: mean distance to {whose}", float(mean.mean()), EYES,
                                *mean_interval(mean, people, rng), len(people), "mean over three seeds"))
        gain = errors["flat"][name] - errors["textured"][name]
        values.append(Value(f"distance saved by texture, light and background, {whose}", float(gain.mean()), EYES,
                            *mean_interval(gain, people, rng), len(people), "paired by person; above 0 is better"))
    apart = (np.linalg.norm(photographs.points - other, axis=2) / photographs.eyes[:, None]).mean(axis=1).astype(float)
    values.append(Value("the two detectors from each other", float(apart.mean()), EYES, *mean_interval(apart, people, rng),
                        len(people)))
    blind = np.linalg.norm(photographs.points - photographs.points.mean(axis=0), axis=2) / photographs.eyes[:, None]
    values.append(Value("control: always the mean points", float(blind.mean()), EYES, n=len(people)))
    return values


def _age_values(guess: NDArray[np.float64], years: NDArray[np.float64], rng: np.random.Generator) -> list[Value]:
    drawn = rng.integers(len(years), size=(1000, len(years)))
    low, high = np.quantile([np.corrcoef(guess[d], years[d])[0, 1] for d in drawn], (0.025, 0.975))
    error = np.abs(guess - years)
    return [Value("age net: correlation with UTKFace ages", float(np.corrcoef(guess, years)[0, 1]), "", float(low), float(high),
                  len(years)),
            Value("age net: mean absolute error on UTKFace", float(error.mean()), "years",
                  *mean_interval(error, np.arange(len(error)), rng), len(years)),
            Value("baseline: always the median age", float(np.abs(years - np.median(years)).mean()), "years", n=len(years))]


def _by_seed(units: Units, digest: str) -> tuple[tuple[Any, ...], ...]:
    rows = []
    for arm in ARMS:
        for seed in SEEDS:
            done = units.run(arm, seed, dict, data_digest=digest)
            rows.append((arm, seed, *(round(float(np.mean(done[name])), 4) for name in TARGETS)))
    return tuple(rows)


