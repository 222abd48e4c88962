"""Does the age net answer to the face, whichever way it is shown?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

import numpy as np

from vultus.analyse.age.method import Age, Config
from vultus.analyse.mirror_check import check
from vultus.report import Report


def run(config: Config, needs: Mapping[str, object], rng: np.random.Generator, out_dir: Path) -> Report:
    """The shared mirror check; nothing random, nothing needed."""
    return check("analyse/age", Age(config), "age_years", asdict(config))
