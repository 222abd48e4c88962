"""vultus import, on drawn people whose template is a colour."""

from __future__ import annotations

import json
import pickle
import zipfile
from pathlib import Path

import numpy as np
import pytest

from vultus import pipeline
from vultus.cli.main import cli, main
from vultus.gallery import Gallery
from vultus.gallery.importers import LEGACY_SPACE
from vultus.gallery.importers.legacy_encodings import MEAN_DIRECTION
from vultus.pipeline import Recogniser

pytestmark = pytest.mark.usefixtures("drawn_people")


@pytest.fixture
def run(capsys):
    """run(*arguments) -> (exit status, stdout as JSON or text, stderr); drawn faces have no texture, so any quality is taken."""
    def call(*arguments):
        status = main(["import", "--any-quality", *map(str, arguments)])
        said = capsys.readouterr()
        return status, json.loads(said.out) if "--json" in arguments else said.out, said.err
    return call


def encodings(path: Path) -> Path:
    mean = np.asarray(MEAN_DIRECTION, float)
    rows = mean / np.linalg.norm(mean) + np.random.default_rng(0).normal(0, 0.05, (3, 128))
    np.savez(path, made_by="face_recognition", names=np.array(["Ada", "Bob", "Ada"]),
             encodings=rows / np.linalg.norm(rows, axis=1)[:, None] * 1.4)
    return path


def test_the_verb_is_called_import():
    assert "import" in cli.list_commands(None) and "import-" not in cli.list_commands(None) and "import_" not in cli.list_commands(None)
    assert cli.get_command(None, "import").name == "import" and cli.get_command(None, "import_") is None


def test_a_preview_changes_nothing(run, drawn_folder, tmp_path, colour_embedder):
    status, record, _ = run(drawn_folder, "--gallery", tmp_path / "g", "--dry-run", "--json")
    assert (status, record["format"], record["dry_run"], record["planned"], record["enrolled"]) == (0, "folder", True, 9, 0)
    assert record["people"] == [{"name": name, "entries": count} for name, count in
                                (("blue", 3), ("green", 2), ("red", 2), ("broken", 1), ("empty", 1))]
    assert not (tmp_path / "g").exists() and not colour_embedder.sizes
    status, text, _ = run(drawn_folder, "--dry-run")
    assert status == 0 and text.splitlines()[0] == "    3  blue" and "nothing changed" in text


def test_a_folder_is_enrolled_and_again_nothing_is(run, drawn_folder, tmp_path):
    status, record, said = run(drawn_folder, "--gallery", tmp_path / "g", "--json")
    assert (status, record["enrolled"], record["known"]) == (0, 6, 0)
    assert {Path(each["path"]).name: each["reason"].split(":")[0] for each in record["refused"]} == {
        "面孔.jpg": "several_faces", "broken.jpg": "unreadable", "empty.jpg": "no_face"}
    assert "several_faces" in said
    status, text, _ = run(drawn_folder, "--gallery", tmp_path / "g")
    assert (status, text) == (0, "0 entries of 3 people enrolled (folder), 6 known already, 3 refused\n")


def test_an_interrupted_import_goes_on_where_it_stopped(run, drawn_folder, tmp_path, monkeypatch, drawn_detector, colour_embedder):
    class Stopped(Recogniser):
        def process(self, pictures):
            for number, result in enumerate(super().process(pictures)):
                if number == 4:
                    raise KeyboardInterrupt
                yield result

    whole = Recogniser(drawn_detector, colour_embedder, threads=1)
    archive = tmp_path / "people.zip"
    with zipfile.ZipFile(archive, "w") as file:
        for name in ("red/0.jpg", "red/1.jpg", "green/0.jpg", "green/1.jpg", "blue/0.jpg"):
            file.write(drawn_folder / name, name)
    monkeypatch.setattr("vultus.gallery.intake.BATCH", 1)
    monkeypatch.setattr(pipeline, "Recogniser", lambda: Stopped(drawn_detector, colour_embedder, threads=1, batch=1))
    assert run(archive, "--gallery", tmp_path / "g", "--json")[0] == 130
    with Gallery.open(tmp_path / "g") as gallery:
        before = sum(person.templates for person in gallery.people())
    monkeypatch.setattr(pipeline, "Recogniser", lambda: whole)
    status, record, _ = run(archive, "--gallery", tmp_path / "g", "--json")
    assert 0 < before < 5 and (status, record["known"], record["enrolled"]) == (0, before, 5 - before)


