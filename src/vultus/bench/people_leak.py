"""Virtual people searched among photographs: none may come nearer to a real person than strangers do"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from vultus.bench.lfw_templates import extract_lfw, need_lfw
from vultus.data.altered_copy import altered
from vultus.data.lfw import Lfw, read_lfw
from vultus.evaluate.bounds import binomial_interval
from vultus.evaluate.search_leak import larger_share, nearest
from vultus.image import load
from vultus.people.sampling import Variation, draw_people, draw_scene
from vultus.people.studio import Studio
from vultus.pipeline import Recogniser
from vultus.plots import histogram
from vultus.report import Picture, Report, Table, Value
from vultus.types import Image

PROTOCOL = (
    "Gallery: one photograph each of 1,000 people of LFW. Searched in it: one picture each of 1,000 virtual people (preset `studio`, drawn "
    "without cells), and one photograph each of the other people of LFW, half of whom set the threshold (FPIR 1, 2 and 3 %) and "
    "half of whom are reported. The share of virtual people above the threshold is held against the reported strangers' by a one-sided "
    "permutation test. Positive control: altered copies of 200 photographs of the gallery (mirrored, turned by 4 degrees, darker, blurred, "
    "strongly compressed) must be found with their own person. Virtual people are made from a parametric head and formulas; no "
    "photograph was used to make them, so that a likeness can only be chance.")
SEED = 90_125
PEOPLE, GALLERY, PLANTED = 1_000, 1_000, 200
RATES = (0.01, 0.02, 0.03)
RECOGNISERS = {"default recogniser": "embed/dlib_resnet", "faceres": "embed/faceres"}

Float = NDArray[np.float32]


def run(data: Path | None, rng: np.random.Generator, out_dir: Path) -> Report:
    """Search virtual people, strangers and planted copies with two recognisers."""
    lfw = read_lfw(need_lfw(data))
    gallery, limit, reported = split(lfw)
    pictures = virtual_pictures()
    planted = [altered(load(lfw.paths[index])) for index in gallery[:PLANTED]]
    values: list[Value] = []
    rows = []
    for name, embedder in RECOGNISERS.items():
        extracted = extract_lfw(lfw, embedder=embedder)
        recogniser = Recogniser(embedder=embedder)
        known = extracted.vectors[gallery]
        virtual, copies = (nearest(templates(recogniser, each), known)[0] for each in (pictures, planted))
        strangers, others = (nearest(extracted.vectors[chosen], known)[0] for chosen in (limit, reported))
        thresholds = np.quantile(strangers, 1 - np.array(RATES))
        for rate, threshold in zip(RATES, thresholds, strict=True):
            values += share_values(f"{name}, FPIR {rate:.0%}", virtual, others, float(threshold), rng)
        right = nearest(templates(recogniser, planted), known)[1] == np.arange(len(planted))
        values.append(_share(f"control: planted copies found, {name}, FPIR 1%", (copies >= thresholds[0]) & right))
        rows += [(name, who, len(scores), *(round(float(q), 4) for q in np.quantile(scores, (0.5, 0.9, 0.99, 0.999, 1))))
                 for who, scores in (("virtual people", virtual), ("strangers", others), ("planted", copies))]
        if embedder == RECOGNISERS["default recogniser"]:
            histogram(out_dir / "nearest.svg", {"virtual people": virtual, "strangers": others, "planted copies": copies},
                      title="Similarity to the nearest photograph", x_title="cosine", marks={"FPIR 1 %": float(thresholds[0])})
    columns = ("recogniser", "searched", "n", "median", "90 %", "99 %", "99.9 %", "largest")
    return Report("core/people_leak", "Virtual people searched among photographs: none may come nearer to a real person than strangers do",
                  PROTOCOL, tuple(values), tables=(Table("Nearest score", columns, tuple(rows)),),
                  pictures=(Picture("nearest.svg", "Nearest scores, default recogniser"),), seeds=(SEED,), data_digest=lfw.digest)


def split(lfw: Lfw) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]:
    """Picture numbers, one a person: gallery, strangers who set the threshold, strangers who are reported."""
    people, first = np.unique(lfw.subjects, return_index=True)
    drawn = first[np.random.default_rng(SEED).permutation(len(people))]
    strangers = drawn[GALLERY:]
    return drawn[:GALLERY], strangers[::2], strangers[1::2]


def virtual_pictures() -> list[Image]:
    """One picture of each virtual person."""
    studio, people = Studio(), draw_people(PEOPLE, SEED).people
    scenes = (draw_scene(person, np.random.default_rng([SEED, k]), variation=Variation.named("studio")) for k, person in enumerate(people))
    return [studio.picture(scene).image for scene in tqdm(scenes, total=len(people), unit="picture", leave=False)]


def templates(recogniser: Recogniser, pictures: Iterable[Image]) -> Float:
    """Template of face 0 of each picture (n, d), NaN where there is no face."""
    found = (each.embeddings for each in recogniser.process(pictures))
    rows = [None if each is None or not len(each) else each.vectors[0] for each in found]
    width = next(len(row) for row in rows if row is not None)
    return np.stack([np.full(width, np.nan, np.float32) if row is None else row for row in rows])


def share_values(name: str, virtual: NDArray[np.float64], others: NDArray[np.float64], threshold: float, rng: np.random.Generator
                 ) -> list[Value]:
    """Shares above the threshold, and the p value of "virtual people are above it more often than strangers"."""
    return [_share(f"virtual people above the threshold, {name}", virtual >= threshold),
            _share(f"strangers above the threshold, {name}", others >= threshold),
            Value(f"p value that virtual people are not above it more often, {name}",
                  larger_share(virtual >= threshold, others >= threshold, rng), n=len(virtual) + len(others),
                  note="one-sided permutation test; a leak would make it small")]


def _share(name: str, hits: Sequence[bool] | NDArray[np.bool_]) -> Value:
    count, trials = int(np.sum(hits)), len(hits)
    return Value(name, count / trials, "share", *binomial_interval(count, trials), trials, "exact interval")
