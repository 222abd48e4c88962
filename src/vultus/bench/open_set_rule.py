"""The packaged rule of searches on people it has not seen, and the gallery that a recogniser can carry; part of `core/open_set`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vultus.calibrate.search import SIZES, search_curves
from vultus.decide.search import MAX_GROWTH, TARGETS, SearchEvidence, grown, search_rule
from vultus.evaluate.open_set import Searches, fpir_curves
from vultus.report import Table, Value
from vultus.types import Embeddings

LARGEST_FPIR, LARGEST_FNIR = 0.1, 0.2
APPLIED = (10, 50, 100, 200, 500, 800)
STEPS = 150
Labels = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Mated:
    """Mated comparisons of people: `scores` (m,), the share of other people that are at least as similar, and 1 / pairs of the person."""

    scores: NDArray[np.float64]
    beaten: NDArray[np.float64]
    weight: NDArray[np.float64]

    def fnir(self, threshold: float, gallery: int) -> float:
        """Share of searches that miss, every person weighing the same: below the threshold, or beaten by one of the others."""
        found = (self.scores >= threshold) * (1 - self.beaten) ** (gallery - 1)
        return float(1 - (found * self.weight).sum() / self.weight.sum())


Fitted = tuple[SearchEvidence, Mated]


def applied_rule(name: str, templates: Embeddings, owners: Labels, parts: Sequence[NDArray[np.bool_]],
                 rng: np.random.Generator) -> tuple[Fitted, Table]:
    """Curves of the first part's people, applied to the second part's."""
    fit, check = ((templates[np.flatnonzero(part)], np.unique(owners[part], return_inverse=True)[1]) for part in parts)
    grid = _grid(fit[0])
    evidence = SearchEvidence(templates.space, "folds 1-3", tuple(grid.tolist()), search_curves(*fit, grid.tolist(), rng), -1.0)
    searches, mated = _searches(*check, rng), _mated(*check)
    rows = []
    for size in APPLIED:
        for target in TARGETS:
            rule = search_rule(evidence, size, target, space=templates.space)
            if rule.t_hi is None:
                continue
            curve, = fpir_curves(searches, np.array([rule.t_hi]), [size])
            claimed = rule.at_score(rule.t_hi) or (1.0, 1.0)
            rows.append((size, rule.measured_gallery, target, rule.t_hi, *(round(float(f"{v:.3g}"), 6) for v in (
                *claimed, curve.fpir[0], mated.fnir(rule.t_hi, size)))))
    table = Table(f"{name}: the rule of folds 1-3 on the people of folds 4-5",
                  ("gallery", "curve measured at", "target FPIR", "t_hi", "FPIR folds 1-3", "limit folds 1-3", "FPIR folds 4-5",
                   "FNIR folds 4-5"), tuple(rows))
    return (evidence, mated), table


def extrapolated(name: str, templates: Embeddings, owners: Labels, rng: np.random.Generator) -> list[Value]:
    """FPIR measured among 100 and scaled to 1,000 against FPIR measured among 1,000, the same searches of all people."""
    grid = _grid(templates, 0.99)
    small, large = fpir_curves(_searches(templates, owners, rng), grid, [100, 1000])
    values = []
    for rate in (0.3, 0.1, 0.06):
        place = int(np.argmin(np.abs(large.fpir - rate)))
        model = grown(float(small.fpir[place]), 10)
        values.append(Value(f"{name}: FPIR among 1,000, scaled from 100, over measured {large.fpir[place]:.3f}",
                            float(model / large.fpir[place]), "times", n=large.people, note=f"at {grid[place]:.3f}; must not be below 1"))
    return values


def recommended(name: str, fitted: Fitted) -> list[Value]:
    """The largest gallery in which the rule keeps FPIR at 10 % and FNIR at 20 %."""
    evidence, mated = fitted
    sizes = np.unique(np.geomspace(10, MAX_GROWTH * max(SIZES), 301).astype(int))
    judged = {int(size): search_rule(evidence, int(size), LARGEST_FPIR, space=evidence.space).t_hi for size in sizes}
    good = [size for size, t_hi in judged.items() if t_hi is not None and mated.fnir(t_hi, size) <= LARGEST_FNIR]
    supported = max((size for size, t_hi in judged.items() if t_hi is not None), default=0)
    largest = _two_digits(max(good, default=0))
    t_hi = judged[max(good)] if good else None
    why = f"FNIR there {mated.fnir(t_hi, max(good)):.3f}" if t_hi is not None else "none meets both"
    return [Value(f"{name}: largest recommended gallery", float(largest), "people", note=(
        f"{why}; the sample supports FPIR {LARGEST_FPIR:.0%} up to {_two_digits(supported)}"))]


def _two_digits(number: int) -> int:
    """Rounded down to two significant digits."""
    unit = 10 ** max(0, len(str(number)) - 2)
    return int(number // unit * unit)


def _grid(templates: Embeddings, quantile: float = 0.98) -> NDArray[np.float64]:
    """Cosines from this quantile of all comparisons on."""
    rows = np.arange(0, len(templates), max(1, len(templates) // 1000))
    low = float(np.quantile(templates[rows].similarity(templates), quantile))
    step = max(0.001, round((1 - low) / STEPS, 3))
    return np.round(np.arange(round(low, 3), 1, step), 6)


def _searches(templates: Embeddings, owners: Labels, rng: np.random.Generator) -> Searches:
    """Everybody's pictures against one drawn template of each person."""
    entries = np.array([rng.choice(np.flatnonzero(owners == person)) for person in range(int(owners.max()) + 1)])
    return Searches(templates.similarity(templates[entries]), owners)


def _mated(templates: Embeddings, owners: Labels) -> Mated:
    """All ordered pairs of a person's pictures: one searched, the other enrolled, the others by one picture each."""
    first = np.flatnonzero(np.diff(owners, prepend=-1) != 0)
    against = templates.similarity(templates[first]).astype(np.float64)
    scores, beaten, weight = [], [], []
    for person in np.flatnonzero(np.bincount(owners) > 1):
        rows = np.flatnonzero(owners == person)
        own = templates[rows].similarity(templates[rows]).astype(np.float64)
        others = np.delete(against[rows], person, axis=1)
        probe, entry = np.nonzero(~np.eye(len(rows), dtype=bool))
        scores.append(own[probe, entry])
        beaten.append((others[probe] >= own[probe, entry][:, None]).mean(axis=1))
        weight.append(np.full(len(probe), 1 / len(probe)))
    return Mated(*map(np.concatenate, (scores, beaten, weight)))
