"""A toy."""

from dataclasses import dataclass

from vultus.attack.base import BudgetedAttack


@dataclass(frozen=True)
class Config:
    """Settings of a toy; gain is a factor."""

    gain: float = 1.0


class Toy(BudgetedAttack):
    def __init__(self, config):
        super().__init__(threshold=0.2)
        self.config = config

    def perturb(self, image, ask, budget, rng):
        best, best_score = image, ask([image])[0]
        for _ in range(budget.queries - 1):
            trial = image + rng.choice([-1, 1], image.shape) * budget.linf
            score = ask([trial])[0]
            if score < best_score:
                best, best_score = trial, score
        return best
