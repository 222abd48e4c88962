"""The studio: pictures depend on the scene alone, and one changed cause changes nothing else."""

from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("numba", reason="the extra `people` is not installed")

from vultus.people.sampling import draw_identity
from vultus.people.scene import Camera, Pose, Scene, Worn
from vultus.people.shapes import Part
from vultus.people.studio import DETAIL, Studio, level

SMALL = Camera(width=72, height=72)


@pytest.fixture(scope="module")
def studio() -> Studio:
    return Studio()


def _scene(seed: int, yaw: float = 0.0) -> Scene:
    return Scene(draw_identity(seed), camera=SMALL, pose=Pose(yaw=yaw))


def test_a_picture_does_not_depend_on_those_before_it(studio):
    first = studio.picture(_scene(1)).image
    for seed in (2, 3):
        studio.picture(_scene(seed, 30))
    assert np.array_equal(studio.picture(_scene(1)).image, first)
    assert np.array_equal(Studio().picture(_scene(1)).image, first)


def test_people_and_poses_differ(studio):
    one, other, turned = (studio.picture(scene).image.astype(int) for scene in (_scene(1), _scene(2), _scene(1, 40)))
    assert np.abs(one - other).mean() > 4 and np.abs(one - turned).mean() > 4


def test_clothes_of_the_last_picture_are_not_worn_again(studio):
    red, blue = (replace(_scene(4), worn=Worn(clothing=colour)) for colour in ((0.8, 0.1, 0.1), (0.1, 0.1, 0.8)))
    studio.picture(red)
    again = studio.picture(blue)
    assert np.array_equal(again.image, Studio().picture(blue).image)
    cloth = again.image[again.buffers.part == Part.CLOTH].mean(axis=0)
    assert cloth[2] > cloth[0] + 30


def test_labels_are_of_the_picture_and_skin_moves_none_of_them(studio):
    scene = _scene(5)
    rendered, labels = studio.labelled(scene)
    assert np.array_equal(rendered.image, studio.picture(scene).image)
    darker = replace(scene, identity=replace(scene.identity, skin=replace(scene.identity.skin, melanin=0.95)))
    picture, other = studio.labelled(darker)
    assert all(np.array_equal(labels.points[name].px, other.points[name].px) for name in labels.points)
    assert np.array_equal(rendered.buffers.depth, picture.buffers.depth)
    assert not np.array_equal(rendered.image, picture.image)


def test_a_beard_waits_for_its_age(studio):
    man = replace(draw_identity(0), years=30.0)
    man = replace(man, beard=replace(man.beard, style="full", density=1.0, length_mm=15.0))
    grown, child = (studio.sculpture(Scene(replace(man, years=years), camera=SMALL)).strands for years in (30.0, 10.0))
    assert len(grown) == len(child) + 1


def test_detail_grows_with_the_picture():
    assert [level(Camera(width=side, height=side)) for side in (64, 256, 900)] == list(DETAIL)
    assert level(Camera(width=64, height=256)) == DETAIL[1]
