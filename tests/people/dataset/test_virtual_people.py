"""A set is read back as it was made, and not at all when it is not what was written."""

from __future__ import annotations

import json

import numpy as np
import pytest

from vultus.errors import InputError, StorageError, UnknownNameError
from vultus.people.dataset.virtual_people import open_people
from vultus.types import Item


def test_items_have_pictures_people_and_labels(drawn_set):
    items = list(drawn_set.items())
    assert len(items) == len(drawn_set) == 64 and all(isinstance(item, Item) for item in items)
    first = items[0]
    assert first.subject == "p000000" and first.id.startswith("images/c000/p000000/") and first.load().shape == (48, 48, 3)
    assert first.labels["points"].shape == (5, 2) and first.labels["box"].shape == (4,)
    assert drawn_set.arrays(first)["parsing"].shape == first.load().shape[:2]


def test_items_by_split_cell_and_attack(drawn_set):
    def people(**chosen):
        return {item.subject for item in drawn_set.items(**chosen)}
    splits = [people(split=name) for name in ("train", "dev", "test")]
    assert [len(split) for split in splits] == [8, 4, 4] and len(set.union(*splits)) == 16
    assert {item.labels["cell"] for item in drawn_set.items(cell="c002")} == {"c002"}
    assert {item.labels["cell"] for item in drawn_set.items(cell={"gender": "male"})} == {"c002", "c003"}
    assert {item.labels["cell"] for item in drawn_set.items(cell={"gender": "male", "melanin": "0-0.3"})} == {"c002"}
    assert sum(1 for _ in drawn_set.items(attack="webcam")) == 12 and sum(1 for _ in drawn_set.items(attack="none")) == 36


@pytest.mark.parametrize("wrong, near", [({"split": "trian"}, "train"), ({"cell": "c2"}, "c002"), ({"cell": {"gendr": "male"}}, "gender"),
                                         ({"cell": {"gender": "mal"}}, "male"), ({"attack": "wepcam"}, "webcam")])
def test_wrong_names_are_refused_with_the_closest(drawn_set, wrong, near):
    with pytest.raises(UnknownNameError, match=f"did you mean.*{near}"):
        list(drawn_set.items(**wrong))


def test_a_scene_can_be_taken_again(drawn_set, drawn_maker):
    for item in list(drawn_set.items(attack="none"))[:6]:
        again = drawn_maker.DrawnMaker().take(drawn_set.scene(item), ()).image
        assert np.abs(again.astype(int) - item.load()).mean() < 6  # JPEG


def test_sets_that_are_none(tmp_path):
    with pytest.raises(InputError, match="holds nothing"):
        open_people(tmp_path / "nowhere")
    (tmp_path / "file.txt").write_text("x")
    with pytest.raises(InputError, match="neither"):
        open_people(tmp_path)
    with pytest.raises(InputError, match="makes one in a new folder") as told:
        open_people(tmp_path)
    assert "nothing was changed" not in str(told.value)


def test_an_altered_manifest_is_refused(drawn_set):
    file = drawn_set.root / "manifest.parquet"
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)
    with pytest.raises(StorageError, match="not the file that was written"):
        open_people(drawn_set.root)


@pytest.mark.parametrize("content", ["{", "{}", "[]"])
def test_a_damaged_card_is_refused(drawn_set, content):
    (drawn_set.root / "card.json").write_text(content)
    with pytest.raises(StorageError, match="card"):
        open_people(drawn_set.root)


def test_verify_finds_one_altered_byte(drawn_set):
    open_people(drawn_set.root, verify=True)
    file = next((drawn_set.root / "images").rglob("*.npz"))
    data = bytearray(file.read_bytes())
    data[60] ^= 1
    file.write_bytes(data)
    open_people(drawn_set.root)
    with pytest.raises(StorageError, match=file.name):
        open_people(drawn_set.root, verify=True)


def test_the_rows_of_people_json_are_those_of_the_manifest(drawn_set):
    people = json.loads((drawn_set.root / "people.json").read_text())
    assert [each["identity"]["id"] for each in people] == [f"p{index:06d}" for index in range(16)]
    for row in drawn_set.rows():
        assert json.loads(row["identity"]) == people[int(row["person"][1:])]["identity"]
