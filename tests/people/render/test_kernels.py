"""What samples see, against slow loops and closed forms."""

import math

import numpy as np
import pytest

from vultus.people.render.camera import film, focal_px, project
from vultus.people.render.scenery import placed
from vultus.people.scene import Camera

pytest.importorskip("numba")
from vultus.people.render import kernels, light

CAMERA = Camera(width=64, height=48, focal_mm=24.0, distance_mm=600.0, centre=(0.5, 0.5))


def drawn(vertices, triangles, mode=2, camera=CAMERA, samples=1):
    shape = (camera.height, camera.width)
    near, owner, weights = np.zeros(shape, np.float32), np.full(shape, -1, np.int32), np.zeros((*shape, 2), np.float32)
    triangles = np.array(triangles, np.int32)
    kernels.draw_triangles(placed(np.array(vertices, np.float32), film(camera, samples), True), triangles,
                           np.full(len(triangles), mode, np.uint8), near, owner, weights)
    return near, owner, weights


def sphere(radius, rows=60):
    """Vertices and outward triangles of a globe."""
    polar, turn = np.meshgrid(np.linspace(1e-3, np.pi - 1e-3, rows), np.arange(2 * rows) * np.pi / rows, indexing="ij")
    points = radius * np.stack([np.sin(polar) * np.cos(turn), np.cos(polar), -np.sin(polar) * np.sin(turn)], 2).reshape(-1, 3)
    triangles = []
    for i in range(rows - 1):
        for j in range(2 * rows):
            a, b = i * 2 * rows + j, i * 2 * rows + (j + 1) % (2 * rows)
            triangles += [(a, a + 2 * rows, b), (b, a + 2 * rows, b + 2 * rows)]
    return points, np.array(triangles, np.int32)


def test_two_triangles_against_a_slow_loop() -> None:
    vertices = np.array([(-80, -60, -30), (90, -40, 60), (10, 90, -100), (70, -70, -60), (80, 80, 40), (-100, 20, 10)], float)
    triangles = [(0, 1, 2), (3, 4, 5)]
    near, owner, weights = drawn(vertices, triangles)
    eye = np.array([0, 0, 600.0])
    for r in range(0, 48, 3):
        for c in range(0, 64, 3):
            ray = np.array([(c + 0.5 - 32) / focal_px(CAMERA), (24 - r - 0.5) / focal_px(CAMERA), -1])
            best = (math.inf, -1, 0.0, 0.0)
            for t, corners in enumerate(triangles):
                a, b, d = (vertices[i] for i in corners)
                depth, u, v = np.linalg.solve(np.stack([ray, a - b, a - d], 1), a - eye)
                if min(u, v, 1 - u - v) >= 0 and depth < best[0]:
                    best = (depth, t, u, v)
            assert owner[r, c] == best[1]
            if best[1] >= 0:
                np.testing.assert_allclose([1 / near[r, c], *weights[r, c]], [best[0], best[2], best[3]], rtol=2e-5, atol=2e-5)


def test_depth_of_a_sphere() -> None:
    camera = Camera(width=81, height=81, focal_mm=40.0, distance_mm=600.0, centre=(0.5, 0.5))
    near, _, _ = drawn(*sphere(100.0), camera=camera)
    f, worst = focal_px(camera), 0.0
    for r in range(20, 61, 4):
        for c in range(20, 61, 4):
            x, y = (c + 0.5 - 40.5) / f, (r + 0.5 - 40.5) / f
            k, half = 1 + x * x + y * y, 600.0
            root = half * half - k * (600.0 ** 2 - 100.0 ** 2)
            if root > 4000:
                worst = max(worst, abs((half - math.sqrt(root)) / k - 1 / near[r, c]))
    assert worst < 0.5  # mm; the globe's facets lie up to 0.2 mm inside


def test_inside_is_not_drawn_unless_asked() -> None:
    front, back = [(0, 1, 2)], [(0, 2, 1)]
    vertices = [(-50, -50, 0), (50, -50, 0), (0, 50, 0)]
    assert (drawn(vertices, front)[1] >= 0).any() and not (drawn(vertices, back)[1] >= 0).any()
    assert (drawn(vertices, back, mode=1)[1] >= 0).any() and not (drawn(vertices, front, mode=0)[1] >= 0).any()


