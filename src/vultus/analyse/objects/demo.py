"""Does the detector see the person in a picture of one, and none in noise?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

import numpy as np

from vultus.analyse.objects.method import Config, Objects
from vultus.analyse.rendered_faces import rendered_faces
from vultus.report import Report, Value
from vultus.types import Faces


def run(config: Config, needs: Mapping[str, object], rng: np.random.Generator, out_dir: Path) -> Report:
    """Share of rendered people found as persons that hold their face; baseline: the same on shuffled pixels."""
    shown = rendered_faces()
    shuffled = [rng.permutation(image.reshape(-1, 3)).reshape(image.shape) for image in shown.images]
    objects = Objects(config)
    shares = [float(np.mean([_holds_face(*row) for row in zip(*(found[k] for k in found.values), shown.faces, strict=True)]))
              for found in (objects.analyse(images, shown.faces) for images in (shown.images, shuffled))]
    count, note = len(set(shown.people)), f"{len(shown.images)} pictures of rendered people"
    return Report("analyse/objects", "A picture of a person holds a person",
                  "A person counts when a box of that class covers nine tenths of the face box. Baseline: the same pictures with their "
                  "pixels in random order.",
                  (Value("person around the face", shares[0], "share", n=count, note=note),
                   Value("baseline: shuffled pixels", shares[1], "share", n=count, note=note)), config=asdict(config))


def _holds_face(boxes: np.ndarray, scores: np.ndarray, labels: np.ndarray, faces: Faces) -> bool:
    face = faces.boxes[0]
    persons = boxes[labels == "person"]
    shared = np.clip(np.minimum(persons[:, 2:], face[2:]) - np.maximum(persons[:, :2], face[:2]), 0, None).prod(axis=1)
    return bool((shared >= 0.9 * (face[2:] - face[:2]).prod()).any())
