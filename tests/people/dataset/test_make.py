"""The same bytes on any number of processes and after any interruption; nothing overwritten that is not ours."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from vultus.errors import InputError, MissingExtraError, StorageError
from vultus.gallery.source import RENDER_MARK
from vultus.image import load
from vultus.people.dataset import studio_maker
from vultus.people.dataset.check import problems
from vultus.people.dataset.label_file import read_labels
from vultus.people.dataset.make import make
from vultus.people.dataset.manifest import COLUMNS, MAY_BE_ABSENT
from vultus.people.dataset.virtual_people import open_people

DRAWN = Path(__file__).parent / "drawn"
CHILD = """
import pathlib, resource, sys, tomllib
import drawn_maker as drawn
from vultus.people.dataset.make import make
from vultus.people.dataset.spec_file import parse_spec

if __name__ == "__main__":
    text, out, workers, largest = sys.argv[1:]
    spec = parse_spec(tomllib.loads(pathlib.Path(text).read_text()), drawn.LABELS)
    if largest != "-":
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(largest), int(largest)))
    make(spec, pathlib.Path(out), factory=drawn.drawn_maker, workers=int(workers))
"""


@pytest.fixture
def child(tmp_path, spec_text):
    """Makes the set in a process of its own, which may come to a bad end."""
    def run(out: Path, *, workers: int = 1, largest: int | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
        (tmp_path / "child.py").write_text(CHILD)
        (tmp_path / "spec.toml").write_text(spec_text)
        arguments = [str(tmp_path / "spec.toml"), str(out), str(workers), "-" if largest is None else str(largest)]
        return subprocess.run([sys.executable, str(tmp_path / "child.py"), *arguments], capture_output=True, text=True, timeout=120,
                              env={**os.environ, "PYTHONPATH": str(DRAWN), **environment})
    return run


def test_one_process_and_two_give_the_same_files(spec, make_drawn, tmp_path, digests):
    first, second = (make_drawn(spec, tmp_path / str(count), workers=count, shards=10) for count in (1, 2))
    assert digests(tmp_path / "1") == digests(tmp_path / "2")
    for made in (first, second):
        assert (made.pictures, made.people, made.cells, made.made) == (64, 16, 4, 16)


def test_the_seed_decides(parse, make_drawn, tmp_path):
    for seed in (7, 8):
        make_drawn(parse(f"seed = {seed}\npeople_per_cell = 2\npictures_per_person = 2\nsize = 32"), tmp_path / str(seed))
    seven, eight = (list(open_people(tmp_path / name).rows()) for name in ("7", "8"))
    for column in ("sha256", "identity", "scene"):
        assert not {row[column] for row in seven} & {row[column] for row in eight}


@pytest.mark.parametrize("picture", [1, 4, 11, 47])
def test_a_run_that_was_killed_goes_on_to_the_same_files(child, spec, make_drawn, tmp_path, digests, picture):
    assert child(tmp_path / "killed", DRAWN_STOP_AT=str(picture)).returncode == 9
    with pytest.raises(InputError, match="not finished"):
        open_people(tmp_path / "killed")
    people_done = (picture - 1) // 3
    assert make_drawn(spec, tmp_path / "killed", shards=10).made == 16 - people_done
    make_drawn(spec, tmp_path / "whole", shards=10)
    assert digests(tmp_path / "killed") == digests(tmp_path / "whole")


def test_files_that_a_killed_run_was_about_to_rename_go(child, spec, make_drawn, tmp_path, digests):
    child(tmp_path / "killed", DRAWN_STOP_AT="5")
    person = tmp_path / "killed" / "images" / "c001" / "p000001"  # the first who was not finished
    person.mkdir(parents=True)
    (tmp_path / "killed" / "shards").mkdir()
    for name in ("images/c001/p000001/.000.npz-4711", ".manifest.parquet-abc", "shards/.a-0.tar-1"):
        (tmp_path / "killed" / name).write_bytes(b"x")
    make_drawn(spec, tmp_path / "killed", shards=10)
    make_drawn(spec, tmp_path / "whole", shards=10)
    assert digests(tmp_path / "killed") == digests(tmp_path / "whole")


def test_a_worker_that_dies_is_told_and_the_rest_is_kept(child, spec, make_drawn, tmp_path, digests):
    done = child(tmp_path / "killed", workers=2, DRAWN_STOP_AT="14")
    assert done.returncode == 1 and "StorageError: a worker ended without a word" in done.stderr and "--workers" in done.stderr
    assert 0 < make_drawn(spec, tmp_path / "killed").made < 16
    make_drawn(spec, tmp_path / "whole")
    assert digests(tmp_path / "killed") == digests(tmp_path / "whole")


def test_an_error_in_a_worker_arrives_as_what_it_is(child, tmp_path):
    done = child(tmp_path / "set", workers=2, DRAWN_FULL_AT="5")
    assert "vultus.errors.StorageError: cannot write: No space left on device" in done.stderr


def test_ctrl_c_keeps_finished_people(spec, make_drawn, tmp_path, monkeypatch, digests):
    monkeypatch.setenv("DRAWN_INTERRUPT_AT", "8")
    with pytest.raises(KeyboardInterrupt):
        make_drawn(spec, tmp_path / "set")
    monkeypatch.delenv("DRAWN_INTERRUPT_AT")
    assert make_drawn(spec, tmp_path / "set").made == 14
    make_drawn(spec, tmp_path / "whole")
    assert digests(tmp_path / "set") == digests(tmp_path / "whole")


@pytest.mark.skipif(sys.platform == "win32", reason="needs limits on file sizes")
@pytest.mark.parametrize("largest", [300, 1500, 6000])
def test_a_full_disk_leaves_a_set_that_can_be_finished(child, spec, make_drawn, tmp_path, digests, largest):
    """The operating system refuses to let any file grow further: pictures, rows, the list of people or the manifest do not fit."""
    done = child(tmp_path / "full", largest=largest)
    assert done.returncode == 1
    assert "vultus.errors.StorageError: cannot write" in done.stderr and "free space there" in done.stderr
    assert not [path for path in (tmp_path / "full").rglob("*") if path.is_file() and path.stat().st_size > largest]
    make_drawn(spec, tmp_path / "full")
    make_drawn(spec, tmp_path / "whole")
    assert digests(tmp_path / "full") == digests(tmp_path / "whole")


def test_what_was_lost_or_altered_is_made_again(drawn_set, spec, make_drawn, digests):
    before = digests(drawn_set.root)
    pictures = sorted((drawn_set.root / "images").rglob("*.jpg"))
    pictures[0].unlink()
    pictures[9].write_bytes(pictures[9].read_bytes() + b"x")
    sorted((drawn_set.root / "images").rglob("*.npz"))[30].write_bytes(b"")
    assert len(list(problems(drawn_set))) == 3
    assert make_drawn(spec, drawn_set.root, shards=10).made == 3
    assert digests(drawn_set.root) == before


def test_an_altered_list_of_people_of_a_finished_set_is_made_again(drawn_set, spec, make_drawn, digests):
    before = digests(drawn_set.root)
    (drawn_set.root / "people.json").write_text("[]")
    assert make_drawn(spec, drawn_set.root, shards=10).made == 0
    assert digests(drawn_set.root) == before


def test_a_link_to_nothing_is_refused(spec, make_drawn, tmp_path):
    (tmp_path / "set").symlink_to(tmp_path / "nowhere")
    with pytest.raises(InputError, match="a link to nothing"):
        make_drawn(spec, tmp_path / "set")


def test_a_finished_set_is_left_alone(drawn_set, spec, make_drawn, digests):
    before = digests(drawn_set.root)
    assert make_drawn(spec, drawn_set.root).made == 0
    assert digests(drawn_set.root) == before


@pytest.mark.parametrize("change", ["seed = 8", "seed = 7\nsize = 49", "seed = 7\nminimum_distance = 0.41"])
def test_a_folder_of_another_specification_is_refused(drawn_set, spec_text, parse, make_drawn, digests, change):
    before = digests(drawn_set.root)
    lines = [line for line in spec_text.splitlines() if line.split(" ")[0] not in {part.split(" ")[0] for part in change.splitlines()}]
    with pytest.raises(InputError, match=r"another specification.*nothing was changed"):
        make_drawn(parse("\n".join([change, *lines])), drawn_set.root)
    assert digests(drawn_set.root) == before


def test_another_generator_is_refused(drawn_set, spec, make_drawn, drawn_maker, monkeypatch):
    monkeypatch.setattr(drawn_maker.DrawnMaker, "generator", "drawn/2")
    with pytest.raises(InputError, match="the generator drawn/1"):
        make_drawn(spec, drawn_set.root)


def test_a_folder_with_something_else_is_refused(spec, make_drawn, tmp_path, digests):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "holiday.jpg").write_bytes(b"x")
    with pytest.raises(InputError, match="which is neither"):
        make_drawn(spec, tmp_path / "mine")
    with pytest.raises(InputError, match="which is neither"):
        make_drawn(spec, tmp_path / "mine" / "holiday.jpg")
    assert list(digests(tmp_path / "mine")) == ["holiday.jpg"]


def test_a_list_of_people_that_was_altered_is_refused(spec, make_drawn, child, tmp_path):
    child(tmp_path / "set", DRAWN_STOP_AT="4")
    (tmp_path / "set" / "people.json").write_text("[]")
    with pytest.raises(StorageError, match="other people"):
        make_drawn(spec, tmp_path / "set")


def test_a_cell_that_cannot_be_filled_writes_nothing(parse, make_drawn, tmp_path):
    with pytest.raises(InputError, match="cells"):
        make_drawn(parse("seed = 1\npeople_per_cell = 30\npictures_per_person = 1\nminimum_distance = 1.6"), tmp_path / "set")
    assert not (tmp_path / "set").exists()


def test_a_missing_renderer_is_told_before_anything_is_written(spec, tmp_path, monkeypatch):
    monkeypatch.setattr(studio_maker, "find_spec", lambda name: None)
    with pytest.raises(MissingExtraError, match="people"):
        make(spec, tmp_path / "set")
    assert not (tmp_path / "set").exists()


def test_no_workers(spec, make_drawn, tmp_path):
    with pytest.raises(InputError, match="workers"):
        make_drawn(spec, tmp_path / "set", workers=0)


def test_rows_are_complete_and_counts_exact(drawn_set, spec):
    rows = list(drawn_set.rows())
    assert len(rows) == 64 == len({row["file"] for row in rows})
    for row in rows:
        assert [name for name in COLUMNS if row[name] is None and name not in MAY_BE_ABSENT] == []
        origin = (row["generator"], row["licence"], row["mark"], row["spec_sha256"])
        assert origin == ("drawn/1", "CC0-1.0", RENDER_MARK.decode(), spec.digest)
        assert row["age_years"] == pytest.approx(json.loads(row["identity"])["years"], abs=1e-4)
        assert row["yaw_deg"] == pytest.approx(json.loads(row["scene"])["pose"]["yaw"], abs=1e-4)
        assert row["occluded"] == 0.25 and row["view_yaw_deg"] is None
    assert set(Counter(row["cell"] for row in rows).values()) == {16}
    people = {row["person"]: (row["cell"], row["split"], row["cell_gender"], row["cell_melanin"]) for row in rows}
    assert Counter(people.values()) == {(f"c00{cell}", split, "female" if cell < 2 else "male", "0.6-1" if cell % 2 else "0-0.3"): count
                                        for cell in range(4) for split, count in (("train", 2), ("dev", 1), ("test", 1))}


def test_pictures_carry_the_mark_and_show_what_their_rows_say(drawn_set):
    for item in drawn_set.items(attack="none"):
        assert RENDER_MARK in (drawn_set.root / item.id).read_bytes()
        brightest = int(item.load().mean((0, 2)).argmax())
        assert abs(brightest - int((0.5 + item.labels["yaw_deg"] / 200) * 48)) <= 1


def test_simulators_get_their_share_and_their_extra_pictures(drawn_set):
    rows = list(drawn_set.rows())
    for cell in range(4):
        attacks = Counter(row["attack"] for row in rows if row["cell"] == f"c00{cell}")
        assert attacks == {None: 9, "webcam": 3, "low_resolution": 4}  # a quarter of 12 pictures, and one more for each of 4 people
    bare = {row["file"]: row for row in rows}
    for row in (row for row in rows if row["attack"] == "low_resolution"):
        assert json.loads(row["attack_parameters"])["settings"]["face_px"] == 12.0
        if row["source"] is not None:
            assert bare[row["source"]]["scene"] == row["scene"] and bare[row["source"]]["attack"] is None
            made, source = (load(drawn_set.root / row[name]).astype(float) for name in ("file", "source"))
            assert np.abs(np.diff(made, axis=1)).max() < 0.7 * np.abs(np.diff(source, axis=1)).max()
            assert made.mean() == pytest.approx(source.mean(), rel=0.1)
    numbers = {row["number"] for row in rows if row["attack"] == "low_resolution"}
    assert len(numbers) > 1  # the number says nothing about the attack


def test_labels_are_those_of_the_picture(drawn_set):
    for row in list(drawn_set.rows())[:8]:
        labels = read_labels(drawn_set.root / row["label_file"])
        assert list(labels) == ["parsing", "depth"] and labels["depth"].shape == (row["height"], row["width"])
        if row["attack"] is None:
            assert np.abs(labels["depth"] - load(drawn_set.root / row["file"])[..., 1]).mean() < 6


def test_more_people_keep_the_first_ones(parse, make_drawn, tmp_path):
    for people in (2, 3):
        make_drawn(parse(f"seed = 3\npeople_per_cell = {people}\npictures_per_person = 2\nsize = 32\n[cells]\ngender = ['female', 'male']"),
                   tmp_path / str(people))
    few, many = ({row["person"]: row["sha256"] for row in open_people(tmp_path / name).rows()} for name in ("2", "3"))
    assert {person: many[person] for person in few} == few


def test_the_card_says_who_nobody_is(drawn_set):
    text = (drawn_set.root / "README.md").read_text()
    assert "Nobody in these pictures exists" in text and "CC0-1.0" in text and "| c003 | male | 0.6-1 | 4 | 16 |" in text
    assert "not an ISO/IEC 30107-3 test" in text
    assert drawn_set.card["cells"]["c001"]["rejected"]["drawn"] >= 4
