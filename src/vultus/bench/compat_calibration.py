"""The calibration behind compare_faces: the legacy alignment on folds 1-3 of LFW, checked on folds 4-5"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from tqdm import tqdm

from vultus.bench.lfw_templates import need_lfw
from vultus.bench.results import PACKAGE, source_root, write_atomically
from vultus.calibrate import calibrate
from vultus.calibrate.search import search_curves
from vultus.compat.face_recognition.legacy import legacy_recogniser
from vultus.data.lfw import read_lfw
from vultus.evaluate.people_bootstrap import fmr_interval, mean_interval
from vultus.gallery.importers import LEGACY_SPACE
from vultus.report import Report, Value
from vultus.types import Embeddings, Float

TITLE = "The calibration behind compare_faces: the legacy alignment on folds 1-3 of LFW, checked on folds 4-5"
PROTOCOL = (
    "Principal face of every picture, one run of the network on the crop dlib-150-legacy, cosines of directions. Made on all pictures of "
    "the people of folds 1-3, then applied unchanged to the people of folds 4-5, every two people and every person weighing the same. Both "
    "sides are ours here; core/compat measures encodings that face_recognition stored.")
DOMAIN = "press photographs (LFW folds 1-3), one crop in the legacy alignment, random impostors: optimistic within a group of like people"


def run(data: Path | None, rng: np.random.Generator) -> Report:
    """Make the calibration file that ships (in a source tree) and measure it on people it has not seen."""
    lfw = read_lfw(need_lfw(data))
    vectors = _vectors(lfw.paths)
    fit, check = (lfw.people_of_folds(*folds) & ~np.isnan(vectors[:, 0]) for folds in ((1, 2, 3), (4, 5)))
    fitted = Embeddings(vectors[fit], LEGACY_SPACE)
    curve = calibrate(fitted, lfw.subjects[fit], name="photographs", domain=DOMAIN, rng=rng,
                      source={"data": lfw.digest, "command": "vultus bench core/compat_calibration", "folds": [1, 2, 3]})
    made = replace(curve, search=search_curves(fitted, lfw.subjects[fit], curve.scores, rng))
    if source_root() is not None:
        write_atomically(PACKAGE / "data" / "calibrations" / "face_recognition.json", made.to_json())
    _, subjects = np.unique(lfw.subjects[check], return_inverse=True)
    templates = Embeddings(vectors[check], LEGACY_SPACE)
    scores = templates.similarity(templates)
    missed, people = _missed(scores, subjects, made.t_hi)
    rate, low, high = fmr_interval(scores, subjects, made.t_hi)
    return Report("core/compat_calibration", TITLE, PROTOCOL, (
        Value("t_hi", made.t_hi, "cosine", note=f"upper limit of FMR <= {made.target_fmr}"),
        Value("t_lo", made.t_lo, "cosine", note=f"exact upper limit of FNMR <= {made.target_fnmr}"),
        Value("FMR realised at t_hi on folds 4-5", rate, "share", low, high, int(subjects[-1]) + 1),
        Value("FNMR realised at t_hi on folds 4-5", float(missed.mean()), "share", *mean_interval(missed, people, rng), len(people)),
        Value("people behind the curve", float(made.people)), Value("people behind t_lo", float(made.mated_people)),
        Value("pictures without a face", float(np.isnan(vectors[:, 0]).sum()), n=len(vectors), note="n counts pictures")),
        data_digest=lfw.digest)


def _vectors(paths: Sequence[Path]) -> Float:
    """Direction of face 0 of every picture, float32 (n, 128); NaN where there is no face."""
    rows = np.full((len(paths), 128), np.nan, np.float32)
    for row, picture in zip(rows, tqdm(legacy_recogniser().process(paths), total=len(paths), unit="picture"), strict=True):
        if picture.embeddings is not None and len(picture.embeddings):
            row[:] = picture.embeddings.vectors[0]
    return rows


def _missed(scores: Float, subjects: np.ndarray, threshold: float) -> tuple[np.ndarray, np.ndarray]:
    """Share of missed mated pairs of every person with two pictures or more, and the person's number."""
    people = np.flatnonzero(np.bincount(subjects) > 1)
    rates = []
    for person in people:
        index = np.flatnonzero(subjects == person)
        rates.append((scores[np.ix_(index, index)][np.triu_indices(len(index), 1)] < threshold).mean())
    return np.array(rates), people
