"""What a pose of the head basis gives."""

from __future__ import annotations

from dataclasses import dataclass

from vultus.people.shapes import Float


@dataclass(frozen=True, eq=False)
class Posed:
    """One head with an expression, turned.

    Attributes:
        vertices: float32 (n, 3), mm in the scene's frame (unrefined mesh, numbering of the basis).
        normals: float32 (n, 3), unit; (0, 0, 1) where no triangle meets.
        turn: float32 (3, 3), rotation of the head.
        shift: float32 (3,), mm: what is fixed to the skull moves rigidly, x -> turn @ x + shift.
        eye_centres: float32 (2, 3), right and left.
        eye_axes: float32 (2, 3), unit, where each eye looks.
        weights: actions that were applied, with the lids that follow gaze and blink (name -> 0..1).
    """

    vertices: Float
    normals: Float
    turn: Float
    shift: Float
    eye_centres: Float
    eye_axes: Float
    weights: dict[str, float]
