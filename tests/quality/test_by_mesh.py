"""Components from the mesh: closed forms on a face of known geometry, one-way under the fault they name, mirror symmetry, -1."""

from __future__ import annotations

import math

import numpy as np
import pytest

from vultus.quality import by_mesh as bm
from vultus.quality.aligned_face import ALIGNED, AlignedFace
from vultus.quality.mesh_points import OUTLINE, MeshFace

SKIN = np.array([200, 150, 120], np.uint8)


def picture(size=(600, 600), colour=SKIN) -> np.ndarray:
    return np.full((*size, 3), colour, np.uint8)


def textured(seed=0, size=600) -> np.ndarray:
    """Skin with light from the side and grain."""
    rng = np.random.default_rng(seed)
    light = np.linspace(0.4, 1.2, size)[None, :, None]
    return np.clip(SKIN * light + rng.normal(0, 6, (size, size, 3)), 0, 255).astype(np.uint8)


def found(image, *meshes, index=0):
    return {each.name: each for each in bm.by_mesh(image, [MeshFace(m) for m in meshes], index)}


def test_every_name_comes_once_and_in_range(mesh) -> None:
    got = list(bm.by_mesh(textured(), [MeshFace(mesh())], 0))
    assert sorted(each.name for each in got) == sorted(bm.NAMES)
    assert all(0 <= each.value <= 100 and each.native is not None and each.algorithm == f"vultus/{each.name}/mesh/1" for each in got)
    assert [each.name for each in bm.failures("no net")] == list(bm.NAMES)
    assert all(each.value == -1 and each.native is None and each.reason == "no net" for each in bm.failures("no net"))


def test_natives_of_a_known_face(mesh) -> None:
    got = {name: each.native for name, each in found(picture((500, 700)), mesh(centre=(300, 200))).items()}
    assert got["InterEyeDistance"] == pytest.approx(100) and got["HeadSize"] == pytest.approx(180 / 500)
    assert got["LeftwardCropOfTheFaceImage"] == pytest.approx(3.5) and got["RightwardCropOfTheFaceImage"] == pytest.approx(4.5)
    assert got["UpwardCropOfTheFaceImage"] == pytest.approx(300 / 180) and got["DownwardCropOfTheFaceImage"] == pytest.approx(200 / 180)
    assert got["EyesOpen"] == pytest.approx(8 / 180) and got["MouthClosed"] == pytest.approx(2 / 180)
    assert [got[f"HeadPose{axis}"] for axis in ("Yaw", "Pitch", "Roll")] == pytest.approx([0, 0, 0], abs=1e-6)
    assert got["SingleFacePresent"] == 0


def test_values_of_a_known_face(mesh) -> None:
    got = {name: each.value for name, each in found(picture(), mesh(centre=(300, 200))).items()}
    assert got["InterEyeDistance"] == round(100 / (1 + math.exp(-1.5)))
    assert got["HeadSize"] == round(200 * (1 - 1 / (1 + math.exp(-0.15 / 0.05))))
    assert got["EyesOpen"] == round(100 / (1 + math.exp((0.02 - 8 / 180) / 0.01)))
    assert got["MouthClosed"] == round(100 * (1 - 1 / (1 + math.exp((0.2 - 2 / 180) / 0.06))))


def test_flat_skin_has_known_light_and_colour(mesh) -> None:
    got = found(picture(), mesh())
    assert got["LuminanceVariance"].native == pytest.approx(0, abs=1e-9) and got["DynamicRange"].native == 0 == got["DynamicRange"].value
    assert got["IlluminationUniformity"].native == 1 and got["IlluminationUniformity"].value == 100
    assert got["NaturalColour"].native == 0 and got["NaturalColour"].value == 100
    assert found(picture(colour=(90, 120, 200)), mesh())["NaturalColour"].value == 0
    grey = found(picture(colour=(188, 188, 188)), mesh())["LuminanceMean"]
    assert grey.native == 128 / 255 and grey.value == 100


@pytest.mark.parametrize("angles", [(20, 0, 0), (-35, 0, 0),
                                    (0, 15, 0), (0, -25, 0), (0, 0, 30), (0, 0, -50), (20, 10, 15), (-30, -12, 9)])
def test_the_head_is_turned_by_what_it_was_turned_by(mesh, turned, angles) -> None:
    assert MeshFace(turned(mesh(), *angles)).angles_deg() == pytest.approx(angles, abs=1e-6)


def test_turning_lowers_the_pose_and_leaves_the_eye_distance(mesh, turned) -> None:
    for axis, name in enumerate(("HeadPoseYaw", "HeadPosePitch", "HeadPoseRoll")):
        values = [found(picture(), turned(mesh(), *[angle if k == axis else 0 for k in range(3)]))[name].value for angle in (0, 15, 30, 45)]
        assert values == [100, round(100 * math.cos(math.radians(15)) ** 2), 75, 50]
    assert found(picture(), turned(mesh(), yaw=40))["InterEyeDistance"].native == pytest.approx(100, rel=1e-6)


@pytest.mark.parametrize(("name", "key", "steps"), [("EyesOpen", "lids", (8, 5, 3, 1, 0)), ("MouthClosed", "lips", (0, 10, 30, 50, 80)),
                                                    ("InterEyeDistance", "eyes", (150, 100, 70, 40, 20))])
def test_faults_of_geometry_lower_their_component(mesh, name, key, steps) -> None:
    values = [found(picture(), mesh(**{key: step}))[name].value for step in steps]
    assert values == sorted(values, reverse=True) and values[0] - values[-1] > 40


