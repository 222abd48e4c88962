"""Age and perceived gender nets of human-models on UTKFace; part of `bench/human_models.py`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vultus import registry
from vultus.evaluate.auc import auc
from vultus.evaluate.bounds import binomial_interval
from vultus.evaluate.people_bootstrap import mean_interval
from vultus.geometry import crop
from vultus.image import load
from vultus.report import Value
from vultus.runtime.card_net import CardNet
from vultus.types import Faces, Image

Array = NDArray[np.floating[Any]]
Outputs = dict[str, NDArray[np.float32]]
CHOOSING, REPORTED, SEED = 250, 500, 7
BRACKET_YEARS = np.array([15, 23, 28, 35.5, 45.5, 55.5, 65])  # middles of gear's age brackets
AGES: dict[str, Callable[[Outputs], Array]] = {
    "faceres": lambda o: o["age_pred/Softmax"] @ np.arange(100.0), "faceres-deep": lambda o: o["age_pred/Softmax"] @ np.arange(100.0),
    "age": lambda o: o["Identity"][:, 0].astype(float), "gear": lambda o: o["age_output"] @ BRACKET_YEARS}
FEMALE: dict[str, Callable[[Outputs], Array]] = {
    "faceres": lambda o: 1.0 - o["gender_pred/Sigmoid"][:, 0], "faceres-deep": lambda o: 1.0 - o["gender_pred/Sigmoid"][:, 0],
    "gender": lambda o: o["Identity"][:, 0].astype(float), "gender-ssrnet-imdb": lambda o: 1.0 - o["Identity"][:, 0],
    "gear": lambda o: o["gender_output"][:, 1].astype(float)}


def attributes(folder: Path, rng: np.random.Generator) -> list[Value]:
    """Mean absolute error in years with the constant median as baseline, and agreement with the gender label."""
    pictures, years, female = _sample(folder)
    outputs = {name: _run(name, pictures) for name in {**AGES, **FEMALE}}
    note = f"UTKFace, {REPORTED} pictures, n counts pictures"
    values = [_error("baseline: always the median age", np.full(len(years), np.median(years)), years, rng, note)]
    values += [_error(f"{name}: UTKFace mean absolute age error", read(outputs[name]), years, rng, note) for name, read in AGES.items()]
    for name, read in FEMALE.items():
        score = read(outputs[name])
        right = int(((score >= 0.5) == female).sum())
        values.append(Value(f"{name}: UTKFace agreement with the gender label at 0.5", right / len(female), "share",
                            *binomial_interval(right, len(female)), len(female), note))
        values.append(Value(f"{name}: UTKFace area under the curve for the gender label", auc(score[female], score[~female]), "",
                            n=len(female), note=note))
    return values


def _error(name: str, guess: Array, years: Array, rng: np.random.Generator, note: str) -> Value:
    off = np.abs(guess.astype(np.float64) - years)
    low, high = mean_interval(off, np.arange(len(off)), rng)
    return Value(name, float(off.mean()), "years", low, high, len(off), note)


def _sample(folder: Path) -> tuple[list[tuple[Image, Faces]], Array, NDArray[np.bool_]]:
    """Pictures with their principal face, ages, and whether the label is female."""
    labelled = []
    for path in sorted(folder.glob("*.jpg")):
        parts = path.name.split("_")
        if len(parts) >= 4 and parts[0].isdigit() and parts[1] in ("0", "1") and parts[2] in ("0", "1", "2", "3", "4"):
            labelled.append((path, float(parts[0]), parts[1] == "1"))
    order = np.random.default_rng(SEED).permutation(len(labelled))[CHOOSING:CHOOSING + REPORTED]
    chosen = [labelled[index] for index in order]
    images = [load(path) for path, _, _ in chosen]
    found = registry.build("detect/centerface").detect(images)
    pictures = [(image, faces[:1] if len(faces) else _whole(image)) for image, faces in zip(images, found, strict=True)]
    return pictures, np.array([age for _, age, _ in chosen]), np.array([label for _, _, label in chosen])


def _whole(image: Image) -> Faces:
    height, width = image.shape[:2]
    box = np.array([[0, 0, width, height]], np.float32)
    return Faces(box, np.ones(1, np.float32), np.zeros((1, 5, 2), np.float32), (height, width))


def _run(name: str, pictures: list[tuple[Image, Faces]]) -> Outputs:
    net = CardNet(name)
    return net.run(np.concatenate([crop(image, faces, net.card.input.crop).images for image, faces in pictures]))
