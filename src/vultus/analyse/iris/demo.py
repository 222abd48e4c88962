"""Does the net find the iris where it is? The same eye in a mirror must give the mirrored iris."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

import numpy as np

from vultus.analyse.iris.method import UNMIRRORED, Config, Iris
from vultus.analyse.rendered_faces import rendered_faces
from vultus.report import Report, Value

SHIFT = 0.15  # distances between the eyes, along each axis


def run(config: Config, needs: Mapping[str, object], rng: np.random.Generator, out_dir: Path) -> Report:
    """How far the centres move when the eye points are moved on purpose; baseline: the points themselves."""
    shown = rendered_faces()
    net = Iris(config)
    points = np.concatenate([faces.points[:, :2] for faces in shown.faces])  # (n, 2, 2)
    between = np.linalg.norm(points[:, 1] - points[:, 0], axis=1)[:, None]
    irises = net.analyse(shown.images, shown.faces)["iris"]
    back = net.analyse(shown.mirrored().images, shown.mirrored().faces)["iris"][:, ::-1][:, :, UNMIRRORED].copy()
    back[..., 0] = np.array([image.shape[1] for image in shown.images])[:, None, None] - back[..., 0]
    moved = tuple(type(f)(f.boxes, f.scores, f.points + SHIFT * b, f.size) for f, b in zip(shown.faces, between, strict=True))
    pulled = net.analyse(shown.images, moved)["iris"]
    count, note = len(set(shown.people)), f"distances between the eyes; {len(points)} pictures of rendered people"
    radius = np.linalg.norm(irises[:, :, 1:] - irises[:, :, :1], axis=3)
    return Report(
        "analyse/iris", "The iris net looks at the picture",
        f"Packaged rendered people. The eye points that place the square are moved by {SHIFT:g} distances between the eyes to the "
        "right and down; the baseline, which repeats the points, moves with them in full. The net sees both eyes as one side, so that "
        "a mirrored picture must give the mirrored iris but for rounding: that checks which point is which.",
        (Value("median distance to the mirrored picture's iris", _median(back - irises, between), n=count, note=note),
         Value("median shift of the centre when the points are moved", _median(pulled[:, :, :1] - irises[:, :, :1], between),
               n=count, note=note),
         Value("baseline: shift of the moved points", float(np.hypot(SHIFT, SHIFT)), n=count, note=note),
         Value("median radius", float(np.median(radius / between[..., None])), n=count, note=note)), config=asdict(config))


def _median(difference: np.ndarray, between: np.ndarray) -> float:
    return float(np.median(np.linalg.norm(difference, axis=3) / between[..., None]))
