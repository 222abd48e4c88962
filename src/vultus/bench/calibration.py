"""The packaged calibration: made on folds 1-3, checked on folds 4-5 of LFW"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from vultus.bench.lfw_templates import extract_lfw, need_lfw
from vultus.bench.results import PACKAGE, source_root, write_atomically
from vultus.calibrate import calibrate
from vultus.data.lfw import read_lfw
from vultus.decide import Calibration
from vultus.evaluate.people_bootstrap import fmr_curve, person_pair_shares
from vultus.report import Report, Table, Value

PROTOCOL = (
    "Non-mated: all pictures of the people of folds 1-3, every two people weighing the same, limits from a two-way bootstrap "
    "over people. The curve, t_hi and t_lo are then applied unchanged to the people of folds 4-5.")
DOMAIN = "press photographs (LFW folds 1-3), random impostors: optimistic within a group of like people"


def run(data: Path | None, rng: np.random.Generator) -> Report:
    """Make the calibration file that ships (in a source tree) and measure it on people it has not seen."""
    lfw = read_lfw(need_lfw(data))
    extracted = extract_lfw(lfw)
    fit, check = (lfw.people_of_folds(*folds) & ~extracted.failed for folds in ((1, 2, 3), (4, 5)))
    made = calibrate(extracted.templates(fit), lfw.subjects[fit], name="photographs", domain=DOMAIN, rng=rng,
                     source={"data": lfw.digest, "command": "vultus bench core/calibration", "folds": [1, 2, 3]})
    if source_root() is not None:
        write_atomically(PACKAGE / "data" / "calibrations" / "photographs.json", made.to_json())
    _, subjects = np.unique(lfw.subjects[check], return_inverse=True)
    templates = extracted.templates(check)
    scores = templates.similarity(templates)
    levels = np.array([_score_at(made, rate) for rate in (1e-1, 1e-2, 1e-3)] + [made.t_hi])
    order = np.argsort(levels)
    curve = fmr_curve(scores, subjects, levels[order], rng)
    rows = [(round(float(levels[i]), 4), made.at_score(levels[i])[0], made.at_score(levels[i])[1], curve.fmr[k], curve.upper[k])
            for k, i in enumerate(order)]
    shares = person_pair_shares(scores >= made.t_hi, subjects)
    return Report(
        "core/calibration", "The packaged calibration: made on folds 1-3, checked on folds 4-5 of LFW", PROTOCOL,
        (Value("t_hi", made.t_hi, "cosine", note=f"upper limit of FMR <= {made.target_fmr}"),
         Value("t_lo", made.t_lo, "cosine", note=f"exact upper limit of FNMR <= {made.target_fnmr}"),
         Value("FMR realised at t_hi on folds 4-5", float(curve.fmr[list(order).index(3)]), "share", 0.0,
               float(curve.upper[list(order).index(3)]), curve.people, f"{int((shares > 0).sum()) // 2} pairs of people"),
         Value("FNMR realised at t_hi on folds 4-5", *_fnmr(scores, subjects, made.t_hi)),
         Value("people behind the curve", float(made.people)), Value("people behind t_lo", float(made.mated_people))),
        tables=(Table("The curve on other people", ("score", "FMR, folds 1-3", "limit, folds 1-3", "FMR, folds 4-5",
                                                    "limit, folds 4-5"), tuple(tuple(map(float, row)) for row in rows)),),
        data_digest=lfw.digest)


def _score_at(calibration: Calibration, rate: float) -> float:
    return next(s for s, f in zip(calibration.scores, calibration.fmr, strict=True) if f <= rate)


def _fnmr(scores: np.ndarray, subjects: np.ndarray, threshold: float) -> tuple[float, str]:
    """FNMR with every person of two pictures or more weighing the same."""
    missed = []
    for person in np.flatnonzero(np.bincount(subjects) > 1):
        index = np.flatnonzero(subjects == person)
        missed.append((scores[np.ix_(index, index)][np.triu_indices(len(index), 1)] < threshold).mean())
    return float(np.mean(missed)), "share"
