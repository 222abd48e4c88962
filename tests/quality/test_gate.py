"""The gate: every threshold refuses on its own, at its value it lets pass, and every verb that takes a picture asks it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from vultus import pipeline
from vultus.cli.main import main
from vultus.gallery.one_face import refusal
from vultus.image import encode_jpeg
from vultus.pipeline import PictureResult, Recogniser
from vultus.quality.gate import ANY_QUALITY, DEFAULT_USABLE, Usable, low_quality, low_quality_of
from vultus.types import Analysis, Embeddings, Faces, Image

GOOD = {"face_px": 100.0, "sharpness": 10.0, "yaw_deg": -10.0}


@pytest.mark.parametrize(("name", "value", "words"), [
    ("face_px", 19.9, "20 px wide, at least 20 are needed"), ("sharpness", 2.4, "blurred (sharpness 2.4, at least 2.5"),
    ("yaw_deg", 61.0, "turned by 61 degrees, at most 60"), ("yaw_deg", -61.0, "turned by -61 degrees"),
    ("confidence", 0.74, "hard to make out (detector confidence 0.74, at least 0.75")])
def test_each_threshold_refuses_on_its_own(name: str, value: float, words: str) -> None:
    said = low_quality({**GOOD, name: value}, 0.74 if name == "confidence" else 0.9)
    assert words in said and low_quality(GOOD, 0.9) == ""
    assert low_quality({**GOOD, name: value}, 0.0, ANY_QUALITY) == ""


def test_a_face_at_every_threshold_passes_and_just_below_any_of_them_fails() -> None:
    edge = {field.name: float(getattr(DEFAULT_USABLE, field.name)) for field in fields(Usable)}
    confidence = edge.pop("confidence")
    assert low_quality(edge, confidence) == ""
    for name, step in (("face_px", -1e-6), ("sharpness", -1e-6), ("yaw_deg", 1e-6)):
        assert low_quality({**edge, name: edge[name] + step}, confidence)
    assert low_quality(edge, confidence - 1e-6)


def _seen(**changed: float) -> PictureResult:
    faces = Faces(np.array([[10, 10, 110, 110]], np.float32), np.array([changed.pop("score", 0.9)], np.float32),
                  np.zeros((1, 5, 2), np.float32), (200, 200))
    quality = Analysis({name: np.array([value], np.float32) for name, value in {**GOOD, **changed}.items()})
    return PictureResult("a.jpg", faces, Embeddings.normalised(np.ones((1, 4)), "s"), quality)


def test_enrolment_refuses_with_a_code_and_the_reason() -> None:
    assert refusal(_seen()) == ""
    assert refusal(_seen(sharpness=1.0)).startswith("low_quality: the face is blurred")
    assert refusal(_seen(score=0.5)).startswith("low_quality: the face is hard to make out")
    assert refusal(_seen(sharpness=1.0), ANY_QUALITY) == ""
    assert refusal(replace(_seen(), error="no_face: none")) == "no_face: none"
    assert low_quality_of({"score": 0.1}) == ""  # only detected, nothing measured


def test_the_commands_refuse_and_can_be_told_not_to(drawn: Callable[..., Image], drawn_detector: Any, colour_embedder: Any,
                                                    tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                                    capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(pipeline, "Recogniser", lambda *_, **__: Recogniser(drawn_detector, colour_embedder, threads=1))
    monkeypatch.setenv("VULTUS_KEYS", str(tmp_path / "keys"))
    (tmp_path / "flat.jpg").write_bytes(encode_jpeg(drawn((200, 20, 20))))
    flat, enroll = str(tmp_path / "flat.jpg"), ["enroll", "Ada", str(tmp_path / "flat.jpg"), "--gallery", str(tmp_path / "g"), "--json"]

    def run(*arguments: str) -> tuple[int, dict[str, Any]]:
        status = main(list(arguments))
        return status, json.loads(capsys.readouterr().out)

    status, record = run(*enroll)
    assert status == 2 and record["refused"][0]["reason"].startswith("low_quality: the face is blurred")
    assert run(*enroll, "--any-quality")[1]["enrolled"] == 1
    status, record = run("verify", flat, flat, "--json")
    assert status == 3 and "the face is blurred" in record["reason"] and record["similarity"] is None
    assert run("verify", flat, flat, "--any-quality", "--json")[1]["similarity"] == pytest.approx(1)
