"""Do the components and their score find the pictures that the recogniser fails on, and what does the gate cost and bring?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from vultus.geometry import crop, yaw_deg
from vultus.quality.components.method import TEMPLATE, Components, Config
from vultus.quality.discard_report import rendered_values, trial_report
from vultus.quality.gate import low_quality
from vultus.quality.lfw_trial import lfw_trial
from vultus.report import Report
from vultus.types import Faces, Image

SCORE, GATE = "components score", "gate"
HEADLINE = (SCORE, "vultus.face_size", "vultus.sharpness", "vultus.confidence", "vultus.even_light")


def run(config: Config, needs: Mapping[str, object], rng: np.random.Generator, out_dir: Path) -> Report:
    """Rendered people always, photographs where `VULTUS_DATA` names them."""
    components, units = Components(config), needs.get("units")

    def measure(image: Image, face: Faces) -> dict[str, float]:
        found = components.assess([image], [face])[0][0]
        native = {each.name: each.native or 0.0 for each in found.components}
        fields = {"face_px": native["vultus.face_size"], "sharpness": native["vultus.sharpness"], "yaw_deg": float(yaw_deg(face.points)[0])}
        return {SCORE: float(components.score(crop(image, face, TEMPLATE)).values[0]),
                GATE: float(not low_quality(fields, native["vultus.confidence"])),
                **{each.name: float(each.value) for each in found.components}}

    kept: Any = units
    return trial_report("quality/components", "Which quality components find the pictures that recognition fails on",
                        rendered_values(components, rng), lfw_trial(kept, measure) if units is not None else None, HEADLINE, out_dir, rng,
                        asdict(config), GATE)
