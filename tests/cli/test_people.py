"""vultus people: what the commands print, write and end with, on an engine that draws squares."""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from vultus.cli.main import main
from vultus.gallery.source import Source
from vultus.image import load
from vultus.people.dataset import studio_maker

SPEC = "seed = 3\npeople_per_cell = 2\npictures_per_person = 2\nsize = 32\nlabels = ['depth']\n[cells]\ngender = ['female', 'male']\n"


@pytest.fixture(autouse=True)
def drawn(monkeypatch):
    monkeypatch.syspath_prepend(str(Path(__file__).parents[1] / "people" / "dataset" / "drawn"))
    module = importlib.import_module("drawn_maker")
    monkeypatch.setattr(studio_maker, "LABELS", module.LABELS)
    monkeypatch.setattr(studio_maker, "studio_maker", module.drawn_maker)
    return module


@pytest.fixture
def spec(tmp_path):
    (tmp_path / "people.toml").write_text(SPEC)
    return tmp_path / "people.toml"


def run(capsys, *arguments) -> tuple[int, str, str]:
    status = main([*map(str, arguments)])
    said = capsys.readouterr()
    return status, said.out, said.err


def test_make_check_sheet(capsys, spec, tmp_path):
    status, said, _ = run(capsys, "people", "make", spec, tmp_path / "set", "--workers", "1", "--shards")
    assert status == 0 and "8 pictures of 4 people in 2 cells" in said and "nobody in it exists" in said and "1 shards" not in said
    assert run(capsys, "people", "check", tmp_path / "set") == (0, "8 pictures of 4 people: whole\n", "")
    status, said, _ = run(capsys, "people", "sheet", tmp_path / "set", tmp_path / "sheet.png", "--columns", "2", "--side", "32")
    assert status == 0 and said == f"{tmp_path / 'sheet.png'}\n" and load(tmp_path / "sheet.png").shape[1] == 72
    status, said, _ = run(capsys, "people", "make", spec, tmp_path / "set", "--workers", "2", "--json")
    record = json.loads(said)
    assert status == 0 and (record["people_made"], record["people_kept"], record["pictures"]) == (0, 4, 8)


def test_check_ends_with_1_when_something_is_wrong(capsys, spec, tmp_path):
    run(capsys, "people", "make", spec, tmp_path / "set", "--workers", "1")
    next((tmp_path / "set").rglob("*.jpg")).write_bytes(b"x")
    status, said, warned = run(capsys, "people", "check", tmp_path / "set")
    assert status == 1 and said == "8 pictures of 4 people: 1 thing is wrong\n" and "altered" in warned
    status, said, _ = run(capsys, "people", "check", tmp_path / "set", "--json")
    assert status == 1 and json.loads(said)["whole"] is False and len(json.loads(said)["problems"]) == 1


def test_what_cannot_be_done_ends_with_2_and_writes_nothing(capsys, spec, tmp_path):
    spec.write_text(SPEC.replace("gender", "gendr"))
    status, _, warned = run(capsys, "people", "make", spec, tmp_path / "set")
    assert status == 2 and "did you mean gender" in warned and not (tmp_path / "set").exists()
    assert run(capsys, "people", "make", tmp_path / "none.toml", tmp_path / "set")[0] == 2
    assert run(capsys, "people", "check", tmp_path / "nowhere")[0] == 2
    status, said, _ = run(capsys, "people", "make", spec, tmp_path / "set", "--json")
    assert status == 2 and json.loads(said)["error"]["code"] == "unknown_name"


def test_another_set_is_refused(capsys, spec, tmp_path):
    run(capsys, "people", "make", spec, tmp_path / "set", "--workers", "1")
    spec.write_text(SPEC.replace("seed = 3", "seed = 4"))
    status, _, warned = run(capsys, "people", "make", spec, tmp_path / "set", "--workers", "1")
    assert status == 2 and "another specification" in warned and "nothing was changed" in warned
    assert run(capsys, "people", "check", tmp_path / "set")[0] == 0


def test_ray_that_is_missing(capsys, spec, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    status, _, warned = run(capsys, "people", "make", spec, tmp_path / "set", "--ray", "local")
    assert status == 2 and "vultus[ray]" in warned


def test_an_interrupt_ends_with_130(capsys, spec, tmp_path, monkeypatch):
    monkeypatch.setenv("DRAWN_INTERRUPT_AT", "5")
    status, _, warned = run(capsys, "people", "make", spec, tmp_path / "set", "--workers", "1")
    assert status == 130 and "what was finished is kept" in warned


def test_spec_prints_what_make_takes(capsys, tmp_path):
    status, said, _ = run(capsys, "people", "spec")
    small = said.replace("people_per_cell = 20", "people_per_cell = 10").replace("pictures_per_person = 5", "pictures_per_person = 1")
    (tmp_path / "x.toml").write_text(small.replace("size = 128", "size = 32"))
    assert status == 0 and run(capsys, "people", "make", tmp_path / "x.toml", tmp_path / "set", "--workers", "1")[0] == 0
    assert run(capsys, "people", "spec", "--cells")[1].startswith("gender")
    assert json.loads(run(capsys, "people", "spec", "--cells", "--json")[1])["skin.freckles"] == "0..1"


def test_one(capsys, tmp_path):
    status, said, _ = run(capsys, "people", "one", "--seed", "5", "--out", tmp_path / "a.png", "--yaw", "40", "--years", "70",
                          "--size", "64", "--light", "studio", "--labels", tmp_path / "labels")
    assert status == 0 and "70 years" in said and Source.of_file(tmp_path / "a.png").rendered
    assert int(load(tmp_path / "a.png").mean((0, 2)).argmax()) == int((0.5 + 40 / 200) * 64)
    assert said.splitlines()[1:] == [str(tmp_path / "labels" / "labels.json")]
    record = json.loads(run(capsys, "people", "one", "--out", tmp_path / "b.jpg", "--light", "sun", "--json")[1])
    assert record["scene"]["light"]["name"] == "sun" and len(record["points"]) == 5 and record["labels"] == []


@pytest.mark.parametrize("wrong, named", [(["--expression", "smyle"], "smile"), (["--light", "stdio"], "studio"),
                                          (["--out", "x.gif"], ".png or .jpg"), (["--yaw", "120"], "yaw"), (["--size", "4"], "size")])
def test_one_that_cannot_be_taken(capsys, tmp_path, wrong, named, monkeypatch):
    monkeypatch.chdir(tmp_path)
    status, _, warned = run(capsys, "people", "one", *wrong)
    assert status == 2 and named in warned and not list(tmp_path.iterdir())


def test_help_needs_no_engine():
    code = ("import sys\nfrom vultus.cli.main import main\nmain(['people', 'make', '--help'])\n"
            "print([name for name in ('numpy', 'cv2', 'numba', 'torch', 'mitsuba') if name in sys.modules])")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=dict(os.environ), check=True)
    assert done.stdout.endswith("[]\n")
