from __future__ import annotations

import base64
import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from vultus.compat import deepface as DeepFace
from vultus.compat.deepface import exceptions
from vultus.compat.deepface.decisions import confidence
from vultus.compat.deepface.distances import distance_of, matrix
from vultus.compat.deepface.parameters import IgnoredParameterWarning
from vultus.decide import Calibration
from vultus.errors import InputError, PolicyError, SpaceError, UnsupportedError, VultusError
from vultus.image import encode_jpeg
from vultus.pipeline import Recogniser
from vultus.types import Image

RED, PINK, GREEN, BLUE, BLACK = (200, 40, 40), (200, 62, 62), (40, 200, 50), (40, 50, 200), (0, 0, 0)
VERIFY_KEYS = {"verified", "distance", "threshold", "confidence", "model", "detector_backend", "similarity_metric", "facial_areas", "time"}
EXTRA_KEYS = {"decision", "reason", "similarity", "fmr_at_score", "fmr_upper", "calibration_domain", "space"}
AREA_KEYS = {"x", "y", "w", "h", "left_eye", "right_eye"}
Draw = Callable[..., Image]


def test_verify_has_the_published_keys_and_types(bgr: Draw, toy: Recogniser, rule: Calibration) -> None:
    found = DeepFace.verify(bgr(RED), bgr(RED, seed=1), recogniser=toy, calibration=rule)
    assert set(found) == VERIFY_KEYS | EXTRA_KEYS
    assert found["verified"] is True and found["decision"] == "match" and found["reason"] is None
    assert isinstance(found["distance"], float) and found["distance"] <= found["threshold"]
    assert 51 <= found["confidence"] <= 100 and found["fmr_upper"] > 0
    assert found["similarity_metric"] == "cosine" and found["model"] == "colour"
    assert set(found["facial_areas"]) == {"img1", "img2"} and set(found["facial_areas"]["img1"]) == AREA_KEYS
    assert found["calibration_domain"] == "drawn faces"


def test_strangers_are_not_verified(bgr: Draw, toy: Recogniser, rule: Calibration) -> None:
    found = DeepFace.verify(bgr(RED), bgr(BLUE), recogniser=toy, calibration=rule)
    assert found["verified"] is False and found["decision"] == "no_match" and found["confidence"] <= 49


def test_between_the_thresholds_is_undecided_and_not_verified(bgr: Draw, toy: Recogniser, rule: Calibration) -> None:
    from dataclasses import replace
    wide = replace(rule, t_lo=-1.0)
    found = DeepFace.verify(bgr(RED), bgr(BLUE), recogniser=toy, calibration=wide)
    assert (found["verified"], found["decision"]) == (False, "undecided") and "between" in found["reason"]


def test_without_a_calibration_nothing_is_decided(bgr: Draw, toy: Recogniser) -> None:
    found = DeepFace.verify(bgr(RED), bgr(RED), recogniser=toy)
    assert (found["verified"], found["decision"], found["threshold"]) == (False, "undecided", None)
    assert "no calibration" in found["reason"] and found["distance"] == pytest.approx(0, abs=1e-6)


def test_the_nearest_pair_of_faces_counts_and_areas_say_which(bgr: Draw, toy: Recogniser, rule: Calibration) -> None:
    found = DeepFace.verify(bgr(GREEN, RED), bgr(RED, seed=2), recogniser=toy, calibration=rule)
    assert found["facial_areas"]["img1"]["x"] > 100 and found["distance"] < 0.01
    alone = DeepFace.verify(bgr(RED), bgr(RED, seed=2), recogniser=toy, calibration=rule)
    assert found["fmr_upper"] == pytest.approx(2 * alone["fmr_upper"])


def test_the_best_of_very_many_pairs_is_undecided(bgr: Draw, toy: Recogniser, rule: Calibration) -> None:
    faces = bgr(RED, GREEN, BLUE, GREEN, BLUE, GREEN)
    strict = replace(rule, target_fmr=30 * rule.fmr_upper[-1], t_hi=rule.scores[-1])
    found = DeepFace.verify(faces, faces, recogniser=toy, calibration=strict)
    assert found["decision"] == "undecided" and "36 pairs" in found["reason"] and found["fmr_upper"] > strict.target_fmr
    assert DeepFace.verify(faces[:, :500], faces, recogniser=toy, calibration=strict)["decision"] == "match"  # 30 pairs


