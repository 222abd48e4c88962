"""Everything with triangles of one sculpture as one list, and what kind of surface each part is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vultus.errors import InputError
from vultus.people.labels.regions import REGIONS
from vultus.people.shapes import Float, Materials, Mesh, Part

PLAIN, SKIN, CLOTH, EYE, WET, HAIR, GLASS, MOUTH = 1, 2, 3, 4, 5, 6, 7, 8  # kinds of surface; 0 is background
NEAREST_MM = 20.0  # what comes nearer to the camera is not drawn
HEAD_PARTS = (Part.SKIN, Part.EYE_RIGHT, Part.EYE_LEFT, Part.TEETH, Part.TONGUE)
_KINDS = {Part.NONE: PLAIN, Part.SKIN: SKIN, Part.EYE_RIGHT: EYE, Part.EYE_LEFT: EYE, Part.TEETH: WET, Part.TONGUE: WET,
          Part.LASHES: PLAIN, Part.HAIR: CLOTH, Part.BROWS: CLOTH, Part.BEARD: CLOTH, Part.CLOTH: CLOTH, Part.GLASSES: PLAIN,
          Part.LENS: GLASS, Part.HAT: CLOTH, Part.MASK: CLOTH, Part.EARRING: PLAIN, Part.OCCLUDER: PLAIN}
KINDS: NDArray[np.uint8] = np.array([_KINDS[part] for part in Part], np.uint8)
REGION_KINDS: NDArray[np.uint8] = np.array([{"cloth": CLOTH, "mouth": MOUTH}.get(name, SKIN) for name in REGIONS], np.uint8)
_TINTS = {Part.TEETH: (0.60, 0.54, 0.45), Part.TONGUE: (0.42, 0.16, 0.14)}  # linear RGB of what meshes leave white
TINTS = np.array([_TINTS.get(part, (1.0, 1.0, 1.0)) for part in Part], np.float32)
_HEAD = np.isin(np.arange(len(Part)), HEAD_PARTS)


@dataclass(frozen=True, eq=False)
class Scenery:
    """Meshes joined: fields as in `Mesh`; `finish` float32 (t, 2) is gloss and alpha, `head` the triangles of the first mesh."""

    vertices: Float
    normals: Float
    triangles: NDArray[np.int32]
    uv: Float
    part: NDArray[np.uint8]
    colour: Float
    finish: Float
    head: int

    @property
    def solid(self) -> NDArray[np.uint8]:
        """How to draw what hides: heads by their outside, things by both sides, clear triangles not at all."""
        return np.where(self._clear, 0, np.where(_HEAD[self.part], 2, 1)).astype(np.uint8)

    @property
    def clear(self) -> NDArray[np.uint8]:
        """How to draw what can be seen through."""
        return self._clear.astype(np.uint8)

    @property
    def bare(self) -> NDArray[np.uint8]:
        """How to draw the head alone."""
        return np.where(_HEAD[self.part], 2, 0).astype(np.uint8)

    @property
    def _clear(self) -> NDArray[np.bool_]:
        return np.asarray((self.part == Part.LENS) | (self.finish[:, 1] < 1))


def join(meshes: tuple[Mesh, ...]) -> Scenery:
    """One list of triangles, in the order of the meshes. Raises InputError for numbers that are not finite or out of range."""
    for index, mesh in enumerate(meshes):
        if not (np.isfinite(mesh.vertices).all() and np.isfinite(mesh.normals).all() and np.isfinite(mesh.uv).all()):
            raise InputError(f"sculpture.meshes[{index}]", expected="finite vertices, normals and uv", got="some that are not")
        if len(mesh.triangles) and not 0 <= mesh.triangles.min() <= mesh.triangles.max() < len(mesh.vertices):
            raise InputError(f"sculpture.meshes[{index}]", expected="triangles of its vertices", got="one of a vertex that is not there")
    starts = np.cumsum([0] + [len(mesh.vertices) for mesh in meshes[:-1]])
    part = np.ascontiguousarray(np.concatenate([mesh.part for mesh in meshes]), np.uint8)
    return Scenery(
        _stack([mesh.vertices for mesh in meshes]), _stack([mesh.normals for mesh in meshes]),
        np.ascontiguousarray(np.concatenate([mesh.triangles + start for mesh, start in zip(meshes, starts, strict=True)]), np.int32),
        _stack([mesh.uv for mesh in meshes]), part,
        _stack([mesh.colour for mesh in meshes]) * TINTS[part],
        np.stack([_stack([mesh.gloss for mesh in meshes]), _stack([mesh.alpha for mesh in meshes])], 1), len(meshes[0].triangles))


def check_textures(materials: Materials) -> None:
    """Raises InputError unless all textures are square and of one side, with regions that have names."""
    side, eye = len(materials.albedo), materials.eye.shape[1]
    shapes = {"albedo": (side, side, 3), "relief": (side, side, 3), "gloss": (side, side), "blood": (side, side), "region": (side, side),
              "eye": (2, eye, eye, 3), "eye_gloss": (2, eye, eye)}
    for name, shape in shapes.items():
        if getattr(materials, name).shape != shape or min(side, eye) < 2:
            raise InputError(f"materials.{name}", expected=f"shape {shape}, sides of 2 or more", got=str(getattr(materials, name).shape))
    if materials.region.max() >= len(REGIONS):
        raise InputError("materials.region", expected=f"values below {len(REGIONS)}", got=str(materials.region.max()))


def _stack(parts: list[Float]) -> Float:
    return np.ascontiguousarray(np.concatenate(parts), np.float32)


def placed(vertices: Float, view: NDArray[np.float64], perspective: bool) -> NDArray[np.float64]:
    """x, y and nearness (n, 3) of vertices under a view (3, 4) or (4, 4); without BLAS, whose sums depend on threads."""
    x, y, z = vertices.T.astype(np.float64)
    a, b, w = (row[0] * x + row[1] * y + row[2] * z + row[3] for row in view[:3])
    if not perspective:
        return np.stack([a, b, w], 1)
    q = 1 / np.where(w > NEAREST_MM, w, np.inf)
    return np.stack([a * q, b * q, q], 1)
