"""The whole renderer on scenes whose picture is known."""

from __future__ import annotations

import hashlib
import math
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from vultus.errors import InputError
from vultus.people.render.camera import focal_px, project
from vultus.people.render.lattice import resolve
from vultus.people.render.rasteriser import Rasteriser
from vultus.people.render.sensor import linear
from vultus.people.scene import Camera, Lamp
from vultus.people.shapes import Part

pytest.importorskip("numba")
sys.path.insert(0, str(Path(__file__).parent))
from render_scenes import DARK, globe, lashes, materials, scene, sculpture, square

RENDER = Rasteriser(2)


def light_at(rendered, row=32, column=32):
    """Linear light of a pixel."""
    return linear(rendered.image[row, column] / 255)


def digest(rendered) -> str:
    b = rendered.buffers
    parts = (rendered.image, b.part, b.region, b.depth, b.normals, b.uv, b.triangle, b.cover, b.bare, b.bare_depth)
    return hashlib.sha256(b"".join(np.ascontiguousarray(each).tobytes() for each in parts)).hexdigest()


def crowded():
    """A bit of everything: skin, eyes, hair, brows, a lens, two lamps, noise."""
    body = sculpture(globe(60, (0, 0, -60)), globe(12, (-30, 0, 0), Part.EYE_RIGHT),
                     square(15, 30.0, Part.LENS, (30, 0), alpha=0.3, gloss=1.0),
                     square(30, 10.0, Part.CLOTH, (0, -50)), strands=(lashes(80, Part.HAIR, 20.0), lashes(60)),
                     texture=materials(gloss=1.0))
    lamps = (Lamp((0.5, 0.6, 0.7), softness=0.5), Lamp((-1, 0.1, 0.2), (0.4, 0.3, 0.3), 0.0))
    camera = Camera(64, 64, focal_mm=40.0, distance_mm=600.0, noise=2000, jpeg=90)
    return body, scene(camera, environment=((0.5, 0.5, 0.5), *DARK[1:]), lamps=lamps, seed=5)


def test_lambert_under_one_lamp() -> None:
    cloth = square(200, 0, Part.OCCLUDER, colour=(0.3, 0.5, 0.2))
    for angle in (0.0, 40.0, 70.0):
        lamp = Lamp((math.sin(math.radians(angle)), 0, math.cos(math.radians(angle))), (0.9, 0.8, 0.7), 0.0)
        got = light_at(RENDER.render(sculpture(cloth), scene(lamps=(lamp,))))
        np.testing.assert_allclose(got, np.array([0.3, 0.5, 0.2]) * [0.9, 0.8, 0.7] * math.cos(math.radians(angle)), atol=0.004)


def test_light_wraps_round_skin_red_furthest() -> None:
    lamp = Lamp((math.sin(math.radians(95)), 0, math.cos(math.radians(95))), softness=0.0)
    red, green, blue = light_at(RENDER.render(sculpture(square(50)), scene(lamps=(lamp,))))
    assert red > green > blue > 0
    thing = light_at(RENDER.render(sculpture(square(50, part=Part.OCCLUDER)), scene(lamps=(lamp,))))
    assert (thing == 0).all()


def test_a_constant_environment_lights_a_plane_with_its_radiance() -> None:
    flat = square(300, part=Part.OCCLUDER, colour=(0.4, 0.4, 0.4))
    got = light_at(RENDER.render(sculpture(flat), scene(environment=((1 / 0.282095,) * 3, *DARK[1:]), lamps=())))
    np.testing.assert_allclose(got, 0.4, atol=0.004)


def test_shadow_of_a_square_falls_where_geometry_says() -> None:
    wall, blocker = square(190, -100.0, Part.OCCLUDER), square(20, 0.0, Part.OCCLUDER)
    lamp = Lamp((0.6, 0.0, 0.8), softness=0.0)  # 100 mm behind, the shadow lies 75 mm to the left
    camera = Camera(128, 128, focal_mm=40.0, distance_mm=600.0, centre=(0.5, 0.5))
    image = linear(RENDER.render(sculpture(wall, blocker), scene(camera, lamps=(lamp,))).image / 255)[..., 1]
    for x, lit in ((-75, False), (-60, False), (-90, False), (-103, True), (-45, True), (75, True)):
        (px,), _ = project(np.array([[x, 0, -100.0]]), camera)
        assert (image[int(px[1]), int(px[0])] > 0.3) == lit, x
    for y, lit in ((15, False), (-15, False), (28, True), (-28, True)):
        (px,), _ = project(np.array([[-75, y, -100.0]]), camera)
        assert (image[int(px[1]), int(px[0])] > 0.3) == lit, y