@pytest.mark.parametrize("metric", ["cosine", "euclidean", "euclidean_l2", "angular"])
def test_every_distance_decides_alike(metric: str, bgr: Draw, toy: Recogniser, rule: Calibration) -> None:
    same, other = (DeepFace.verify(bgr(RED), bgr(colour, seed=3), distance_metric=metric, recogniser=toy, calibration=rule)
                   for colour in (RED, GREEN))
    assert (same["verified"], other["verified"]) == (True, False)
    assert same["distance"] <= same["threshold"] < other["distance"] and same["similarity_metric"] == metric


def test_distances_follow_their_equations() -> None:
    rng = np.random.default_rng(0)
    left, right = (rows / np.linalg.norm(rows, axis=1, keepdims=True) for rows in (rng.normal(size=(3, 8)), rng.normal(size=(4, 8))))
    for i, a in enumerate(left):
        for j, b in enumerate(right):
            slow = {"cosine": 1 - sum(x * y for x, y in zip(a, b, strict=True)), "euclidean": sum((a - b) ** 2) ** 0.5,
                    "euclidean_l2": sum((a - b) ** 2) ** 0.5, "angular": np.arccos(sum(a * b)) / np.pi}
            for metric, wanted in slow.items():
                assert matrix(left, right, metric)[1][i, j] == pytest.approx(wanted)
    assert distance_of(np.array(0.5), "angular") == pytest.approx(1 / 3)


def test_a_threshold_of_the_callers_is_kept(bgr: Draw, toy: Recogniser, rule: Calibration) -> None:
    wide = DeepFace.verify(bgr(RED), bgr(GREEN), threshold=0.9, recogniser=toy, calibration=rule)
    assert wide["verified"] and wide["threshold"] == 0.9 and "given threshold" in wide["reason"] and wide["fmr_at_score"] == 1.0
    tight = DeepFace.verify(bgr(RED), bgr(PINK), threshold=1e-9, recogniser=toy, calibration=rule)
    assert not tight["verified"] and tight["decision"] == "no_match"


def test_a_distance_of_the_callers_needs_a_threshold(bgr: Draw, toy: Recogniser) -> None:
    with pytest.raises(exceptions.UnimplementedError, match="threshold"):
        DeepFace.verify(bgr(RED), bgr(RED), distance_metric=lambda a, b: 0.0, recogniser=toy)
    found = DeepFace.verify(bgr(RED), bgr(GREEN), distance_metric=lambda a, b: float(np.abs(a - b).sum()), threshold=5, recogniser=toy)
    assert found["verified"] and found["distance"] > 0


def test_confidence_rises_with_rarity_within_the_published_ranges() -> None:
    limits = [1.0, 0.1, 0.01, 0.002]
    low = [confidence(False, limit, 1e-3, 1e-5) for limit in limits]
    high = [confidence(True, limit, 1e-3, 1e-5) for limit in (1e-3, 1e-4, 1e-5)]
    assert low == sorted(low) and low[0] == 0 and low[-1] <= 49
    assert high == pytest.approx([51.0, 51 + 49 / 2, 100.0])
    assert (confidence(True, None, None, None), confidence(False, None, None, None)) == (51, 0)


def test_every_form_of_picture_gives_the_same_template(rough: Draw, toy: Recogniser, tmp_path: Path) -> None:
    image = rough(RED)
    from PIL import Image as pillow
    buffer = io.BytesIO()
    pillow.fromarray(image).save(buffer, "PNG")
    data = buffer.getvalue()
    path = tmp_path / "面.png"
    path.write_bytes(data)
    as_bgr = np.ascontiguousarray(image[:, :, ::-1])
    forms: list[Any] = [as_bgr, str(path), path, io.BytesIO(data), "data:image/png;base64," + base64.b64encode(data).decode(),
                        as_bgr.astype(np.int64), as_bgr / 255, as_bgr.astype(np.float32)]
    with path.open("rb") as file:
        file.read()  # the position does not matter
        found = [DeepFace.represent(form, recogniser=toy)[0]["embedding"] for form in [*forms, file]]
    assert all(template == found[0] for template in found)
    assert np.argmax(found[0]) == 0  # red came first: BGR was understood


