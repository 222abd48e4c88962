"""Warps against slow or closed forms, crops against known pictures, overlap against loops."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from numpy.typing import NDArray

from vultus import geometry
from vultus.errors import InputError, UnknownNameError
from vultus.types import Faces

RNG = np.random.default_rng(11)
FIVE = [name for name, wanted in geometry.TEMPLATES.items() if wanted.kind == "five-point"]


def target(name: str = "dlib-150") -> NDArray[np.float64]:
    return np.array(geometry.TEMPLATES[name].points)


def turned(points: NDArray[np.float64], degrees: float, scale: float, shift: tuple[float, float]) -> NDArray[np.float64]:
    """Points rotated clockwise on the screen, scaled and moved."""
    a = np.radians(degrees)
    return scale * points @ np.array([[np.cos(a), np.sin(a)], [-np.sin(a), np.cos(a)]]) + shift


def faces_at(points: NDArray[np.float64], size: tuple[int, int]) -> Faces:
    points = np.asarray(points, np.float32).reshape(-1, 5, 2)
    boxes = np.concatenate([points.min(1), points.max(1)], axis=1)
    return Faces(boxes, np.ones(len(points)), points, size)


@pytest.mark.parametrize("name", FIVE)
def test_warp_recovers_a_known_similarity(name: str) -> None:
    moves = [(0.0, 1.0, (0.0, 0.0)), (30.0, 2.5, (40.0, -7.0)), (-170.0, 0.3, (5.0, 5.0))]
    warps = geometry.similarity_warp(np.stack([turned(target(name), *move) for move in moves]), name)
    corners = np.array([[0.0, 0.0], [100.0, 0.0], [13.0, 77.0]])
    for warp, move in zip(warps, moves, strict=True):
        assert np.allclose(corners @ warp[:, :2].T + warp[:, 2], turned(corners, *move), atol=1e-9)


def test_warp_is_the_least_squares_fit_among_similarities() -> None:
    """Against a general linear solver: unknowns a, b, tx, ty of (x, y) -> (a x - b y + tx, b x + a y + ty)."""
    for _ in range(20):
        points = RNG.normal(0, 30, (5, 2)) + 100
        rows = [r for x, y in points for r in ((x, -y, 1, 0), (y, x, 0, 1))]
        a, b, tx, ty = np.linalg.lstsq(np.array(rows), target().ravel(), rcond=None)[0]
        forward = np.array([[a, -b, tx], [b, a, ty], [0, 0, 1]])
        warp = geometry.similarity_warp(points[None], "dlib-150")[0]
        assert np.allclose(np.vstack([warp, [0, 0, 1]]) @ forward, np.eye(3), atol=1e-6)


def test_warp_never_mirrors_and_stays_finite() -> None:
    mirrored = target() * (-1, 1)
    warps = geometry.similarity_warp(np.stack([mirrored, np.full((5, 2), 8.0)]), "dlib-150")
    assert (np.linalg.det(warps[:, :, :2]) > 0).all()
    assert np.isfinite(warps).all()
    with pytest.raises(InputError, match="five-point"):
        geometry.similarity_warp(mirrored[None], "loose-224")
    with pytest.raises(UnknownNameError, match="dlib-150"):
        geometry.similarity_warp(mirrored[None], "dlib-15")


def test_crop_puts_the_points_where_the_template_wants_them() -> None:
    picture = np.zeros((400, 500, 3), np.uint8)
    points = turned(target(), 25, 1.0, (180.0, 60.0))
    for x, y in points:  # a bright 3x3 spot whose middle pixel covers the point
        picture[int(y) - 1:int(y) + 2, int(x) - 1:int(x) + 2] = 255
    crops = geometry.crop(picture, faces_at(points, (400, 500)), "dlib-150")
    assert (crops.template, crops.images.shape) == ("dlib-150", (1, 150, 150, 3))
    for x, y in target():
        around = crops.images[0, int(y) - 4:int(y) + 5, int(x) - 4:int(x) + 5, 0].astype(float)
        rows, columns = np.mgrid[int(y) - 4:int(y) + 5, int(x) - 4:int(x) + 5] + 0.5
        assert abs((around * columns).sum() / around.sum() - x) < 0.75
        assert abs((around * rows).sum() / around.sum() - y) < 0.75


@pytest.mark.parametrize("scale", [0.5, 1.0, 2.5, 7.9])
def test_crop_of_a_ramp_keeps_positions_at_any_scale(scale: float) -> None:
    """Value = x / 8: every crop pixel must show the value at its own centre, whether or not the picture was averaged first."""
    side = 1600
    ramp = np.repeat(np.repeat((np.arange(side) // 8).astype(np.uint8)[None], side, 0)[..., None], 3, 2)
    points = turned(target(), 0, scale, (100.0, 60.0))
    crops = geometry.crop(ramp, faces_at(points, (side, side)), "dlib-150")
    centres = np.arange(150) + 0.5
    expected = (100 + scale * centres) / 8 - 0.5
    error = crops.images[0, 75, :, 0] - expected
    assert abs(error.mean()) < 0.12
    assert np.abs(error).max() < 1.1


def test_large_faces_are_averaged_not_skipped() -> None:
    """A fine checkerboard must become even grey; plain sampling of the same warp shows a pattern."""
    import cv2
    board = np.repeat(((np.indices((1500, 1500)).sum(0) % 2) * 255).astype(np.uint8)[..., None], 3, 2)
    points = turned(target(), 7, 6.3, (200.0, 200.0))
    crops = geometry.crop(board, faces_at(points, board.shape[:2]), "dlib-150")
    assert crops.images.std() < 5
    plain = cv2.warpAffine(board, crops.warps[0], (150, 150), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)
    assert plain.std() > 30


def test_outside_the_picture_is_black_and_one_pixel_pictures_work() -> None:
    white = np.full((50, 50, 3), 255, np.uint8)
    crops = geometry.crop(white, faces_at(target() - 500, (50, 50)), "dlib-150")
    assert crops.images.max() == 0
    far = geometry.crop(white, faces_at(turned(target(), 0, 9, (-3000.0, -3000.0)), (50, 50)), "dlib-150")
    assert far.images.max() == 0
    geometry.crop(white[:1, :1], faces_at(target(), (1, 1)), "dlib-150")
    assert len(geometry.crop(white, Faces.none((50, 50)), "dlib-150")) == 0


def test_loose_crop_is_the_widened_square() -> None:
    picture = RNG.integers(0, 256, (300, 300, 3), dtype=np.uint8)
    box = np.array([[100, 80, 180, 200]], np.float32)
    faces = Faces(box, np.ones(1), np.zeros((1, 5, 2)), (300, 300))
    wanted = geometry.Template("square", 180, kind="loose", margin=0.25)
    assert geometry.expand(box, 0.25).tolist() == [[50, 50, 230, 230]]
    crops = geometry.crop(picture, faces, wanted)
    assert (crops.images[0] == picture[50:230, 50:230]).all()
    assert np.allclose(crops.warps[0], [[1, 0, 50], [0, 1, 50]])


def test_enlarged_crop_equals_an_enlarged_picture() -> None:
    """Edges stay edges: twice the size is what OpenCV's resize makes of the same square."""
    import cv2
    picture = RNG.integers(0, 256, (60, 60, 3), dtype=np.uint8)
    faces = Faces(np.array([[0, 0, 60, 60]]), np.ones(1), np.zeros((1, 5, 2)), (60, 60))
    crops = geometry.crop(picture, faces, geometry.Template("double", 120, kind="loose"))
    expected = cv2.resize(picture, (120, 120), interpolation=cv2.INTER_LINEAR)
    assert np.abs(crops.images[0].astype(int) - expected)[2:-2, 2:-2].max() <= 2


