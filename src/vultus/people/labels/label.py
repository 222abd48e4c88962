"""From a scene and its buffers to labels."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vultus.people.basis import Posed
from vultus.people.basis.turning import angles
from vultus.people.labels.labels import Labels, Points
from vultus.people.labels.landmarks import SCHEMES, Landmarks
from vultus.people.labels.parsing import parse
from vultus.people.labels.seen import covered_share, own_head, uncovered
from vultus.people.render.camera import focal_px, project
from vultus.people.scene import Camera, Scene
from vultus.people.shapes import Buffers, Float, Sculpture


def label(scene: Scene, sculpture: Sculpture, buffers: Buffers, posed: Posed, landmarks: Landmarks | None = None) -> Labels:
    """Every label of a picture.

    Args:
        scene: what was asked for.
        sculpture: what was drawn (its rotation of the head is read).
        buffers: what each pixel shows.
        posed: the head before hair and clothes.
        landmarks: kept by callers that label many pictures; read from the package when None (0.3 ms).
    """
    landmarks = landmarks or Landmarks()
    places = landmarks.places(posed, scene.identity.brows)
    pixel_mm = scene.camera.distance_mm / focal_px(scene.camera)
    points = _points(places, scene.camera, buffers, pixel_mm)
    outline = np.concatenate([points["68"].px, points["468"].px])
    brows = points["68"].px[17:22].mean(0), points["68"].px[22:27].mean(0)
    parsing19, parsing11 = parse(buffers, brows, bald=scene.identity.hair.style == "bald")
    return Labels(scene=scene, points=points, face_box=_box(outline), head_box=_box(project(places["head"], scene.camera)[0]),
                  parsing19=parsing19, parsing11=parsing11, depth=buffers.depth, normals=buffers.normals, uv=buffers.uv,
                  pose=angles(sculpture.turn), view=_view(sculpture.turn, places["5"][:3].mean(0), scene.camera),
                  gaze=_gaze(posed), actions=dict(posed.weights), occluded=covered_share(outline, buffers))


def _points(places: dict[str, Float], camera: Camera, buffers: Buffers, pixel_mm: float) -> dict[str, Points]:
    together = np.concatenate([places[name] for name in SCHEMES])
    px, depth = project(together, camera)
    own = own_head(px, depth, buffers, pixel_mm)
    visible = own & uncovered(px, buffers)
    mm = together - np.array([0, 0, camera.distance_mm], np.float32)
    ends = np.cumsum([len(places[name]) for name in SCHEMES])[:-1]
    parts = (np.split(array, ends) for array in (px.astype(np.float32), mm.astype(np.float32), visible, own))
    return {name: Points(*arrays) for name, arrays in zip(SCHEMES, zip(*parts, strict=True), strict=True)}


def _box(px: NDArray[np.floating]) -> Float:
    return np.asarray(np.concatenate([np.nanmin(px, 0), np.nanmax(px, 0)]), np.float32)


def _gaze(posed: Posed) -> Float:
    """Yaw and pitch (2, 2) of the eyes relative to the head, degrees."""
    local = posed.eye_axes.astype(np.float64) @ posed.turn.astype(np.float64)
    radians = np.stack([np.arctan2(local[:, 0], local[:, 2]), np.arcsin(np.clip(local[:, 1], -1, 1))], 1)
    return np.asarray(np.degrees(radians), np.float32)


def _view(turn: Float, face: Float, camera: Camera) -> tuple[float, float]:
    """Yaw and pitch of the head's forward axis about the ray from the face to the camera, degrees."""
    ray = np.array([0, 0, camera.distance_mm]) - face
    forward = turn[:, 2].astype(np.float64)
    yaw = np.arctan2(forward[0], forward[2]) - np.arctan2(ray[0], ray[2])
    pitch = np.arctan2(forward[1], np.hypot(forward[0], forward[2])) - np.arctan2(ray[1], np.hypot(ray[0], ray[2]))
    return float(np.degrees(yaw)), float(np.degrees(pitch))