def test_represent_has_the_published_keys(bgr: Draw, toy: Recogniser) -> None:
    faces = DeepFace.represent(bgr(RED, BLUE), recogniser=toy)
    assert len(faces) == 2 and set(faces[0]) == {"embedding", "facial_area", "face_confidence", "model", "space"}
    assert isinstance(faces[0]["embedding"], list) and isinstance(faces[0]["embedding"][0], float)
    assert set(faces[0]["facial_area"]) == AREA_KEYS and faces[0]["face_confidence"] == 0.9
    assert faces[0]["space"] == toy.space
    assert len(DeepFace.represent(bgr(RED, BLUE), max_faces=1, recogniser=toy)) == 1
    with_face = DeepFace.represent(bgr(RED), return_face=True, recogniser=toy)[0]["face"]
    assert with_face.shape == (150, 150, 3) and with_face.dtype == np.float32 and 0 <= with_face.min() and with_face.max() <= 1
    assert with_face[..., 2].mean() > with_face[..., 0].mean()  # BGR


def test_represent_of_batches(bgr: Draw, toy: Recogniser) -> None:
    several = DeepFace.represent([bgr(RED), bgr(RED, BLUE)], recogniser=toy)
    assert [len(faces) for faces in several] == [1, 2]
    assert [len(faces) for faces in DeepFace.represent(np.stack([bgr(RED), bgr(BLUE)]), recogniser=toy)] == [1, 1]
    assert isinstance(DeepFace.represent([bgr(RED)], recogniser=toy)[0], dict)  # a batch of one is not nested


def test_minmax_templates_lie_between_0_and_1_and_are_of_another_space(bgr: Draw, toy: Recogniser) -> None:
    plain, moved = (DeepFace.represent(bgr(RED), minmax_normalize=on, recogniser=toy)[0] for on in (False, True))
    assert moved["embedding"] == pytest.approx([(number + 1) / 2 for number in plain["embedding"]])
    with pytest.raises(SpaceError):
        DeepFace.verify(moved["embedding"], bgr(RED), space=moved["space"], recogniser=toy)


def test_templates_are_compared_only_with_their_space(bgr: Draw, toy: Recogniser, rule: Calibration) -> None:
    template = DeepFace.represent(bgr(RED), recogniser=toy)[0]
    with pytest.raises(InputError, match="unknown space"):
        DeepFace.verify(template["embedding"], bgr(RED), recogniser=toy)
    found = DeepFace.verify(template["embedding"], bgr(RED), space=template["space"], recogniser=toy, calibration=rule)
    assert found["verified"] and found["facial_areas"]["img1"] == dict.fromkeys(AREA_KEYS)
    with pytest.raises(SpaceError):
        DeepFace.verify(template["embedding"], bgr(RED), space="facenet", recogniser=toy)
    with pytest.raises(exceptions.DimensionMismatchError, match="3 numbers"):
        DeepFace.verify([0.5] * 4, bgr(RED), space=toy.space, recogniser=toy)
    for wrong in ([float("nan"), 0.0, 0.0], ["a", "b", "c"], [3.0, 0.0, 0.0]):
        with pytest.raises(exceptions.DataTypeError):
            DeepFace.verify(wrong, bgr(RED), space=toy.space, recogniser=toy)


def test_no_face_is_a_value_error_unless_it_is_not_enforced(bgr: Draw, toy: Recogniser, rule: Calibration) -> None:
    nothing = bgr(BLACK)
    for call in (lambda: DeepFace.verify(bgr(RED), nothing, recogniser=toy), lambda: DeepFace.represent(nothing, recogniser=toy),
                 lambda: DeepFace.extract_faces(nothing, recogniser=toy),
                 lambda: DeepFace.analyze(nothing, actions="age", recogniser=toy)):
        with pytest.raises(ValueError, match="none found") as caught:
            call()
        assert isinstance(caught.value, exceptions.FaceNotDetected) and isinstance(caught.value, VultusError)
    found = DeepFace.verify(bgr(RED), nothing, enforce_detection=False, recogniser=toy, calibration=rule)
    assert found["confidence"] == 0  # nothing was compared
    assert (found["verified"], found["decision"], found["fmr_at_score"]) == (False, "undecided", None)
    assert "img2: no face" in found["reason"] and isinstance(found["distance"], float)
    assert found["facial_areas"]["img2"] == {"x": 0, "y": 0, "w": 100, "h": 100, "left_eye": None, "right_eye": None}
    given = DeepFace.verify(nothing, nothing, enforce_detection=False, threshold=2.0, recogniser=toy, calibration=rule)
    assert not given["verified"]  # not even by a threshold: two pictures of nothing are alike
    whole = DeepFace.represent(nothing, enforce_detection=False, recogniser=toy)[0]
    assert whole["face_confidence"] == 0 and whole["space"] != toy.space


