"""Verification accuracy of the packaged recogniser on LFW View 2"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from vultus import decide
from vultus.bench.lfw_templates import Extracted, extract_lfw, need_lfw
from vultus.data.lfw import Lfw, read_lfw
from vultus.evaluate.bounds import binomial_interval
from vultus.evaluate.lfw_view2 import View2
from vultus.evaluate.people_bootstrap import mean_interval
from vultus.evaluate.rates import d_prime, eer
from vultus.report import Report, Table, Value

PROTOCOL = (
    "LFW View 2, the first five folds: face 0 of each picture, one crop (the default also runs the network on its mirror image; "
    "the row of one network run does not), the threshold picked on all folds but one and applied to the one left out; a failed "
    "extraction counts as an error. Folds 3-5 alone are shown too: crop template and detector "
    "settings were chosen on folds 1-2. Intervals: pairs resampled by their first person.")
ARMS: dict[str, dict[str, Any]] = {
    "packaged default": {}, "one network run a face": {"settings": {"flip": False}},
    "MTCNN instead of CenterFace": {"detector": "detect/mtcnn"}}


def run(data: Path | None, rng: np.random.Generator) -> Report:
    """Measure accuracy, failures to extract and the shipped thresholds; controls: shuffled partners, no alignment."""
    lfw = read_lfw(need_lfw(data))
    extracted = {name: extract_lfw(lfw, **arm) for name, arm in ARMS.items()}
    default = extracted["packaged default"]
    result = default.view2(lfw, 1, 2, 3, 4, 5)
    values = [_accuracy("accuracy", result, lfw, (1, 2, 3, 4, 5), rng),
              _accuracy("accuracy, folds 3-5 alone", default.view2(lfw, 3, 4, 5), lfw, (3, 4, 5), rng)]
    for name, arm in extracted.items():
        if arm is not default:
            values += [_accuracy(f"accuracy, {name}", arm.view2(lfw, 1, 2, 3, 4, 5), lfw, (1, 2, 3, 4, 5), rng),
                       _accuracy(f"accuracy, folds 3-5 alone, {name}", arm.view2(lfw, 3, 4, 5), lfw, (3, 4, 5), rng)]
    values += [_failures(name, e) for name, e in extracted.items()]
    values += _separation(default, lfw) + _shipped_thresholds(default, lfw)
    values += [_shuffled(default, lfw, rng)]
    folds = Table("Accuracy per fold", ("setting", *(f"fold {k}" for k in range(1, 6)), "standard error over folds"),
                  tuple((name, *(round(a, 4) for a in r.per_fold), round(r.standard_error, 4))
                        for name, e in extracted.items() for r in [e.view2(lfw, 1, 2, 3, 4, 5)]))
    return Report("core/verification", "Verification accuracy of the packaged recogniser on LFW View 2", PROTOCOL, tuple(values),
                  tables=(folds,), data_digest=lfw.digest)


def _accuracy(name: str, result: View2, lfw: Lfw, folds: tuple[int, ...], rng: np.random.Generator) -> Value:
    groups = lfw.subjects[lfw.left[np.isin(lfw.folds, folds)]]
    low, high = mean_interval(result.correct.astype(float), np.unique(groups, return_inverse=True)[1], rng)
    return Value(name, result.mean, "share", low, high, len(result.correct), "n counts pairs")


def _failures(name: str, extracted: Extracted) -> Value:
    failed, trials = int(extracted.failed.sum()), len(extracted.failed)
    return Value(f"failure to extract, {name}", failed / trials, "share", *binomial_interval(failed, trials), trials,
                 f"{failed} of {trials} pictures, exact interval")


def _separation(extracted: Extracted, lfw: Lfw) -> list[Value]:
    scores = extracted.similarities(lfw.left, lfw.right)
    mated, non_mated = (scores[kind & ~np.isnan(scores)] for kind in (lfw.mated, ~lfw.mated))
    return [Value("equal error rate over the pairs", eer(mated, non_mated), "share", n=len(scores), note="n counts pairs"),
            Value("d prime", d_prime(mated, non_mated), "", n=len(scores), note="n counts pairs")]


def _shipped_thresholds(extracted: Extracted, lfw: Lfw) -> list[Value]:
    """The packaged calibration (folds 1-3) on the pairs of folds 4-5."""
    calibration = decide.packaged(extracted.space)
    if calibration is None:
        return []
    chosen = lfw.folds >= 4
    scores = extracted.similarities(lfw.left[chosen], lfw.right[chosen])
    mated = scores[lfw.mated[chosen]]
    strangers = scores[~lfw.mated[chosen]]
    misses, alarms = int((~(mated >= calibration.t_hi)).sum()), int((strangers >= calibration.t_hi).sum())
    note = f"folds 4-5, shipped t_hi {calibration.t_hi}, calibrated on folds 1-3; "
    return [Value("FNMR at the shipped threshold", misses / len(mated), "share", *binomial_interval(misses, len(mated)),
                  len(mated), note + f"{misses} pairs, exact interval"),
            Value("FMR at the shipped threshold", alarms / len(strangers), "share", *binomial_interval(alarms, len(strangers)),
                  len(strangers), note + f"{alarms} pairs, exact interval")]


def _shuffled(extracted: Extracted, lfw: Lfw, rng: np.random.Generator) -> Value:
    """Control: partners shuffled within each fold must bring accuracy to chance."""
    shuffled = lfw.right.copy()
    for fold in np.unique(lfw.folds):
        shuffled[lfw.folds == fold] = rng.permutation(shuffled[lfw.folds == fold])
    broken = Lfw(lfw.paths, lfw.subjects, lfw.left, shuffled, lfw.mated, lfw.folds, lfw.digest)
    return Value("control: accuracy with shuffled partners", extracted.view2(broken, 1, 2, 3, 4, 5).mean, "share",
                 n=len(lfw.left), note="must be at chance, 0.5")
