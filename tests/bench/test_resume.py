"""A finished unit is read, a changed or broken one is made again."""

from __future__ import annotations

import json

import numpy as np
import pytest

from vultus.bench.resume import MAX_BYTES, Units
from vultus.errors import InputError


class Work:
    def __init__(self):
        self.calls = 0

    def __call__(self):
        self.calls += 1
        return {"scores": np.array([0.5, 0.25], np.float32), "seen": np.int64(self.calls)}


def test_a_finished_unit_is_not_made_again(tmp_path):
    work = Work()
    first = Units(tmp_path, "code", {"width": 8}).run("ours", 3, work)
    second = Units(tmp_path, "code", {"width": 8}).run("ours", 3, work)
    assert first == second == {"scores": [0.5, 0.25], "seen": 1} and work.calls == 1


@pytest.mark.parametrize("digest, config, name, seed", [("other", {"width": 8}, "ours", 3), ("code", {"width": 9}, "ours", 3),
                                                        ("code", {"width": 8}, "theirs", 3), ("code", {"width": 8}, "ours", 4)])
def test_other_code_settings_arm_or_seed_is_made(digest, config, name, seed, tmp_path):
    work = Work()
    Units(tmp_path, "code", {"width": 8}).run("ours", 3, work)
    Units(tmp_path, digest, config).run(name, seed, work)
    assert work.calls == 2


def test_a_unit_that_failed_leaves_nothing_and_the_others_stay(tmp_path):
    units = Units(tmp_path)
    units.run("ours", 0, Work())

    def interrupted():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        units.run("ours", 1, interrupted)
    assert units.is_done("ours", 0) and not units.is_done("ours", 1)
    assert [path.name for path in tmp_path.iterdir()] == ["ours-s0.json"]


def test_other_data_are_measured_again(tmp_path):
    work = Work()
    units = Units(tmp_path)
    for data, calls in (("one", 1), ("one", 1), ("two", 2), ("", 3)):
        units.run("ours", 0, work, data_digest=data)
        assert work.calls == calls


@pytest.mark.parametrize("text", ["", "{", "[]", '{"outcome": {}}'])
def test_a_damaged_file_is_made_again(text, tmp_path):
    (tmp_path / "ours-s0.json").write_text(text)
    work = Work()
    assert Units(tmp_path, "code").run("ours", 0, work)["seen"] == 1


def test_the_file_says_what_made_it(tmp_path):
    units = Units(tmp_path, "code", {"width": 8})
    units.run("ours", 0, Work())
    record = json.loads((tmp_path / "ours-s0.json").read_text())
    assert record["unit"] == "ours" and record["seed"] == 0 and record["code_digest"] == "code" and record["seconds"] >= 0
    assert units.seconds("ours", 0) == record["seconds"] and units.seconds("ours", 1) is None


def test_too_much_is_refused(tmp_path):
    with pytest.raises(InputError, match="bytes"):
        Units(tmp_path).run("ours", 0, lambda: {"scores": list(range(MAX_BYTES))})
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["../out", "", "a/b", "-x", "a b"])
def test_a_name_that_is_no_file_name_is_refused(name, tmp_path):
    with pytest.raises(InputError, match="unit"):
        Units(tmp_path).run(name, 0, Work())
