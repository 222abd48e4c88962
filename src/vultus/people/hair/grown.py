"""The hair of one identity, grown once, and how it is posed in a scene."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from vultus.people.basis import Posed
from vultus.people.hair.lashes import Lashes
from vultus.people.hair.points_on import lattice_points
from vultus.people.hair.short import ShortHair
from vultus.people.hair.skull import Skull
from vultus.people.hair.trunk import Trunk
from vultus.people.shapes import Mesh, Strands
from vultus.people.wear.covering import Covering

Float = NDArray[np.float32]
STIFF_Y, LOOSE_Y = -40.0, -170.0  # mm: above, hair turns with the head; below, only by LOOSE of the turn
LOOSE = 0.45


@dataclass(frozen=True, eq=False)
class Grown:
    """Hair of one identity in the neutral, unturned head's frame.

    Attributes:
        scalp: strands of the scalp, None when there are none.
        forward: bool (n,), scalp strands that fall before the shoulders instead of behind.
        lift: float32 (n,), gap of each scalp strand over the shoulders, mm.
        hangs: whether scalp strands reach below the jaw.
        cap: dark layer under the strands, None when bald or shaved.
        short: brows, lashes and beard.
        skull: radius of the head, mm.
        trunk: int32 (t, 3), triangles of neck and shoulders of the basis.
    """

    scalp: Strands | None
    forward: NDArray[np.bool_]
    lift: Float
    hangs: bool
    cap: Mesh | None
    short: tuple[ShortHair | Lashes, ...]
    skull: Skull
    trunk: NDArray[np.int32]

    def pose(self, posed: Posed, covering: Covering | None = None) -> tuple[tuple[Strands, ...], tuple[Mesh, ...]]:
        """Strands and meshes of the hair in a scene.

        Args:
            posed: the head in this scene.
            covering: the hat worn; hair beneath it is pressed down or hidden.

        Returns:
            (strands, meshes).
        """
        strands = [each.pose(posed.vertices, posed.normals) for each in self.short]
        meshes = () if self.cap is None or (covering and covering.hides_all) else (self._posed_cap(posed, covering),)
        if self.scalp is not None and not (covering and covering.hides_all):
            strands.insert(0, self._posed_scalp(posed, covering))
        return tuple(strands), meshes

    def _posed_scalp(self, posed: Posed, covering: Covering | None) -> Strands:
        assert self.scalp is not None
        scalp, forward, lift = self.scalp, self.forward, self.lift
        if covering is not None:
            points, kept = covering.press(scalp.points, self.skull)
            tip = None if scalp.tip is None else scalp.tip[kept]
            scalp = replace(scalp, points=points[kept], colour=scalp.colour[kept], width=scalp.width[kept], tip=tip)
            forward, lift = forward[kept], lift[kept]
        if not self.hangs:
            return replace(scalp, points=_turned(scalp.points, posed.turn, posed.shift))
        points = _hanging(scalp.points, posed.turn, posed.shift)
        return replace(scalp, points=Trunk(lattice_points(posed.vertices, self.trunk)).clear(points, forward, lift))

    def _posed_cap(self, posed: Posed, covering: Covering | None) -> Mesh:
        assert self.cap is not None
        vertices = self.cap.vertices if covering is None else covering.flatten(self.cap.vertices, self.skull)
        return replace(self.cap, vertices=_turned(vertices, posed.turn, posed.shift),
                       normals=_turned(self.cap.normals, posed.turn, np.zeros(3, np.float32)))


def _turned(points: Float, turn: Float, origin: Float) -> Float:
    return (points.reshape(-1, 3) @ turn.T + origin).reshape(points.shape).astype(np.float32)


def _hanging(points: Float, turn: Float, origin: Float) -> Float:
    """Turns strands (n, k, 3) with the head; the lower a piece hangs, the less of the turn it follows."""
    pieces = np.diff(points, axis=1)
    height = points[:, 1:, 1]
    follow = LOOSE + (1 - LOOSE) * np.clip((height - LOOSE_Y) / (STIFF_Y - LOOSE_Y), 0, 1)
    turned = _turned(pieces, turn, np.zeros(3, np.float32))
    pieces = pieces + follow[..., None] * (turned - pieces)
    root = _turned(points[:, :1], turn, origin)
    return np.concatenate([root, root + np.cumsum(pieces, 1, dtype=np.float32)], 1)
