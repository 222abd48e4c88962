"""Measures of quality on photographs: does leaving out the pictures they call worst lower the errors of the packaged recogniser?

People of LFW folds 1-3 give the threshold (nobody's quality is looked at there), those of folds 4-5 the report. Pictures of
people with two or more, at most eight each. Two conditions: the pictures as they are, and a copy of each with one fault
(`degraded`) against the other pictures as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from vultus import registry
from vultus.data.lfw import Lfw, photographs, read_lfw
from vultus.evaluate.error_versus_discard import Comparisons
from vultus.evaluate.people_bootstrap import person_pair_shares
from vultus.geometry import crop
from vultus.image import load
from vultus.quality.degraded import degraded
from vultus.types import Faces, Float, Image

TARGET_FMR, MOST, CHOOSE, REPORT, SEED = 1e-3, 8, (1, 2, 3), (4, 5), 29794
Measure = Callable[[Image, Faces], Mapping[str, float]]


class Units(Protocol):
    """What `vultus.bench.resume.Units` offers: work that was done before is read."""

    def run(self, name: str, seed: int, work: Callable[[], Mapping[str, Any]], *, data_digest: str = "") -> dict[str, Any]: ...


@dataclass(frozen=True, eq=False)
class Condition:
    """Mated comparisons of one condition, and the quality of its pictures by measure, float64 (n,)."""

    comparisons: Comparisons
    quality: dict[str, NDArray[np.float64]]


@dataclass(frozen=True, eq=False)
class Trial:
    """Both conditions, and how they came about.

    Args:
        natural: pictures as they are.
        faulty: copies with a fault (first) against pictures as they are (second half of the pictures).
        threshold: cosine.
        no_face: share of the copies in which no face was found; they are left out.
        digest: of the photographs.
    """

    natural: Condition
    faulty: Condition
    threshold: float
    no_face: float
    digest: str


def lfw_trial(units: Units, measure: Measure) -> Trial | None:
    """Measure, or read what was measured before; None without photographs (`VULTUS_DATA`).

    Args:
        units: keeps finished work.
        measure: picture and its principal face -> quality by name, higher = better.
    """
    folder = photographs()
    if folder is None:
        return None
    lfw = read_lfw(folder / "lfw")
    chosen = units.run("threshold", SEED, lambda: {"threshold": _threshold(lfw)}, data_digest=lfw.digest)
    natural = units.run("natural", SEED, lambda: _measured(lfw, measure, False), data_digest=lfw.digest)
    faulty = units.run("faulty", SEED, lambda: _measured(lfw, measure, True), data_digest=lfw.digest)
    return _joined(lfw, float(chosen["threshold"]), natural, faulty)


def _picked(lfw: Lfw, folds: Sequence[int]) -> NDArray[np.int64]:
    """Pictures of people with two or more, at most `MOST` each."""
    inside = np.flatnonzero(lfw.people_of_folds(*folds))
    names, counts = np.unique(lfw.subjects[inside], return_counts=True)
    return np.concatenate([inside[lfw.subjects[inside] == name][:MOST] for name in names[counts > 1]])


def _threshold(lfw: Lfw) -> float:
    """The cosine that strangers reach in `TARGET_FMR` of comparisons, every two people weighing the same."""
    picked = _picked(lfw, CHOOSE)
    tools = _Tools()
    vectors = np.stack([tools.template(load(lfw.paths[i]))[0] for i in picked])
    _, people = np.unique(lfw.subjects[picked], return_inverse=True)
    scores = vectors @ vectors.T
    steps = np.arange(0.85, 1, 0.0005)
    possible = (people.max() + 1) * people.max()
    rates = [float(person_pair_shares(scores >= step, people).sum()) / possible for step in steps]
    return float(steps[int(np.argmax(np.array(rates) <= TARGET_FMR))])


class _Tools:
    """The packaged detector and recogniser, single-threaded."""

    def __init__(self) -> None:
        self.detector = registry.build("detect/centerface", overrides={"threads": 1})
        self.embedder = registry.build("embed/dlib_resnet", overrides={"threads": 1})

    def template(self, image: Image) -> tuple[Float, Faces]:
        """Template of the principal face (128,), NaN without a face, and the face."""
        face = self.detector.detect([image])[0][:1]
        if not len(face):
            return np.full(128, np.nan, np.float32), face
        return self.embedder.embed(crop(image, face, self.embedder.template)).vectors[0], face


def _measured(lfw: Lfw, measure: Measure, faulty: bool) -> dict[str, Any]:
    """Quality of every picture and cosine of every mated comparison; a missing face has neither."""
    picked, tools = _picked(lfw, REPORT), _Tools()
    plain, shown, rows = [], [], []
    for index in picked:
        image = load(lfw.paths[index])
        vector, face = tools.template(image)
        plain.append(vector)
        if faulty:
            image = degraded(image, np.random.default_rng([SEED, int(index)]))[1]
            vector, face = tools.template(image)
        shown.append(vector)
        rows.append(dict(measure(image, face)) if len(face) else None)
    left, right = _mated(lfw.subjects[picked], both_ways=faulty)
    cosines = np.einsum("ij,ij->i", np.stack(shown)[left], np.stack(plain)[right])
    names = next(row for row in rows if row is not None)
    quality = {name: [None if row is None else _short(row[name]) for row in rows] for name in names}
    return {"quality": quality, "cosines": [None if np.isnan(c) else round(float(c), 4) for c in cosines]}


def _short(value: float) -> float:
    """Four digits after the point, whole numbers without any: a unit has little room."""
    return int(value) if float(value).is_integer() else round(float(value), 4)


def _mated(subjects: NDArray[np.str_], both_ways: bool) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    left, right = np.triu_indices(len(subjects), 1)
    same = subjects[left] == subjects[right]
    left, right = left[same], right[same]
    return (np.concatenate([left, right]), np.concatenate([right, left])) if both_ways else (left, right)


def _joined(lfw: Lfw, threshold: float, natural: Mapping[str, Any], faulty: Mapping[str, Any]) -> Trial:
    picked = _picked(lfw, REPORT)
    subjects = lfw.subjects[picked]
    _, people = np.unique(subjects, return_inverse=True)
    first, second = _quality(natural), _quality(faulty)
    left, right = _mated(subjects, both_ways=False)
    plain = Condition(_comparisons(left, right, natural["cosines"], people, threshold), first)
    # Copies come first, pictures as they are after them.
    left, right = _mated(subjects, both_ways=True)
    mixed = _comparisons(left, right + len(picked), faulty["cosines"], np.tile(people, 2), threshold)
    both = {name: np.concatenate([second[name], first[name]]) for name in first}
    missing = float(np.isinf(next(iter(second.values()))).mean())
    return Trial(plain, Condition(mixed, both), threshold, missing, lfw.digest)


def _quality(measured: Mapping[str, Any]) -> dict[str, NDArray[np.float64]]:
    """Arrays by name; a picture without a face is in no comparison, so it is ranked best and never discarded."""
    return {name: np.array([np.inf if value is None else value for value in values], np.float64)
            for name, values in measured["quality"].items()}


def _comparisons(left: NDArray[np.int64], right: NDArray[np.int64], cosines: Sequence[float | None], people: NDArray[np.int64],
                 threshold: float) -> Comparisons:
    found = np.array([cosine is not None for cosine in cosines])
    kept = np.array([cosine for cosine in cosines if cosine is not None])
    return Comparisons(left[found], right[found], kept < threshold, people)
