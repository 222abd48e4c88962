"""Does the mesh lie on the face? Its eyes, nose tip and mouth corners against the detector's five points."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

import numpy as np

from vultus.analyse.face_mesh.method import Config, FaceMesh
from vultus.analyse.rendered_faces import MIRRORED, rendered_faces
from vultus.geometry import template
from vultus.report import Report, Value
from vultus.types import Faces

# Mesh points of the eye corners, whose mean is an eye; of the nose tip; of the mouth corners.
FIVE = ((33, 133), (362, 263), (1,), (61,), (291,))


def run(config: Config, needs: Mapping[str, object], rng: np.random.Generator, out_dir: Path) -> Report:
    """Median distance in distances between the eyes, upright and mirrored; baseline: an average face laid onto the box."""
    shown = rendered_faces()
    mesh = FaceMesh(config)
    ours, mirrored = (five(mesh.analyse(s.images, s.faces)["landmarks_3d"]) for s in (shown, shown.mirrored()))
    points = np.concatenate([faces.points for faces in shown.faces])
    between = np.linalg.norm(points[:, 1] - points[:, 0], axis=1)[:, None]
    widths = np.array([image.shape[1] for image in shown.images])[:, None]
    back = mirrored[:, MIRRORED].copy()
    back[..., 0] = widths - back[..., 0]
    count = len(set(shown.people))
    note = f"distances between the eyes; {len(points)} pictures"

    def median(found: np.ndarray, wanted: np.ndarray) -> float:
        return float(np.median(np.linalg.norm(found - wanted, axis=2) / between))

    return Report(
        "analyse/face_mesh", "The mesh lies on the face",
        "Packaged rendered people. Mesh eyes are the means of their corners. Baseline: the five points of the template "
        "dlib-150 laid onto the detector's box, which any face hits roughly.",
        (Value("median distance to the five points", median(ours, points), n=count, note=note),
         Value("baseline: average face on the box", median(_average(shown.faces), points), n=count, note=note),
         Value("median distance to the mirrored picture's mesh", median(back, ours), n=count, note=note)), config=asdict(config))


def five(mesh: np.ndarray) -> np.ndarray:
    """Eyes, nose tip and mouth corners (n, 5, 2) of meshes (n, 468, 3), in the order of the detector's points."""
    return np.stack([mesh[:, list(indices), :2].mean(axis=1) for indices in FIVE], axis=1)


def _average(faces: tuple[Faces, ...]) -> np.ndarray:
    """The template's points placed by box centre and width only: no rotation, no look at the picture."""
    wanted = np.asarray(template("dlib-150").points)
    shape = (wanted - wanted.mean(axis=0)) / 150
    boxes = np.concatenate([found.boxes for found in faces])
    centre = (boxes[:, :2] + boxes[:, 2:]) / 2
    return np.asarray(centre[:, None] + shape * (boxes[:, 2] - boxes[:, 0])[:, None, None] * 1.5)
