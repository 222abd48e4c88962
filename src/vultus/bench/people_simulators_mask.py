"""Masks, live faces and flat pictures of virtual people in the suite `core/people_simulators`: depth between two views, movement."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vultus.people.render.camera import project
from vultus.people.sampling import draw_identity
from vultus.people.scene import Camera, Pose, Scene
from vultus.people.shapes import Part, Sculpture
from vultus.people.spoofs.mask3d import Mask3d, drawn_mask3d, mask3d, masked_scene
from vultus.people.spoofs.parallax import planar_residual
from vultus.people.spoofs.replayed import Replayed, replayed
from vultus.people.spoofs.sheet import Placing, Sheet
from vultus.people.spoofs.signatures import movement
from vultus.people.studio import Studio
from vultus.types import Image

SIDE, TURN = 256, 12.0  # px; degrees to either side
POINTS = 150
ERROR_PX = 0.5  # of a good point detector in pictures of this size
SEEDS = 900_000  # people of other suites have smaller seeds
SPOKEN = {"jawOpen": 0.5, "mouthSmileLeft": 0.7, "mouthSmileRight": 0.7, "browInnerUp": 0.5}
KINDS = ("mask3d", "live face (no-op)", "printed or replayed")
Find = Callable[[Sequence[Image]], list[NDArray[np.float64] | None]]


def mask_numbers(number: int, studio: Studio, find: Find) -> dict[str, list[float | None]]:
    """For each kind: residual of the best homography for exact points, for points with an error, for points found in the pictures, and
    the movement that an asked expression makes (None for flat pictures, which are not asked)."""
    rng = np.random.default_rng([SEEDS, number])
    scene = Scene(draw_identity([SEEDS, number]), camera=Camera(SIDE, SIDE))
    settings, wearer = drawn_mask3d(rng), draw_identity([SEEDS, number, 1])
    turned = [replace(scene, pose=Pose(yaw=yaw)) for yaw in (-TURN, TURN)]
    sculptures = [[studio.sculpture(change(view)) for view in turned] for change in (masked_scene, lambda view: view)]
    chosen = _front(sculptures[0][0], rng)
    exact = [[_seen(each, chosen, scene.camera) for each in pair] for pair in sculptures]
    exact.append([_flat(_seen(sculptures[1][0], chosen, scene.camera), yaw) for yaw in (-TURN, TURN)])
    pictures = [[mask3d(view, settings, studio, wearer=wearer).image for view in turned], [studio.picture(view).image for view in turned],
                _flat_pictures(studio.picture(scene).image, rng)]
    moved = [_mask_movement(scene, settings, studio), _live_movement(scene, studio), None]
    found: dict[str, list[float | None]] = {}
    for kind, points, views, change in zip(KINDS, exact, pictures, moved, strict=True):
        noisy = [each + rng.normal(0, ERROR_PX, each.shape) for each in points]
        meshes = find(views)
        seen = None if meshes[0] is None or meshes[1] is None else planar_residual(meshes[0], meshes[1])
        found[kind] = [planar_residual(*points), planar_residual(*noisy), seen, change]
    return found


def _front(sculpture: Sculpture, rng: np.random.Generator) -> NDArray[np.int64]:
    """Vertices of the front of the face, some of them."""
    head = sculpture.meshes[0]
    skin = np.unique(head.triangles[head.part == int(Part.SKIN)])
    at = head.vertices[skin] @ sculpture.turn  # unturned head
    middle = sculpture.eye_centres.mean(0) @ sculpture.turn
    x, y, z = (at - middle).T
    front = skin[(np.abs(x) < 55) & (y > -95) & (y < 45) & (z > -15)]
    return np.asarray(np.sort(rng.choice(front, min(POINTS, len(front)), replace=False)), np.int64)


def _seen(sculpture: Sculpture, chosen: NDArray[np.int64], camera: Camera) -> NDArray[np.float64]:
    return project(sculpture.meshes[0].vertices[chosen], camera)[0]


def _flat(points: NDArray[np.float64], yaw: float) -> NDArray[np.float64]:
    """Where a photograph with these points, printed 200 mm wide, shows them when it is turned."""
    sheet = Sheet(Placing(fill=0.95, yaw=yaw, pitch=0, roll=0), 200.0, (SIDE, SIDE))
    return sheet.seen((points / SIDE - 0.5) * 200.0)


def _flat_pictures(picture: Image, rng: np.random.Generator) -> list[Image]:
    views = []
    for yaw in (-TURN, TURN):
        settings = replace(Replayed().without_grid(), placing=Placing(fill=0.95, yaw=yaw, pitch=0, roll=0), width_mm=200.0)
        views.append(replayed(picture, replace(settings, recapture=replace(settings.recapture, size=SIDE)), rng).image)
    return views


def _mask_movement(scene: Scene, settings: Mask3d, studio: Studio) -> float:
    return movement(*(mask3d(each, settings, studio).image for each in (scene, replace(scene, actions=SPOKEN))))


def _live_movement(scene: Scene, studio: Studio) -> float:
    return movement(*(studio.picture(each).image for each in (scene, replace(scene, actions=SPOKEN))))


def as_columns(rows: Sequence[Mapping[str, Any]], kind: str, column: int) -> NDArray[np.float64]:
    """One number of one kind over people, without those that have none."""
    return np.array([row[kind][column] for row in rows if row[kind][column] is not None], np.float64)
