"""Demonstration of a toy: one unit, one figure, and a result for every point of its brief, if it has one."""

import numpy as np

from vultus.papers.points import paper
from vultus.report import ClaimResult, Picture, Report, Value

BRIEF = ""
OUTCOME = "pass"


def run(config, needs, rng, out_dir):
    unit = needs["units"].run("ours", 0, lambda: {"scores": rng.random(5).round(3)})
    (out_dir / "toy.png").write_bytes(b"not really a picture")
    points = paper(BRIEF).points if BRIEF else ()
    checks = tuple(point.result("reported" if point.kind == "report" else OUTCOME, 1.0, 0.9, 1.1) for point in points)
    claim = ClaimResult("auc", 0.9, 0.8, 0.03, (0.1,), 0.05, 0.15, True) if BRIEF else None
    return Report("anything", "A toy measured", "five random numbers", (Value("mean", float(np.mean(unit["scores"]))),), checks, claim,
                  pictures=(Picture("toy.png", "nothing"),))
