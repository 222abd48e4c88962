"""Builds one person's mesh with anny and turns the head."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from demo_people.anatomy import Head, from_anny, load_head
from demo_people.identity import Person

Array = NDArray[np.float32]
PIVOT = np.array([0, 6.75, .35], np.float32)  # the head turns about this point, dm
NECK = (5.75, 6.45)  # canonical heights between which the rotation fades in, dm


class Body:
    """anny with all axes on, plus the refined head topology."""

    def __init__(self) -> None:
        import anny
        import torch
        torch.set_num_threads(1)
        self._torch = torch
        self._model: Any = anny.Anny(topology="makehuman", rig="makehuman", phenotypes="all", local_changes="all",
                                     facial_actions="all")
        self.head: Head = load_head(Path(anny.__file__).parent / "data")

    def shape(self, person: Person, actions: dict[str, float]) -> NDArray[np.float64]:
        """Base-mesh vertices (19158, 3) of a person with an expression, dm."""
        with self._torch.no_grad():
            result = self._model(pose_parameters=None, phenotype_kwargs=person.phenotype,
                                 local_changes_kwargs=person.knobs, facial_actions=actions)
        vertices = from_anny(result["vertices"][0].numpy().astype(np.float64))
        return vertices + np.tensordot(person.extra, self.head.extra, 1)

    def centre(self, base: NDArray[np.float64]) -> NDArray[np.float64]:
        """Middle of the two eye balls (3,), dm; every person is framed by it."""
        fine = self.head.refine @ base
        eyes = fine[np.unique(self.head.triangles[(self.head.part == 1) | (self.head.part == 2)])]
        return np.array([eyes[:, 0].mean(), eyes[:, 1].mean(), eyes[:, 2].mean()])


def rotation(yaw: float, pitch: float, roll: float) -> NDArray[np.float64]:
    """Head rotation from degrees: yaw + to image right, pitch + up, roll + clockwise in the image."""
    y, p, r = np.deg2rad([yaw, -pitch, -roll])
    turn = np.array([[np.cos(y), 0, np.sin(y)], [0, 1, 0], [-np.sin(y), 0, np.cos(y)]])
    nod = np.array([[1, 0, 0], [0, np.cos(p), -np.sin(p)], [0, np.sin(p), np.cos(p)]])
    tilt = np.array([[np.cos(r), -np.sin(r), 0], [np.sin(r), np.cos(r), 0], [0, 0, 1]])
    return tilt @ turn @ nod


def turn_head(vertices: Array, canonical_height: Array, matrix: NDArray[np.float64]) -> Array:
    """Rotates vertices (n, 3) about the pivot, fully above the neck, by a seventh at the chest."""
    t = np.clip((canonical_height - NECK[0]) / (NECK[1] - NECK[0]), 0, 1)
    weight = (.15 + .85 * t * t * (3 - 2 * t))[:, None]
    local = vertices - PIVOT
    return (PIVOT + weight * (local @ matrix.T) + (1 - weight) * local).astype(np.float32)
