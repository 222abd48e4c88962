"""Measures a calibration from labelled templates or scores: curves with limits over people, thresholds, evidence."""

import sys

from vultus import VerbModule
from vultus.calibrate.measure import calibrate

__all__ = ["calibrate"]

# `vultus.calibrate(pictures)` is the verb, `vultus.api.calibrate`.
sys.modules[__name__].__class__ = VerbModule
