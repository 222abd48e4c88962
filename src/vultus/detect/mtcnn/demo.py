"""Turned and tightly cut pictures: the second looks find what one look misses, and a face painted over is not found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np

from vultus.detect.measure import measure
from vultus.detect.mtcnn.method import Config, Mtcnn
from vultus.report import Report
from vultus.runtime.session_pool import SessionPool


def run(config: Config, needs: Mapping[str, object], rng: np.random.Generator, out_dir: Path) -> Report:
    """Baseline: the same detector with one look at each picture."""
    pool = SessionPool()
    return measure(Mtcnn(config, pool=pool), Mtcnn(replace(config, border=0, sure=0), pool=pool), rng)
