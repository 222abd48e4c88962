"""A gallery calibrated by its own people, from the command line to the answer; people are colours."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from vultus import decide, pipeline
from vultus.apps.collection import calibrate_gallery
from vultus.apps.identification import collection_for, evidence_for, identify_templates
from vultus.cli.main import main
from vultus.errors import InputError
from vultus.gallery import Gallery
from vultus.image import encode_jpeg
from vultus.pipeline import Recogniser
from vultus.types import Embeddings

SPACE, PEOPLE = "colour/dlib-150", 140
Run = Callable[..., tuple[int, Any, str]]


def colours(count: int, seed: int) -> Embeddings:
    """Directions all over the sphere: more room than the colours of pictures have."""
    return Embeddings.normalised(np.random.default_rng(seed).normal(size=(count, 3)), SPACE)


@pytest.fixture(scope="module")
def enrolled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("collection")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("VULTUS_KEYS", str(folder / "keys"))
        with Gallery.open(folder / "g") as gallery:
            for person, row in enumerate(colours(PEOPLE, seed=1).vectors):
                gallery.enrol(f"person {person}", Embeddings(row[None], SPACE))
    return folder


@pytest.fixture
def folder(enrolled: Path, monkeypatch: pytest.MonkeyPatch, drawn_detector: Any, colour_embedder: Any) -> Path:
    """The gallery without a calibration."""
    monkeypatch.setenv("VULTUS_KEYS", str(enrolled / "keys"))
    monkeypatch.setattr(pipeline, "Recogniser", lambda: Recogniser(drawn_detector, colour_embedder, threads=1))
    monkeypatch.setattr(decide, "packaged", lambda space, name="photographs": None)
    (enrolled / "g" / "calibration.json").unlink(missing_ok=True)
    return enrolled


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def call(*arguments: object) -> tuple[int, Any, str]:
        status = main([*map(str, arguments), "--json"])
        said = capsys.readouterr()
        return status, json.loads(said.out), said.err
    return call


def test_its_own_calibration_decides_and_says_so(folder: Path, run: Run, drawn: Callable[..., Any]) -> None:
    probe = folder / "probe.jpg"
    probe.write_bytes(encode_jpeg(drawn((200, 40, 40))))
    row, = run("identify", probe, "--gallery", folder / "g", "--fpir", 0.6)[1]["faces"]
    assert row["outcome"] == "undecided" and "no calibration" in row["reason"]
    status, made, _ = run("gallery", "calibrate", "--gallery", folder / "g", "--fpir", 0.6)
    assert (status, made["people"], made["templates"], made["left_out"], made["strangers"]) == (0, PEOPLE, PEOPLE, PEOPLE, 0)
    record = run("identify", probe, "--gallery", folder / "g", "--fpir", 0.6)[1]
    row, = record["faces"]
    assert (row["threshold"], row["fpir_basis"], row["target_fpir"]) == (made["threshold"], "measured", 0.6)
    assert "this gallery's own people" in row["calibration_domain"] and record["calibration_due"] is None
    with Gallery.open(folder / "g") as gallery:
        last = gallery.log()[-1]
        assert (last["event"], last["detail"], last["person_id"]) == ("calibrated", {"people": PEOPLE, "strangers": 0}, "")
        evidence = evidence_for(gallery, SPACE)
        answers = identify_templates(colours(1500, seed=2), gallery, evidence, target_fpir=0.6)
    assert 0.3 < np.mean([answer.outcome == "person" for answer in answers]) <= 0.6


def test_refusal_says_how_many_would_do_and_keeps_what_was_there(folder: Path, run: Run) -> None:
    run("gallery", "calibrate", "--gallery", folder / "g", "--fpir", 0.6)
    before = (folder / "g" / "calibration.json").read_bytes()
    status, record, _ = run("gallery", "calibrate", "--gallery", folder / "g", "--fpir", 0.01)
    assert status == 2 and "about 8000 people would do" in record["error"]["message"]
    assert (folder / "g" / "calibration.json").read_bytes() == before
    with Gallery.open(folder / "g") as gallery, pytest.raises(InputError, match="fpir"):
        calibrate_gallery(gallery, target_fpir=1.0)


def test_strangers_from_a_folder_count_by_person(folder: Path, run: Run, drawn: Callable[..., Any], tmp_path: Path) -> None:
    rng = np.random.default_rng(4)
    for person in range(6):
        (tmp_path / "strangers" / str(person)).mkdir(parents=True)
        for picture in range(2):
            colour = tuple(int(v) for v in rng.integers(30, 255, 3))
            (tmp_path / "strangers" / str(person) / f"{picture}.jpg").write_bytes(encode_jpeg(drawn(colour)))
    (tmp_path / "strangers" / "loose.jpg").write_bytes(encode_jpeg(drawn((90, 200, 30))))
    (tmp_path / "strangers" / "nobody.jpg").write_bytes(encode_jpeg(drawn((0, 0, 0))))
    made = run("gallery", "calibrate", "--gallery", folder / "g", "--fpir", 0.6, "--strangers", tmp_path / "strangers")[1]
    assert (made["strangers"], made["left_out"]) == (7, PEOPLE)
    (tmp_path / "empty").mkdir()
    status, record, _ = run("gallery", "calibrate", "--gallery", folder / "g", "--strangers", tmp_path / "empty")
    assert status == 2 and "usable face" in record["error"]["message"]


def test_growth_and_forgetting_call_for_a_new_one(folder: Path, run: Run, tmp_path: Path, drawn: Callable[..., Any]) -> None:
    import shutil
    shutil.copytree(folder / "g", tmp_path / "g")
    place = ("--gallery", tmp_path / "g")
    run("gallery", "calibrate", *place, "--fpir", 0.6)
    probe = tmp_path / "probe.jpg"
    probe.write_bytes(encode_jpeg(drawn((200, 40, 40))))
    with Gallery.open(tmp_path / "g") as gallery:
        gallery.enrol("Crowd", colours(60, seed=9))
    record, said = run("identify", probe, *place, "--fpir", 0.7)[1:]
    assert record["faces"][0]["fpir_basis"] == "model" and record["faces"][0]["gallery_templates"] == PEOPLE + 60
    assert "from 140 to 200 templates" in record["calibration_due"] and record["calibration_due"] in said
    with Gallery.open(tmp_path / "g") as gallery:
        assert gallery.forget("Crowd").fitted == ("calibration.json",)
        gallery.calibration_file.unlink()
        assert gallery.forget("person 3").fitted == ()
        assert collection_for(gallery, SPACE) is None


def test_a_changed_file_names_nobody(folder: Path, run: Run, drawn: Callable[..., Any]) -> None:
    place = ("--gallery", folder / "g")
    probe, file = folder / "probe.jpg", folder / "g" / "calibration.json"
    probe.write_bytes(encode_jpeg(drawn((200, 40, 40))))
    run("gallery", "calibrate", *place, "--fpir", 0.6)
    record = json.loads(file.read_text())
    easy = {**record, "curve": {**record["curve"], "fpir": [1e-9] * len(record["scores"]), "fpir_upper": [1e-9] * len(record["scores"])}}
    for changed in (easy, {key: value for key, value in record.items() if key != "seal"}, {**record, "space": "other"}):
        file.write_text(json.dumps(changed))
        status, said, _ = run("identify", probe, *place)
        assert status == 2 and "seal" in said["error"]["message"] and "make it again" in said["error"]["message"]


def test_another_space_is_said(folder: Path, run: Run) -> None:
    run("gallery", "calibrate", "--gallery", folder / "g", "--fpir", 0.6)
    with Gallery.open(folder / "g") as gallery:
        assert collection_for(gallery, SPACE) is not None
        with pytest.raises(InputError, match=r"'other'.*make it again"):
            collection_for(gallery, "other")


def test_an_empty_gallery_is_refused(folder: Path, run: Run, tmp_path: Path) -> None:
    Gallery.open(tmp_path / "new").close()
    status, record, _ = run("gallery", "calibrate", "--gallery", tmp_path / "new")
    assert status == 2 and "nobody" in record["error"]["message"]