def test_a_soft_lamp_has_a_wider_penumbra() -> None:
    widths = []
    for softness in (0.0, 1.0):
        camera = Camera(128, 128, focal_mm=40.0, distance_mm=600.0, centre=(0.5, 0.5))
        body = sculpture(square(190, -100.0, Part.OCCLUDER), square(40, 0.0, Part.OCCLUDER))
        image = linear(RENDER.render(body, scene(camera, lamps=(Lamp((0.6, 0.0, 0.8), softness=softness),))).image / 255)[..., 1]
        row = image[64, :54]
        widths.append(((row > 0.06) & (row < 0.34)).sum())
    assert widths[1] >= widths[0] + 4


@pytest.mark.parametrize("samples", [1, 2, 3, 4])
def test_labels_are_those_of_pixel_centres(samples: int) -> None:
    body = sculpture(square(40, tilt=35.0))
    shot = scene()
    b = Rasteriser(samples).render(body, shot).buffers
    rows, columns = np.nonzero(b.part == Part.SKIN)
    f, slope = focal_px(shot.camera), math.tan(math.radians(35))
    x, y = (columns + 0.5 - 32) / f, (32 - rows - 0.5) / f
    depth = 600 / (1 - slope * x)  # the plane z = -slope * x of the scene
    np.testing.assert_allclose(b.depth[rows, columns], depth, rtol=1e-4)
    u = (x * depth / math.cos(math.radians(35)) + 40) / 80
    v = 1 - (y * depth + 40) / 80
    np.testing.assert_allclose(b.uv[rows, columns], np.stack([u, v], 1), atol=1e-4)  # weights follow perspective
    assert (b.region[rows, columns] == 1 + (u > 0.5) + 2 * (v > 0.5))[np.minimum(abs(u - 0.5), abs(v - 0.5)) > 0.05].all()
    assert np.isnan(b.uv[b.part == 0]).all() and np.isinf(b.depth[b.part == 0]).all() and (b.triangle[b.part == 0] == -1).all()
    facing = [math.sin(math.radians(35)), 0, math.cos(math.radians(35))]
    np.testing.assert_allclose(b.normals[rows, columns], np.tile(facing, (len(rows), 1)), atol=1e-6)


def test_normals_and_depth_of_a_sphere() -> None:
    b = RENDER.render(sculpture(globe(60)), scene()).buffers
    for row, column in ((32, 32), (25, 32), (32, 38), (36, 29)):
        x, y = (column + 0.5 - 32) / focal_px(scene().camera), (32 - row - 0.5) / focal_px(scene().camera)
        k = 1 + x * x + y * y
        depth = (600 - math.sqrt(600 ** 2 - k * (600 ** 2 - 60 ** 2))) / k
        assert abs(b.depth[row, column] - depth) < 0.3
        np.testing.assert_allclose(b.normals[row, column], np.array([x * depth, y * depth, 600 - depth]) / 60, atol=0.01)


@pytest.mark.parametrize("samples", [1, 2, 3, 4])
def test_cover_of_an_edge_is_its_area(samples: int) -> None:
    shot = scene()
    px_mm = 600 / focal_px(shot.camera)
    half = (12 + 0.37) * px_mm
    cover = Rasteriser(samples).render(sculpture(square(half)), shot).buffers.cover
    assert abs(cover.sum() - (2 * 12.37) ** 2) <= (2 * 12.37) * 4 * 0.5 / samples
    if samples == 4:
        assert abs(cover[32, 32 + 12] - 0.37) <= 0.13 and cover[32, 30] == 1 and cover[32, 46] == 0


def test_edges_blend_in_linear_light() -> None:
    shot = scene(background=(1.0, 1.0, 1.0), lamps=())
    rendered = RENDER.render(sculpture(square(20, colour=(0, 0, 0), part=Part.OCCLUDER)), shot)
    cover, light = rendered.buffers.cover, linear(rendered.image / 255)[..., 0]
    edge = (cover > 0.1) & (cover < 0.9)
    white = light[0, 0]
    assert edge.any() and white < 0.5  # below the shoulder, else light and sRGB do not correspond
    np.testing.assert_allclose(light[edge], (1 - cover[edge]) * white, atol=0.004)


