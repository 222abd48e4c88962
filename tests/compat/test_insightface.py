"""InsightFace 2.1's `FaceAnalysis` and `Face`, written down as plain names, and what ours do."""

from __future__ import annotations

import copy
import inspect
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

import vultus
from vultus.compat import insightface
from vultus.compat.call_check import CallError
from vultus.compat.insightface.app import Face, FaceAnalysis, face_analysis
from vultus.compat.insightface.app.packs import engine_of
from vultus.compat.insightface.app.selection import chosen_faces
from vultus.errors import InputError, PolicyError, UnsupportedError, WeightsError
from vultus.types import Faces

PEOPLE = Path(vultus.__file__).parent / "data" / "demo_people"
PUBLISHED = {
    "__init__": [("name", "buffalo_l"), ("root", "~/.insightface"), ("allowed_modules", None)],
    "prepare": [("ctx_id", 0), ("det_thresh", 0.5), ("det_size", None)],
    "get": [("img", inspect.Parameter.empty), ("max_num", 0), ("det_metric", "default")],
    "draw_on": [("img", inspect.Parameter.empty), ("faces", inspect.Parameter.empty)],
}
KEYWORDS = ("addons", "liveness_mode", "liveness_threshold")
FACE = ("bbox", "kps", "det_score", "embedding")


@pytest.fixture
def portrait() -> np.ndarray[Any, Any]:
    return cv2.imread(str(PEOPLE / "virtual-01" / "frontal.jpg"))


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> FaceAnalysis:
    """With the packaged nets alone, whatever the machine has."""
    monkeypatch.setenv("VULTUS_MODELS", str(tmp_path))
    monkeypatch.delenv("VULTUS_PURPOSE", raising=False)
    built = FaceAnalysis(providers=["CUDAExecutionProvider", "CPUExecutionProvider"])
    built.prepare(ctx_id=-1, det_size=(320, 320))
    return built


@pytest.mark.parametrize("name", PUBLISHED)
def test_parameters_stand_in_the_published_order_with_the_published_defaults(name: str) -> None:
    ours = list(inspect.signature(getattr(FaceAnalysis, name)).parameters.values())[1:]
    for parameter, (key, default) in zip(ours, PUBLISHED[name], strict=False):
        assert (parameter.name, parameter.default) == (key, "vultus" if default == "buffalo_l" else default)
    if name == "__init__":
        assert [p.name for p in ours[3:6]] == list(KEYWORDS) and all(p.kind is inspect.Parameter.KEYWORD_ONLY for p in ours[3:])


def test_both_imports_are_one() -> None:
    assert insightface.FaceAnalysis is insightface.app.FaceAnalysis is FaceAnalysis


def test_get_has_the_published_fields(app: FaceAnalysis, portrait: np.ndarray[Any, Any]) -> None:
    face, = app.get(portrait)
    assert [key for key in face if key in FACE] == list(FACE)
    assert face.bbox is face["bbox"] and face.bbox.shape == (4,) and face.bbox.dtype == np.float32
    assert face.kps.shape == (5, 2) and face.kps[0, 0] < face.kps[1, 0] and 0.5 <= face.det_score <= 1
    assert face.embedding.shape == (128,) and face.embedding.dtype == np.float32 and face.space == "dlib-resnet29/dlib-150/flip"
    assert face.embedding_norm == pytest.approx(1) and face.normed_embedding == pytest.approx(face.embedding)
    assert face.landmark_2d_106 is None and face.landmark_3d_68 is None and face.pose is None and face.age is None


def test_the_picture_is_bgr(app: FaceAnalysis, portrait: np.ndarray[Any, Any]) -> None:
    ours = vultus.represent(str(PEOPLE / "virtual-01" / "frontal.jpg"))[0].embeddings
    right, wrong = app.get(portrait)[0].embedding, app.get(np.ascontiguousarray(portrait[:, :, ::-1]))[0].embedding
    assert ours is not None and float(ours.vectors[0] @ right) > 0.995 > float(ours.vectors[0] @ wrong)


def test_gender_needs_a_purpose(app: FaceAnalysis, portrait: np.ndarray[Any, Any]) -> None:
    face, = app.get(portrait)
    for name in ("gender", "sex"):
        with pytest.raises(PolicyError, match="purpose"):
            getattr(face, name)
        with pytest.raises(PolicyError, match="purpose") as caught:
            face[name]
        assert isinstance(caught.value, KeyError) and str(caught.value).startswith("gender" if name == "gender" else "sex")
        assert getattr(face, name, None) is None and not hasattr(face, name) and face.get(name) is None
    with pytest.raises(KeyError, match="nothing") as plain:
        face["nothing"]
    assert not isinstance(plain.value, PolicyError)


class _FakeNet:
    def __init__(self, **values: Any) -> None:
        self.values = values

    def analyse(self, images: Any, faces: Any) -> dict[str, Any]:
        return {name: np.array([value]) for name, value in self.values.items()}


def test_age_and_gender_have_the_published_types(app: FaceAnalysis, portrait: np.ndarray[Any, Any]) -> None:
    app.models["genderage"] = (_FakeNet(age_years=29.6), _FakeNet(perceived_female=0.9))
    face, = app.get(portrait)
    assert (face.age, face.gender, face.sex) == (30, 0, "F") and isinstance(face.age, int)
    app.models["genderage"] = (_FakeNet(age_years=29.6), None)
    face, = app.get(portrait)
    assert face.age == 30 and "gender" not in face


