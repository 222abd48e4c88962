"""The path tracer against closed forms and against the rasteriser's geometry."""

from __future__ import annotations

import math
import sys
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from vultus.errors import InputError, MissingExtraError
from vultus.people.pathtrace import PathTracer
from vultus.people.pathtrace.engine import mitsuba
from vultus.people.pathtrace.sky import directions, disc_radius, sky
from vultus.people.pathtrace.stage import grid_of
from vultus.people.pathtrace.tracer import despeckled
from vultus.people.render.camera import project, unproject
from vultus.people.render.light import irradiance
from vultus.people.sampling import draw_identity
from vultus.people.scene import Camera, Lamp, Light, Pose, Scene, Worn
from vultus.people.shapes import Materials, Mesh, Part, Sculpture, Strands
from vultus.people.studio import Studio

needs_mitsuba = pytest.mark.skipif(find_spec("mitsuba") is None, reason="the path tracer needs the extra 'people' (mitsuba)")
DARK = ((0.0, 0.0, 0.0),) * 9
GREY = 0.5


def sphere(radius: float = 80.0, part: Part = Part.OCCLUDER) -> Mesh:
    polar, around = np.meshgrid(np.linspace(0, np.pi, 60), np.linspace(0, 2 * np.pi, 120), indexing="ij")
    normals = np.stack([np.sin(polar) * np.cos(around), np.cos(polar), np.sin(polar) * np.sin(around)], 2).reshape(-1, 3).astype(np.float32)
    ring, sector = np.meshgrid(np.arange(59), np.arange(119), indexing="ij")
    a = (ring * 120 + sector).ravel()
    triangles = np.concatenate([np.stack([a, a + 1, a + 120], 1), np.stack([a + 1, a + 121, a + 120], 1)]).astype(np.int32)
    return _mesh(normals * np.float32(radius), normals, triangles, np.zeros((len(triangles), 3, 2)), part)


def square(part: Part = Part.SKIN) -> Mesh:
    corners = np.array([(-60, 60, 0), (60, 60, 0), (60, -60, 0), (-60, -60, 0)], np.float32)
    triangles = np.array([(0, 2, 1), (0, 3, 2)], np.int32)
    uv = np.array([(0, 0), (1, 0), (1, 1), (0, 1)], np.float32)[triangles]
    return _mesh(corners, np.tile(np.float32([0, 0, 1]), (4, 1)), triangles, uv, part)


def _mesh(vertices: Any, normals: Any, triangles: Any, uv: Any, part: Part) -> Mesh:
    count = len(triangles)
    return Mesh(vertices, normals, triangles, np.float32(uv), np.full(count, part, np.uint8), np.full((count, 3), GREY, np.float32),
                np.ones(count, np.float32), np.ones(count, np.float32))


def alone(mesh: Mesh, relief: tuple[float, float, float] = (0, 0, 0)) -> Sculpture:
    flat, size = np.ones((64, 64), np.float32), (64, 64, 3)
    materials = Materials(np.full(size, GREY, np.float32), np.broadcast_to(np.float32(relief), size).copy(), flat, flat,
                          flat.astype(np.uint8), np.full((2, 32, 32, 3), GREY, np.float32), np.zeros((2, 32, 32), np.float32))
    axes = np.tile(np.float32([0, 0, 1]), (2, 1))
    return Sculpture((mesh,), (), materials, np.eye(3, dtype=np.float32), np.zeros((2, 3), np.float32), axes)


def scene(light: Light, side: int = 48) -> Scene:
    return Scene(draw_identity(1), light=light, camera=Camera(width=side, height=side, centre=(0.5, 0.5)))


@pytest.fixture(scope="module")
def person() -> tuple[Studio, Scene, Sculpture]:
    studio = Studio()
    who = Scene(draw_identity(5), pose=Pose(20, 5, 0), camera=Camera(width=72, height=80, centre=(0.55, 0.42)))
    return studio, who, studio.sculpture(who)


