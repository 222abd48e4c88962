"""SIG: conditions are checked, sets are what they say, and pictures are those of `people.dataset.make`."""

from dataclasses import replace

import numpy as np
import pytest

from vultus.errors import InputError
from vultus.generate.set_trial import SetTrial, equal_files
from vultus.generate.sig.method import Config, Sig
from vultus.people.dataset.make import make
from vultus.people.dataset.virtual_people import open_people
from vultus.types import Crops, Embeddings

TINY = Config(groups=("asian",), genders=("female", "male"), ages=((20, 30),), people_per_cell=2, poses=(0.0,), size=64)


class Corners:
    """A recogniser without a network: the mean colours of a crop's quarters."""

    template, space = "dlib-150", "corners/dlib-150"

    def embed(self, crops: Crops) -> Embeddings:
        half = crops.images.shape[1] // 2
        parts = [crops.images[:, y:y + half, x:x + half] for y in (0, half) for x in (0, half)]
        return Embeddings.normalised(np.concatenate([part.mean(axis=(1, 2)) for part in parts], axis=1) - 100, self.space)


def _sig(**settings):
    return Sig(replace(TINY, **settings), {"embed": Corners()})


def test_published_counts():
    sig = Sig(Config(), {"embed": Corners()})
    spec = sig.specification(1, {})
    assert (len(spec.cells), spec.people, spec.people * spec.pictures_each) == (24, 3336, 10_008)


def test_pictures_are_those_of_the_set_in_a_folder(tmp_path):
    sig = _sig(template_distance=0.001)
    items = sig.generate(4, 5, {})
    make(sig.specification(5, {}), tmp_path / "set", embedder=Corners())
    kept = {item.id: item for item in open_people(tmp_path / "set").items()}
    assert sorted(kept) == sorted(item.id for item in items) and len({item.subject for item in items}) == 4
    for item in items:
        assert np.array_equal(item.load(), kept[item.id].load())
        assert item.labels["sha256"] == kept[item.id].labels["sha256"] and item.labels["mark"].startswith("virtual person")


def test_fewer_pictures_are_the_first_of_more():
    sig = _sig(template_distance=0.0)
    two, three = sig.generate(2, 5, {}), sig.generate(3, 5, {})
    assert [item.labels["sha256"] for item in two] == [item.labels["sha256"] for item in three[:2]]
    assert {item.labels["cell"] for item in two} == {"c000", "c001"}


def test_conditions_reach_the_pictures():
    sig = _sig(template_distance=0.0)
    items = sig.generate(4, 5, {"attributes": {"gender": "male"}, "poses": [-20, 35], "light": "studio", "expression": "smile"})
    assert [item.labels["yaw_deg"] for item in items] == [-20, 35, -20, 35]
    assert {item.labels["light"] for item in items} == {"studio"} and {item.labels["cell_gender"] for item in items} == {"male"}


@pytest.mark.parametrize("condition, said", [
    ({"lihgt": "key"}, "light"), ({"light": "stduio"}, "studio"), ({"expression": "smlie"}, "smile"),
    ({"attributes": {"gendr": "male"}}, "gender"), ({"attributes": {"group": "asain"}}, "asian"), ({"poses": []}, "poses"),
    ({"poses": [120]}, "yaw"), ({"cells": {"gender": "male"}}, "cells.gender"), ({"attributes": "male"}, "attributes")])
def test_wrong_conditions_are_named(condition, said):
    with pytest.raises(InputError, match=said):
        _sig().generate(1, 5, condition)


def test_counts_out_of_range_are_refused():
    for count in (-1, 5):
        with pytest.raises(InputError, match="n"):
            _sig().generate(count, 5, {})
    assert _sig().generate(0, 5, {}) == []


def test_a_recogniser_must_be_handed_in():
    with pytest.raises(InputError, match="needs"):
        Sig(TINY, {})


class Middle:
    """Finds one face in the middle of every picture."""

    def detect(self, images):
        from vultus.types import Faces
        points = np.array([[24, 28], [40, 28], [32, 36], [26, 44], [38, 44]], np.float32)
        return [Faces(np.array([[16, 14, 48, 54]], np.float32), np.ones(1), points[None], image.shape[:2]) for image in images]


def test_a_set_is_looked_through_and_damage_is_seen(tmp_path):
    spec = _sig(template_distance=0.0).specification(6, {})
    trial = SetTrial(spec, tmp_path / "set", None, Middle(), {"corners": Corners()})
    found = trial.looked_through()
    assert (found["problems"], found["rows"], found["images"], found["deviation"]) == ([], 4, 4, 0)
    assert len(trial.scores("corners")["scores"]) == 2  # two people of each of two cells, one picture each
    nearest = trial.nearest_people({"corners": Corners()})
    assert min(nearest["parameters"]) >= spec.minimum_distance and len(nearest["corners"]) == 4
    (tmp_path / "set" / trial.items[0].id).write_bytes(b"another picture")
    assert len(trial.looked_through()["problems"]) == 1


def test_files_are_compared_byte_for_byte(tmp_path):
    for folder, content in (("one", b"a"), ("two", b"b")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "same").write_bytes(b"x")
        (tmp_path / folder / "other").write_bytes(content)
    assert equal_files(tmp_path / "one", tmp_path / "two") == {"files": 2, "same": 1, "different": ["other"]}
