"""Scenes, rows and labels come back from files as they went in, and the same things give the same bytes."""

from __future__ import annotations

import json

import numpy as np
import pytest

from vultus.errors import StorageError
from vultus.people.dataset.label_file import label_bytes, read_labels
from vultus.people.dataset.manifest import COLUMNS, read_manifest, write_manifest
from vultus.people.dataset.plain_scene import scene_from_dict, scene_to_dict
from vultus.people.identity import Identity
from vultus.people.sampling import draw_identity
from vultus.people.sampling.scenes import draw_scene
from vultus.people.scene import Background, Scene


@pytest.mark.parametrize("seed", range(30))
def test_scenes_come_back(seed):
    scene = draw_scene(draw_identity(seed), np.random.default_rng(seed))
    plain = json.loads(json.dumps(scene_to_dict(scene)))
    assert scene_from_dict(plain, Identity.from_dict(json.loads(json.dumps(scene.identity.to_dict())))) == scene


def test_a_background_picture_comes_back(tmp_path):
    scene = Scene(draw_identity(1), background=Background("picture", picture=tmp_path / "room.jpg"))
    assert scene_from_dict(json.loads(json.dumps(scene_to_dict(scene))), scene.identity) == scene


def test_labels_come_back_and_give_the_same_bytes(tmp_path):
    arrays = {"depth": np.array([[1.5, np.inf]], np.float32), "parsing": np.arange(6, dtype=np.uint8).reshape(2, 3)}
    (tmp_path / "x.npz").write_bytes(label_bytes(arrays))
    back = read_labels(tmp_path / "x.npz")
    assert list(back) == list(arrays) and [back[name].dtype for name in back] == [arrays[name].dtype for name in back]
    assert all(np.array_equal(back[name], arrays[name]) for name in arrays)
    assert label_bytes(arrays) == label_bytes({name: array.copy(order="F") for name, array in arrays.items()})
    (tmp_path / "x.npz").write_bytes(b"PK")
    for file in ("x.npz", "none.npz"):
        with pytest.raises(StorageError, match=file):
            read_labels(tmp_path / file)


def _row(number: int) -> dict[str, object]:
    numbers = {"age_years": 30.5, "yaw_deg": -12.25, "pitch_deg": 0.0, "roll_deg": 1.0, "gaze_yaw_deg": 2.0, "gaze_pitch_deg": 3.0,
               "view_yaw_deg": None, "view_pitch_deg": 0.5, "occluded": 0.25}
    return {**dict.fromkeys(COLUMNS, "x"), **numbers, "number": number, "width": 64, "height": 32, "glasses": number % 2 == 0,
            "view": None if number % 3 else number, "points": [float(number)] * 10 if number % 5 else None, "box": [1.0, 2.0, 3.0, 4.0],
            "attack": None, "cell_gender": "female" if number % 2 else None}


def test_rows_come_back_over_many_groups(tmp_path):
    rows = [_row(number) for number in range(1300)]
    write_manifest(iter(rows), ("gender",), tmp_path / "m.parquet")
    assert list(read_manifest(tmp_path / "m.parquet")) == rows
    assert list(read_manifest(tmp_path / "m.parquet", ("number",)))[7] == {"number": 7}
    write_manifest(iter(rows), ("gender",), tmp_path / "again.parquet")
    assert (tmp_path / "again.parquet").read_bytes() == (tmp_path / "m.parquet").read_bytes()


@pytest.mark.parametrize("error", [StorageError("gone"), KeyError("file"), KeyboardInterrupt()])
def test_an_error_while_rows_are_read_is_that_error_and_leaves_the_old_file(tmp_path, error):
    def rows():
        yield _row(0)
        raise error
    (tmp_path / "m.parquet").write_bytes(b"old")
    with pytest.raises(type(error)):
        write_manifest(rows(), (), tmp_path / "m.parquet")
    assert (tmp_path / "m.parquet").read_bytes() == b"old"