@needs_mitsuba
@pytest.mark.parametrize("softness", [0.0, 0.6])
def test_plain_sphere_shines_as_lambert_says(softness: float) -> None:
    lamp = Lamp((1.0, 0.3, 0.1), (0.9, 0.6, 0.3), softness)
    shown = scene(Light(lamps=(lamp,)))
    light, cover = PathTracer(samples=64).trace(alone(sphere()), shown)
    rows, columns = np.nonzero(cover == 1)
    toward, normal = _seen(rows, columns, shown.camera)
    lamp_way = np.array(lamp.towards) / np.linalg.norm(lamp.towards)
    cosine = normal @ lamp_way
    clear = (np.abs(np.arccos(cosine) - math.pi / 2) > disc_radius(softness) + 0.05) & (-(toward * normal).sum(1) > 0.2)
    expected = GREY * (irradiance(shown.light, normal) / math.pi + np.maximum(cosine, 0)[:, None] * np.array(lamp.colour))
    ratio = light[rows, columns][clear] / expected[clear]
    assert clear.sum() > 150 and (cosine[clear] < 0).any()
    assert abs(ratio[cosine[clear] > 0].mean() - 1) < 0.01
    assert abs(ratio[cosine[clear] < 0].mean() - 1) < 0.03
    bright = np.abs(ratio[cosine[clear] > 0.3].mean(1) - 1)
    assert np.quantile(bright, 0.95) < 0.12


@needs_mitsuba
def test_counts_of_paths_are_those_that_the_sampler_takes(capfd: pytest.CaptureFixture[str]) -> None:
    with mitsuba() as mi:
        for wanted in (*range(1, 41), 96, 256):
            count = grid_of(wanted)
            assert wanted <= count < wanted + math.sqrt(wanted) and mi.load_dict({"type": "multijitter", "sample_count": count})
    assert grid_of(96) == 99 and capfd.readouterr() == ("", "")


