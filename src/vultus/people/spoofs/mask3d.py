"""A rigid mask with somebody's face, worn by somebody else: rendered again, because a mask needs shape.

Model: the head of the scene's identity without expression and blink; one colour of plastic mixed over the skin, fine relief lost in
casting, a stronger highlight; holes for the eyes with a raised rim, behind them the eyes of the wearer; no lashes, no beard. Hair is the
wearer's. What stays: true depth and parallax. What is missing in the series of pictures: any movement of the face.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from vultus.errors import UnsupportedError
from vultus.people.capture.checks import check_range
from vultus.people.capture.simulated import Simulated
from vultus.people.identity import Identity
from vultus.people.labels.regions import REGIONS
from vultus.people.scene import Scene
from vultus.people.shapes import Float, Materials, Mesh, Part, Rendered, Sculpture

CAST = ("skin", "nose", "upper_lip", "lower_lip", "right_brow", "left_brow", "right_ear", "left_ear")  # regions that plastic covers
AROUND = 48  # points of a rim
RIM_ROWS = ((1.0, -2.0), (1.03, 1.5), (1.2, 1.3), (1.32, -0.1))  # (share of the hole's radius, mm over the skin)


class SceneStudio(Protocol):
    """What builds and draws scenes: `people.studio.Studio`."""

    @property
    def renderer(self) -> Any: ...

    def sculpture(self, scene: Scene) -> Sculpture: ...


@dataclass(frozen=True)
class Mask3d:
    """`plastic` 0..1 = how much of the skin's colour variation is lost, `relief` 0..1 = how much fine relief is left, `gloss` of the
    surface (skin 0.3..1.5), `hole_mm` half width and half height of the eye holes, `tint` linear RGB factor of the plastic."""

    plastic: float = 0.75
    relief: float = 0.2
    gloss: float = 2.2
    hole_mm: tuple[float, float] = (17.0, 10.0)
    tint: tuple[float, float, float] = (1.04, 1.0, 0.96)

    def __post_init__(self) -> None:
        check_range("plastic", self.plastic, 0, 1)
        check_range("relief", self.relief, 0, 1)
        check_range("gloss", self.gloss, 0, 6)
        for half in self.hole_mm:
            check_range("hole_mm", half, 4, 30, "mm")
        for factor in self.tint:
            check_range("tint", factor, 0.5, 1.5)


def drawn_mask3d(rng: np.random.Generator) -> Mask3d:
    """A random mask."""
    return Mask3d(float(rng.uniform(0.55, 0.95)), float(rng.uniform(0, 0.4)), float(rng.uniform(1.6, 3.2)),
                  (float(rng.uniform(15, 19)), float(rng.uniform(8.5, 12))),
                  (float(rng.uniform(1.0, 1.08)), 1.0, float(rng.uniform(0.9, 1.0))))


def mask3d(scene: Scene, settings: Mask3d, studio: SceneStudio, *, wearer: Identity | None = None) -> Simulated:
    """The scene with a mask of its identity, uint8 RGB; nothing is drawn at random.

    Args:
        scene: whose face, where, in what light; its expression is not shown.
        studio: `people.studio.Studio`.
        wearer: gives eyes and hair; None = the identity itself.

    Raises:
        UnsupportedError: a photograph was given.
    """
    if not isinstance(scene, Scene):
        raise UnsupportedError("a 3D mask cannot be made from a photograph: give a people.scene.Scene, whose identity has a shape; "
                               "printed, cut_out and replayed take photographs")
    rendered = rendered_mask(scene, settings, studio, wearer=wearer)
    who = {"identity": scene.identity.id, "wearer": (wearer or scene.identity).id}
    return Simulated(rendered.image, "mask3d", settings, who, {"expression": 0.0})


def rendered_mask(scene: Scene, settings: Mask3d, studio: SceneStudio, *, wearer: Identity | None = None) -> Rendered:
    """The same with the picture's buffers, for labels."""
    worn = masked_scene(scene, wearer)
    drawn: Rendered = studio.renderer.render(masked(studio.sculpture(worn), settings), worn)
    return drawn


def masked_scene(scene: Scene, wearer: Identity | None = None) -> Scene:
    """The scene whose face does not move: shape of its identity, eyes and hair of the wearer, no beard, no blink, no pulse."""
    inner = wearer or scene.identity
    person = replace(scene.identity, eyes=inner.eyes, hair=inner.hair, beard=replace(scene.identity.beard, style="none", stubble=0.0),
                     skin=replace(scene.identity.skin, freckles=0.0, moles=()))
    return replace(scene, identity=person, actions={}, blink=0.0, pulse=0.0)


