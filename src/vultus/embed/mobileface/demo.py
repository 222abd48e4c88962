"""Does mobileface tell the packaged rendered people apart better than their pixels do?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

import numpy as np

from vultus.embed.mobileface.method import Config, MobileFace
from vultus.embed.rendered_check import check
from vultus.report import Report


def run(config: Config, needs: Mapping[str, object], rng: np.random.Generator, out_dir: Path) -> Report:
    """The shared check of recognisers; nothing random, nothing needed."""
    return check("embed/mobileface", MobileFace(config), asdict(config))