def test_stored_encodings_make_a_gallery_of_the_legacy_space(run, tmp_path, drawn_folder):
    source, place = encodings(tmp_path / "people.npz"), ("--gallery", tmp_path / "g", "--json")
    status, record, _ = run(source, *place)
    assert (status, record["format"], record["enrolled"]) == (0, "face_recognition", 3)
    with Gallery.open(tmp_path / "g") as gallery:
        assert gallery.space == LEGACY_SPACE and {p.name: p.templates for p in gallery.people()} == {"Ada": 2, "Bob": 1}
    assert run(source, *place)[1]["known"] == 3
    run(drawn_folder, "--gallery", tmp_path / "other", "--json")
    for extra in ((), ("--dry-run",)):
        status, record, _ = run(source, "--gallery", tmp_path / "other", "--json", *extra)
        assert status == 2 and "enrol from pictures" in record["error"]["message"]


def test_pictures_join_a_legacy_gallery_in_its_own_space(run, tmp_path, drawn_folder, monkeypatch, drawn_detector, colour_embedder):
    colour_embedder.space = LEGACY_SPACE

    plain = colour_embedder.embed

    def padded(crops):
        from vultus.types import Embeddings
        found = plain(crops)
        return Embeddings(np.pad(found.vectors, ((0, 0), (0, 125))), LEGACY_SPACE)

    monkeypatch.setattr(colour_embedder, "embed", padded)
    monkeypatch.setattr("vultus.compat.face_recognition.legacy.legacy_recogniser",
                        lambda: Recogniser(drawn_detector, colour_embedder, threads=1))
    monkeypatch.setattr(pipeline, "Recogniser", None)
    run(encodings(tmp_path / "people.npz"), "--gallery", tmp_path / "g", "--json")
    status, record, _ = run(drawn_folder / "red", "--gallery", tmp_path / "g", "--json")
    assert (status, record["enrolled"]) == (0, 2)


def test_a_virtual_gallery_takes_virtual_people_alone(run, drawn_folder, tmp_path):
    assert run(drawn_folder, "--gallery", tmp_path / "v", "--virtual", "--json")[1]["virtual"] is True
    run(drawn_folder, "--gallery", tmp_path / "real", "--json")
    status, record, _ = run(drawn_folder, "--gallery", tmp_path / "real", "--virtual", "--json")
    assert status == 2 and "virtual" in record["error"]["message"]


def test_recipes_are_printed(run):
    for kind in ("face_recognition", "deepface", "compreface"):
        status, text, _ = run("--recipe", kind)
        assert status == 0 and "vultus import" in text
        compile(text, kind, "exec")
        assert run("--recipe", kind, "--json")[1] == {"recipe": kind, "script": text}


def test_bad_requests_name_what_is_wrong(run, drawn_folder, tmp_path):
    (tmp_path / "old.pkl").write_bytes(pickle.dumps({"names": []}))
    for arguments, code, said in (
            ((), "usage", "give SOURCE"), ((drawn_folder,), "usage", "--dry-run"),
            ((drawn_folder, "--from", "elsewhere", "--dry-run"), "usage", "elsewhere"),
            ((tmp_path / "none", "--dry-run"), "bad_input", "does not exist"),
            ((tmp_path / "old.pkl", "--gallery", tmp_path / "g"), "bad_input", "--recipe face_recognition"),
            ((drawn_folder, "--from", "deepface", "--dry-run"), "bad_input", "--from folder")):
        status, record, _ = run(*arguments, "--json")
        assert (status, record["error"]["code"]) == (2, code) and said in record["error"]["message"]
    assert not (tmp_path / "g").exists()


def test_a_source_in_which_nobody_can_be_enrolled_fails(run, drawn_folder, tmp_path):
    (tmp_path / "dark").mkdir()
    (drawn_folder / "empty.jpg").rename(tmp_path / "dark" / "Ada.jpg")
    status, record, _ = run(tmp_path / "dark", "--gallery", tmp_path / "g", "--json")
    assert (status, len(record["refused"])) == (2, 1)
