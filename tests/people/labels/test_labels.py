"""Labels from hand-made buffers and from a small depth buffer of the bare head."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from vultus.errors import StorageError
from vultus.people.basis import HeadBasis, Posed
from vultus.people.identity import Beard, Brows, Eyes, Hair, Identity, Lips, Skin
from vultus.people.labels import REGIONS, Labels, Landmarks, label
from vultus.people.labels.label_folder import depth_levels, normal_levels
from vultus.people.labels.parsing import CELEBA_19, IBUG_11, parse
from vultus.people.render.camera import project
from vultus.people.scene import Camera, Gaze, Occluder, Pose, Scene
from vultus.people.shapes import Buffers, Materials, Part, Sculpture

SIZE = 96
NONE = np.zeros((1, 1), np.float32)
MATERIALS = Materials(NONE, NONE, NONE, NONE, NONE.astype(np.uint8), NONE, NONE)
FLIP_68 = [*range(16, -1, -1), *range(26, 16, -1), 27, 28, 29, 30, 35, 34, 33, 32, 31, 45, 44, 43, 42, 47, 46, 39, 38,
           37, 36, 41, 40, 54, 53, 52, 51, 50, 49, 48, 59, 58, 57, 56, 55, 64, 63, 62, 61, 60, 67, 66, 65]
FLIP_98 = [*range(32, -1, -1), 46, 45, 44, 43, 42, 50, 49, 48, 47, 37, 36, 35, 34, 33, 41, 40, 39, 38, 51, 52, 53, 54,
           59, 58, 57, 56, 55, 72, 71, 70, 69, 68, 75, 74, 73, 64, 63, 62, 61, 60, 67, 66, 65, 82, 81, 80, 79, 78, 77,
           76, 87, 86, 85, 84, 83, 92, 91, 90, 89, 88, 95, 94, 93, 97, 96]


@pytest.fixture(scope="module")
def basis() -> HeadBasis:
    return HeadBasis.load()


def person(**changes: Any) -> Identity:
    one = Identity("p7", 30, {}, {}, Skin(.3, .3, 0, 0, .3, .3, .5, .3, (), 1), Eyes((.3, .2, .1), (.4, .3, .1), .5, .5, 6, .3, .2, 1),
                   Brows(4, 0, 3, 12, 50, 0, .7, .5), Lips(.5, .2),
                   Hair("crop", 10, (.1, .1, .1), 0, 0, 0, 0, 0, 0, 1, 40, 30, 50, float("inf"), 1), Beard("none", 0, 0, 0))
    return dataclasses.replace(one, **changes)


def drawn(basis: HeadBasis, posed: Posed, camera: Camera) -> Buffers:
    """Buffers of the bare head: every triangle tested at every pixel centre of its box."""
    px, depth = project(posed.vertices, camera)
    shape = (camera.height, camera.width)
    far, part, tri = np.full(shape, np.inf, np.float32), np.zeros(shape, np.uint8), np.full(shape, -1, np.int32)
    for n, corner in enumerate(basis.triangles):
        a, b, c = px[corner]
        area = (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
        if area >= 0:  # seen from behind (y runs down in the picture)
            continue
        low = np.maximum(np.ceil(px[corner].min(0) - .5), 0).astype(int)
        high = np.minimum(np.floor(px[corner].max(0) - .5), [camera.width - 1, camera.height - 1]).astype(int)
        x, y = np.meshgrid(np.arange(low[0], high[0] + 1), np.arange(low[1], high[1] + 1))
        u, v = x + .5, y + .5
        w1 = ((u - a[0]) * (c[1] - a[1]) - (v - a[1]) * (c[0] - a[0])) / area
        w2 = ((b[0] - a[0]) * (v - a[1]) - (b[1] - a[1]) * (u - a[0])) / area
        hit = (w1 >= 0) & (w2 >= 0) & (w1 + w2 <= 1)
        z = (1 - w1 - w2) * depth[corner[0]] + w1 * depth[corner[1]] + w2 * depth[corner[2]]
        hit &= z < far[y, x]
        far[y[hit], x[hit]], part[y[hit], x[hit]], tri[y[hit], x[hit]] = z[hit], basis.part[n], n
    seen = part > 0
    region = np.where(part == Part.SKIN, REGIONS.index("skin"), 0).astype(np.uint8)
    return Buffers(part, region, far, np.where(seen[..., None], np.float32([0, 0, 1]), np.float32(0)),
                   np.where(seen[..., None], np.float32(.5), np.float32(np.nan)) * np.ones(2, np.float32), tri, seen.astype(np.float32),
                   part.copy(), far.copy())


def taken(basis: HeadBasis, scene: Scene, over: Any = None) -> Labels:
    posed = basis.pose(basis.shape(scene.identity), scene.actions, scene.pose, scene.gaze, scene.blink)
    buffers = drawn(basis, posed, scene.camera)
    if over is not None:
        over(buffers)
    sculpture = Sculpture((basis.mesh(posed),), (), MATERIALS, posed.turn, posed.eye_centres, posed.eye_axes)
    return label(scene, sculpture, buffers, posed)


def scene(**changes: Any) -> Scene:
    return Scene(**{"identity": person(), "camera": Camera(SIZE, SIZE, distance_mm=1200), **changes})


@pytest.fixture(scope="module")
def frontal(basis: HeadBasis) -> Labels:
    return taken(basis, scene())


@pytest.mark.parametrize(("name", "flip"), [("5", [1, 0, 2, 4, 3]), ("68", FLIP_68), ("98", FLIP_98)])
def test_points_of_a_symmetric_person_mirror(frontal: Labels, name: str, flip: list[int]) -> None:
    points = frontal.points[name].mm
    assert len(flip) == len(points) and sorted(flip) == list(range(len(points)))
    gap = np.linalg.norm(points[flip] * (-1, 1, 1) - points, axis=1)
    assert gap.max() < .6, (int(gap.argmax()), float(gap.max()))
    assert (points[0, 0] < 0) and (points[flip[0], 0] > 0)  # the person's right first, at image left


def test_points_lie_where_their_names_say(frontal: Labels) -> None:
    five, low, high = (frontal.points[name].px for name in ("5", "68", "98"))
    eye = np.linalg.norm(five[1] - five[0])
    assert (np.linalg.norm(low[[30, 48, 54]] - five[2:], axis=1) < (.12 * eye, .01, .01)).all()
    assert np.linalg.norm(low[36:42].mean(0) - five[0]) < .08 * eye and np.linalg.norm(low[42:48].mean(0) - five[1]) < .08 * eye
    assert (np.abs(high[[96, 97]] - five[:2]) < .02 * eye).all()
    assert low[8, 1] == low[:, 1].max() and low[:17, 0].min() == low[:, 0].min()
    assert (np.diff(low[27:31, 1]) > 0).all() and (low[17:27, 1] < low[36, 1]).all()
    assert np.linalg.norm(high[16] - low[8]) < .01 and (high[[60, 64, 68, 72]] == low[[36, 39, 42, 45]]).all()
    assert (np.diff(high[33:38, 0]) > 0).all() and (high[34:38, 1] < high[[41, 40, 39, 38], 1]).all()  # brow: upper edge over the lower


def test_brow_points_follow_the_persons_brows(basis: HeadBasis, frontal: Labels) -> None:
    lifted = person(brows=dataclasses.replace(person().brows, lift_mm=5))
    other = taken(basis, scene(identity=lifted))
    rise = (other.points["68"].mm - frontal.points["68"].mm)[:, 1]
    assert 4.5 < rise[17:27].min() and rise[17:27].max() < 8 and (rise[:17] == 0).all() and (rise[27:] == 0).all()


def test_skin_changes_no_point_and_expressions_no_parameter(basis: HeadBasis, frontal: Labels) -> None:
    dark = taken(basis, scene(identity=person(skin=dataclasses.replace(person().skin, melanin=.95))))
    for name, points in frontal.points.items():
        assert points.px.tobytes() == dark.points[name].px.tobytes() and points.mm.tobytes() == dark.points[name].mm.tobytes()
    smiling = taken(basis, scene(actions={"mouthSmileLeft": .9, "mouthSmileRight": .9}))
    def who(labels: Labels) -> dict[str, Any]:
        return {key: value for key, value in labels.to_row().items() if key.startswith("identity")}
    assert who(smiling) == who(frontal)
    assert smiling.points["68"].px[54, 1] < frontal.points["68"].px[54, 1] - 1 and smiling.to_row()["action.mouthSmileLeft"] == .9


def test_yaw_sign_and_angles(basis: HeadBasis, frontal: Labels) -> None:
    turned = taken(basis, scene(pose=Pose(25, 10, -5), gaze=Gaze(12, -6)))
    assert turned.pose == pytest.approx((25, 10, -5), abs=1e-3)
    assert "-" not in str(frontal.pose)  # no minus sign before a zero
    assert turned.gaze == pytest.approx(np.array([[12, -6], [12, -6]]), abs=1e-3)
    five = turned.points["5"].px
    assert five[2, 0] > five[:2, 0].mean() + 3  # the nose lies to image right of the eyes
    assert frontal.view == pytest.approx((0, -np.degrees(np.arctan(12 / 1180))), abs=.1)  # the camera stands a little higher than the face


def test_far_side_of_a_turned_face_is_hidden(basis: HeadBasis) -> None:
    turned = taken(basis, scene(pose=Pose(80)))
    seen = turned.points["68"].visible
    assert seen[4:8].all() and not seen[9:14].any()  # the person's right cheek is towards the camera
    assert seen[36] and not seen[45]
    assert (turned.points["68"].visible <= turned.points["68"].unhidden_by_head).all()


def test_a_point_behind_the_head_is_invisible(basis: HeadBasis) -> None:
    away = taken(basis, scene(pose=Pose(150)))
    assert not away.points["5"].visible.any() and not away.points["68"].unhidden_by_head[17:].any()


def test_points_outside_the_picture_are_invisible(basis: HeadBasis) -> None:
    cut = taken(basis, scene(camera=Camera(SIZE, SIZE, distance_mm=1200, centre=(.98, .5))))
    px, seen = cut.points["68"].px, cut.points["68"].visible
    assert (px[:, 0] > SIZE).sum() > 15 and not seen[px[:, 0] > SIZE].any() and cut.face_box[2] > SIZE


def test_what_covers_the_face_is_counted(basis: HeadBasis, frontal: Labels) -> None:
    assert frontal.occluded == 0 and frontal.points["68"].visible[[8, 30, 36, 45, 48, 54]].all()

    def left_half(buffers: Buffers) -> None:
        buffers.part[:, :SIZE // 2] = Part.OCCLUDER
        buffers.depth[:, :SIZE // 2] = 900
    covered = taken(basis, scene(occluders=(Occluder("block"),)), left_half)
    assert covered.occluded == pytest.approx(.5, abs=.06)
    five = covered.points["5"]
    assert five.visible.tolist() == [False, True, bool(five.px[2, 0] >= SIZE // 2), False, True] and five.unhidden_by_head.all()

    def lens(buffers: Buffers) -> None:
        buffers.part[buffers.part > 0] = Part.LENS
    assert taken(basis, scene(), lens).points["5"].visible.all()


def test_boxes_hold_the_head(basis: HeadBasis, frontal: Labels) -> None:
    px = np.concatenate([frontal.points["68"].px, frontal.points["468"].px])
    assert frontal.face_box.tolist() == pytest.approx([*px.min(0), *px.max(0)])
    face, head = frontal.face_box, frontal.head_box
    assert head[0] < face[0] and head[1] < face[1] and head[2] > face[2] and head[3] >= face[3] - 3
    posed = basis.pose(basis.shape(person()))
    all_px = project(posed.vertices[basis._weights[:, 4] > .999], scene().camera)[0]
    assert np.abs(head[[0, 2]] - [all_px[:, 0].min(), all_px[:, 0].max()]).max() < 1.5 and abs(head[1] - all_px[:, 1].min()) < 1.5


def test_parsing_of_a_hand_made_buffer() -> None:
    parts = [Part.NONE, Part.EYE_RIGHT, Part.EYE_LEFT, Part.TEETH, Part.HAIR, Part.BROWS, Part.BEARD, Part.CLOTH, Part.GLASSES, Part.LENS,
             Part.LENS, Part.HAT, Part.MASK, Part.EARRING, Part.OCCLUDER, *[Part.SKIN] * 14]
    region = [0] * 15 + list(range(1, 15))
    bare = [Part.SKIN] * 9 + [Part.EYE_LEFT] + [Part.SKIN] * 19
    row = lambda values: np.array([values], np.uint8)  # noqa: E731
    empty = np.zeros((1, len(parts)), np.float32)
    buffers = Buffers(row(parts), row(region), empty, empty, empty, empty.astype(np.int32), empty, row(bare), empty)
    many, few = parse(buffers, (np.array([5., 0]), np.array([20., 0])))
    assert [CELEBA_19[k] for k in many[0]] == [
        "background", "r_eye", "l_eye", "mouth", "hair", "r_brow", "skin", "cloth", "eye_g", "eye_g", "eye_g", "hat", "background", "ear_r",
        "background", "skin", "nose", "u_lip", "l_lip", "r_brow", "l_brow", "r_ear", "l_ear", "neck", "cloth", "skin", "skin", "mouth",
        "hair"]
    assert [IBUG_11[k] for k in few[0]] == [
        "background", "right_eye", "left_eye", "inner_mouth", "hair", "right_eyebrow", "skin", "background", "skin", "left_eye", "skin",
        "background", "background", "background", "background", "skin", "nose", "upper_lip", "lower_lip", "right_eyebrow",
        "left_eyebrow", "skin", "skin",
        "background", "background", "skin", "skin", "inner_mouth", "hair"]
    assert CELEBA_19[parse(buffers, (np.array([20., 0]), np.array([5., 0])), bald=True)[0][0, 5]] == "l_brow"
    assert CELEBA_19[parse(buffers, (np.array([20., 0]), np.array([5., 0])), bald=True)[0][0, -1]] == "skin"


def test_row_is_flat_json(frontal: Labels) -> None:
    row = json.loads(json.dumps(frontal.to_row()))
    assert row["identity"] == "p7" and row["age_years"] == 30 and len(row["points_68"]) == 136 and len(row["visible_5"]) == 5
    assert row["scene.camera.focal_mm"] == 85 and row["scene.light.name"] == "key" and row["identity.skin.melanin"] == .3
    assert row["identity.hair.bald_span"] is None and row["scene.occluders"] == []
    assert not any(isinstance(value, dict) for value in row.values())


def test_files_give_back_what_was_written(frontal: Labels, tmp_path: Path) -> None:
    import cv2
    paths = frontal.save(tmp_path / "one")
    assert {p.name for p in paths} == {"labels.json", "points.npz", "parsing19.png", "parsing11.png", "depth.png", "normals.png", "uv.png"}
    row = json.loads((tmp_path / "one/labels.json").read_text())
    depth = cv2.imread(str(tmp_path / "one/depth.png"), cv2.IMREAD_UNCHANGED)
    here = np.isfinite(frontal.depth)
    assert ((depth == 65535) == ~here).all()
    assert np.abs(row["depth_offset_mm"] + depth[here] / 10 - frontal.depth[here]).max() <= .051
    assert (cv2.imread(str(tmp_path / "one/parsing19.png"), cv2.IMREAD_UNCHANGED) == frontal.parsing19).all()
    normals = cv2.imread(str(tmp_path / "one/normals.png"), cv2.IMREAD_UNCHANGED)[..., ::-1]
    assert np.abs(normals[here] / 32767 - 1 - frontal.normals[here]).max() < 1e-4
    assert (np.load(tmp_path / "one/points.npz")["points_68"] == frontal.points["68"].px).all()
    again = frontal.save(tmp_path / "two")
    assert [p.read_bytes() for p in paths] == [p.read_bytes() for p in again]


def test_a_folder_that_cannot_be_made_is_named(frontal: Labels, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="cannot write labels"):
        frontal.save(tmp_path / "file" / "inside")


def test_levels_without_a_face() -> None:
    levels, offset = depth_levels(np.full((2, 2), np.inf, np.float32))
    assert (levels == 65535).all() and offset == 0
    assert (normal_levels(np.zeros((2, 2, 3), np.float32)) == 0).all()


def test_regions_are_stable() -> None:
    assert REGIONS[:5] == ("none", "skin", "nose", "upper_lip", "lower_lip") and len(set(REGIONS)) == len(REGIONS) == 15


def test_landmarks_are_read_once_by_who_keeps_them(basis: HeadBasis) -> None:
    posed = basis.pose(basis.shape(person()))
    kept = Landmarks()
    first, second = kept.places(posed, person().brows), Landmarks().places(posed, person().brows)
    assert all(first[name].tobytes() == second[name].tobytes() for name in first)
    assert [len(first[name]) for name in ("5", "68", "98", "468")] == [5, 68, 98, 468]
