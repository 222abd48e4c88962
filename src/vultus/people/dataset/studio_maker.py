"""The rasteriser as the engine of data sets."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from vultus.errors import MissingExtraError
from vultus.people.dataset.maker import Maker, Taken
from vultus.people.scene import Scene

if TYPE_CHECKING:
    from vultus.people.labels import Labels
    from vultus.people.shapes import Buffers
    from vultus.people.studio import Studio

Arrays = Mapping[str, NDArray[Any]]


def _points(labels: Labels, _: Buffers) -> Arrays:
    """`points_68` px, `points_68_mm`, `visible_68` and `unhidden_68`, and the same of 5, 98 and 468; see `people.labels.Points`."""
    return {name: array for name, array in labels.arrays().items() if name.startswith(("points", "visible", "unhidden"))}


# Name in a specification -> the arrays that it stands for. What needs no single precision is stored in half.
_ARRAYS: Mapping[str, Callable[[Labels, Buffers], Arrays]] = {
    "points": _points,
    "parsing": lambda labels, _: {"parsing19": labels.parsing19, "parsing11": labels.parsing11},
    "depth": lambda labels, _: {"depth": labels.depth},
    "normals": lambda labels, _: {"normals": labels.normals.astype(np.float16)},
    "uv": lambda labels, _: {"uv": labels.uv.astype(np.float16)},
    "parts": lambda _, buffers: {"parts": buffers.part, "bare": buffers.bare},
    "cover": lambda _, buffers: {"cover": buffers.cover.astype(np.float16)},
}
LABELS = tuple(_ARRAYS)


class StudioMaker:
    """Takes pictures in `people.studio.Studio`, which is built when the first one is taken."""

    generator = "vultus-rasteriser/1"
    labels = LABELS

    def __repr__(self) -> str:
        return "StudioMaker()"

    @cached_property
    def studio(self) -> Studio:
        """The studio. Raises MissingExtraError."""
        try:
            import numba  # noqa: F401
        except ImportError:
            raise MissingExtraError("rendering virtual people", "people") from None
        from vultus.people.studio import Studio
        return Studio()

    def take(self, scene: Scene, labels: Sequence[str]) -> Taken:
        """The picture, its five points and the box of the face, and the arrays asked for (names of `LABELS`)."""
        rendered, found = self.studio.labelled(scene)
        arrays = {name: array for each in labels for name, array in _ARRAYS[each](found, rendered.buffers).items()}
        facts = {"view_yaw_deg": found.view[0], "view_pitch_deg": found.view[1],
                 "occluded": None if np.isnan(found.occluded) else found.occluded}
        return Taken(rendered.image, found.points["5"].px, found.face_box, arrays, facts, save=found.save)


def studio_maker() -> Maker:
    """A `StudioMaker`, for worker processes. Raises MissingExtraError, before anything is begun."""
    if find_spec("numba") is None:
        raise MissingExtraError("rendering virtual people", "people")
    return StudioMaker()