def test_skip_takes_the_whole_picture_and_decides_only_by_a_given_threshold(bgr: Draw, toy: Recogniser, rule: Calibration) -> None:
    found = DeepFace.verify(bgr(RED), bgr(RED), detector_backend="skip", recogniser=toy, calibration=rule)
    assert found["detector_backend"] == "skip" and found["decision"] == "undecided" and "skip" in found["reason"]
    assert DeepFace.verify(bgr(RED), bgr(RED), detector_backend="skip", threshold=0.1, recogniser=toy, calibration=rule)["verified"]


def test_a_blurred_face_is_undecided(drawn: Draw, bgr: Draw, toy: Recogniser, rule: Calibration) -> None:
    found = DeepFace.verify(drawn(RED)[:, :, ::-1], bgr(RED), recogniser=toy, calibration=rule)
    assert found["decision"] == "undecided" and "img1: low quality" in found["reason"]


def test_extract_faces_has_the_published_keys_colours_and_ranges(bgr: Draw, toy: Recogniser) -> None:
    face, = DeepFace.extract_faces(bgr(RED), recogniser=toy)
    assert set(face) == {"face", "facial_area", "confidence"} and set(face["facial_area"]) == AREA_KEYS
    assert face["face"].dtype == np.float64 and 0 <= face["face"].min() and face["face"].max() <= 1
    assert face["face"].shape[:2] == (face["facial_area"]["h"], face["facial_area"]["w"]) == (60, 60)
    assert face["face"][..., 0].mean() > 0.6 > 0.4 > face["face"][..., 2].mean()  # RGB
    other = DeepFace.extract_faces(bgr(RED), color_face="bgr", normalize_face=False, recogniser=toy)[0]["face"]
    assert other.dtype == np.uint8 and other[..., 2].mean() > 150
    for gray in ({"color_face": "gray"}, {"grayscale": True}):
        assert DeepFace.extract_faces(bgr(RED), **gray, recogniser=toy)[0]["face"].ndim == 2  # type: ignore[arg-type]
    assert face["facial_area"]["left_eye"][0] > face["facial_area"]["right_eye"][0]  # the person's left


def test_extract_faces_of_batches_and_expanded(bgr: Draw, toy: Recogniser) -> None:
    assert [len(faces) for faces in DeepFace.extract_faces([bgr(RED)], recogniser=toy)] == [1]  # a batch of one is nested
    small, large = (DeepFace.extract_faces(bgr(RED), expand_percentage=share, align=False, recogniser=toy)[0] for share in (0, 50))
    assert (small["facial_area"]["w"], large["facial_area"]["w"]) == (60, 90) and large["face"].shape == (90, 90, 3)
    assert (small["facial_area"]["x"], large["facial_area"]["x"]) == (20, 5)
    huge = DeepFace.extract_faces(bgr(RED), expand_percentage=10 ** 9, recogniser=toy)[0]
    assert huge["face"].shape == (200, 200, 3) and huge["facial_area"]["w"] == 100  # bounded by the picture, not by the caller
    whole = DeepFace.extract_faces(bgr(RED), detector_backend="skip", recogniser=toy)[0]
    assert whole["face"].shape == (100, 100, 3) and whole["confidence"] == 0


def test_align_turns_the_eyes_level() -> None:
    from vultus.compat.deepface.areas import face_picture
    from vultus.types import Faces
    image = np.zeros((200, 200, 3), np.uint8)
    turn = np.radians(30)
    rotation = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    level = np.array([[-30, -20], [30, -20], [0, 0], [-20, 30], [20, 30]], np.float32)
    points = level @ rotation.T.astype(np.float32) + 100
    for x, y in points[:2]:
        image[int(y) - 2:int(y) + 3, int(x) - 2:int(x) + 3] = 255
    faces = Faces(np.array([[50, 50, 150, 150]], np.float32), np.ones(1, np.float32), points[None], (200, 200))
    turned = face_picture(image, faces, 0, align=True, expand_percentage=0)[..., 0]
    rows, columns = np.nonzero(turned > 120)
    left, right = columns < 50, columns >= 50
    assert rows[left].mean() == pytest.approx(rows[right].mean(), abs=0.7)
    assert (columns[left].mean(), columns[right].mean()) == pytest.approx((20, 80), abs=1.5)
    assert rows.mean() == pytest.approx(30, abs=1.5)
    straight = face_picture(image, faces, 0, align=False, expand_percentage=0)[..., 0]
    rows, columns = np.nonzero(straight > 120)
    assert abs(rows[columns < 50].mean() - rows[columns >= 50].mean()) > 25