@pytest.mark.parametrize(("purpose", "wanted"), [("", False), ("audit", False), ("audit of group gaps", True)])
def test_the_purpose_opens_gender(purpose: str, wanted: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    built: list[str] = []
    monkeypatch.setattr(face_analysis.registry, "build", lambda name, **options: built.append(name) or name)
    assert (face_analysis._genderage(purpose, "onnxruntime", asked=False)[1] is not None) == wanted
    assert ("analyse/gender" in built) == wanted


def test_a_module_without_its_net_names_the_command(app: FaceAnalysis) -> None:
    with pytest.raises(WeightsError, match="vultus models pull faceres-deep"):
        FaceAnalysis(allowed_modules=["detection", "genderage"])


def test_allowed_modules(app: FaceAnalysis, portrait: np.ndarray[Any, Any]) -> None:
    face, = FaceAnalysis(allowed_modules=["detection"]).get(portrait)
    assert face.embedding is None and face.normed_embedding is None and face.embedding_norm is None
    assert set(app.models) == {"detection", "recognition"}
    for wrong, error in ((["landmark_3d_68"], UnsupportedError), (["recognition"], InputError), (["faces"], InputError),
                         ("detection", InputError)):
        with pytest.raises(error):
            FaceAnalysis(allowed_modules=wrong)


@pytest.mark.parametrize("name", ["buffalo_l", "buffalo_s", "antelopev2", "vultuss"])
def test_foreign_packs_are_refused_with_the_nearest(name: str, app: FaceAnalysis) -> None:
    with pytest.raises(UnsupportedError, match=rf"'{name}'.*nearest here is 'vultus'.*vultus models import"):
        FaceAnalysis(name)


def test_unknown_keywords_and_addons(app: FaceAnalysis) -> None:
    with pytest.raises(CallError, match="provider'; did you mean providers"):
        FaceAnalysis(provider=[])  # type: ignore[call-arg]
    with pytest.raises(CallError, match="det_size"):
        app.prepare(det_sizes=(640, 640))  # type: ignore[call-arg]
    with pytest.raises(UnsupportedError, match="chance"):
        FaceAnalysis(addons=["liveness"])


@pytest.mark.parametrize("wrong", [None, "a.jpg", np.zeros((5, 5), np.uint8), np.full((5, 5, 3), np.nan), np.zeros((0, 5, 3), np.uint8)])
def test_other_things_are_no_picture(wrong: object, app: FaceAnalysis) -> None:
    with pytest.raises(ValueError, match="uint8 BGR"):
        app.get(wrong)  # type: ignore[arg-type]


def test_black_has_no_face_and_wrong_settings_are_named(app: FaceAnalysis) -> None:
    assert app.get(np.zeros((64, 64, 3), np.uint8)) == []
    for options in ({"det_thresh": 2}, {"det_size": "large"}, {"det_size": (1, 1)}, {"det_size": (1, 2, 3)}):
        with pytest.raises(InputError):
            app.prepare(**options)
    for wrong in ({"max_num": -1}, {"det_metric": "min"}):
        with pytest.raises(InputError):
            app.get(np.zeros((64, 64, 3), np.uint8), **wrong)


@pytest.mark.parametrize(("det_size", "longest"), [(None, 640), ((0, 0), 640), ((320, 160), 320), ([(128, 128), (512, 640)], 640)])
def test_det_size_is_the_longer_side(det_size: Any, longest: int, app: FaceAnalysis) -> None:
    app.prepare(det_size=det_size, det_thresh=0.3)
    assert (app.det_model.config.longest, app.det_model.config.score) == (longest, 0.3)


def test_max_num_prefers_large_faces_near_the_middle() -> None:
    boxes = np.array([[0, 0, 60, 60], [80, 80, 130, 130], [90, 90, 110, 110]], np.float32)
    faces = Faces(boxes, np.array([0.6, 0.7, 0.9], np.float32), np.zeros((3, 5, 2), np.float32), (200, 200))
    assert chosen_faces(faces, 0, "default").scores.tolist() == pytest.approx([0.9, 0.7, 0.6])
    assert chosen_faces(faces, 1, "default").scores.tolist() == pytest.approx([0.7])
    assert chosen_faces(faces, 1, "max").scores.tolist() == pytest.approx([0.6])


def test_draw_on_marks_a_copy(app: FaceAnalysis, portrait: np.ndarray[Any, Any]) -> None:
    before = portrait.copy()
    drawn = app.draw_on(portrait, app.get(portrait))
    assert np.array_equal(portrait, before) and drawn.shape == portrait.shape
    x1, y1 = app.get(portrait)[0].bbox[:2].astype(int)
    assert drawn[y1 + 20, x1].tolist() == [0, 0, 255]


def test_a_face_is_a_dict_with_attributes() -> None:
    face = Face(bbox=1)
    face.extra = 2
    assert (face["extra"], face.bbox, face.nothing) == (2, 1, None) and copy.deepcopy(face) == face


def test_providers() -> None:
    assert engine_of(None) == engine_of(["CPUExecutionProvider"]) == "onnxruntime"
    assert engine_of([("CUDAExecutionProvider", {"device_id": 0}), "CPUExecutionProvider"]) in ("cuda", "onnxruntime")
