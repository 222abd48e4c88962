"""A small set with the real renderer: the same bytes on one process, on two, and after an interruption; labels that fit the pictures."""

from __future__ import annotations

import tomllib

import numpy as np
import pytest

pytest.importorskip("numba", reason="the extra 'people' is not installed")

from vultus.people.dataset.check import problems
from vultus.people.dataset.make import make
from vultus.people.dataset.spec_file import parse_spec
from vultus.people.dataset.studio_maker import LABELS, StudioMaker, studio_maker
from vultus.people.dataset.virtual_people import open_people
from vultus.people.sampling import draw_identity
from vultus.people.scene import Camera, Pose, Scene

SPEC = """
seed = 11
people_per_cell = 1
pictures_per_person = 2
size = 96
labels = ["all"]
[cells]
gender = ["female", "male"]
[[simulate]]
name = "mask3d"
extra = 1
"""


@pytest.fixture(scope="module")
def spec():
    return parse_spec(tomllib.loads(SPEC), LABELS)


@pytest.fixture(scope="module")
def whole(spec, tmp_path_factory):
    root = tmp_path_factory.mktemp("whole") / "set"
    make(spec, root)
    return open_people(root, verify=True)


def test_two_processes_give_the_same_files(spec, whole, tmp_path, digests):
    make(spec, tmp_path / "set", workers=2)
    assert digests(tmp_path / "set") == digests(whole.root)


def test_an_interrupted_run_goes_on_to_the_same_files(spec, whole, tmp_path, digests, monkeypatch):
    taken, take = [], StudioMaker.take

    def interrupted(self, scene, labels):
        taken.append(scene)
        if len(taken) == 5:  # the second person's second; a mask takes one, too
            raise KeyboardInterrupt
        return take(self, scene, labels)
    monkeypatch.setattr(StudioMaker, "take", interrupted)
    with pytest.raises(KeyboardInterrupt):
        make(spec, tmp_path / "set")
    monkeypatch.undo()
    assert make(spec, tmp_path / "set").made == 1
    assert digests(tmp_path / "set") == digests(whole.root)


def test_labels_fit_the_picture(whole):
    assert list(problems(whole)) == []
    for item in whole.items(attack="none"):
        arrays = whole.arrays(item)
        assert arrays["parsing19"].shape == arrays["depth"].shape == (96, 96) and arrays["points_68"].shape == (68, 2)
        assert np.array_equal(np.isfinite(arrays["depth"]), arrays["parts"] > 0)
        eyes = item.labels["points"][:2]
        assert eyes[0, 0] < eyes[1, 0] and 0 <= item.labels["occluded"] <= 1
        assert item.load().std() > 10


def test_a_mask_is_where_the_face_is(whole):
    bare = {item.id: item for item in whole.items(attack="none")}
    for item in whole.items(attack="mask3d"):
        source = bare[item.labels["source"]]
        assert np.abs(item.labels["points"][:2] - source.labels["points"][:2]).max() < 1
        assert np.abs(item.load().astype(int) - source.load()).mean() > 1


def test_yaw_moves_the_nose_to_the_side_it_turns_to():
    maker, person, camera = studio_maker(), draw_identity(3), Camera(width=96, height=96)
    points = [maker.take(Scene(person, pose=Pose(yaw=yaw), camera=camera), ()).points for yaw in (-30, 0, 30)]
    noses = [float(each[2, 0] - each[:2, 0].mean()) for each in points]
    assert noses[0] < noses[1] - 1 < noses[2] - 2
