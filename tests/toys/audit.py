"""A toy."""

from dataclasses import dataclass

import numpy as np

from vultus.errors import InputError
from vultus.report import CheckResult, Report, Value


@dataclass(frozen=True)
class Config:
    """Settings of a toy; gain is a factor."""

    gain: float = 1.0


class Toy:
    def __init__(self, config):
        self.config = config

    def audit(self, system, items):
        if not items:
            raise InputError("items", expected="labelled items", got="none")
        vectors = np.concatenate([t.vectors for t in system.represent([item.load() for item in items])])
        groups = np.array([item.labels["group"] for item in items])
        gap = float(vectors[groups == "a"].mean() - vectors[groups == "b"].mean())
        finding = CheckResult("gap", "gap", "gate", "no gap", "pass" if abs(gap) < 1e-6 else "fail", gap)
        return Report("audit", "Audit", values=(Value("gap", gap),), checks=(finding,))
