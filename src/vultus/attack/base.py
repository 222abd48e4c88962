"""The budgeted attack: what an attack may change, how often it may ask, and when it counts as successful are settled here.

An attack subclasses `BudgetedAttack` and writes `perturb`. It never sees the target, only `ask`, which brings every picture into
the budget and to 8 bits before the target sees it and counts each picture as one query. Whatever `perturb` returns is brought into
the budget again, and success is measured here, on the 8-bit picture.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Any, Literal, final

import numpy as np
from numpy.typing import NDArray

from vultus.errors import InputError, VultusError
from vultus.types import Attacked, Budget, Image, check_image, describe

Target = Callable[[Sequence[Image]], NDArray[Any]]
Ask = Callable[[Sequence[NDArray[Any]]], NDArray[np.float64]]
Goal = Literal["below", "above"]


class BudgetSpent(VultusError):
    """The attack asked more often than its budget allows; the best picture asked about so far stands."""

    code = "budget_spent"


class BudgetedAttack(ABC):
    """Base of every attack; `run` cannot be overridden.

    Args:
        threshold: the target's score at which its decision changes, in the target's own unit.
        goal: `below`: success is a final score < threshold (hide); `above`: a final score >= threshold (impersonate).
        seed: seed of the generators that `perturb` gets, one a sample.
    """

    def __init__(self, threshold: float, goal: Goal = "below", seed: int = 0) -> None:
        if goal not in ("below", "above"):
            raise InputError("goal", expected="below or above", got=repr(goal))
        self.threshold, self.goal, self.seed = float(threshold), goal, int(seed)

    def __init_subclass__(cls) -> None:
        taken = sorted({"run", "succeeds"} & set(vars(cls)))
        if taken:
            raise TypeError(f"{cls.__name__}: {taken[0]} belongs to BudgetedAttack; write perturb instead")

    @abstractmethod
    def perturb(self, image: Image, ask: Ask, budget: Budget, rng: np.random.Generator) -> NDArray[Any]:
        """Change one picture.

        Args:
            image: uint8 RGB (h, w, 3), read-only.
            ask: pictures (h, w, 3), any dtype, 0..255 -> the target's scores float64 (n,); one query a picture.
            budget: what may be spent on this picture.
            rng: this sample's generator.

        Returns:
            (h, w, 3), any dtype, 0..255; brought into the budget and to 8 bits afterwards.
        """

    @final
    def run(self, target: Target, samples: Sequence[Image], budget: Budget) -> Attacked:
        """Attack every sample on its own.

        Args:
            target: pictures uint8 -> scores (n,). The measurement at the end is not counted as a query.
            samples: uint8 RGB pictures (h, w, 3) of any sizes.
            budget: `linf` >= 0 in 8-bit levels, `queries` >= 0 a sample.

        Returns:
            `Attacked`: final pictures, success, queries and largest change in levels. A sample that meets the goal unchanged counts as
            a success too: `Budget(0, 0)` measures that share.

        Raises:
            InputError: a sample is no picture, the budget is negative, or the target or the attack gives another shape.
        """
        if not (budget.linf >= 0 and budget.queries >= 0):
            raise InputError("budget", expected="linf >= 0 and queries >= 0", got=f"{budget}")
        originals = [check_image(sample, "samples") for sample in samples]
        outcomes = [self._attack(target, image, budget, row) for row, image in enumerate(originals)]
        images = tuple(image for image, _ in outcomes)
        scores = [_scores(target, [image.copy()])[0] for image in images]
        changes = [np.abs(a.astype(np.int16) - b).max() for a, b in zip(images, originals, strict=True)]
        return Attacked(images, np.array([self.succeeds(s) for s in scores], np.bool_), np.array([q for _, q in outcomes], np.int64),
                        np.array(changes, np.float32))

    @final
    def succeeds(self, score: float) -> bool:
        """Whether a target's score meets the goal."""
        return bool(score < self.threshold if self.goal == "below" else score >= self.threshold)

    def _attack(self, target: Target, image: Image, budget: Budget, row: int) -> tuple[Image, int]:
        """The final 8-bit picture of one sample and the queries it took."""
        spent = 0
        best: tuple[float, Image] | None = None
        sign = 1.0 if self.goal == "below" else -1.0

        def ask(pictures: Sequence[NDArray[Any]]) -> NDArray[np.float64]:
            nonlocal spent, best
            allowed = [within(picture, image, budget.linf) for picture in pictures]
            if spent + len(allowed) > budget.queries:
                raise BudgetSpent(f"{budget.queries} queries are spent")
            spent += len(allowed)
            scores = _scores(target, [picture.copy() for picture in allowed])
            for score, picture in zip(scores, allowed, strict=True):
                if best is None or sign * score < best[0]:
                    best = (sign * float(score), picture)
            return scores

        shown = image.copy()
        shown.flags.writeable = False
        try:
            changed = self.perturb(shown, ask, budget, np.random.default_rng([self.seed, row]))
        except BudgetSpent:
            changed = image if best is None else best[1]
        return within(changed, image, budget.linf), spent


def within(picture: NDArray[Any], original: Image, linf: float) -> Image:
    """The nearest 8-bit picture to `picture` whose largest difference from `original` is at most `linf` levels.

    Args:
        picture: (h, w, 3), any real dtype, 0..255; NaN becomes the original's value.
        original: uint8 (h, w, 3).
        linf: largest change in 8-bit levels, >= 0; a fraction of a level is unusable and is dropped.

    Raises:
        InputError: another shape than the original's.
    """
    values = np.asarray(picture, np.float64)
    if values.shape != original.shape:
        raise InputError("perturb", expected=f"a picture {original.shape}", got=describe(np.asarray(picture)))
    centre = original.astype(np.float64)
    reach = np.floor(linf)
    rounded = np.rint(np.where(np.isnan(values), centre, values))
    return np.asarray(np.clip(rounded, np.maximum(centre - reach, 0), np.minimum(centre + reach, 255)), np.uint8)


def _scores(target: Target, pictures: Sequence[Image]) -> NDArray[np.float64]:
    if not pictures:
        return np.empty(0)
    scores = np.asarray(target(pictures), np.float64)
    if scores.shape != (len(pictures),) or not np.isfinite(scores).all():
        raise InputError("target", expected=f"{len(pictures)} finite scores", got=describe(scores))
    return scores
