"""Turning the head on its neck, and the eyes in the head."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vultus.people.shapes import Float

# Share of the head's rotation that each bone has reached: three bones of the neck, then the head. About half of the turn is made
# by the uppermost joints of the neck (Bogduk and Mercer 2000, Clinical Biomechanics 15: atlas and axis give half of the yaw).
SHARES = (0.15, 0.32, 0.55, 1.0)


def rotation(yaw: float, pitch: float, roll: float) -> NDArray[np.float64]:
    """Rotation (3, 3) from degrees: yaw + to image right, pitch + up, roll + clockwise in the picture; roll after yaw after pitch."""
    y, p, r = np.deg2rad([yaw, -pitch, -roll])
    turn = np.array([[np.cos(y), 0, np.sin(y)], [0, 1, 0], [-np.sin(y), 0, np.cos(y)]])
    nod = np.array([[1, 0, 0], [0, np.cos(p), -np.sin(p)], [0, np.sin(p), np.cos(p)]])
    tilt = np.array([[np.cos(r), -np.sin(r), 0], [np.sin(r), np.cos(r), 0], [0, 0, 1]])
    return np.asarray(tilt @ turn @ nod)


def angles(matrix: NDArray[np.floating]) -> tuple[float, float, float]:
    """Yaw, pitch, roll in degrees of a rotation (3, 3); inverse of `rotation` for |yaw| < 90 degrees."""
    yaw = np.degrees(np.arcsin(np.clip(-matrix[2, 0], -1, 1)))
    pitch = -np.degrees(np.arctan2(matrix[2, 1], matrix[2, 2]))
    roll = -np.degrees(np.arctan2(matrix[1, 0], matrix[0, 0]))
    return float(yaw) + 0.0, float(pitch) + 0.0, float(roll) + 0.0  # -0.0 becomes 0.0


def partial(matrix: NDArray[np.float64], share: float) -> NDArray[np.float64]:
    """The rotation about the same axis by a share of its angle (Rodrigues)."""
    angle = np.arccos(np.clip((np.trace(matrix) - 1) / 2, -1, 1))
    if angle < 1e-9:
        return np.eye(3)
    skew = (matrix - matrix.T) / (2 * np.sin(angle))
    a = share * angle
    return np.asarray(np.eye(3) + np.sin(a) * skew + (1 - np.cos(a)) * (skew @ skew))


def neck_chain(matrix: NDArray[np.float64], bone_heads: NDArray[np.floating]) -> list[tuple[Float, Float]]:
    """Rigid motions (rotation, shift) of neck01, neck02, neck03 and head, each turning about its own head, carried by the one below.

    Args:
        matrix: rotation (3, 3) that the head reaches exactly.
        bone_heads: (4, 3), mm.
    """
    motions = []
    at = bone_heads[0].astype(np.float64)
    for bone, share in enumerate(SHARES):
        turn = matrix if share == 1 else partial(matrix, share)
        shift = at - turn @ bone_heads[bone]
        motions.append((turn.astype(np.float32), shift.astype(np.float32)))
        if bone + 1 < len(SHARES):
            at = turn @ bone_heads[bone + 1] + shift
    return motions


def moved(points: Float, turn: Float, shift: Float | None = None) -> Float:
    """turn @ x (+ shift) for points (n, 3); written without BLAS, so that bytes do not depend on threads."""
    out = np.empty_like(points)
    x, y, z = points[:, 0], points[:, 1], points[:, 2]
    for row in range(3):
        out[:, row] = turn[row, 0] * x + turn[row, 1] * y + turn[row, 2] * z
        if shift is not None:
            out[:, row] += shift[row]
    return out
