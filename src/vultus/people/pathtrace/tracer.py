"""The reference renderer: path tracing of the same scenes that the rasteriser draws, with the rasteriser's labels."""

from __future__ import annotations

import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vultus.errors import InputError
from vultus.people.pathtrace.engine import mitsuba
from vultus.people.render.background import backdrop
from vultus.people.render.rasteriser import Rasteriser
from vultus.people.render.sensor import develop
from vultus.people.scene import Scene
from vultus.people.shapes import Rendered, Sculpture

Float = NDArray[np.float32]
OUTSTANDING = 1.5


@dataclass(frozen=True)
class PathTracer:
    """Pictures by following light; needs the extra `people`.

    Light bounces between skin, cloth and hair, lamps cast true penumbrae and hair is made of round fibres; light below the skin is
    only imitated (a flatter diffuse law), light through hair and the bending of light in the cornea are left out.
    Labels are those of the rasteriser, pixel by pixel.

    Attributes:
        samples: paths a pixel, raised to the next grid of strata (32 to 5 x 7 = 35, 96 to 9 x 11 = 99; squares stay); noise falls at
            least with its square root. 16 is grainy, 64 fair, 256 clean.
        depth: longest path.
    """

    samples: int = 32
    depth: int = 8

    def render(self, sculpture: Sculpture, scene: Scene) -> Rendered:
        """The picture and its buffers; `scene.seed` drives sensor noise and the paths.

        Raises:
            MissingExtraError: the extra `people` is not installed.
            InputError: samples or depth below 1.
        """
        started = time.perf_counter()
        light, cover = self.trace(sculpture, scene)
        traced = time.perf_counter()
        whole = light + (1 - cover)[..., None] * backdrop(scene.background, scene.camera, scene.light)
        image = develop(np.ascontiguousarray(whole, np.float32), scene.camera, scene.seed)
        buffers = Rasteriser().render(sculpture, scene).buffers
        return Rendered(image, buffers, {"trace": traced - started, "labels": time.perf_counter() - traced})

    def trace(self, sculpture: Sculpture, scene: Scene) -> tuple[Float, Float]:
        """Linear light of the person before black, float32 (h, w, 3), and the share of each pixel that is not background, (h, w)."""
        for name in ("samples", "depth"):
            if getattr(self, name) < 1:
                raise InputError(name, expected="at least 1", got=str(getattr(self, name)))
        with mitsuba() as mi, tempfile.TemporaryDirectory() as folder:
            from vultus.people.pathtrace.stage import stage
            staged = stage(mi, sculpture, scene, self.samples, self.depth, Path(folder))
            seen = np.array(mi.render(staged, seed=abs(int(scene.seed)) % 2**32))
        return despeckled(seen[..., :3]), np.ascontiguousarray(seen[..., 3].clip(0, 1))


def despeckled(light: Float) -> Float:
    """`light` (h, w, 3) with pixels that stand out, half as bright again as their brightest neighbour of eight, set back to that.

    A rare path that carries much light (off a cornea, between fibres) stands out as a single white pixel until there are very many.
    A highlight wider than a pixel stays as it is.
    """
    luminance = light @ np.array([0.2126, 0.7152, 0.0722], np.float32)
    framed = np.pad(luminance, 1, mode="edge")
    height, width = luminance.shape
    around = [framed[1 + i : 1 + i + height, 1 + j : 1 + j + width] for i in (-1, 0, 1) for j in (-1, 0, 1) if (i, j) != (0, 0)]
    limit = np.max(around, 0)
    share = np.where(luminance > OUTSTANDING * limit, limit / np.maximum(luminance, np.float32(1e-9)), np.float32(1))
    return np.ascontiguousarray(light * share[..., None], np.float32)
