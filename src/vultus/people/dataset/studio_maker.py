"""The rasteriser as the engine of data sets."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
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
_SCHEMES = ("5", "68", "98", "468")


def _landmarks(labels: Labels, _: Buffers) -> Arrays:
    """`landmarks68` px, `landmarks68_mm` in the scene's frame and `landmarks68_visible` for every scheme."""
    found: dict[str, NDArray[Any]] = {}
    for scheme in _SCHEMES:
        points = labels.points[scheme]
        found |= {f"landmarks{scheme}": points.px, f"landmarks{scheme}_mm": points.mm, f"landmarks{scheme}_visible": points.visible}
    return found


# Name in a specification -> the arrays that it stands for. What needs no single precision is stored in half.
_ARRAYS: Mapping[str, Callable[[Labels, Buffers], Arrays]] = {
    "landmarks": _landmarks,
    "parsing": lambda labels, _: {"parsing": labels.parsing19},
    "parsing11": lambda labels, _: {"parsing11": labels.parsing11},
    "depth": lambda _, buffers: {"depth": buffers.depth},
    "normals": lambda _, buffers: {"normals": buffers.normals.astype(np.float16)},
    "uv": lambda _, buffers: {"uv": buffers.uv.astype(np.float16)},
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
        studio = self.studio
        from vultus.people.labels import label
        sculpture, posed = studio.build(scene)
        rendered = studio.renderer.render(sculpture, scene)
        found = label(scene, sculpture, rendered.buffers, posed)
        arrays = {name: array for each in labels for name, array in _ARRAYS[each](found, rendered.buffers).items()}
        return Taken(rendered.image, np.asarray(found.points["5"].px, np.float32), np.asarray(found.face_box, np.float32), arrays)


def studio_maker() -> Maker:
    """A `StudioMaker`, for worker processes."""
    return StudioMaker()
