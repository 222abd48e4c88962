"""The fast renderer: what each sample sees, its light, and the picture with its labels."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vultus.errors import InputError, MissingExtraError
from vultus.people.render import light as lighting
from vultus.people.render.background import backdrop
from vultus.people.render.camera import film, focal_px, lattice_shape
from vultus.people.render.lattice import Lattice, resolve
from vultus.people.render.scenery import KINDS, REGION_KINDS, check_textures, join, placed
from vultus.people.render.sensor import develop
from vultus.people.render.strand_arrays import strand_arrays
from vultus.people.scene import Scene
from vultus.people.shapes import Buffers, Float, Materials, Part, Rendered, Sculpture

SKY_RADIUS_MM = 75.0  # how far things take ambient light from each other
GLASS_BODY = 0.15  # share of the light that a tint takes which it scatters back
SKY_PX = 112
SKULL_MM = (0.0, 15.0, -85.0)  # centre of the skull from the point midway between the eyes
SHADOW_CELLS = (192, 320)  # side of a shadow map for small and for large pictures
LARGE_PX = 200
# Share of green light that a heart beat takes from the skin at pulse 1, and its ratio in red, green and blue: about half a percent
# (Verkruysse et al. 2008), blood volume signature 0.33 : 0.77 : 0.53 (de Haan and van Leest 2014).
PULSE_GREEN = 0.005
PULSE_RGB = np.array([0.33, 0.77, 0.53], np.float32) / np.float32(0.77)


@dataclass(frozen=True)
class Rasteriser:
    """Renders by a depth buffer and deferred shading; needs the extra `people` (numba).

    The same sculpture and scene give the same bytes on any number of threads and processes of one kind of CPU.

    Args:
        samples: samples a pixel along each side, 1..8.
    """

    samples: int = 2

    def __post_init__(self) -> None:
        if self.samples not in range(1, 9):
            raise InputError("samples", expected="1..8", got=str(self.samples))

    def render(self, sculpture: Sculpture, scene: Scene) -> Rendered:
        """The picture of a scene and what each pixel shows."""
        return _Drawing(sculpture, scene, self.samples).finish()


class _Drawing:
    """One picture on its way."""

    def __init__(self, sculpture: Sculpture, scene: Scene, samples: int) -> None:
        self.kernels, self.surface, self.shading, self.shadows = _compiled()
        self.sculpture, self.scene, self.camera, self.samples = sculpture, scene, scene.camera, samples
        check_textures(sculpture.materials)
        self.scenery = join(sculpture.meshes)
        self.view = film(self.camera, samples)
        self.lattice = Lattice(lattice_shape(self.camera, samples))
        self.centre = np.s_[samples // 2::samples, samples // 2::samples]
        self.seconds: dict[str, float] = {}

    def finish(self) -> Rendered:
        self._timed("triangles", self._draw_triangles)
        self._timed("strands", self._draw_strands)
        self._timed("surface", lambda: self._gather(self.lattice))
        self._timed("sky", self._find_sky)
        self._timed("shadow", self._find_shadows)
        self._timed("shade", lambda: self._shade(self.lattice))
        cover = self._timed("glass", self._look_through)
        buffers = self._timed("buffers", lambda: self._buffers(cover))
        image = self._timed("picture", lambda: self._picture(cover))
        return Rendered(image, buffers, self.seconds)

    def _timed(self, stage: str, work: Callable[[], Any]) -> Any:
        start = time.perf_counter()
        result = work()
        self.seconds[stage] = time.perf_counter() - start
        return result

    def _draw_triangles(self) -> None:
        self.points = placed(self.scenery.vertices, self.view, True)
        a = self.lattice
        self.kernels.draw_triangles(self.points, self.scenery.triangles, self.scenery.solid, a.near, a.owner, a.weights)

    def _draw_strands(self) -> None:
        a = self.lattice
        self.veiled = np.zeros((self.camera.height, self.camera.width), np.uint8)
        for soft in (False, True):
            for each in self.sculpture.strands:
                if (each.part != Part.HAIR) != soft or not len(each.points):
                    continue
                clear = a.veil[self.centre][..., 6].copy()
                how = np.array([1, focal_px(self.camera) * self.samples, each.opacity, 1, 2 if soft else 1], np.float64)
                self.kernels.draw_strands(*strand_arrays(each), self.view, how, a.near, a.owner, a.veil if soft else a.surface)
                now = a.veil[self.centre][..., 6]
                self.veiled[(now < 0.5) & (now < 0.6 * clear)] = each.part

    def _gather(self, a: Lattice) -> None:
        m, s = _with_pulse(self.sculpture.materials, self.scene.pulse), self.scenery
        frame = np.ascontiguousarray(np.concatenate([self.sculpture.turn, self.sculpture.eye_centres, self.sculpture.eye_axes]), np.float64)
        self.surface.gather(a.owner, a.weights, s.triangles, s.vertices, s.normals, s.uv, s.part, s.colour, s.finish, s.head,
                            *(np.ascontiguousarray(each, np.float32) for each in (m.albedo, m.relief, m.gloss[..., None])),
                            np.ascontiguousarray(m.region), np.ascontiguousarray(m.eye.reshape(-1, m.eye.shape[2], 3), np.float32),
                            np.ascontiguousarray(m.eye_gloss.reshape(-1, m.eye.shape[2]), np.float32), frame, KINDS, REGION_KINDS,
                            a.labels, a.surface)

    def _find_sky(self) -> None:
        """Ambient visibility, searched on at most `SKY_PX` pixels a side: it is smooth."""
        import cv2
        every = -(-max(self.camera.width, self.camera.height) // SKY_PX)
        step = self.samples * every
        at = np.s_[step // 2::step, step // 2::step]
        near = np.ascontiguousarray(self.lattice.near[at])
        sky = np.ones_like(near)
        film_here = np.array([(-self.view[0, 2] - step // 2) / step, (-self.view[1, 2] - step // 2) / step,
                              focal_px(self.camera) * self.samples / step])
        self.kernels.occlude(near, np.ascontiguousarray(self.lattice.surface[at][..., 3:6]), film_here, SKY_RADIUS_MM, lighting.ring(),
                             np.zeros(6), sky)
        sky = np.asarray(cv2.blur(sky, (3, 3), borderType=cv2.BORDER_REPLICATE), np.float32)
        self.sky = np.asarray(sky if every == 1 else cv2.resize(sky, (self.camera.width, self.camera.height)), np.float32)

    def _find_shadows(self) -> None:
        self.lamps = lighting.lamp_rows(self.scene.light)
        size = SHADOW_CELLS[int(max(self.camera.width, self.camera.height) >= LARGE_PX)]
        self.maps, self.films = self.shadows.shadow_maps(self.scenery, self.sculpture.strands, self.lamps, size)

    def _shade(self, a: Lattice) -> None:
        zoom, turn, far = focal_px(self.camera) * self.samples, self.sculpture.turn, self.camera.distance_mm
        length = max(float(np.hypot(turn[0, 1], turn[1, 1])), 1e-6)
        skull = self.sculpture.eye_centres.mean(0) + np.einsum("ij,j->i", turn, np.array(SKULL_MM, np.float32))
        view = np.array([-self.view[0, 2], -self.view[1, 2], zoom, far, self.samples, turn[0, 1] / length, -turn[1, 1] / length, far / zoom,
                         *skull])
        self.shading.shade(a.near, a.labels, a.surface, a.veil, self.sky, view, lighting.tables(self.scene.light), self.lamps, self.maps,
                           self.films, lighting.discs(), lighting.RIMS, lighting.FINISH, np.zeros(53 + len(self.lamps)), a.light)

    def _look_through(self) -> Float:
        """Puts lenses before the picture; returns the share of each sample that is not background, (h, w)."""
        a = self.lattice
        cover = np.where(a.labels[..., 2] > 0, np.float32(1), 1 - a.veil[..., 6])
        self.glass: Lattice | None = None
        if self.scenery.clear.any():
            glass = self.glass = Lattice(a.near.shape)
            glass.near[:] = a.near
            self.kernels.draw_triangles(self.points, self.scenery.triangles, self.scenery.clear, glass.near, glass.owner, glass.weights)
            self._gather(glass)
            glass.surface[..., :3] *= GLASS_BODY
            self._shade(glass)
            alpha = np.where(glass.owner >= 0, glass.surface[..., 10], np.float32(0))
            a.light *= (1 - alpha)[..., None]
            a.light += glass.light
            cover = 1 - (1 - cover) * (1 - alpha)
        return cover

    def _picture(self, cover: Float) -> NDArray[np.uint8]:
        behind = backdrop(self.scene.background, self.camera, self.scene.light)
        light = resolve(self.lattice.light, self.samples) + (1 - resolve(cover, self.samples))[..., None] * behind
        return develop(light, self.camera, self.scene.seed)

    def _buffers(self, cover: Float) -> Buffers:
        a, at = self.lattice, self.centre
        labels, near, owner = a.labels[at], a.near[at].copy(), a.owner[at].copy()
        normals, part = a.surface[at][..., 3:6].copy(), labels[..., 0].copy()
        loose = (self.veiled > 0) & (near <= 0)  # strands with nothing behind them
        near[loose] = (a.veil[at][..., 8] / (1 - a.veil[at][..., 6] + np.float32(1e-9)))[loose]
        part = np.where(self.veiled > 0, self.veiled, part)
        if self.glass is not None:
            before = self.glass.owner[at] >= 0
            part[before], near[before] = self.glass.labels[at][before, 0], self.glass.near[at][before]
            normals[before], owner[before] = self.glass.surface[at][before, 3:6], -1
        head = (owner >= 0) & (owner < self.scenery.head)
        on_skin = head & (labels[..., 0] == Part.SKIN)
        uv = np.where(on_skin[..., None], a.surface[at][..., 11:], np.float32(np.nan))
        bare, bare_depth = self._bare()
        return Buffers(part, np.where(on_skin, labels[..., 1], 0).astype(np.uint8), _depth(near), normals, uv,
                       np.where(head, owner, -1).astype(np.int32), np.clip(resolve(cover, self.samples), 0, 1), bare, bare_depth)

    def _bare(self) -> tuple[NDArray[np.uint8], Float]:
        shape = (self.camera.height, self.camera.width)
        near, owner = np.zeros(shape, np.float32), np.full(shape, -1, np.int32)
        self.kernels.draw_triangles(placed(self.scenery.vertices, film(self.camera, 1), True), self.scenery.triangles, self.scenery.bare,
                                    near, owner, np.empty((*shape, 2), np.float32))
        part = np.where(owner >= 0, self.scenery.part[np.maximum(owner, 0)], 0).astype(np.uint8)
        return part, _depth(near)


def _depth(near: Float) -> Float:
    return np.where(near > 0, 1 / np.maximum(near, np.float32(1e-9)), np.float32(np.inf)).astype(np.float32)


def _with_pulse(materials: Materials, pulse: float) -> Materials:
    """The skin at a moment of the heart beat: more blood takes light, green most."""
    if pulse == 0:
        return materials
    taken = 1 - np.float32(pulse * PULSE_GREEN) * PULSE_RGB * materials.blood[..., None]
    return replace(materials, albedo=materials.albedo * taken)


def compile_ahead() -> Callable[[], object]:
    """Starts to compile the loops, half of them in a second process, and returns at once; what is returned waits for the rest.

    Raises:
        MissingExtraError: the extra `people` is not installed.
    """
    try:
        from vultus.people.render.compiling import compile_apart
    except ModuleNotFoundError as missing:
        raise MissingExtraError("rendering virtual people", "people") from missing
    apart = compile_apart("surface", "shade")

    def finish() -> tuple[Any, Any, Any, Any]:
        from vultus.people.render import kernels, shadow
        if apart is not None:
            apart.wait()
        from vultus.people.render import shade, surface
        return kernels, surface, shade, shadow
    return finish


def _compiled() -> Any:
    """The compiled modules (kernels, surface, shade, shadow), loaded when a first picture is drawn."""
    return compile_ahead()()
