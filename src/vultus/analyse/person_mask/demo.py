"""Does the mask lie on the person? Inside the face against the upper corners of the picture."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

import numpy as np

from vultus.analyse.person_mask.method import Config, PersonMask
from vultus.analyse.rendered_faces import rendered_faces
from vultus.report import Report, Value
from vultus.types import Faces


def run(config: Config, needs: Mapping[str, object], rng: np.random.Generator, out_dir: Path) -> Report:
    """Share of person pixels in the face boxes; baseline: in the upper corners, an eighth of each side."""
    shown = rendered_faces()
    masks = PersonMask(config).analyse(shown.images, shown.faces)["person_mask"]
    shares = np.array([inside_and_corners(mask, faces) for mask, faces in zip(masks, shown.faces, strict=True)])
    count, note = len(set(shown.people)), f"{len(shares)} pictures of rendered people"
    return Report("analyse/person_mask", "The mask lies on the person", "A pixel counts as person from a probability of one half.",
                  (Value("person share of the face box", float(shares[:, 0].mean()), "share", n=count, note=note),
                   Value("baseline: person share of the upper corners", float(shares[:, 1].mean()), "share", n=count, note=note)),
                  config=asdict(config))


def inside_and_corners(mask: np.ndarray, faces: Faces) -> tuple[float, float]:
    """Person share of the first face's box and of the two upper corners."""
    height, width = mask.shape
    x1, y1, x2, y2 = np.clip(faces.boxes[0], 0, [width, height, width, height]).astype(int)
    corners = mask[:height // 8, np.r_[0:width // 8, width - width // 8:width]]
    return float((mask[y1:y2, x1:x2] >= 0.5).mean()), float((corners >= 0.5).mean())
