"""The plot of stated against realised FMR."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from vultus import plots
from vultus.calibrate.applied import Reliability


def draw_reliability(path: Path, rows: Sequence[Reliability]) -> None:
    """Realised against stated FMR, both logarithmic, with its limits and the line on which both are equal."""
    stated = np.array([r.stated.value for r in rows])
    plots.curves(path, {"realised": (stated, np.array([r.realised.value for r in rows])),
                        "lower limit": (stated, np.array([r.realised.low for r in rows])),
                        "upper limit": (stated, np.array([r.realised.high for r in rows])), "equal": (stated, stated)},
                 title="Reliability of the stated FMR", x_title="stated FMR", y_title="realised FMR", x_scale="log", y_scale="log")
