"""Liveness nets of human-models on LFW, as it is and shown again in simulation; part of `bench/human_models.py`."""

from __future__ import annotations

import numpy as np

from vultus import registry
from vultus.bench.human_faces import one_a_person
from vultus.data.lfw import Lfw
from vultus.evaluate.auc import auc, auc_interval
from vultus.evaluate.bounds import binomial_interval
from vultus.guard.shown_again import on_screen, printed
from vultus.image import load
from vultus.report import Value
from vultus.tasks import Guard
from vultus.types import GuardSample, Image

GUARDS = {"liveness": "guard/liveness_net", "antispoof": "guard/antispoof_net"}


def guards(lfw: Lfw, rng: np.random.Generator) -> list[Value]:
    """Alarms at 0.5 on the pictures as they are, and the area under the curve of each simulated attack against them."""
    pictures = [load(path) for path in one_a_person(lfw)]
    attacks = {"print": [printed(p, rng) for p in pictures], "screen": [on_screen(p, rng) for p in pictures]}
    values = []
    for net, method in GUARDS.items():
        guard = registry.build(method, needs={"detect": registry.build("detect/centerface")})
        real = _scores(guard, pictures)
        alarms = int((real > 0.5).sum())
        values.append(Value(f"{net}: false alarms at 0.5 on LFW", alarms / len(real), "share", *binomial_interval(alarms, len(real)),
                            len(real), "n counts people"))
        for kind, shown in attacks.items():
            scores = _scores(guard, shown)
            values.append(Value(f"{net}: area under the curve, simulated {kind}", auc(scores, real), "", *auc_interval(scores, real, rng),
                                len(real), "LFW, n counts people; chance is 0.5"))
    return values


def _scores(guard: Guard, pictures: list[Image]) -> np.ndarray:
    return guard.score([GuardSample("picture", (picture,)) for picture in pictures]).values
