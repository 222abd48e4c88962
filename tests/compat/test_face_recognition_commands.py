"""The commands of face_recognition: their lines, as published, on drawn faces."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from vultus.compat.face_recognition import comparing, face_detection_cli, face_recognition_cli
from vultus.compat.face_recognition.engine import Engine, use_engine
from vultus.gallery.importers.legacy_encodings import MEAN_DIRECTION
from vultus.image import encode_jpeg
from vultus.types import Crops

COLOURS = {"red": (220, 30, 30), "rose": (216, 34, 34), "green": (30, 200, 40), "grey": (120, 120, 120)}


class RawColours:
    """The raw encoding of a crop: the mean direction of encodings, bent by the mean colour."""

    def raw(self, crops: Crops) -> np.ndarray:
        rows = np.tile(np.asarray(MEAN_DIRECTION, float) / np.linalg.norm(MEAN_DIRECTION), (len(crops), 1))
        if len(crops):
            rows[:, :3] += crops.images.reshape(len(crops), -1, 3).mean(1) / 255 - 0.5
        return rows * 1.3


@pytest.fixture(autouse=True)
def drawn_engine(drawn_detector):
    before = use_engine(Engine(drawn_detector, RawColours()))
    yield
    use_engine(before)


@pytest.fixture
def folders(tmp_path, drawn):
    """KNOWN with red, green, one picture of two people and one of nobody; PROBES with what the tests look for."""
    known, probes = tmp_path / "known", tmp_path / "probes"
    known.mkdir()
    probes.mkdir()
    for file, names in {"red.jpg": ["red"], "green.JPG": ["green"], "both.png": ["grey", "red"], "dark.jpeg": []}.items():
        (known / file).write_bytes(encode_jpeg(drawn(*[COLOURS[name] for name in names] or [(0, 0, 0)])))
    (known / "notes.txt").write_text("no picture")
    for file, names in {"a.jpg": ["rose"], "b.jpg": ["grey", "green"], "c.jpg": []}.items():
        (probes / file).write_bytes(encode_jpeg(drawn(*[COLOURS[name] for name in names] or [(0, 0, 0)])))
    return known, probes


@pytest.fixture
def run(capsys, monkeypatch):
    """run(module, *arguments) -> (exit status, lines on stdout, stderr)."""
    def call(module, *arguments):
        monkeypatch.setattr(sys, "argv", ["command", *map(str, arguments)])
        status = module.main()
        said = capsys.readouterr()
        return status, said.out.splitlines(), said.err
    return call


def test_names_by_tolerance_unknown_and_nobody(run, folders):
    known, probes = folders
    status, lines, said = run(face_recognition_cli, known, probes, "--tolerance", "0.1")
    assert status == 0
    assert lines == [f"{probes}/a.jpg,red", f"{probes}/b.jpg,both", f"{probes}/b.jpg,green", f"{probes}/c.jpg,no_persons_found"]
    assert "both.png: 2 faces found, the main one is taken" in said and "dark.jpeg: 0 faces found, left out" in said
    status, lines, _ = run(face_recognition_cli, known, probes / "a.jpg", "--tolerance", "0.0001", "--show-distance", "true")
    assert (status, lines) == (0, [f"{probes}/a.jpg,unknown_person,None"])


def test_distances_are_printed_when_asked_for(run, folders):
    known, probes = folders
    _, lines, _ = run(face_recognition_cli, known, probes / "a.jpg", "--tolerance", "0.1", "--show-distance", "True")
    file, name, distance = lines[0].split(",")
    assert (file, name) == (f"{probes}/a.jpg", "red") and 0 < float(distance) < 0.1
    assert run(face_recognition_cli, known, probes / "a.jpg", "--tolerance", distance)[1] == [f"{probes}/a.jpg,red"]


def test_without_a_tolerance_undecided_is_unknown(run, folders, monkeypatch):
    from dataclasses import replace
    known, probes = folders
    shipped = comparing.calibration()
    monkeypatch.setattr(comparing, "calibration", lambda: replace(shipped, t_hi=0.999, t_lo=0.5))
    assert run(face_recognition_cli, known, probes / "a.jpg")[1] == [f"{probes}/a.jpg,red"]
    monkeypatch.setattr(comparing, "calibration", lambda: replace(shipped, t_hi=1.0, t_lo=0.5))
    assert run(face_recognition_cli, known, probes / "a.jpg")[1] == [f"{probes}/a.jpg,unknown_person"]


def test_several_cpus_print_the_same_in_the_same_order(run, folders):
    known, probes = folders
    one = run(face_recognition_cli, known, probes, "--tolerance", "0.1")[1]
    for cpus in ("3", "-1"):
        assert run(face_recognition_cli, known, probes, "--tolerance", "0.1", "--cpus", cpus)[1] == one


def test_detections_are_top_right_bottom_left(run, folders):
    _, probes = folders
    status, lines, _ = run(face_detection_cli, probes, "--model", "cnn", "--cpus", "2")
    assert status == 0
    assert lines == [f"{probes}/a.jpg,20,80,80,20", f"{probes}/b.jpg,20,80,80,20", f"{probes}/b.jpg,20,180,80,120"]
    assert run(face_detection_cli, probes / "c.jpg")[:2] == (0, [])


def test_a_damaged_picture_is_told_and_the_others_go_on(run, folders):
    known, probes = folders
    (probes / "b.jpg").write_bytes(b"no picture")
    (known / "broken.jpg").write_bytes(b"no picture")
    for module, arguments in ((face_detection_cli, (probes,)), (face_recognition_cli, (known, probes, "--tolerance", "0.1"))):
        status, lines, said = run(module, *arguments)
        assert status == 2 and "b.jpg" in said
        assert [Path(line.split(",")[0]).name for line in lines] == ["a.jpg"] + ["c.jpg"] * (module is face_recognition_cli)


def test_bad_requests(run, folders):
    known, probes = folders
    for module, arguments in (
            (face_recognition_cli, ()), (face_recognition_cli, (known, probes / "none.jpg")),
            (face_recognition_cli, (known / "red.jpg", probes)),
            (face_recognition_cli, (known, probes, "--tolerance", "near")), (face_recognition_cli, (known, probes, "--tolerance", "-1")),
            (face_recognition_cli, (known, probes, "--cpus", "0")), (face_recognition_cli, (known, probes, "--nonsense")),
            (face_detection_cli, (probes, "--model", "yolo")), (face_detection_cli, (probes, "--cpus", "-2"))):
        status, lines, said = run(module, *arguments)
        assert status == 2 and not lines and said
    assert run(face_recognition_cli, "--help")[0] == 0


def test_help_by_python_m_loads_no_network():
    script = ("import runpy, sys; sys.argv = ['x', '--help']\n"
              "try: runpy.run_module('vultus.compat.face_recognition', run_name='__main__')\n"
              "except SystemExit as stop: assert stop.code == 0\nassert 'onnxruntime' not in sys.modules")
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "KNOWN_PEOPLE_FOLDER" in done.stdout


def test_names_of_the_old_package(tmp_path: Path) -> None:
    from vultus.compat import face_recognition
    from vultus.compat.face_recognition import api
    from vultus.compat.face_recognition.face_recognition_cli import image_files_in_folder
    assert all(getattr(api, name) is getattr(face_recognition, name) for name in api.__all__) and len(api.__all__) == 7
    assert face_recognition.__version__.split("+") == ["1.3.0", "vultus"]
    for name in ("b.PNG", "a.jpg", "notes.txt"):
        (tmp_path / name).write_bytes(b"")
    assert image_files_in_folder(str(tmp_path)) == [str(tmp_path / "a.jpg"), str(tmp_path / "b.PNG")]


def test_a_missing_picture_is_a_file_not_found_error_too(tmp_path: Path) -> None:
    from vultus.compat.face_recognition import load_image_file
    from vultus.errors import ImageError
    with pytest.raises(FileNotFoundError, match=r"none\.jpg: expected a picture file, got nothing there") as caught:
        load_image_file(tmp_path / "none.jpg")
    assert isinstance(caught.value, ImageError)
