"""Signatures and result keys of DeepFace 0.0.103, written down as plain names, against ours."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import pytest

from vultus.compat import deepface as DeepFace
from vultus.compat.call_check import CallError
from vultus.errors import UnsupportedError

Parameters = list[tuple[str, Any]]
NEEDED = inspect.Parameter.empty
PUBLISHED: dict[str, Parameters] = {
    "build_model": [("model_name", NEEDED), ("task", "facial_recognition")],
    "verify": [("img1_path", NEEDED), ("img2_path", NEEDED), ("model_name", "VGG-Face"), ("detector_backend", "opencv"),
               ("distance_metric", "cosine"), ("enforce_detection", True), ("align", True), ("expand_percentage", 0),
               ("normalization", "base"), ("silent", False), ("threshold", None), ("anti_spoofing", False)],
    "analyze": [("img_path", NEEDED), ("actions", ("emotion", "age", "gender", "race")), ("enforce_detection", True),
                ("detector_backend", "opencv"), ("align", True), ("expand_percentage", 0), ("silent", False), ("anti_spoofing", False)],
    "find": [("img_path", NEEDED), ("db_path", NEEDED), ("model_name", "VGG-Face"), ("distance_metric", "cosine"),
             ("enforce_detection", True), ("detector_backend", "opencv"), ("align", True), ("similarity_search", False), ("k", None),
             ("expand_percentage", 0), ("threshold", None), ("normalization", "base"), ("silent", False), ("refresh_database", True),
             ("anti_spoofing", False), ("datastore_format", "npz"), ("return_type", None)],
    "represent": [("img_path", NEEDED), ("model_name", "VGG-Face"), ("enforce_detection", True), ("detector_backend", "opencv"),
                  ("align", True), ("expand_percentage", 0), ("normalization", "base"), ("anti_spoofing", False), ("max_faces", None),
                  ("l2_normalize", False), ("minmax_normalize", False), ("return_face", False)],
    "stream": [("db_path", ""), ("model_name", "VGG-Face"), ("detector_backend", "opencv"), ("distance_metric", "cosine"),
               ("enable_face_analysis", True), ("source", 0), ("time_threshold", 5), ("frame_threshold", 5), ("anti_spoofing", False),
               ("output_path", None), ("debug", False)],
    "extract_faces": [("img_path", NEEDED), ("detector_backend", "opencv"), ("enforce_detection", True), ("align", True),
                      ("expand_percentage", 0), ("grayscale", False), ("color_face", "rgb"), ("normalize_face", True),
                      ("anti_spoofing", False)],
}
# Defaults that differ on purpose: the packaged recogniser, the format of the table, and no restricted output unasked.
OURS = {("model_name", "VGG-Face"): "dlib-resnet29", ("datastore_format", "npz"): "parquet", ("enable_face_analysis", True): False}
ALSO_PUBLISHED = ("detectFace", "register", "search", "identify", "build_index", "cli")


@pytest.mark.parametrize("name", PUBLISHED)
def test_parameters_stand_in_the_published_order_with_the_published_defaults(name: str) -> None:
    ours = list(inspect.signature(getattr(DeepFace, name)).parameters.values())
    published = PUBLISHED[name]
    assert [p.name for p in ours[:len(published)]] == [parameter for parameter, _ in published]
    for parameter, (key, default) in zip(ours, published, strict=False):
        if (name, key) == ("build_model", "model_name"):
            continue  # needed in DeepFace, optional here
        expected = OURS.get((key, default), default) if isinstance(default, (str, bool)) else default
        assert parameter.default == expected, key
        assert parameter.kind is inspect.Parameter.POSITIONAL_OR_KEYWORD
    assert all((p.kind is inspect.Parameter.KEYWORD_ONLY and p.default is None) or p.name == "preview" for p in ours[len(published):])


@pytest.mark.parametrize("name", ALSO_PUBLISHED)
def test_what_is_not_here_explains_itself_when_called(name: str) -> None:
    stand_in: Callable[..., Any] = getattr(DeepFace, name)
    with pytest.raises(UnsupportedError, match=name):
        stand_in("a.jpg", database_type="postgres")


def test_another_name_is_an_attribute_error() -> None:
    assert not hasattr(DeepFace, "verifies")


@pytest.mark.parametrize(("name", "wrong", "close"), [
    ("verify", "model", "model_name"), ("verify", "distance", "distance_metric"), ("find", "refresh_db", "refresh_database"),
    ("represent", "max_face", "max_faces"), ("extract_faces", "target_size", ""), ("analyze", "action", "actions"),
    ("stream", "time_treshold", "time_threshold")])
def test_an_unknown_keyword_names_the_closest_parameter(name: str, wrong: str, close: str) -> None:
    with pytest.raises(CallError, match=f"{wrong}.*{close}") as caught:
        getattr(DeepFace, name)("a.jpg", "b.jpg", **{wrong: 1})
    assert isinstance(caught.value, TypeError)


@pytest.mark.parametrize(("name", "wrong", "hint"), [("verify", "detector_backends", "; did you mean detector_backend$"),
                                                     ("extract_faces", "target_size", "; it has img_path, detector_backend, "),
                                                     ("verify", "model", "; it has img1_path, img2_path, model_name, ")])
def test_only_a_near_spelling_is_guessed(name: str, wrong: str, hint: str) -> None:
    with pytest.raises(CallError, match=hint):
        getattr(DeepFace, name)("a.jpg", "b.jpg", **{wrong: 1})


def test_a_missing_argument_is_a_call_error() -> None:
    with pytest.raises(CallError, match="img2_path"):
        DeepFace.verify("a.jpg")  # type: ignore[call-arg]


@pytest.mark.parametrize("name", ["VGG-Face", "Facenet", "Facenet512", "OpenFace", "DeepFace", "DeepID", "ArcFace", "SFace", "GhostFaceNet",
                                  "Buffalo_L"])
def test_foreign_recognisers_are_refused_with_the_nearest_and_the_way_to_bring_them(name: str, monkeypatch: pytest.MonkeyPatch,
                                                                                    tmp_path: Any) -> None:
    monkeypatch.setenv("VULTUS_MODELS", str(tmp_path))
    with pytest.raises(UnsupportedError, match=rf"'{name}'.*nearest here is 'dlib-resnet29'.*vultus models import") as caught:
        DeepFace.build_model(name)
    assert not isinstance(caught.value, ValueError)


def test_a_misspelt_recogniser_names_the_close_one() -> None:
    with pytest.raises(UnsupportedError, match="nearest here is 'mobileface'"):
        DeepFace.build_model("mobileFase")


@pytest.mark.parametrize(("asked", "ours"), [("opencv", "CenterFace"), ("retinaface", "CenterFace"), ("yolov8n", "CenterFace"),
                                             ("mtcnn", "Mtcnn"), ("fastmtcnn", "Mtcnn")])
def test_published_detectors_map_to_ours(asked: str, ours: str) -> None:
    assert type(DeepFace.build_model(asked, task="face_detector")).__name__ == ours


def test_an_unknown_detector_names_the_nearest() -> None:
    with pytest.raises(UnsupportedError, match="nearest is 'retinaface'"):
        DeepFace.build_model("retina_face", "face_detector")


def test_dlib_is_the_network_that_ships() -> None:
    assert DeepFace.build_model("Dlib").space == DeepFace.build_model().space