def test_neighbours_leave_no_hole() -> None:
    corners = np.random.default_rng(3).uniform(-60, 60, (40, 2))
    scipy_spatial = pytest.importorskip("scipy.spatial")
    triangles = scipy_spatial.Delaunay(corners).simplices
    vertices = np.concatenate([corners, np.zeros((40, 1))], 1)
    hull = scipy_spatial.Delaunay(project(vertices, CAMERA)[0])
    y, x = np.mgrid[:48, :64] + 0.5
    inside = hull.find_simplex(np.stack([x.ravel(), y.ravel()], 1)).reshape(48, 64) >= 0
    assert ((drawn(vertices, triangles, mode=1)[1] >= 0) == inside).all()


def strand_cover(width, opacity, soft, count=1, across=True):
    """Mean share of the samples of the middle column that strands across the picture cover, in strand widths."""
    camera = Camera(width=41, height=41, focal_mm=24.0, distance_mm=1000.0, centre=(0.5, 0.5))
    near, owner = np.zeros((41, 41), np.float32), np.full((41, 41), -1, np.int32)
    veil = np.zeros((41, 41, 9 if soft else 13), np.float32)
    veil[..., 6] = soft
    rows = np.linspace(-300, 300, count) if count > 1 else np.array([3.0])
    ends = np.stack([np.stack([np.full(count, -600.0), rows, 0 * rows], 1),
                     np.stack([np.full(count, 600.0), rows, 0 * rows], 1)], 1)
    points = np.ascontiguousarray(ends if across else ends[..., [1, 0, 2]], np.float32)
    how = np.array([1, focal_px(camera), opacity, 1, 2 if soft else 1], np.float64)
    kernels.draw_strands(points, np.full(count, width, np.float32), np.ones((count, 6), np.float32), film(camera, 1), how,
                         near, owner, veil)
    return (1 - veil[..., 6] if soft else owner <= -2), near, veil


@pytest.mark.parametrize("across", [True, False])
def test_a_veil_covers_as_much_as_its_width(across: bool) -> None:
    share, _, veil = strand_cover(10.0, 0.8, soft=True, across=across)
    width_px = 10.0 * (1 - 0.67 * 0.25) * 41 / 1000  # in the middle of its only piece
    column = share.sum(0 if across else 1)
    np.testing.assert_allclose(column, 0.8 * width_px, rtol=1e-4)
    np.testing.assert_allclose(veil[..., :3].sum(-1), 3 * (1 - veil[..., 6]), atol=1e-5)  # the colour weighs what it hides


def test_scalp_hair_is_drawn_with_the_chance_of_its_width() -> None:
    drawn_samples, near, surface = strand_cover(6.0, 1.0, soft=False, count=400)
    thin = 6.0 * (1 - 0.67 * 0.25) * 41 / 1000
    expected = 1 - math.exp(-400 * thin / (600 * 41 / 1000))  # 400 independent strands spread over 24.6 rows
    band = drawn_samples[10:31]
    assert abs(band.mean() - expected) < 0.04
    assert np.allclose(near[drawn_samples], 1 / 1000) and (near[~drawn_samples] == 0).all()
    np.testing.assert_allclose(surface[drawn_samples][:, [0, 6, 7]], np.tile([1, 1, 0], (drawn_samples.sum(), 1)), atol=1e-6)
    places = surface[20, drawn_samples[20], 9]
    assert (np.diff(places) > 0).all() and 0 <= places[0] and places[-1] <= 1  # from root to tip


def test_strands_behind_a_surface_stay_hidden() -> None:
    points = np.array([[(-50, 0, 0), (50, 0, 0)]], np.float32)
    for z, seen in ((50.0, False), (-50.0, True)):
        near, owner, _ = drawn([(-200, -200, z), (200, -200, z), (0, 300, z)], [(0, 1, 2)])
        kernels.draw_strands(points, np.array([40.0], np.float32), np.ones((1, 6), np.float32), film(CAMERA, 1),
                             np.array([1, focal_px(CAMERA), 1, 1, 1], float), near, owner, np.zeros((48, 64, 13), np.float32))
        assert (owner <= -2).any() == seen


def test_ambient_occlusion_of_a_plane_and_a_corner() -> None:
    near, normal = np.full((60, 60), 1 / 500, np.float32), np.zeros((60, 60, 3), np.float32)
    normal[..., 2] = 1
    sky = np.zeros((60, 60), np.float32)
    view = np.array([29.5, 29.5, 300.0])
    kernels.occlude(near, normal, view, 80.0, light.ring(), np.zeros(6), sky)
    assert (sky == 1).all()
    near[:, 30:] = 1 / 460  # a wall 40 mm high to the right
    kernels.occlude(near, normal, view, 80.0, light.ring(), np.zeros(6), sky)
    assert sky[30, 29] < 0.93 and sky[30, 5] == 1 and sky[30, 45] == 1
