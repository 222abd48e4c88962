"""What the parts of the engine hand to each other: meshes, strands of hair, materials, and the picture with its buffers."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

Float = NDArray[np.float32]


class Part(IntEnum):
    """What a triangle or strand belongs to; written to the part buffer."""

    NONE = 0
    SKIN = 1  # head, neck and shoulders; regions within it come from the region map
    EYE_RIGHT = 2  # the person's right eye (image left)
    EYE_LEFT = 3
    TEETH = 4
    TONGUE = 5
    LASHES = 6
    HAIR = 7
    BROWS = 8
    BEARD = 9
    CLOTH = 10
    GLASSES = 11
    LENS = 12
    HAT = 13
    MASK = 14
    EARRING = 15
    OCCLUDER = 16


@dataclass(frozen=True, eq=False)
class Mesh:
    """Triangles in the scene's frame, mm.

    Attributes:
        vertices: float32 (n, 3).
        normals: float32 (n, 3), unit.
        triangles: int32 (t, 3), counter-clockwise seen from outside.
        uv: float32 (t, 3, 2), texture coordinates 0..1 per corner (u right, v down, as array columns and rows).
        part: uint8 (t,), values of `Part`.
        colour: float32 (t, 3), linear RGB, used where the part has no texture (glasses, hats, masks, occluders).
        gloss: float32 (t,), strength of the highlight there.
        alpha: float32 (t,), 1 opaque; lenses less.
    """

    vertices: Float
    normals: Float
    triangles: NDArray[np.int32]
    uv: Float
    part: NDArray[np.uint8]
    colour: Float
    gloss: Float
    alpha: Float


@dataclass(frozen=True, eq=False)
class Strands:
    """Polylines of hair in the scene's frame, mm.

    Attributes:
        points: float32 (n, k, 3).
        colour: float32 (n, 3), linear RGB.
        width: float32 (n,), mm at the root.
        part: HAIR, BROWS, BEARD or LASHES.
        opacity: 0..1 where a strand covers a pixel.
        tip: float32 (n, 3), linear RGB at the tip; None = the same as `colour`.
    """

    points: Float
    colour: Float
    width: Float
    part: Part
    opacity: float = 1.0
    tip: Float | None = None


@dataclass(frozen=True, eq=False)
class Materials:
    """Textures of one identity in one scene's make-up, square, side S; all float32.

    Attributes:
        albedo: (S, S, 3) linear RGB of skin, lips, stubble, clothing below the neckline.
        relief: (S, S, 3) tilt added to the unit normal, in the frame of the unturned head.
        gloss: (S, S) strength of the skin's highlight, about 0.3 .. 1.5.
        blood: (S, S) how much the pulse changes redness, 0..1.
        region: uint8 (S, S), index into `labels.REGIONS` (skin, nose, upper lip, brow, ear, neck, cloth, ...).
        eye: (2, E, E, 3) linear RGB of right and left eye over the eyeball: azimuthal equidistant about the pupil,
            centre of the array = pupil, border = 90 degrees from it.
        eye_gloss: (2, E, E) extra gloss (the wet cornea).
    """

    albedo: Float
    relief: Float
    gloss: Float
    blood: Float
    region: NDArray[np.uint8]
    eye: Float
    eye_gloss: Float


@dataclass(frozen=True, eq=False)
class Sculpture:
    """Everything visible of one scene, turned and expressed, ready for either renderer.

    Attributes:
        meshes: skin, eyes, teeth, then worn things; the first is the head basis.
        strands: hair, brows, lashes, beard.
        materials: textures of the head basis mesh.
        turn: float32 (3, 3), rotation of the head (materials' relief and gaze turn with it).
        eye_centres: float32 (2, 3), right and left, posed.
        eye_axes: float32 (2, 3), unit gaze directions, posed.
    """

    meshes: tuple[Mesh, ...]
    strands: tuple[Strands, ...]
    materials: Materials
    turn: Float
    eye_centres: Float
    eye_axes: Float


@dataclass(frozen=True, eq=False)
class Buffers:
    """What each pixel of the final picture shows (nearest thing at the pixel's centre sample).

    Attributes:
        part: uint8 (h, w), `Part`.
        region: uint8 (h, w), region of the skin, 0 elsewhere.
        depth: float32 (h, w), mm from the camera along its axis, inf where background.
        normals: float32 (h, w, 3), camera frame, 0 where background.
        uv: float32 (h, w, 2) of the head texture, NaN where not head.
        triangle: int32 (h, w), index into the first mesh, -1 elsewhere.
        cover: float32 (h, w), share of the pixel that is not background.
        bare: uint8 (h, w), `Part` of the head itself without hair, worn things and occluders (what lies underneath).
        bare_depth: float32 (h, w), its depth.
    """

    part: NDArray[np.uint8]
    region: NDArray[np.uint8]
    depth: Float
    normals: Float
    uv: Float
    triangle: NDArray[np.int32]
    cover: Float
    bare: NDArray[np.uint8]
    bare_depth: Float


@dataclass(frozen=True, eq=False)
class Rendered:
    """A picture uint8 RGB (h, w, 3) and its buffers; `seconds` per stage for those who measure."""

    image: NDArray[np.uint8]
    buffers: Buffers
    seconds: dict[str, float] = field(default_factory=dict)