def test_one_closed_eye_counts(mesh) -> None:
    face = mesh(lids=8)
    for upper, lower in ((385, 380), (386, 374), (387, 373)):
        face[upper, 1] = face[lower, 1]
    assert found(picture(), face)["EyesOpen"].native == 0


def test_moving_the_face_to_an_edge_lowers_that_edges_component(mesh) -> None:
    names = {"LeftwardCropOfTheFaceImage": (-1, 0), "RightwardCropOfTheFaceImage": (1, 0), "UpwardCropOfTheFaceImage": (0, 1),
             "DownwardCropOfTheFaceImage": (0, -1)}
    for name, (dx, dy) in names.items():
        values = [found(picture(), mesh(centre=(300 + dx * step, 240 + dy * step)))[name].value for step in (0, 150, 250, 330)]
        assert values == sorted(values, reverse=True) and values[0] > values[-1]


def test_darker_brighter_flatter_and_one_sided_light(mesh) -> None:
    image = textured()
    dark = [found((image * factor).astype(np.uint8), mesh()) for factor in (1, 0.6, 0.35, 0.15, 0.05)]
    for name in ("LuminanceMean", "DynamicRange"):
        values = [got[name].value for got in dark]
        assert values == sorted(values, reverse=True) and values[0] - values[-1] > 20
    lit = [np.clip(image.astype(float) * factor, 0, 255).astype(np.uint8) for factor in (1, 1.5, 3)]
    means = [found(each, mesh())["LuminanceMean"].native for each in lit]
    assert means == sorted(means) and means[-1] - means[0] > 0.3
    shade = [np.clip(SKIN * np.linspace(1 - k, 1 + k, 600)[None, :, None] + np.random.default_rng(1).normal(0, 8, (600, 600, 3)), 0, 255)
             for k in (0, 0.3, 0.8)]
    even = [found(each.astype(np.uint8), mesh())["IlluminationUniformity"].value for each in shade]
    assert even == sorted(even, reverse=True) and even[0] - even[-1] > 40


def test_a_mirror_changes_only_the_sides(mesh, turned) -> None:
    face, image = turned(mesh(centre=(280, 250)), yaw=12, roll=5), textured()
    mirrored = face.copy()
    mirrored[:, 0] = 600 - mirrored[:, 0]
    swap = {33: 263, 133: 362, 61: 291, 127: 356, 93: 323, 160: 387, 159: 386, 158: 385, 144: 373, 145: 374, 153: 380, 81: 311, 178: 402}
    for a, b in swap.items():
        mirrored[[a, b]] = mirrored[[b, a]]
    one, two = found(image, face), found(np.ascontiguousarray(image[:, ::-1]), mirrored)
    for name in bm.NAMES:
        other = {"LeftwardCropOfTheFaceImage": "RightwardCropOfTheFaceImage", "RightwardCropOfTheFaceImage": "LeftwardCropOfTheFaceImage"}
        sign = -1 if name in ("HeadPoseYaw", "HeadPoseRoll") else 1
        assert two[other.get(name, name)].native == pytest.approx(sign * one[name].native, rel=0.05, abs=0.02), name


def test_two_faces_alike_and_one_half_as_large(mesh) -> None:
    first, small = mesh(), mesh()
    small[:, :2] = (small[:, :2] - 300) / 4 + 100
    assert found(picture(), first, first)["SingleFacePresent"].value == 0
    got = found(picture(), first, small, index=1)["SingleFacePresent"]
    assert got.native == pytest.approx(0.5) and got.value == 50


def test_failures_say_why(mesh) -> None:
    assert {each.reason for each in bm.by_mesh(picture(), [MeshFace(np.zeros((468, 3)))], 0)} == {"the mesh has no extent"}
    narrow = mesh()
    narrow[[33, 133, 362, 263], 0] = 300  # both eyes in one place: no zone is a pixel wide
    reasons = {each.name: each.reason for each in bm.by_mesh(picture(), [MeshFace(narrow)], 0) if each.value < 0}
    assert reasons == dict.fromkeys(("NaturalColour", "IlluminationUniformity"), bm.NO_ZONE)


def test_zones_lie_below_the_eyes_towards_the_nose(mesh) -> None:
    face = AlignedFace.of_mesh(picture(), MeshFace(mesh()))
    zones = face.zones()
    assert zones is not None and ALIGNED.size == 616
    (rows, left), (rows_right, right) = zones
    side = rows.stop - rows.start
    # The template's nose lies half a pixel off its middle, which tilts the fit by less than a pixel.
    assert abs(rows.start - rows_right.start) <= 1 and left.stop - left.start == right.stop - right.start == side
    assert left.start == round(face.left_eye[0]) and right.stop == round(face.right_eye[0])
    assert side == int(0.3 * (round(face.right_eye[0]) - round(face.left_eye[0])))
    assert rows.start == round(face.left_eye[1]) + int((round(face.mouth[1]) - round(face.left_eye[1])) / 2)
    assert face.region[rows, left].all() and face.region[rows_right, right].all() and not face.region[:5].any()


def test_what_lies_outside_the_face_counts_as_black(mesh) -> None:
    thin = mesh()
    outline = list(OUTLINE)
    thin[outline, 0] = 300 + (thin[outline, 0] - 300) / 50  # the hull is a strip between the cheeks
    got = found(picture(), thin)
    assert got["NaturalColour"].native == pytest.approx(math.hypot(5, 5), abs=1e-6)  # black: a* = b* = 0
    assert found(picture(), mesh())["NaturalColour"].native == 0