def _seen(rows: NDArray[Any], columns: NDArray[Any], camera: Camera) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Direction of view and normal of the sphere at pixel centres, solved from the quadratic equation."""
    start = np.array([0.0, 0.0, camera.distance_mm])
    toward = unproject(np.stack([columns + 0.5, rows + 0.5], 1), np.full(len(rows), 100.0), camera) - start
    toward /= np.linalg.norm(toward, axis=1, keepdims=True)
    half = toward @ start
    way = -half - np.sqrt(np.maximum(half**2 - start @ start + 80.0**2, 0))
    return toward, (start + way[:, None] * toward) / 80.0


def test_sky_holds_the_light_that_the_scene_describes() -> None:
    lamp = Lamp((-0.3, 0.8, 0.2), (0.5, 1.0, 2.0), 0.3)
    rows = 128
    toward, solid = directions(rows), np.sin((np.arange(rows) + 0.5) / rows * math.pi)[:, None] * (math.pi / rows) ** 2
    assert solid.sum() * 2 * rows == pytest.approx(4 * math.pi, rel=1e-3)
    for normal in np.array([(0, 0, 1), (0.6, 0.8, 0), (-1, 0, 0)], float):
        facing = np.maximum(toward @ normal, 0) * solid
        only_sky = (sky(Light(lamps=()), rows) * facing[..., None]).sum((0, 1))
        np.testing.assert_allclose(only_sky, irradiance(Light(), normal[None])[0], rtol=0.01)
    way = np.array(lamp.towards) / np.linalg.norm(lamp.towards)
    lit = (sky(Light(environment=DARK, lamps=(lamp,)), rows) * (np.maximum(toward @ way, 0) * solid)[..., None]).sum((0, 1))
    np.testing.assert_allclose(lit, math.pi * np.array(lamp.colour), rtol=1e-5)


@needs_mitsuba
@pytest.mark.parametrize(("tilt", "towards"), [((0.5, 0, 0), (1, 0, 0.6)), ((0, 0.5, 0), (0, 1, 0.6))])
def test_relief_tilts_the_skin_towards_the_lamp(tilt: tuple[float, ...], towards: tuple[float, ...]) -> None:
    shown = scene(Light(environment=DARK, lamps=(Lamp(towards, softness=0.0),)), 24)
    toward, flat, away = (_level(alone(square(), tuple(sign * each for each in tilt)), shown) for sign in (1, 0, -1))
    bumped = np.float32(tilt) + np.float32([0, 0, 1])
    turned = replace(square(), normals=np.tile(bumped / np.linalg.norm(bumped), (4, 1)).astype(np.float32))
    assert toward == pytest.approx(_level(alone(turned), shown), rel=0.03)
    assert toward > 1.5 * flat > 2 * away


def _level(sculpture: Sculpture, shown: Scene) -> float:
    return float(PathTracer(samples=16).trace(sculpture, shown)[0][8:16, 8:16].mean())


@needs_mitsuba
def test_depth_and_silhouette_agree_with_the_rasteriser(person: tuple[Studio, Scene, Sculpture], tmp_path: Path) -> None:
    from vultus.people.pathtrace.engine import mitsuba
    from vultus.people.pathtrace.stage import stage
    studio, who, sculpture = person
    drawn = studio.renderer.render(sculpture, who)
    cover = PathTracer(samples=16).trace(sculpture, who)[1]
    assert abs(cover.mean() - drawn.buffers.cover.mean()) < 0.01
    assert _overlap(cover, drawn.buffers.cover) >= 0.97  # hairs are thinner than these pixels
    shaved = replace(sculpture, strands=())
    assert _overlap(PathTracer(samples=16).trace(shaved, who)[1], studio.renderer.render(shaved, who).buffers.cover) >= 0.99
    rows, columns = np.nonzero((drawn.buffers.part == Part.SKIN) & (drawn.buffers.bare == Part.SKIN))
    far = unproject(np.stack([columns + 0.5, rows + 0.5], 1), np.full(len(rows), 500.0), who.camera)
    start = np.array([0.0, 0.0, who.camera.distance_mm])
    bald = replace(sculpture, strands=(), meshes=sculpture.meshes[:1])
    with mitsuba() as mi:
        staged = stage(mi, bald, who, 1, 2, tmp_path)
        depth = []
        for point in (far - start) / np.linalg.norm(far - start, axis=1, keepdims=True):
            hit = staged.ray_intersect(mi.Ray3f(start.tolist(), point.tolist()))
            depth.append(float(start[2] - hit.p[2]) if hit.is_valid() else np.inf)
    off = np.abs(np.array(depth) - drawn.buffers.depth[rows, columns])
    assert len(off) > 800 and np.median(off) < 0.01 and np.quantile(off, 0.98) < 0.5


def _overlap(first: NDArray[Any], second: NDArray[Any]) -> float:
    return float(((first > 0.5) & (second > 0.5)).sum() / ((first > 0.5) | (second > 0.5)).sum())


@needs_mitsuba
def test_eyes_look_where_the_labels_say(person: tuple[Studio, Scene, Sculpture]) -> None:
    studio, _, _ = person
    who = Scene(draw_identity(5), actions={"eyeWideLeft": 1.0, "eyeWideRight": 1.0}, camera=Camera(width=200, height=120, focal_mm=350),
                worn=Worn(glasses=False))
    sculpture = studio.sculpture(who)
    halves = np.full((2, 64, 64, 3), 0.02, np.float32)
    halves[:, :, 32:, 0] = halves[:, :32, :, 1] = 0.8  # red to image right, green above
    materials = replace(sculpture.materials, eye=halves, eye_gloss=np.zeros((2, 64, 64), np.float32))
    painted = replace(sculpture, strands=(), meshes=sculpture.meshes[:1], materials=materials)
    light, _ = PathTracer(samples=9).trace(painted, who)
    part = studio.renderer.render(painted, who).buffers.part
    middle, _ = project(sculpture.eye_centres.astype(float) + 12 * sculpture.eye_axes, who.camera)
    for eye, (x, y) in zip((Part.EYE_RIGHT, Part.EYE_LEFT), middle, strict=True):
        rows, columns = np.nonzero(part == eye)
        seen = light[rows, columns]
        assert len(rows) > 60
        assert np.median(seen[columns > x, 0]) > 1.5 * np.median(seen[columns < x - 1, 0])
        assert np.median(seen[rows < y - 1, 1]) > 1.5 * np.median(seen[rows > y, 1])


@needs_mitsuba
def test_same_seed_same_bytes_and_the_labels_of_the_rasteriser(person: tuple[Studio, Scene, Sculpture]) -> None:
    studio, who, sculpture = person
    small = replace(who, camera=replace(who.camera, width=40, height=40))
    tracer = PathTracer(samples=4)
    first, again, other = (tracer.render(sculpture, each) for each in (small, small, replace(small, seed=9)))
    assert first.image.dtype == np.uint8 and first.image.shape == (40, 40, 3)
    assert np.array_equal(first.image, again.image) and not np.array_equal(first.image, other.image)
    drawn = studio.renderer.render(sculpture, small)
    for name in ("part", "region", "depth", "cover", "triangle", "bare"):
        np.testing.assert_array_equal(getattr(first.buffers, name), getattr(drawn.buffers, name))
    beside = np.abs(first.image.astype(int) - drawn.image)
    outside = drawn.buffers.cover == 0
    assert (beside[outside].max(1) <= 1).mean() > 0.98, "backgrounds differ"  # single hairs end differently
    assert beside[~outside].mean() < 40


@needs_mitsuba
def test_a_heart_beat_takes_green_from_the_skin() -> None:
    shown = scene(Light(), 24)
    rest, beat = (PathTracer(samples=4).trace(alone(square()), replace(shown, pulse=pulse))[0][8:16, 8:16].mean((0, 1))
                  for pulse in (0, 10))
    assert 0.9 < beat[1] / rest[1] < 0.98 and beat[1] / rest[1] < beat[0] / rest[0] < 1


@needs_mitsuba
def test_lens_shows_what_is_behind_it_and_lets_light_through() -> None:
    front = square(Part.LENS)
    near = replace(front, vertices=front.vertices + np.float32([0, 0, 150]), alpha=np.full(2, 0.3, np.float32))
    bare, shown = alone(sphere()), scene(Light(), 24)
    through = PathTracer(samples=64, depth=10).trace(replace(bare, meshes=(*bare.meshes, near)), shown)[0][9:15, 9:15].mean()
    plain = PathTracer(samples=64).trace(bare, shown)[0][9:15, 9:15].mean()
    assert 0.5 * plain < through < 1.1 * plain


@needs_mitsuba
def test_strands_cover_their_width_and_keep_their_colours() -> None:
    points = np.zeros((40, 6, 3), np.float32)
    points[:, :, 0] = np.linspace(-50, 50, 40)[:, None]
    points[:, :, 1] = np.linspace(60, -60, 6)
    colour = np.where(np.arange(40)[:, None] < 20, np.float32([0.6, 0.1, 0.1]), np.float32([0.1, 0.1, 0.2]))
    strands = Strands(points, colour, np.full(40, 1.5, np.float32), Part.HAIR)
    far = replace(square(Part.OCCLUDER), vertices=square().vertices * 0 + np.float32([0, 900, 0]))
    light, cover = PathTracer(samples=36).trace(replace(alone(far), strands=(strands,)), scene(Light(), 96))
    along = np.linspace(0, 1, 200)
    mean_width = 1.5 * (1 - 0.67 * along**2).mean()
    px_per_mm = 85 / 24 * 96 / 1100
    assert cover.sum() == pytest.approx(40 * mean_width * 120 * px_per_mm**2, rel=0.05)
    left, right = light[:, :46].sum((0, 1)), light[:, 50:].sum((0, 1))
    assert left[0] > 2.5 * left[2] and right[2] > 1.2 * right[0] and left[0] > 2 * right[0]


def test_single_bright_pixels_are_limited_and_wide_highlights_kept() -> None:
    light = np.full((9, 9, 3), 0.2, np.float32)
    light[2, 2] = 30
    light[6:8, 5:8] = 5
    clean = despeckled(light)
    assert clean[2, 2].max() == pytest.approx(0.2)
    clean[2, 2] = 30
    np.testing.assert_array_equal(clean, light)


def test_missing_extra_and_bad_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InputError, match=r"^samples: expected at least 1"):
        PathTracer(samples=0).trace(alone(sphere()), scene(Light()))
    monkeypatch.setitem(sys.modules, "mitsuba", None)
    with pytest.raises(MissingExtraError, match=r"vultus\[people\]"):
        PathTracer().render(alone(sphere()), scene(Light()))
