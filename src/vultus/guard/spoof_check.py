"""What the demonstrations of guards on single faces share: do faces shown again score higher than the same faces?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from vultus.data.rendered_people import rendered_people
from vultus.evaluate.auc import auc, auc_interval
from vultus.guard.shown_again import on_screen, printed
from vultus.image import load
from vultus.report import Report, Value
from vultus.tasks import Guard
from vultus.types import GuardSample, Image

PROTOCOL = ("Packaged rendered people, each picture once as it is, once as a simulated print and once on a simulated screen. "
            "The score must be higher for the pictures shown again. Baseline: a guard that scores by chance, 0.5. Simulated attacks on "
            "rendered people show whether the net reacts at all, not how many attacks it stops.")


def check(name: str, guard: Guard, config: Mapping[str, Any], rng: np.random.Generator) -> Report:
    """The report of a guard called `name`."""
    pictures = [load(path) for _, path in rendered_people()]
    real = _scores(guard, pictures)
    again = {kind: _scores(guard, [change(p, rng) for p in pictures]) for kind, change in (("print", printed), ("screen", on_screen))}
    values = [Value(f"auc, {kind}", auc(scores, real), "", *auc_interval(scores, real, rng), len(pictures), "n counts pictures")
              for kind, scores in again.items()]
    alarms = float((real >= 0.5).mean())
    return Report(name, f"{name} against simulated attacks", PROTOCOL,
                  (*values, Value("baseline: chance", 0.5), Value("alarms at 0.5 without an attack", alarms, "share", n=len(pictures))),
                  config=config)


def _scores(guard: Guard, pictures: list[Image]) -> np.ndarray:
    return guard.score([GuardSample("picture", (picture,)) for picture in pictures]).values
