"""Does the guard react to faces that are shown again?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

import numpy as np

from vultus.guard.antispoof_net.method import AntispoofNet, Config
from vultus.guard.spoof_check import check
from vultus.report import Report


def run(config: Config, needs: Mapping[str, object], rng: np.random.Generator, out_dir: Path) -> Report:
    """The shared check of guards on single faces, with the detector that is handed in."""
    return check("guard/antispoof_net", AntispoofNet(config, needs), asdict(config), rng)
