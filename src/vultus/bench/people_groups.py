"""Templates of UTKFace photographs by perceived gender and group; part of `bench/people_recognition.py`."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from vultus.image import load
from vultus.pipeline import Recogniser

GENDERS = {0: "male", 1: "female"}
GROUPS = {0: "caucasian", 1: "african", 2: "asian"}  # UTKFace says White, Black, Asian
AGES = (18, 60)
PICTURES, SEED = 150, 6
BORDER = 60  # px around the tight crops, so that the detector sees a whole head


def photograph_cells(data: Path, recogniser: Recogniser) -> dict[tuple[str, str], NDArray[np.float32]]:
    """Templates (n, d) of up to 150 pictures for each (gender, group), drawn with a fixed seed."""
    cells: dict[tuple[str, str], list[Path]] = {}
    for path in sorted((data / "utkface").glob("*.jpg")):
        fields = path.name.split("_")
        if len(fields) == 4 and AGES[0] <= int(fields[0]) <= AGES[1] and int(fields[1]) in GENDERS and int(fields[2]) in GROUPS:
            cells.setdefault((GENDERS[int(fields[1])], GROUPS[int(fields[2])]), []).append(path)
    rng = np.random.default_rng(SEED)
    return {cell: _templates([paths[k] for k in rng.permutation(len(paths))[:PICTURES]], recogniser)
            for cell, paths in sorted(cells.items())}


def _templates(paths: list[Path], recogniser: Recogniser) -> NDArray[np.float32]:
    framed = (cv2.copyMakeBorder(load(path), BORDER, BORDER, BORDER, BORDER, cv2.BORDER_REPLICATE) for path in paths)
    found = recogniser.process(np.asarray(picture, np.uint8) for picture in framed)
    return np.stack([each.embeddings.vectors[0] for each in found if each.embeddings is not None and len(each.embeddings)])
