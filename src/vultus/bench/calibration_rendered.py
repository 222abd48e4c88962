"""The demonstration's calibration: made on rendered people other than the demonstration's"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np

from vultus.bench.results import PACKAGE, source_root, write_atomically
from vultus.calibrate import calibrate
from vultus.data.picture_files import find_pictures
from vultus.data.rendered_people import rendered_people
from vultus.errors import InputError
from vultus.evaluate.rates import d_prime, eer, fmr, fnmr
from vultus.pipeline import Recogniser
from vultus.report import Report, Value
from vultus.types import Embeddings

TARGET_FMR = 0.01
PROTOCOL = (
    "Pictures of rendered people made by tools/render_demo_people.py --calibration N --out DIR, DIR named by VULTUS_RENDERED; none of them "
    "is in the demonstration. Target FMR 0.01, because so few people support no less. Then the thresholds are applied to the eight "
    "packaged people. Renders are not people: the figures say nothing about photographs.")


def run(rng: np.random.Generator) -> Report:
    """Make the calibration file of the domain `rendered` (in a source tree) and apply it to the packaged people."""
    folder = Path(os.environ.get("VULTUS_RENDERED", ""))
    if not os.environ.get("VULTUS_RENDERED") or not folder.is_dir():
        raise InputError("VULTUS_RENDERED", expected="a folder with one sub-folder a rendered person", got="none",
                         hint="python tools/render_demo_people.py --calibration 200 --out DIR")
    pictures = list(find_pictures([folder]))
    templates, people, failed = _represent([p.file for p in pictures])
    count = len(set(people))
    made = calibrate(templates, np.array(people), name="rendered", rng=rng, target_fmr=TARGET_FMR,
                     domain=f"rendered people who do not exist ({count} of them); says nothing about photographs",
                     source={"command": "vultus bench core/calibration_rendered", "people": count, "pictures": len(people)})
    if source_root() is not None:
        write_atomically(PACKAGE / "data" / "calibrations" / "rendered.json", made.to_json())
    mated, strangers = _split(templates, people)
    demo_mated, demo_strangers = _split(*_represent([path for _, path in rendered_people()])[:2])
    return Report("core/calibration_rendered", "The demonstration's calibration: made on rendered people other than the demonstration's",
                  PROTOCOL, (
        Value("people", float(count)), Value("pictures without a face", float(failed), n=len(pictures), note="n counts pictures"),
        Value("t_hi", made.t_hi, "cosine"), Value("t_lo", made.t_lo, "cosine"),
        Value("equal error rate, calibration people", eer(mated, strangers), "share", n=count),
        Value("d prime, calibration people", d_prime(mated, strangers), n=count),
        Value("FNMR at t_hi, calibration people", fnmr(mated, made.t_hi), "share", n=count),
        Value("FMR at t_hi, packaged people", fmr(demo_strangers, made.t_hi), "share", n=8),
        Value("FNMR at t_hi, packaged people", fnmr(demo_mated, made.t_hi), "share", n=8)))


def _represent(paths: list[Path]) -> tuple[Embeddings, list[str], int]:
    recogniser = Recogniser()
    rows, people, failed = [], [], 0
    for path, result in zip(paths, recogniser.process(paths), strict=True):
        if result.embeddings is None or not len(result.embeddings):
            failed += 1
            continue
        rows.append(result.embeddings.vectors[0])
        people.append(path.parent.name)
    return Embeddings(np.stack(rows), recogniser.space), people, failed


def _split(templates: Embeddings, people: list[str]) -> tuple[np.ndarray, np.ndarray]:
    """Mated and non-mated similarities of all pairs."""
    same = np.array(people)[:, None] == np.array(people)[None]
    rows, columns = np.triu_indices(len(people), 1)
    scores = templates.similarity(templates)[rows, columns].astype(np.float64)
    return scores[same[rows, columns]], scores[~same[rows, columns]]
