"""The head to fit things to: the posed, expressed head brought back to the frame of the unturned skull, and named places on it."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from vultus.people.basis import HeadBasis, Posed
from vultus.people.hair.skull import CENTRE, Skull
from vultus.people.shapes import Part

Float = NDArray[np.float32]
Int = NDArray[np.int32]
Place = tuple[float, float, float]
# Places on the mean head, mm: left side; the right one has -x.
EAR_TOP = (73.0, 10.0, -76.0)  # where a temple rests, between the ear and the head
EAR_BEHIND = (69.2, -6.0, -92.0)
EAR_LOW = (66.0, -30.0, -90.0)
LOBE = (72.0, -41.0, -70.0)


class Pattern:
    """What fitting needs of the basis and is the same for everybody."""

    def __init__(self, basis: HeadBasis) -> None:
        self.eyes = basis.eyes
        self.canonical = basis.template
        self.skin: Int = basis.triangles[basis.part == Part.SKIN]
        middle = basis.template[self.skin].mean(1)
        ear = _ear(middle)
        self.head: Int = self.skin[(middle[:, 1] > -122) & ~ear]
        self.ears = np.unique(self.skin[ear])
        self.bust: Int = self.skin[middle[:, 1] < -70]
        self._used = np.unique(self.skin)
        self._known: dict[tuple[Place, int], int] = {}

    def vertex(self, place: Place, side: int = 1) -> int:
        """Number of the vertex nearest to a place of the mean head; `side` -1 mirrors it to the person's right."""
        if (place, side) not in self._known:
            offset = self.canonical[self._used] - np.array([place[0] * side, place[1], place[2]], np.float32)
            self._known[place, side] = int(self._used[np.einsum("ij,ij->i", offset, offset).argmin()])
        return self._known[place, side]


class Fitting:
    """Measures of one posed head, all in the frame of the unturned skull."""

    def __init__(self, pattern: Pattern, posed: Posed) -> None:
        self.pattern = pattern
        self.turn, self.shift = posed.turn, posed.shift
        self.local = ((posed.vertices - posed.shift) @ posed.turn).astype(np.float32)

    def at(self, place: Place, side: int = 1) -> Float:
        """The posed vertex (3,) at a place of the mean head, mirrored by `side` -1."""
        return np.asarray(self.local[self.pattern.vertex(place, side)], np.float32)

    def along(self, places: tuple[Place, ...]) -> Float:
        """The posed vertices (n, 3) at places of the mean head."""
        return np.stack([self.at(place) for place in places])

    @cached_property
    def surface(self) -> Float:
        """Points (m, 3) spread over the skin of the head without ears, above the neck: corners, middles of sides, middles."""
        a, b, c = (self.local[self.pattern.head[:, i]] for i in range(3))
        return np.concatenate([a, b, c, (a + b) / 2, (b + c) / 2, (c + a) / 2, (a + b + c) / 3])

    @property
    def ears(self) -> Float:
        """Vertices (m, 3) of the ears."""
        return np.asarray(self.local[self.pattern.ears], np.float32)

    @cached_property
    def skull(self) -> Skull:
        """Radius of the head without ears about the middle of the brain case."""
        return Skull(self.surface, CENTRE)


def _ear(middle: Float) -> NDArray[np.bool_]:
    x, y, z = np.abs(middle[:, 0]), middle[:, 1], middle[:, 2]
    border = np.interp(y, (-60, -40, -20, 0, 12), (62, 66, 69, 73, 76))
    return np.asarray((x > border) & (y > -60) & (y < 18) & (z > -112) & (z < -52))