@pytest.mark.parametrize(("ignored", "value"), [("align", False), ("expand_percentage", 30), ("normalization", "ArcFace")])
def test_parameters_without_effect_are_said(ignored: str, value: object, bgr: Draw, toy: Recogniser, rule: Calibration) -> None:
    plain = DeepFace.verify(bgr(RED), bgr(PINK), recogniser=toy, calibration=rule)
    options: dict[str, Any] = {ignored: value}
    with pytest.warns(IgnoredParameterWarning, match=ignored):
        changed = DeepFace.verify(bgr(RED), bgr(PINK), **options, recogniser=toy, calibration=rule)
    assert changed["distance"] == plain["distance"]
    assert DeepFace.verify(bgr(RED), bgr(PINK), silent=True, **options, recogniser=toy, calibration=rule)["distance"] == plain["distance"]


@pytest.mark.parametrize("wrong", [np.full((50, 50, 3), np.nan), np.full((50, 50, 3), np.inf), np.full((50, 50, 3), -1.0),
                                   np.full((50, 50, 3), 300), np.zeros((50, 50), np.uint8), np.zeros((50, 50, 4), np.uint8),
                                   np.zeros((50, 50, 3), bool), np.zeros((0, 50, 3), np.uint8), np.zeros((2, 2, 3), complex), 3, None,
                                   {"a": 1}, io.StringIO("text"), "data:image/png;base64,%%%", "data:text/plain;base64,AAAA"])
def test_other_things_are_no_picture(wrong: object, toy: Recogniser) -> None:
    with pytest.raises(exceptions.DataTypeError):
        DeepFace.represent(wrong, recogniser=toy)


def test_unreadable_pictures_are_value_errors(toy: Recogniser, tmp_path: Path, bgr: Draw) -> None:
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(b"no picture")
    empty = "data:image/png;base64," + base64.b64encode(b"nothing").decode()
    for wrong in (str(broken), str(tmp_path / "nothing.jpg"), str(tmp_path), io.BytesIO(b"nothing"), empty, ""):
        with pytest.raises(exceptions.ImgNotFound):
            DeepFace.represent(wrong, recogniser=toy)
        with pytest.raises(ValueError):
            DeepFace.extract_faces(wrong, recogniser=toy)
    with pytest.raises(exceptions.ImgNotFound):
        DeepFace.verify(bgr(RED), str(broken), recogniser=toy)


@pytest.mark.parametrize("url", ["http://example.org/a.jpg", "HTTPS://example.org/a.jpg", "ftp://example.org/a.jpg", "s3://bucket/a.jpg"])
def test_urls_are_not_fetched(url: str, bgr: Draw, toy: Recogniser) -> None:
    with pytest.raises(UnsupportedError, match="BytesIO"):
        DeepFace.verify(bgr(RED), url, recogniser=toy)


@pytest.mark.parametrize(("call", "options"), [
    ("verify", {"distance_metric": "manhattan"}), ("verify", {"normalization": "none"}), ("verify", {"threshold": float("nan")}),
    ("verify", {"threshold": "0.4"}), ("verify", {"expand_percentage": "much"}), ("verify", {"expand_percentage": float("inf")}),
    ("represent", {"max_faces": 0}),
    ("extract_faces", {"color_face": "hsv"}), ("analyze", {"actions": ("mood",)}), ("analyze", {"actions": ()}),
    ("analyze", {"actions": 3})])
def test_values_that_nobody_knows(call: str, options: dict[str, Any], bgr: Draw, toy: Recogniser) -> None:
    pictures = [bgr(RED)] * (2 if call == "verify" else 1)
    with pytest.raises(InputError):
        getattr(DeepFace, call)(*pictures, **options, recogniser=toy)


@pytest.mark.parametrize("call", ["verify", "represent", "extract_faces", "analyze", "find"])
def test_anti_spoofing_is_refused(call: str, tmp_path: Path) -> None:
    with pytest.raises(UnsupportedError, match="chance"):
        getattr(DeepFace, call)(*(["a.jpg", str(tmp_path)] if call in ("verify", "find") else ["a.jpg"]), anti_spoofing=True)


def test_a_model_name_beside_a_recogniser_is_refused(bgr: Draw, toy: Recogniser) -> None:
    with pytest.raises(InputError, match="model_name"):
        DeepFace.represent(bgr(RED), model_name="ArcFace", recogniser=toy)