def test_resolve_weighs_borders_half() -> None:
    ramp = np.tile(np.arange(9, dtype=np.float32), (9, 1))  # 4 x 4 pixels of 2 x 2 samples
    np.testing.assert_allclose(resolve(ramp, 2)[0], [1, 3, 5, 7])
    spike = np.zeros((9, 9), np.float32)
    spike[2, 3] = 16
    np.testing.assert_allclose(resolve(spike, 2)[:2], [[0, 2, 0, 0], [0, 2, 0, 0]])
    np.testing.assert_allclose(resolve(np.ones((9, 9, 3), np.float32), 3), np.ones((3, 3, 3)))


def test_labels_are_never_blended_and_bare_is_what_lies_beneath() -> None:
    body = sculpture(square(40), square(20, 20.0, Part.MASK), square(8, 30.0, Part.LENS, (0, 30), alpha=0.2),
                     strands=(lashes(30, Part.HAIR, 40.0), lashes(60, Part.BROWS, 1.0)))
    b = RENDER.render(body, scene()).buffers
    assert set(np.unique(b.part)) == {0, Part.SKIN, Part.MASK, Part.LENS, Part.HAIR}
    assert set(np.unique(b.bare)) == {0, Part.SKIN}
    assert (b.bare[b.part == Part.MASK] == Part.SKIN).all()
    np.testing.assert_allclose(b.bare_depth[b.bare == Part.SKIN], 600, rtol=1e-5)
    np.testing.assert_allclose(b.depth[b.part == Part.MASK], 580, rtol=1e-5)
    assert (b.triangle[b.part == Part.MASK] == -1).all() and set(np.unique(b.triangle[b.part == Part.SKIN])) == {0, 1}
    assert (b.region[b.part != Part.SKIN] == 0).all()


def test_brows_are_veils_over_skin() -> None:
    dense = replace(lashes(200, Part.BROWS), width=np.full(200, 3.0, np.float32))
    b = RENDER.render(sculpture(square(60), strands=(dense,)), scene()).buffers
    brow = b.part == Part.BROWS
    assert brow.any() and (b.region[brow] > 0).all() and np.isfinite(b.uv[brow]).all()
    thin = RENDER.render(sculpture(square(60), strands=(replace(dense, width=np.full(200, 0.05, np.float32)),)), scene()).buffers
    assert (thin.part != Part.BROWS).all()


def test_albedo_leaves_geometry_bit_identical() -> None:
    body, shot = crowded()
    first = RENDER.render(body, shot)
    other = RENDER.render(replace(body, materials=materials(albedo=(0.1, 0.05, 0.02), gloss=1.0)), shot)
    assert not np.array_equal(first.image, other.image)
    for name in ("part", "region", "depth", "normals", "uv", "triangle", "cover", "bare", "bare_depth"):
        assert getattr(first.buffers, name).tobytes() == getattr(other.buffers, name).tobytes(), name


def test_the_eye_follows_its_axis() -> None:
    texture = materials()
    texture.eye[:] = 0.5
    texture.eye[:, 6:10, 6:10] = 0.0  # a black pupil
    for yaw in (-25.0, 0.0, 25.0):
        axis = np.array([math.sin(math.radians(yaw)), 0, math.cos(math.radians(yaw))], np.float32)
        body = sculpture(globe(12, (-30, 0, 0), Part.EYE_RIGHT), texture=texture)
        body = replace(body, eye_axes=np.stack([axis, axis]))
        camera = Camera(128, 128, focal_mm=300.0, distance_mm=1000.0, centre=(0.85, 0.5))
        image = RENDER.render(body, scene(camera, environment=((2, 2, 2), *DARK[1:]), lamps=())).image[..., 0]
        (pupil,), _ = project(np.array([body.eye_centres[0] + 12 * axis]), camera)
        assert image[int(pupil[1]), int(pupil[0])] < 60 < image[int(pupil[1]), int(pupil[0]) + (14 if yaw < 10 else -14)]


def test_a_lens_lets_through_what_its_alpha_leaves() -> None:
    plain = light_at(RENDER.render(sculpture(square(60)), scene()))
    dark = square(30, 20.0, Part.LENS, colour=(0, 0, 0), alpha=0.6)
    seen = light_at(RENDER.render(sculpture(square(60), dark), scene()))
    np.testing.assert_allclose(seen, 0.4 * plain, atol=0.01)


