"""Heads of the basis: equal to anny's, mirrored where they must be, turned by exactly what was asked."""

from __future__ import annotations

import dataclasses
import importlib.util
from typing import Any

import numpy as np
import pytest

from vultus.errors import InputError, UnknownNameError
from vultus.people.basis import HeadBasis
from vultus.people.basis.phenotype import component_weights
from vultus.people.basis.turning import angles, rotation
from vultus.people.scene import Gaze, Pose
from vultus.people.shapes import Part

draws = importlib.util.spec_from_file_location("anny_draws", __file__.replace("test_head_basis", "anny_draws"))
assert draws and draws.loader
anny_draws = importlib.util.module_from_spec(draws)
draws.loader.exec_module(anny_draws)

SMILE = {"mouthSmileLeft": .8, "mouthSmileRight": .8}


def ours(basis: HeadBasis, person: Any, parameters: Any) -> Any:
    one = person(parameters["years"], parameters["phenotype"], parameters["local"])
    return basis.express(basis.shape(one), parameters["actions"])


def head_height(basis: HeadBasis, vertices: Any) -> float:
    return float(np.ptp(vertices[basis._weights[:len(vertices), 4] > .999, 1]))


def test_five_heads_are_annys(basis: HeadBasis, person: Any) -> None:
    sample = np.load(anny_draws.SAMPLE)
    for seed, expected in enumerate(sample["vertices"]):
        got = ours(basis, person, anny_draws.draw(seed))
        assert np.abs(got[sample["rows"]] - expected).max() <= 1e-4 * head_height(basis, got)


@pytest.mark.slow
def test_sixty_heads_are_annys(basis: HeadBasis, person: Any) -> None:
    pytest.importorskip("anny", reason="needs anny 0.6.2: pip install anny==0.6.2, set ANNY_CACHE_DIR, pytest -m slow")
    reference = anny_draws.Reference()
    worst = 0.0
    for seed in range(60):
        expected = reference(anny_draws.draw(seed))
        got = ours(basis, person, anny_draws.draw(seed))[:len(expected)]
        worst = max(worst, np.linalg.norm(got - expected, axis=1).max() / head_height(basis, expected))
    assert worst <= 1e-4, worst


def test_components_by_hand() -> None:
    weights = component_weights({"gender": .25, "muscle": .75, "weight": 0., "height": 1., "proportions": .5, "african": 1., "asian": 1.,
                                 "caucasian": 0.}, age=.5)
    assert weights["female"] == pytest.approx(.75) and weights["male"] == pytest.approx(.25)
    assert weights["child"] == pytest.approx(.5) and weights["young"] == pytest.approx(.5) and weights["old"] == 0
    assert weights["averagemuscle"] == pytest.approx(.5) and weights["maxmuscle"] == pytest.approx(.5)
    assert weights["minweight"] == 1 and weights["maxheight"] == 1
    assert weights["african"] == weights["asian"] == .5 and weights["caucasian"] == 0


def test_age_axis_at_the_anchors() -> None:
    got = [HeadBasis.age_axis(years) for years in (0, 1, 10, 25, 90, 57.5)]
    assert got == pytest.approx([-1 / 3, 0, 1 / 3, 2 / 3, 1, 5 / 6])


@pytest.mark.parametrize(("change", "error", "words"), [
    ({"phenotype": {"gendr": .5}}, UnknownNameError, "did you mean gender"),
    ({"phenotype": {"muscle": 1.2}}, InputError, "phenotype muscle: expected 0 .. 1, got 1.2"),
    ({"local": {"nose-hmp-incr": .5}}, UnknownNameError, "nose-hump-incr"),
    ({"local": {"nose-hump-incr": -1.5}}, InputError, "local change nose-hump-incr: expected -1 .. 1"),
    ({"local": {"head-round": -.5}}, InputError, "local change head-round: expected 0 .. 1"),
    ({"years": 95}, InputError, "years: expected 0 .. 90, got 95")])
def test_bad_identities_are_named(basis: HeadBasis, person: Any, change: Any, error: type[InputError], words: str) -> None:
    with pytest.raises(error, match=words.replace(".", r"\.")):
        basis.shape(person(**change))


def test_bad_actions_are_named(basis: HeadBasis, person: Any) -> None:
    neutral = basis.shape(person())
    with pytest.raises(UnknownNameError, match="jawOpen"):
        basis.pose(neutral, {"jawOpn": .5})
    with pytest.raises(InputError, match="facial action jawOpen"):
        basis.pose(neutral, {"jawOpen": 1.5})
    with pytest.raises(InputError, match="blink"):
        basis.pose(neutral, blink=2)


def test_origin_lies_midway_between_the_eyes(basis: HeadBasis, person: Any) -> None:
    for years in (.3, 8, 30, 80):
        posed = basis.pose(basis.shape(person(years, {"gender": .8}, {"l-eye-trans-out": .6})))
        assert np.abs(posed.eye_centres.mean(0)).max() < 1e-3
        assert posed.eye_centres[0, 0] < 0 < posed.eye_centres[1, 0]  # the person's right eye is at image left
        assert np.allclose(posed.eye_axes, (0, 0, 1))


