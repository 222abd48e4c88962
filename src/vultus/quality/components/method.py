"""Quality components of faces, after ISO/IEC 29794-5:2025 where its definition can be met, and one score for a crop.

Source: ISO/IEC 29794-5:2025 and its reference implementation, BSI, Open Source Face Image Quality (OFIQ-Project).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vultus import registry
from vultus.errors import InputError, WeightsError
from vultus.geometry import template
from vultus.quality.by_mesh import by_mesh, failures
from vultus.quality.by_points import STANDARD, by_points
from vultus.quality.catalogue import NAMES
from vultus.quality.component import Assessment, Component
from vultus.quality.mapping import sigmoid
from vultus.quality.mesh_points import MeshFace
from vultus.quality.photometry import entropy_bits, histogram, luminance, overlap
from vultus.quality.sharpness import sharpness
from vultus.types import Crops, Faces, Image, Scores, check_image

TEMPLATE = "dlib-150"
# The place of an average face in a crop of that template, and the zones below its eyes: `aligned_face` at this size, px.
CENTRE, RADII, ZONE, DROP = (75.0, 77.0), (62.0, 63.0), 16, 28


@dataclass(frozen=True)
class Config:
    """Settings of the components.

    Args:
        mesh: method that finds the 468 points of the mesh; empty = only the components of five points.
        size_px: distance of the eyes at which the score's size term is a half, px of the picture; chosen on LFW folds 1-3.
        size_width_px: how fast it rises there, px.
        detail: sharpness at which the score's detail term is a half, 0..255 scale; chosen like `size_px`.
        detail_width: how fast it rises there.
        engine: inference engine of the mesh.
        threads: CPU threads of the mesh; None = all.
    """

    mesh: str = "analyse/face_mesh"
    size_px: float = 12.0
    size_width_px: float = 3.0
    detail: float = 3.5
    detail_width: float = 0.7
    engine: str = "onnxruntime"
    threads: int | None = None


class Components:
    """`assess` gives all components of every face; `score` one number a crop.

    Args:
        config: settings.

    Example:
        >>> crops = Crops(np.zeros((1, 150, 150, 3), np.uint8), np.zeros((1, 2, 3)), "dlib-150")
        >>> Components(Config()).score(crops).values.tolist()
        [0.0]
    """

    template = TEMPLATE

    def __init__(self, config: Config) -> None:
        self.config = config
        self._mesh: Any = None
        self._missing = "" if config.mesh else "the face mesh is switched off"

    def score(self, samples: Crops) -> Scores:
        """Geometric mean of four terms, 0..1: eye distance in the picture, fine detail, shades of the face, evenness of light.

        score = (s(eyes px) s(sharpness) (entropy / 8) overlap^0.3)^(1/4), s a logistic step of the settings. Mean luminance is left
        out on purpose: it follows the colour of the skin.

        Args:
            samples: of template `dlib-150`, uint8 RGB (n, 150, 150, 3).

        Raises:
            InputError: no crops, or crops of another template.
        """
        side = template(TEMPLATE).size
        if not isinstance(samples, Crops) or samples.template != TEMPLATE or samples.images.shape[1:3] != (side, side):
            raise InputError("samples", expected=f"Crops of template {TEMPLATE!r}, {side}x{side} px",
                             got=f"template {samples.template!r}" if isinstance(samples, Crops) else type(samples).__name__,
                             hint=f"cut them with vultus.geometry.crop(image, faces, {TEMPLATE!r})")
        detail = sharpness(samples.images)
        terms = [self._terms(image, warp, fine) for image, warp, fine in zip(samples.images, samples.warps, detail, strict=True)]
        values = [float(np.prod(each)) ** (1 / len(each)) for each in terms]
        return Scores(np.asarray(values, np.float32), "usefulness of the crop for recognition, 0..1")

    def assess(self, images: Sequence[Image], faces: Sequence[Faces]) -> list[tuple[Assessment, ...]]:
        """The components of every face of every picture, in the order of `catalogue.NAMES`.

        Without the mesh its components are -1 with the reason, except those that five points give too.

        Raises:
            InputError: pictures and faces do not fit together.
        """
        if len(images) != len(faces):
            raise InputError("faces", expected=f"one Faces for each of {len(images)} pictures", got=str(len(faces)))
        pairs = enumerate(zip(images, faces, strict=True))
        return [self._picture(check_image(image, f"images[{index}]"), found) for index, (image, found) in pairs]

    def _picture(self, image: Image, faces: Faces) -> tuple[Assessment, ...]:
        meshes = self._meshes(image, faces)
        done = []
        for index in range(len(faces)):
            found = {each.name: each for each in by_points(image, faces, index)}
            mesh = by_mesh(image, meshes, index) if meshes is not None else failures(self._missing)
            found.update({each.name: each for each in mesh if each.value >= 0 or each.name not in STANDARD or each.name not in found})
            done.append(Assessment(tuple(found.get(name, _not_measured(name)) for name in NAMES)))
        return tuple(done)

    def _meshes(self, image: Image, faces: Faces) -> list[MeshFace] | None:
        """One mesh a face; None without the net, which is then not looked for again."""
        if self._missing or not len(faces):
            return None
        try:
            if self._mesh is None:
                self._mesh = registry.build(self.config.mesh, overrides={"engine": self.config.engine, "threads": self.config.threads})
            points = self._mesh.analyse([image], [faces])["landmarks_3d"]
        except WeightsError as error:
            self._missing = f"no face mesh: {error}"
            return None
        return [MeshFace(mesh.astype(np.float64)) for mesh in points]

    def _terms(self, image: Image, warp: NDArray[np.float64], detail: np.float32) -> tuple[float, float, float, float]:
        left, right = np.asarray(template(TEMPLATE).points)[:2]
        eyes_px = float(np.linalg.norm(right - left) * np.hypot(warp[0, 0], warp[1, 0]))
        bright = luminance(image)
        zones = [_coarse(bright[_rows(x[1]), slice(int(x[0]) - shift, int(x[0]) - shift + ZONE)])
                 for x, shift in ((left, 0), (right, ZONE))]
        return (sigmoid(eyes_px, self.config.size_px, self.config.size_width_px),
                sigmoid(float(detail), self.config.detail, self.config.detail_width),
                entropy_bits(histogram(bright, _place())) / 8, overlap(*zones) ** 0.3)


def _rows(eye_y: float) -> slice:
    return slice(int(eye_y) + DROP, int(eye_y) + DROP + ZONE)


def _coarse(zone: Image) -> NDArray[np.float64]:
    """Histogram over 32 steps: a zone of 256 pixels cannot fill 256."""
    return np.asarray(histogram(zone).reshape(32, 8).sum(axis=1))


def _place() -> NDArray[np.bool_]:
    side = template(TEMPLATE).size
    y, x = np.ogrid[:side, :side]
    return np.asarray(((x - CENTRE[0]) / RADII[0]) ** 2 + ((y - CENTRE[1]) / RADII[1]) ** 2 <= 1)


def _not_measured(name: str) -> Component:
    return Component.failed(name, "none", "the face has no extent")