class _FakeMethod:
    """Stands for a method of task `analyse`: it gives known values for every face."""

    def __init__(self, name: str) -> None:
        self.name, self.built = name, {}  # type: ignore[var-annotated]

    def config(self, *, overrides: dict[str, Any]) -> dict[str, Any]:
        return overrides

    def build(self, config: dict[str, Any]) -> _FakeMethod:
        assert ("purpose" in config) == (self.name != "analyse/age")
        return self

    def analyse(self, images: list[Image], faces: list[Any]) -> dict[str, Any]:
        n = sum(map(len, faces))
        return {"age_years": np.full(n, 33.7), "perceived_female": np.full(n, 0.25),
                "expression": np.tile([0.1, 0.0, 0.1, 0.5, 0.1, 0.1, 0.1], (n, 1))}


@pytest.fixture
def described(monkeypatch: pytest.MonkeyPatch) -> None:
    from vultus.compat.deepface import demography
    monkeypatch.setattr(demography.registry, "get", _FakeMethod)
    monkeypatch.delenv("VULTUS_PURPOSE", raising=False)


def test_age_is_free_and_has_the_published_keys(described: None, bgr: Draw, toy: Recogniser) -> None:
    found = DeepFace.analyze(bgr(RED, BLUE), actions=["age"], recogniser=toy)
    assert len(found) == 2 and set(found[0]) == {"age", "region", "face_confidence"}
    assert found[0]["age"] == 33 and isinstance(found[0]["age"], int) and set(found[0]["region"]) == AREA_KEYS
    assert [len(faces) for faces in DeepFace.analyze([bgr(RED)], actions="age", recogniser=toy)] == [1]
    empty = DeepFace.analyze(bgr(BLACK), actions="age", enforce_detection=False, recogniser=toy)[0]
    assert empty["face_confidence"] == 0 and empty["region"]["w"] == 100


def test_restricted_actions_need_a_purpose(described: None, bgr: Draw, toy: Recogniser, monkeypatch: pytest.MonkeyPatch) -> None:
    for actions in (("emotion",), ("gender", "age"), ("race",)):
        with pytest.raises(PolicyError, match="purpose") as caught:
            DeepFace.analyze(bgr(RED), actions=actions, recogniser=toy)
        assert "'age'" in str(caught.value) and not isinstance(caught.value, ValueError)
    with pytest.raises(PolicyError, match=r"'race' is never offered.*actions=\('emotion', 'gender'\), purpose="):
        DeepFace.analyze(bgr(RED), recogniser=toy)
    with pytest.raises(PolicyError, match=r"'audit' is one word: say in a few words"):
        DeepFace.analyze(bgr(RED), actions=("gender",), purpose="audit", recogniser=toy)
    monkeypatch.setenv("VULTUS_PURPOSE", "audit of group gaps")
    found = DeepFace.analyze(bgr(RED), actions=("emotion", "gender"), recogniser=toy)[0]
    assert set(found) == {"emotion", "dominant_emotion", "gender", "dominant_gender", "region", "face_confidence"}
    assert list(found["emotion"]) == ["angry", "disgust", "fear", "happy", "sad", "surprise", "neutral"]
    assert found["dominant_emotion"] == "happy" and found["emotion"]["happy"] == pytest.approx(50)
    assert found["dominant_gender"] == "Man" and found["gender"] == pytest.approx({"Woman": 25, "Man": 75})
    with pytest.raises(PolicyError):
        DeepFace.analyze(bgr(RED), actions=("gender",), purpose="", recogniser=toy)  # the keyword goes before the environment


def test_race_is_not_offered_even_with_a_purpose(described: None, bgr: Draw, toy: Recogniser) -> None:
    with pytest.raises(UnsupportedError, match="race"):
        DeepFace.analyze(bgr(RED), purpose="audit of group gaps", recogniser=toy)


def test_a_missing_net_names_its_command(bgr: Draw, toy: Recogniser, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from vultus.errors import WeightsError
    monkeypatch.setenv("VULTUS_MODELS", str(tmp_path))
    with pytest.raises(WeightsError, match="vultus models pull faceres-deep"):
        DeepFace.analyze(bgr(RED), actions=("age",), recogniser=toy)


def test_jpeg_files_are_read_like_arrays(rough: Draw, toy: Recogniser, tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(encode_jpeg(rough(RED)))
    from vultus.image import load
    assert DeepFace.represent(str(path), recogniser=toy) == DeepFace.represent(load(path)[:, :, ::-1], recogniser=toy)
