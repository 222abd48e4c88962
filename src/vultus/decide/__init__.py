"""Turns a similarity into a decision whose threshold says where it comes from.

A calibration belongs to one space and one domain. It holds the measured false match rate over the score, with limits over people,
and two thresholds: at or above `t_hi` the answer is match, below `t_lo` no match, between them undecided. No calibration, no decision.
"""

from vultus.decide.calibration import Calibration
from vultus.decide.outcome import decide, undecided
from vultus.decide.search_curve import SearchCurve
from vultus.decide.shipped import packaged

__all__ = ["Calibration", "SearchCurve", "decide", "packaged", "undecided"]
