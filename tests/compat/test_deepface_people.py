"""The look-alikes with the packaged networks on packaged people who do not exist."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

import vultus
from vultus.compat import deepface as DeepFace
from vultus.compat.deepface import exceptions
from vultus.errors import UnsupportedError
from vultus.pipeline import Recogniser

PEOPLE = Path(vultus.__file__).parent / "data" / "demo_people"
ONE, ALSO_ONE, TWO = (str(PEOPLE / name) for name in ("virtual-01/frontal.jpg", "virtual-01/light.jpg", "virtual-02/frontal.jpg"))


@pytest.fixture(scope="module")
def opened() -> Recogniser:
    built = DeepFace.build_model()
    assert isinstance(built, Recogniser)
    return built


def test_verify_agrees_with_the_verb(opened: Recogniser) -> None:
    for other in (ALSO_ONE, TWO):
        ours, found = vultus.verify(ONE, other, recogniser=opened), DeepFace.verify(ONE, other, recogniser=opened)
        assert found["decision"] == ours.outcome and found["similarity"] == pytest.approx(ours.similarity, abs=1e-6)
        assert found["threshold"] == pytest.approx(1 - ours.threshold) and found["fmr_upper"] == ours.fmr_upper
    same = DeepFace.verify(ONE, ALSO_ONE)  # nothing handed in: opens its own
    assert same["verified"] and same["model"] == "dlib-resnet29" and same["detector_backend"] == "centerface"


def test_arrays_are_bgr(opened: Recogniser) -> None:
    from_file, from_array = (DeepFace.represent(given, recogniser=opened)[0]["embedding"] for given in (ONE, cv2.imread(ONE)))
    swapped = DeepFace.represent(cv2.imread(ONE)[:, :, ::-1], recogniser=opened)[0]["embedding"]
    assert np.dot(from_file, from_array) > 0.999 > np.dot(from_file, swapped)


def test_a_face_that_was_cut_out_can_be_represented_with_skip(opened: Recogniser) -> None:
    direct = DeepFace.represent(ONE, recogniser=opened)[0]["embedding"]
    cut = DeepFace.extract_faces(ONE, color_face="bgr", recogniser=opened)[0]["face"]
    skipped = DeepFace.represent(cut, detector_backend="skip", recogniser=opened)[0]
    assert np.dot(direct, skipped["embedding"]) > 0.98 and skipped["space"] != opened.space


def test_find_names_the_person(opened: Recogniser, tmp_path: Path) -> None:
    for name in ("virtual-01", "virtual-02"):
        shutil.copytree(PEOPLE / name, tmp_path / name)
    (tmp_path / "virtual-01" / "frontal.jpg").unlink()
    hits, = DeepFace.find(ONE, tmp_path, return_type="dict", recogniser=opened)
    assert hits and {Path(hit["identity"]).parent.name for hit in hits} == {"virtual-01"}
    assert 0 < hits[0]["fpir_upper"] <= 0.1


def _clip(path: Path, *pictures: str) -> str:
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 10, (320, 320))
    for picture in pictures:
        image = cv2.resize(cv2.imread(picture), (320, 320))
        for shift in range(15):
            writer.write(np.roll(image, shift % 4, axis=1))
    writer.release()
    return str(path)


def test_stream_says_who_comes_and_writes_the_frames(opened: Recogniser, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copytree(PEOPLE / "virtual-01", tmp_path / "db" / "alice")
    out = tmp_path / "out" / "seen.mp4"
    result = DeepFace.stream(tmp_path / "db", source=_clip(tmp_path / "clip.avi", ONE), frame_threshold=2, output_path=out, preview=False,
                             recogniser=opened)
    assert len(result.people) == 1 and "alice/" in capsys.readouterr().err
    frames = cv2.VideoCapture(str(out))
    assert frames.read()[0] and frames.get(cv2.CAP_PROP_FPS) == pytest.approx(5)


def test_stream_without_a_folder_names_nobody(opened: Recogniser, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    DeepFace.stream(source=_clip(tmp_path / "clip.avi", TWO), frame_threshold=2, preview=False, recogniser=opened)
    assert "person 1" in capsys.readouterr().err


@pytest.mark.parametrize(("options", "error"), [
    ({"enable_face_analysis": True}, UnsupportedError), ({"anti_spoofing": True}, UnsupportedError), ({"distance_metric": min}, ValueError),
    ({"detector_backend": "skip"}, ValueError), ({"db_path": "nothing-there"}, exceptions.PathNotFound)])
def test_what_stream_refuses(options: dict[str, Any], error: type[Exception], opened: Recogniser) -> None:
    with pytest.raises(error):
        DeepFace.stream(**options, source="clip.avi", preview=False, recogniser=opened)