def test_symmetric_identity_is_symmetric(basis: HeadBasis, person: Any) -> None:
    posed = basis.pose(basis.shape(person()), SMILE)
    skin = np.unique(basis.quads[basis.quad_part == Part.SKIN])
    points = posed.vertices[skin]
    mirrored = points * (-1, 1, 1)
    order, other = np.lexsort(np.round(points, 1).T), np.lexsort(np.round(mirrored, 1).T)
    assert np.abs(np.sort(points[:, 1]) - np.sort(mirrored[:, 1])).max() < .01
    assert np.median(np.abs(points[order] - mirrored[other])) < .1


@pytest.mark.parametrize(("pose", "axis", "sign"), [(Pose(yaw=20), 0, 1), (Pose(pitch=20), 1, 1), (Pose(yaw=-20), 0, -1)])
def test_nose_goes_where_the_pose_says(basis: HeadBasis, person: Any, pose: Pose, axis: int, sign: int) -> None:
    neutral = basis.shape(person())
    tip = int(np.argmax(np.where(np.abs(neutral[:, 0]) < 3, neutral[:, 2], -1e9)))
    assert sign * (basis.pose(neutral, pose=pose).vertices[tip] - neutral[tip])[axis] > 20


def test_roll_is_clockwise(basis: HeadBasis, person: Any) -> None:
    neutral = basis.shape(person())
    crown = int(np.argmax(neutral[:, 1]))
    assert basis.pose(neutral, pose=Pose(roll=20)).vertices[crown, 0] > neutral[crown, 0] + 20


def test_head_turns_exactly_and_rigidly(basis: HeadBasis, person: Any) -> None:
    neutral = basis.shape(person())
    pose = Pose(35, -12, 8)
    posed = basis.pose(neutral, pose=pose)
    assert angles(posed.turn) == pytest.approx((35, -12, 8), abs=1e-4)
    skull = np.flatnonzero(basis._weights[:, 4] == 1)
    skull = np.setdiff1d(skull, basis.eyes.ravel())
    assert len(skull) > 3000
    assert np.abs(neutral[skull] @ rotation(35, -12, 8).T + posed.shift - posed.vertices[skull]).max() < 1e-3


def test_shoulders_stay_and_the_neck_follows_smoothly(basis: HeadBasis, person: Any) -> None:
    neutral = basis.shape(person())
    posed = basis.pose(neutral, pose=Pose(yaw=60))
    moved = np.linalg.norm(posed.vertices - neutral, axis=1)
    assert moved[basis._weights[:, 0] == 1].max() < 1e-4
    edges = basis.quads[basis.quad_part == Part.SKIN]
    for a, b in ((0, 1), (1, 2)):
        before, after = (np.linalg.norm(v[edges[:, a]] - v[edges[:, b]], axis=1) for v in (neutral, posed.vertices))
        assert (after - before).max() < 15  # no edge of the skin is torn


def test_eyes_look_and_lids_follow(basis: HeadBasis, person: Any) -> None:
    neutral = basis.shape(person())
    posed = basis.pose(neutral, gaze=Gaze(20, -10))
    expected = rotation(20, -10, 0)[:, 2]
    assert np.allclose(posed.eye_axes, expected, atol=1e-5) and expected[0] > 0 > expected[1]
    assert posed.weights["eyeLookDownLeft"] == pytest.approx(10 / 17)
    radius = [np.linalg.norm(v[basis.eyes] - c[:, None], axis=2) for v, c in ((neutral, basis._centres(neutral)),
                                                                              (posed.vertices, posed.eye_centres))]
    assert np.abs(radius[0] - radius[1]).max() < 1e-3


@pytest.mark.parametrize(("action", "side"), [("eyeLookOutRight", 0), ("eyeLookInRight", 0), ("eyeLookOutLeft", 1), ("eyeLookInLeft", 1),
                                              ("eyeLookUpLeft", 1), ("eyeLookDownRight", 0)])
def test_eye_actions_turn_the_eye_as_their_target_moves_the_pupil(basis: HeadBasis, person: Any, action: str, side: int) -> None:
    neutral = basis.shape(person())
    pupil = basis.eyes[side][np.argmax(neutral[basis.eyes[side], 2])]
    target = (basis.express(neutral, {action: 1.0}) - neutral)[pupil, :2]
    axes = basis.pose(neutral, {action: 1.0}).eye_axes
    assert axes[side, :2] @ target > .9 * np.linalg.norm(axes[side, :2]) * np.linalg.norm(target) > .1
    assert np.allclose(axes[1 - side], (0, 0, 1), atol=1e-6)