def test_resized_faces_follow_the_picture() -> None:
    faces = faces_at(target(), (200, 300))
    smaller = geometry.resized(faces, (100, 150))
    assert np.allclose(smaller.points, faces.points / 2)
    assert np.allclose(smaller.boxes, faces.boxes / 2)
    assert smaller.size == (100, 150)


def slow_iou(a: NDArray[np.float64], b: NDArray[np.float64]) -> float:
    w, h = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    shared = w * h if w > 0 and h > 0 else 0.0
    return shared / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - shared)


def test_iou_and_nms_equal_loops() -> None:
    corners = RNG.uniform(0, 60, (40, 2))
    boxes = np.hstack([corners, corners + RNG.uniform(5, 40, (40, 2))])
    scores = RNG.uniform(0, 1, 40)
    table = geometry.iou(boxes, boxes)
    assert np.allclose(table, [[slow_iou(a, b) for b in boxes] for a in boxes], atol=1e-5)
    kept: list[int] = []
    for i in np.argsort(-scores):
        if all(slow_iou(boxes[i], boxes[j]) <= 0.3 for j in kept):
            kept.append(int(i))
    assert geometry.nms(boxes, scores, 0.3).tolist() == kept
    assert 1 < len(kept) < 40
    assert geometry.nms(np.empty((0, 4)), np.empty(0), 0.3).size == 0
    assert geometry.iou(np.zeros((1, 4)), np.zeros((1, 4))).item() == 0


def head(yaw: float, roll: float) -> NDArray[np.float64]:
    """Five points of a head turned by yaw, then rolled, seen from far away."""
    depth = geometry.NOSE_DEPTH * 60
    solid = np.array([[-30, -20, 0], [30, -20, 0], [0, 12, depth], [-22, 42, 0], [22, 42, 0]], float)
    y = np.radians(yaw)
    flat = np.stack([solid[:, 0] * np.cos(y) + solid[:, 2] * np.sin(y), solid[:, 1]], axis=1)
    return turned(flat, roll, 1.0, (200.0, 150.0))


@pytest.mark.parametrize("yaw", [-50.0, -10.0, 0.0, 25.0, 60.0])
@pytest.mark.parametrize("roll", [-40.0, 0.0, 15.0])
def test_yaw_and_roll_of_a_turned_head(yaw: float, roll: float) -> None:
    points = head(yaw, roll)[None]
    assert geometry.yaw_deg(points)[0] == pytest.approx(yaw, abs=0.01)
    assert geometry.roll_deg(points)[0] == pytest.approx(roll, abs=0.01)


def test_yaw_of_collapsed_points_is_finite() -> None:
    assert np.isfinite(geometry.yaw_deg(np.zeros((2, 5, 2)))).all()


def test_importing_geometry_does_not_load_opencv() -> None:
    code = "import sys, vultus.geometry; assert 'cv2' not in sys.modules"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_rival_is_as_prominent_not_only_as_large() -> None:
    """Beside the middle face stand one of half its area in the middle, one as large in the corner, and a small one."""
    boxes = np.array([[40, 40, 60, 60], [43, 43, 58, 58], [0, 0, 20, 20], [45, 20, 50, 25]], np.float32)
    faces = Faces(boxes, np.ones(4, np.float32), np.zeros((4, 5, 2), np.float32), (100, 100))
    assert geometry.rivals(faces) == 1
    assert geometry.rivals(faces[:1]) == geometry.rivals(Faces.none((9, 9))) == 0