def masked(sculpture: Sculpture, settings: Mask3d) -> Sculpture:
    """The sculpture in plastic, with rims around the eyes and without lashes."""
    head = sculpture.meshes[0]
    colour = _plastic_colour(sculpture.materials, settings)
    rims = [_rim(head, sculpture, eye, settings, colour) for eye in range(2)]
    strands = tuple(each for each in sculpture.strands if each.part not in (Part.LASHES, Part.BEARD))
    return replace(sculpture, meshes=(*sculpture.meshes, *rims), strands=strands, materials=plastic(sculpture.materials, settings))


def plastic(materials: Materials, settings: Mask3d) -> Materials:
    """Textures of the cast face: one colour mixed in, relief reduced, gloss raised, no blood; lids, neck and cloth stay."""
    cast = np.isin(materials.region, [REGIONS.index(name) for name in CAST])
    share = (settings.plastic * cast)[..., None].astype(np.float32)
    colour = _plastic_colour(materials, settings)
    return replace(materials, albedo=(materials.albedo * (1 - share) + colour * share).astype(np.float32),
                   relief=np.where(cast[..., None], materials.relief * np.float32(settings.relief), materials.relief),
                   gloss=np.where(cast, np.float32(settings.gloss), materials.gloss), blood=np.where(cast, np.float32(0), materials.blood))


def _plastic_colour(materials: Materials, settings: Mask3d) -> Float:
    skin = materials.albedo[materials.region == REGIONS.index("skin")].astype(np.float64)
    mean = skin.mean(0) if len(skin) else np.array([0.4, 0.28, 0.2])
    return np.asarray(np.clip(mean * settings.tint, 0, 1), np.float32)


def _rim(head: Mesh, sculpture: Sculpture, eye: int, settings: Mask3d, colour: Float) -> Mesh:
    """A raised ring on the skin around an eye."""
    centre, turn = sculpture.eye_centres[eye].astype(np.float64), sculpture.turn.astype(np.float64)
    used = np.unique(head.triangles[head.part == int(Part.SKIN)])
    around = (head.vertices[used].astype(np.float64) - centre) @ turn  # frame of the unturned head about this eye
    around = around[(np.abs(around[:, :2]) < 40).all(1) & (around[:, 2] > -12)]
    angles = np.linspace(0, 2 * np.pi, AROUND, endpoint=False)
    rows = []
    for share, over in RIM_ROWS:
        flat = share * np.stack([settings.hole_mm[0] * np.cos(angles), settings.hole_mm[1] * np.sin(angles)], -1)
        rows.append(np.concatenate([flat, (_height(around, flat) + over)[:, None]], 1))
    points = np.concatenate(rows) @ turn.T + centre
    return _ring(points.astype(np.float32), colour * np.float32(0.72), settings.gloss)


def _height(around: NDArray[Any], flat: NDArray[Any]) -> NDArray[Any]:
    """How far the skin stands out, mm, at points (n, 2): mean of its four nearest vertices, smoothed around the ring."""
    distance = np.hypot(around[None, :, 0] - flat[:, None, 0], around[None, :, 1] - flat[:, None, 1])
    nearest = np.argsort(distance, axis=1, kind="stable")[:, :4]
    heights = around[:, 2][nearest].max(1)
    return np.asarray(sum(np.roll(heights, shift) for shift in range(-2, 3)) / 5)


def _ring(points: Float, colour: Float, gloss: float) -> Mesh:
    """Triangles of rows of points around a hole, counter-clockwise from outside, with normals."""
    i, j = np.meshgrid(np.arange(len(RIM_ROWS) - 1), np.arange(AROUND), indexing="ij")
    inner, outer, following = i * AROUND + j, (i + 1) * AROUND + j, (j + 1) % AROUND
    quads = np.stack([inner, outer, (i + 1) * AROUND + following, i * AROUND + following], -1).reshape(-1, 4)
    triangles = np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]]).astype(np.int32)
    a, b, c = (points[triangles[:, k]] for k in range(3))
    faces = np.cross(b - a, c - a)
    normals = np.zeros_like(points)
    for k in range(3):
        np.add.at(normals, triangles[:, k], faces)
    normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-9)
    count = len(triangles)
    return Mesh(points, normals.astype(np.float32), triangles, np.zeros((count, 3, 2), np.float32),
                np.full(count, int(Part.MASK), np.uint8), np.broadcast_to(colour, (count, 3)).astype(np.float32),
                np.full(count, gloss, np.float32), np.ones(count, np.float32))