def test_a_blink_closes_both_eyes(basis: HeadBasis, person: Any) -> None:
    """Rays from the camera to the pupils: free when the eyes are open, blocked by skin when they are shut."""
    neutral = basis.shape(person())
    for blink, covered in ((0., False), (1., True)):
        posed = basis.pose(neutral, blink=blink)
        for centre in posed.eye_centres:
            skin = basis.triangles[basis.part == Part.SKIN]
            front = _hits(posed.vertices[skin], centre[:2])
            assert bool(max(front, default=-1e9) > centre[2] + 10) is covered


def _hits(triangles: Any, xy: Any) -> list[float]:
    """Heights z at which a ray along z through xy meets triangles."""
    a, b, c = (triangles[:, k, :2] - xy for k in range(3))
    def cross(p: Any, q: Any) -> Any:
        return p[:, 0] * q[:, 1] - p[:, 1] * q[:, 0]
    w = np.stack([cross(b, c), cross(c, a), cross(a, b)], 1)
    inside = (w > 0).all(1)
    w = w[inside] / w[inside].sum(1, keepdims=True)
    return [float(z) for z in (w * triangles[inside, :, 2]).sum(1)]


def test_an_expression_leaves_skull_and_shape_alone(basis: HeadBasis, person: Any) -> None:
    neutral = basis.shape(person())
    kept = neutral.copy()
    one, two = basis.pose(neutral, SMILE), basis.pose(neutral)
    assert (neutral == kept).all()
    crown = neutral[:, 1] > 90
    assert (one.vertices[crown] == two.vertices[crown]).all() and np.abs(one.vertices - two.vertices).max() > 5


def test_small_faces_make_small_expressions(basis: HeadBasis, person: Any) -> None:
    def opening(years: float) -> float:
        neutral = basis.shape(person(years))
        return float(np.linalg.norm(basis.pose(neutral, {"jawOpen": 1.}).vertices - neutral, axis=1).max())
    assert opening(.5) < .8 * opening(40)


def test_normals_are_unit_and_face_outward(basis: HeadBasis, person: Any) -> None:
    posed = basis.pose(basis.shape(person()))
    assert np.abs(np.linalg.norm(posed.normals, axis=1) - 1).max() < 1e-5
    for side, (sign, eye) in enumerate(zip((-1, 1), basis.eyes, strict=True)):
        out = posed.vertices[eye] - posed.eye_centres[side]
        assert (np.einsum("ij,ij->i", out, posed.normals[eye]) > 0).all() and sign * posed.eye_centres[side, 0] > 0


def test_normals_against_a_slow_sum(basis: HeadBasis, person: Any) -> None:
    posed = basis.pose(basis.shape(person()))
    slow = np.zeros((len(posed.vertices), 3))
    for quad in basis.quads:
        a, b, c, d = posed.vertices[quad].astype(float)
        slow[quad] += np.cross(c - a, d - b)
    used = np.unique(basis.quads)
    slow = slow[used] / np.linalg.norm(slow[used], axis=1, keepdims=True)
    assert np.abs(slow - posed.normals[used]).max() < 2e-3


def test_meshes_fit_together(basis: HeadBasis, person: Any) -> None:
    posed = basis.pose(basis.shape(person()), SMILE, Pose(10))
    coarse, fine = basis.mesh(posed), basis.mesh(posed, refined=True)
    assert len(fine.triangles) == 4 * len(coarse.triangles) and len(fine.vertices) == int(fine.triangles.max()) + 1
    assert (np.bincount(fine.part) == 4 * np.bincount(coarse.part)).all()
    for mesh in (coarse, fine):
        assert mesh.uv.min() >= 0 and mesh.uv.max() <= 1 and np.isfinite(mesh.vertices).all()
        assert mesh.triangles.dtype == np.int32 and mesh.uv.dtype == mesh.vertices.dtype == np.float32
    near = np.abs(fine.vertices[:len(coarse.vertices)] - coarse.vertices).max()
    assert near < 6  # mm: the refined surface stays near the old vertices


def test_same_bytes_every_time(basis: HeadBasis, person: Any) -> None:
    one = person(44, {"gender": .3}, {"nose-hump-incr": .7})
    first = basis.pose(basis.shape(one), SMILE, Pose(5, 5, 5))
    basis.pose(basis.shape(person(12)), {"jawOpen": 1.}, Pose(50))
    again = HeadBasis.load()
    second = again.pose(again.shape(dataclasses.replace(one)), SMILE, Pose(5, 5, 5))
    assert first.vertices.tobytes() == second.vertices.tobytes() and first.normals.tobytes() == second.normals.tobytes()


def test_texture_has_most_room_for_the_face(basis: HeadBasis) -> None:
    assert basis.masks["lips"].shape == (1024, 1024) and basis.texel_position.shape == (512, 512, 3)
    near = np.linalg.norm(basis.texel_position - np.array([0, -30, 35]), axis=2) < 70
    assert (near & (basis.texel_part == Part.SKIN)).mean() > .15
    rows, columns = np.nonzero(basis.masks["lips"] > 128)
    assert 450 < columns.mean() < 575 and rows.mean() < 700  # upright, in the middle of the head's island
