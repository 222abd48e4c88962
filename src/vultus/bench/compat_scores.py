"""Error rates of encodings old and new, for the suite `core/compat`. Distances are turned into scores (minus the distance)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vultus.compat.face_recognition.comparing import calibration
from vultus.evaluate.bounds import binomial_interval
from vultus.evaluate.lfw_view2 import View2, view2
from vultus.evaluate.people_bootstrap import fmr_interval, mean_interval
from vultus.report import Table, Value

OLD_CUT = 0.6
Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Compared:
    """Encodings of the same pictures by both sides, and pairs of them.

    Args:
        old, new: (n, 128), NaN rows where no face was found.
        subjects: (n,), who is on each.
        left, right: (p,), rows of each pair.
        mated: bool (p,).
        folds: (p,).
    """

    old: Array
    new: Array
    subjects: NDArray[Any]
    left: NDArray[np.int64]
    right: NDArray[np.int64]
    mated: NDArray[np.bool_]
    folds: NDArray[np.int64]

    def sides(self) -> dict[str, tuple[Array, Array]]:
        """Stored and fresh encodings by name of the comparison."""
        return {"old against old": (self.old, self.old), "new against old": (self.new, self.old), "new against new": (self.new, self.new)}

    def scores(self, name: str) -> Array:
        """Minus the distance of each pair (p,), NaN where a face is missing."""
        fresh, stored = self.sides()[name]
        return np.asarray(-np.linalg.norm(fresh[self.left] - stored[self.right], axis=1))


def accuracy_values(compared: Compared, rng: np.random.Generator) -> list[Value]:
    """Accuracy with the threshold of the other fold and at 0.6, ours minus theirs, and the control."""
    groups = compared.subjects[compared.left]
    results = {name: view2(compared.scores(name), compared.mated, compared.folds) for name in compared.sides()}
    values = []
    for name, result in results.items():
        values.append(_accuracy(f"accuracy, {name}", result.correct, groups, rng, "threshold of the other fold; "
                                + ", ".join(f"{-t:.3f}" for t in result.thresholds)))
        scores = compared.scores(name)
        at_cut = ~np.isnan(scores) & ((scores >= -OLD_CUT) == compared.mated)
        values.append(_accuracy(f"accuracy at 0.6, {name}", at_cut, groups, rng, "distance 0.6"))
    gain = results["new against new"].correct.astype(float) - results["old against old"].correct
    low, high = mean_interval(gain, groups, rng)
    values.append(Value("accuracy, ours minus face_recognition's", float(gain.mean()), "share", low, high, len(gain),
                        "paired, interval over people, n counts pairs"))
    values.append(Value("control: accuracy with shuffled partners", _shuffled(compared, rng).mean, "share", n=len(gain),
                        note="must be at chance, 0.5"))
    return values


def error_values(compared: Compared, rng: np.random.Generator) -> list[Value]:
    """FNMR and FMR at 0.6 and at our default cut, for every comparison."""
    return [value for name in compared.sides() for value in (*_at_cut(compared, name, rng), *_at_calibration(compared, name, rng))]


def error_table(compared: Compared) -> Table:
    """FMR and FNMR over the distance."""
    rows = []
    for name in compared.sides():
        scores = compared.scores(name)
        mated, others = scores[compared.mated], scores[~compared.mated]
        for cut in (0.5, 0.55, 0.6, 0.65):
            rows.append((name, cut, round(float((others >= -cut).mean()), 4), round(float((~(mated >= -cut)).mean()), 4)))
    return Table("Errors over the pairs by distance", ("comparison", "distance", "FMR, pairs", "FNMR, pairs"), tuple(rows))


def kept_values(compared: Compared) -> list[Value]:
    """How far a new encoding lies from the old one of the same picture."""
    both = ~np.isnan(compared.old[:, 0]) & ~np.isnan(compared.new[:, 0])
    old, new = compared.old[both], compared.new[both]
    distances = np.linalg.norm(old - new, axis=1)
    cosines = (old * new).sum(1) / np.linalg.norm(old, axis=1) / np.linalg.norm(new, axis=1)
    note = f"{both.sum()} pictures; interval: 2.5 and 97.5 % of pictures"
    return [Value(f"{what} of a new encoding to the old one of the same picture", float(np.median(found)), "",
                  float(np.quantile(found, 0.025)), float(np.quantile(found, 0.975)), int(both.sum()), f"median, {worst}; " + note)
            for what, found, worst in (("distance", distances, f"largest {distances.max():.3f}"),
                                       ("cosine", cosines, f"least {cosines.min():.3f}"))]


def _accuracy(name: str, correct: NDArray[np.bool_], groups: NDArray[Any], rng: np.random.Generator, note: str) -> Value:
    return Value(name, float(correct.mean()), "share", *mean_interval(correct.astype(float), groups, rng), len(correct),
                 f"{note}; interval over people, n counts pairs")


def _at_cut(compared: Compared, name: str, rng: np.random.Generator) -> list[Value]:
    fresh, stored = compared.sides()[name]
    missed = ~(compared.scores(name)[compared.mated] >= -OLD_CUT)
    return [_fnmr(f"FNMR at 0.6, {name}", missed, compared, rng),
            _fmr(f"FMR at 0.6, {name}", fresh, stored, compared, lambda a, b: -_distances(a, b), -OLD_CUT)]


def _at_calibration(compared: Compared, name: str, rng: np.random.Generator) -> list[Value]:
    fresh, stored = (_directions(rows) for rows in compared.sides()[name])
    t_hi = calibration().t_hi
    cosines = np.einsum("ij,ij->i", fresh[compared.left], stored[compared.right])
    return [_fnmr(f"FNMR at our default cut, {name}", ~(cosines[compared.mated] >= t_hi), compared, rng),
            _fmr(f"FMR at our default cut, {name}", fresh, stored, compared, lambda a, b: a @ b.T, t_hi)]


def _fnmr(name: str, missed: NDArray[np.bool_], compared: Compared, rng: np.random.Generator) -> Value:
    low, high = mean_interval(missed.astype(float), compared.subjects[compared.left[compared.mated]], rng)
    exact = binomial_interval(int(missed.sum()), len(missed))
    return Value(name, float(missed.mean()), "share", min(low, exact[0]), max(high, exact[1]), len(missed),
                 f"{missed.sum()} of {len(missed)} pairs; the wider of the exact interval and the one over people")


def _fmr(name: str, fresh: Array, stored: Array, compared: Compared, score: Any, threshold: float) -> Value:
    usable = np.flatnonzero(~np.isnan(fresh[:, 0]) & ~np.isnan(stored[:, 0]))
    order = usable[np.argsort(compared.subjects[usable], kind="stable")]
    _, people = np.unique(compared.subjects[order], return_inverse=True)
    scores = score(fresh[order], stored[order])
    upper = np.triu(scores)  # every pair of pictures once: the new one first, the old one second
    rate, low, high = fmr_interval((upper + np.triu(scores, 1).T).astype(np.float32), people, threshold)
    return Value(name, rate, "share", low, high, int(people[-1]) + 1, f"all pairs of {people[-1] + 1} people, limits over people")


def _distances(a: Array, b: Array) -> Array:
    """|f - g| of every pair by |f|^2 + |g|^2 - 2 f g, (n, m)."""
    squares = (a**2).sum(1)[:, None] + (b**2).sum(1)[None] - 2 * a @ b.T
    return np.asarray(np.sqrt(np.maximum(squares, 0)))


def _directions(rows: Array) -> Array:
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True))


def _shuffled(compared: Compared, rng: np.random.Generator) -> View2:
    right = compared.right.copy()
    for fold in np.unique(compared.folds):
        right[compared.folds == fold] = rng.permutation(right[compared.folds == fold])
    scores = -np.linalg.norm(compared.new[compared.left] - compared.new[right], axis=1)
    return view2(scores, compared.mated, compared.folds)