def test_pulse_takes_green_from_the_skin_only() -> None:
    body, bright = sculpture(square(60)), scene()
    still, beat = (np.asarray(linear(RENDER.render(body, replace(bright, pulse=p)).image / 255)) for p in (0.0, 40.0))
    ratio = beat[32, 32] / still[32, 32]
    np.testing.assert_allclose(1 - ratio, 0.2 * np.array([0.33, 0.77, 0.53]) / 0.77, atol=0.02)


def test_bytes_are_equal_on_repeated_runs() -> None:
    body, shot = crowded()
    first = digest(RENDER.render(body, shot))
    RENDER.render(sculpture(square(60)), scene())
    assert digest(RENDER.render(body, shot)) == first == digest(Rasteriser(2).render(body, shot))


def test_bytes_are_equal_in_other_processes_on_other_thread_counts() -> None:
    body, shot = crowded()
    code = "import test_rasteriser as t; print(t.digest(t.RENDER.render(*t.crowded())))"
    for threads in ("1", "3"):
        names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS")
        done = subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parent, capture_output=True, text=True, check=True,
                              env=dict(os.environ, **dict.fromkeys(names, threads)))
        assert done.stdout.strip() == digest(RENDER.render(body, shot))


def test_the_seed_drives_only_noise() -> None:
    body, shot = crowded()
    quiet = replace(shot, camera=replace(shot.camera, noise=0.0))
    assert digest(RENDER.render(body, quiet)) == digest(RENDER.render(body, replace(quiet, seed=9)))
    assert digest(RENDER.render(body, shot)) != digest(RENDER.render(body, replace(shot, seed=9)))


def test_samples_out_of_range_are_named() -> None:
    with pytest.raises(InputError, match="samples"):
        Rasteriser(0)


def test_bad_sculptures_are_named() -> None:
    flat = square(40)
    holed = replace(flat, vertices=np.full_like(flat.vertices, np.nan))
    with pytest.raises(InputError, match=r"meshes\[1\].*finite"):
        RENDER.render(sculpture(flat, holed), scene())
    with pytest.raises(InputError, match=r"meshes\[0\].*not there"):
        RENDER.render(sculpture(replace(flat, triangles=flat.triangles + 1)), scene())
    with pytest.raises(InputError, match=r"materials\.relief"):
        RENDER.render(sculpture(flat, texture=replace(materials(), relief=np.zeros((8, 8, 3), np.float32))), scene())
    with pytest.raises(InputError, match=r"materials\.region"):
        RENDER.render(sculpture(flat, texture=replace(materials(), region=np.full((16, 16), 99, np.uint8))), scene())


def test_what_comes_too_near_is_left_out() -> None:
    hair = lashes(30, Part.HAIR, 599.0)
    b = RENDER.render(sculpture(square(40), square(500, 595.0, Part.OCCLUDER), strands=(hair,)), scene()).buffers
    assert set(np.unique(b.part)) == {0, Part.SKIN}


def test_the_second_compiler_starts_only_where_it_helps(monkeypatch: pytest.MonkeyPatch) -> None:
    from vultus.people.render.compiling import compile_apart, compiled_before
    RENDER.render(sculpture(square(9)), scene())
    assert compiled_before("shade") and not compiled_before("camera")
    assert compile_apart("shade") is None
    monkeypatch.setattr(os, "cpu_count", lambda: 1)
    assert compile_apart("camera") is None
    monkeypatch.undo()
    monkeypatch.setattr(sys, "executable", "/usr/bin/some-app")
    assert compile_apart("camera") is None
    monkeypatch.undo()
    started = compile_apart("camera")
    assert started is not None and started.wait() == 0


def test_missing_numba_names_the_extra() -> None:
    code = ("import sys; sys.modules['numba'] = None\n"
            "from vultus.errors import MissingExtraError\n"
            "import render_scenes as scenes\n"
            "from vultus.people.render.rasteriser import Rasteriser\n"
            "try:\n    Rasteriser().render(scenes.sculpture(scenes.square(9)), scenes.scene())\n"
            "except MissingExtraError as error:\n    print(error)")
    done = subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parent, capture_output=True, text=True, check=True)
    assert "vultus[people]" in done.stdout
