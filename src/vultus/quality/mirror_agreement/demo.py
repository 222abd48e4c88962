"""Does agreement with the mirror image find the pictures that the recogniser fails on?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from vultus.geometry import crop
from vultus.quality.discard_report import rendered_values, trial_report
from vultus.quality.lfw_trial import lfw_trial
from vultus.quality.mirror_agreement.method import Config, MirrorAgreement
from vultus.report import Report
from vultus.types import Faces, Image

NAME = "mirror agreement"


def run(config: Config, needs: Mapping[str, object], rng: np.random.Generator, out_dir: Path) -> Report:
    """Rendered people always, photographs where `VULTUS_DATA` names them."""
    scorer = MirrorAgreement(config)
    units: Any = needs.get("units")

    def measure(image: Image, face: Faces) -> dict[str, float]:
        return {NAME: float(scorer.score(crop(image, face, scorer.template)).values[0])}

    trial = lfw_trial(units, measure) if units is not None else None
    return trial_report("quality/mirror_agreement", "Agreement with the mirror image as a measure of quality", rendered_values(scorer, rng),
                        trial, (NAME,), out_dir, rng, asdict(config))
