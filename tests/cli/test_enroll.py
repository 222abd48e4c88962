"""The commands around the gallery, on drawn people whose template is a colour."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from vultus import decide, pipeline
from vultus.cli.identify import FIELDS
from vultus.cli.main import main
from vultus.decide import Calibration, SearchCurve
from vultus.gallery import Gallery
from vultus.gallery.source import RENDER_MARK
from vultus.image import encode_jpeg
from vultus.pipeline import Recogniser
from vultus.types import Embeddings

CALIBRATION = Calibration(
    space="colour/dlib-150", domain="drawn colours", name="drawn", status="site", target_fmr=0.01, target_fnmr=0.05, t_point=0.97,
    t_point_low=0.95, t_point_high=0.98, t_hi=0.99, t_lo=0.9, scores=(0.5, 0.95, 0.99), fmr=(0.2, 0.02, 0.0), fmr_low=(0.1, 0.01, 0.0),
    fmr_high=(0.3, 0.05, 0.01), fmr_upper=(0.3, 0.05, 0.01), fnmr=(0.0, 0.01, 0.05), llr_offset=-20.0, llr_slope=25.0, people=100,
    mated_people=100, search=(SearchCurve(10, (0.5, 0.1, 0.001), (0.6, 0.2, 0.01), 0.99),), source={})


@pytest.fixture(autouse=True)
def drawn_calibration(monkeypatch, drawn_people):
    """A calibration of colours."""
    monkeypatch.setattr(decide, "packaged", lambda space, name="photographs": replace(CALIBRATION, name=name, space=space))


@pytest.fixture
def run(capsys):
    """run(*arguments) -> (exit status, stdout as JSON or text, stderr)."""
    def call(*arguments):
        drawn = ["--any-quality"] if arguments[0] == "enroll" else []  # drawn faces have no texture
        status = main([*map(str, arguments), *drawn])
        said = capsys.readouterr()
        return status, json.loads(said.out) if "--json" in arguments else said.out, said.err
    return call


@pytest.fixture
def album(drawn_folder):
    """The drawn folder without its loose pictures."""
    for name in ("empty.jpg", "broken.jpg", "notes.txt"):
        shutil.move(drawn_folder / name, drawn_folder / "green" / name)
    return drawn_folder


def test_enrol_a_folder_lists_what_was_refused(run, album, tmp_path):
    status, record, said = run("enroll", "--folder", album, "--gallery", tmp_path / "g", "--json")
    assert status == 0
    assert (record["people"], record["enrolled"], record["known"], record["virtual"]) == (3, 6, 0, False)
    reasons = {Path(each["path"]).name: each["reason"].split(":")[0] for each in record["refused"]}
    assert reasons == {"面孔.jpg": "several_faces", "broken.jpg": "unreadable", "empty.jpg": "no_face"}
    assert "master.key" in said and "several_faces" in said
    with Gallery.open(tmp_path / "g") as gallery:
        assert [(person.name, person.templates) for person in gallery.people()] == [("blue", 2), ("green", 2), ("red", 2)]


def test_running_again_enrols_nothing_twice_and_recognises_nothing_twice(run, album, tmp_path, drawn_detector, drawn):
    run("enroll", "--folder", album, "--gallery", tmp_path / "g", "--json")
    drawn_detector.calls.clear()
    shutil.copy(album / "red" / "0.jpg", album / "red" / "copy.jpg")
    (album / "red" / "new.jpg").write_bytes(encode_jpeg(drawn((200, 20, 25))))
    status, record, _ = run("enroll", "--folder", album, "--gallery", tmp_path / "g", "--json")
    assert (status, record["enrolled"], record["known"], len(record["refused"])) == (0, 1, 7, 3)
    assert sum(len(call) for call in drawn_detector.calls) == 3  # the new one and the two that were decodable but refused
    with Gallery.open(tmp_path / "g") as gallery:
        assert {person.name: person.templates for person in gallery.people()} == {"blue": 2, "green": 2, "red": 3}


def test_the_same_picture_twice_in_one_run_is_enrolled_once(run, tmp_path, drawn_folder):
    shutil.copy(drawn_folder / "red" / "0.jpg", drawn_folder / "red" / "zero.jpg")
    _, record, _ = run("enroll", "Red", drawn_folder / "red", "--gallery", tmp_path / "g", "--json")
    assert (record["enrolled"], record["known"]) == (2, 1)


def test_an_interrupted_run_goes_on_where_it_stopped(run, album, tmp_path, monkeypatch, drawn_detector, colour_embedder):
    class Stopped(Recogniser):
        def process(self, pictures):
            for number, result in enumerate(super().process(pictures)):
                if number == 5:
                    raise KeyboardInterrupt
                yield result

    whole = Recogniser(drawn_detector, colour_embedder, threads=1)
    monkeypatch.setattr("vultus.gallery.intake.BATCH", 1)
    monkeypatch.setattr(pipeline, "Recogniser", lambda: Stopped(drawn_detector, colour_embedder, threads=1, batch=1))
    status, record, _ = run("enroll", "--folder", album, "--gallery", tmp_path / "g", "--json")
    assert (status, record["error"]["code"]) == (130, "interrupted")
    with Gallery.open(tmp_path / "g") as gallery:
        before = {person.name: person.templates for person in gallery.people()}
        assert before == {"blue": 2, "green": 1} and gallery.verify_log().intact
    monkeypatch.setattr(pipeline, "Recogniser", lambda: whole)
    status, record, _ = run("enroll", "--folder", album, "--gallery", tmp_path / "g", "--json")
    assert (status, record["enrolled"], record["known"]) == (0, 3, 3)
    with Gallery.open(tmp_path / "g") as gallery:
        assert {person.name: person.templates for person in gallery.people()} == {"blue": 2, "green": 2, "red": 2}


def test_one_person_from_files(run, drawn_folder, tmp_path):
    status, text, _ = run("enroll", "Роза", drawn_folder / "red" / "0.jpg", drawn_folder / "red" / "1.jpg", "--gallery", tmp_path / "g")
    assert (status, text) == (0, "2 pictures of 1 person enrolled, 0 known already, 0 refused\n")
    status, _, said = run("enroll", "Роза", drawn_folder / "empty.jpg", "--gallery", tmp_path / "g")
    assert status == 2 and "no_face" in said


def test_impossible_requests_name_what_is_wrong(run, drawn_folder, tmp_path):
    place = ("--gallery", tmp_path / "g", "--json")
    assert run("enroll", "Ada", *place)[:2] == (2, {"error": {"code": "usage", "message": "give NAME and FILES, or --folder"}})
    assert run("enroll", "Ada", "x", "--folder", drawn_folder, *place)[1]["error"]["code"] == "usage"
    assert run("enroll", "Ada", tmp_path / "nothing.jpg", *place)[1]["error"]["code"] == "unreadable"
    assert run("enroll", " ", drawn_folder, *place)[1]["error"]["message"].startswith("name:")
    assert "sub-folder" in run("enroll", "--folder", drawn_folder / "red", *place)[1]["error"]["message"]
    assert run("identify", drawn_folder, *place)[1]["error"]["code"] == "storage"
    assert not (tmp_path / "g").exists()


def test_identify_person_unknown_undecided_and_no_face(run, album, tmp_path, drawn):
    run("enroll", "--folder", album, "--gallery", tmp_path / "g", "--json")
    probes = {"person": [(190, 22, 25)], "unknown": [(200, 200, 200)], "undecided": [(200, 80, 20)], "none": [(0, 0, 0)],
              "two": [(190, 22, 25), (200, 200, 200)]}
    (tmp_path / "probes").mkdir()
    for name, colours in probes.items():
        (tmp_path / "probes" / f"{name}.jpg").write_bytes(encode_jpeg(drawn(*colours)))
    status, record, _ = run("identify", tmp_path / "probes", "--gallery", tmp_path / "g", "--top", "2", "--json")
    assert status == 0 and record["calibration_due"] is None
    rows = {(Path(row["path"]).stem, row["face"]): row for row in record["faces"]}
    person = rows["person", 0]
    assert (person["outcome"], person["name"], len(person["candidates"])) == ("person", "red", 2)
    assert (person["threshold"], person["threshold_low"], person["target_fpir"]) == (0.99, 0.9, 0.01)
    assert (person["fpir_at_score"], person["fpir_upper"], person["fpir_basis"]) == (0.001, 0.01, "measured")
    assert not [field for field in person if "fmr" in field or "false_positive" in field]
    assert (person["gallery_people"], person["gallery_templates"]) == (3, 6)
    unknown, undecided = rows["unknown", 0], rows["undecided", 0]
    assert (unknown["outcome"], unknown["name"], unknown["person_id"]) == ("unknown", None, None)
    assert unknown["candidates"] and unknown["similarity"] < 0.9
    assert undecided["outcome"] == "undecided" and "between" in undecided["reason"]
    assert rows["none", None]["error"].startswith("no_face")
    assert {tuple(row) for row in rows.values()} == {FIELDS}
    assert {rows["two", face]["outcome"] for face in (0, 1)} == {"person", "unknown"}
    status, text, _ = run("identify", tmp_path / "probes", "--gallery", tmp_path / "g")
    assert status == 0 and "person.jpg: face 0: red; similarity 1.000" in text and "among 6 templates" in text
    status, record, _ = run("identify", tmp_path / "probes" / "person.jpg", "--gallery", tmp_path / "g", "--fpir", "0.2", "--json")
    assert (record["faces"][0]["threshold"], record["faces"][0]["target_fpir"]) == (0.95, 0.2)
    status, record, _ = run("identify", tmp_path / "probes" / "person.jpg", "--gallery", tmp_path / "g", "--fpir", "0.001", "--json")
    refused = record["faces"][0]
    assert (refused["outcome"], refused["threshold"], refused["fpir_upper"]) == ("undecided", None, 0.01)
    assert "no FPIR of 0.001 among 6 templates" in refused["reason"] and "gallery calibrate" in refused["reason"]
    assert run("identify", tmp_path / "probes", "--gallery", tmp_path / "g", "--fpir", "1.5", "--json")[0] == 2


def test_a_gallery_grown_ten_times_beyond_the_measured_one_has_no_threshold(run, drawn_folder, tmp_path, drawn, colour_embedder):
    probe = drawn_folder / "red" / "0.jpg"
    with Gallery.open(tmp_path / "g") as gallery:
        crowd = np.random.default_rng(0).uniform(0, 60, (101, 3)).astype(np.float32)
        for templates in (15, 86):
            gallery.enrol("Crowd", Embeddings.normalised(crowd[:templates], colour_embedder.space))
            row, = run("identify", probe, "--gallery", tmp_path / "g", "--json")[1]["faces"]
            if templates == 15:
                assert (row["fpir_basis"], row["target_fpir"]) == ("model", 0.02)
                assert row["fpir_upper"] == pytest.approx(1 - 0.8 ** 1.5) or row["fpir_upper"] == pytest.approx(1 - 0.99 ** 1.5)
    assert (row["outcome"], row["threshold"], row["fpir_at_score"], row["fpir_basis"]) == ("undecided", None, None, None)
    assert "more than 10 times the largest gallery measured (10)" in row["reason"]


def test_identify_in_an_empty_gallery_and_without_a_calibration(run, drawn_folder, tmp_path, monkeypatch):
    Gallery.open(tmp_path / "g").close()
    probe = drawn_folder / "red" / "0.jpg"
    row, = run("identify", probe, "--gallery", tmp_path / "g", "--json")[1]["faces"]
    assert (row["outcome"], row["reason"], row["similarity"]) == ("unknown", "the gallery holds nobody", None)
    run("enroll", "Red", probe, "--gallery", tmp_path / "g", "--json")
    monkeypatch.setattr(decide, "packaged", lambda space, name="photographs": None)
    row, = run("identify", probe, "--gallery", tmp_path / "g", "--json")[1]["faces"]
    assert row["outcome"] == "undecided" and "no calibration" in row["reason"] and row["name"] is None
    assert "undecided" in run("identify", probe, "--gallery", tmp_path / "g")[1]


def test_identify_with_another_recogniser_than_the_gallerys(run, drawn_folder, tmp_path, colour_embedder):
    probe = drawn_folder / "red" / "0.jpg"
    run("enroll", "Red", probe, "--gallery", tmp_path / "g", "--json")
    colour_embedder.space = "other/space"
    status, record, _ = run("identify", probe, "--gallery", tmp_path / "g", "--json")
    assert (status, record["error"]["code"]) == (2, "space_mismatch")
    status, record, _ = run("enroll", "Red", drawn_folder / "red" / "1.jpg", "--gallery", tmp_path / "g", "--json")
    assert (status, record["error"]["code"]) == (2, "space_mismatch")


def test_virtual_galleries_say_so(run, drawn_folder, tmp_path):
    probe, place = drawn_folder / "red" / "0.jpg", ("--gallery", tmp_path / "v")
    assert run("enroll", "Red", probe, "--virtual", *place, "--json")[1]["virtual"] is True
    assert run("identify", probe, *place, "--json")[1]["virtual"] is True
    assert "do not exist" in run("identify", probe, *place)[2]
    assert "do not exist" in run("gallery", "people", *place)[2]
    assert "virtual: yes" in run("gallery", "info", *place)[1]
    run("enroll", "Red", probe, "--gallery", tmp_path / "real")
    render = tmp_path / "render.jpg"
    render.write_bytes(probe.read_bytes() + RENDER_MARK)
    status, record, _ = run("enroll", "Red", render, "--gallery", tmp_path / "real", "--json")
    assert status == 2 and record["refused"][0]["reason"].startswith("policy: ")
    status, record, _ = run("enroll", "Red", probe, "--virtual", "--gallery", tmp_path / "real", "--json")
    assert status == 2 and "virtual" in record["error"]["message"]


def test_gallery_commands(run, album, tmp_path):
    place = ("--gallery", tmp_path / "g")
    run("enroll", "--folder", album, *place, "--json")
    info = run("gallery", "info", *place, "--json")[1]
    assert (info["people"], info["templates"], info["schema"], info["space"]) == (3, 6, 1, "colour/dlib-150")
    listed = run("gallery", "people", *place, "--json")[1]["people"]
    assert [each["name"] for each in listed] == ["blue", "green", "red"]
    done = run("gallery", "forget", "red", *place, "--json")[1]
    assert (done["person_id"], done["templates"], done["scrubbed"]) == (listed[2]["id"], 2, True)
    assert "key destroyed" in run("gallery", "forget", listed[0]["id"], "--yes", *place)[1]
    assert [line.split()[-1] for line in run("gallery", "people", *place)[1].splitlines()] == ["green"]
    assert run("gallery", "verify-log", *place, "--json")[1] == {"entries": 6, "intact": True, "problem": ""}
    status, record, _ = run("gallery", "forget", "gren", *place, "--json")
    assert (status, record["error"]["code"]) == (2, "unknown_name") and "green" in record["error"]["message"]
    with Gallery.open(tmp_path / "g") as gallery, gallery._database.write() as connection:
        connection.exec_driver_sql("DROP TRIGGER audit_DELETE")
        connection.exec_driver_sql("DELETE FROM audit WHERE seq = 3")
    status, record, _ = run("gallery", "verify-log", *place, "--json")
    assert (status, record["intact"]) == (1, False)


def test_names_cannot_drive_the_terminal(run, drawn_folder, tmp_path):
    wild = "\x1b]0;title\x07Eve\x1b[2J\u202e\n0000"
    probe, place = drawn_folder / "red" / "0.jpg", ("--gallery", tmp_path / "g")
    run("enroll", wild, probe, *place)
    for arguments in (("gallery", "people", *place), ("identify", probe, *place)):
        text = run(*arguments)[1]
        assert "Eve" in text and text.count("\n") == 1
        assert not {"\x1b", "\x07", "\u202e"} & set(text)
    assert run("gallery", "people", *place, "--json")[1]["people"][0]["name"] == wild


def test_a_folder_name_that_is_not_text_is_refused_and_the_rest_goes_on(run, album, tmp_path):
    raw = bytes(album) + b"/bad\xff"
    try:
        shutil.copytree(bytes(album) + b"/red", raw)
    except OSError:
        pytest.skip("this file system takes only UTF-8 names")
    status, record, _ = run("enroll", "--folder", album, "--gallery", tmp_path / "g", "--json")
    assert status == 0 and record["enrolled"] == 6
    assert [each["reason"].split(":")[0] for each in record["refused"] if "bad" in each["path"]] == ["bad_input"] * 2
