"""Verification: outcomes come from the calibration, doubts about the pictures come before any number."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from vultus.apps.one_person import objection
from vultus.apps.verification import verify
from vultus.decide import Calibration
from vultus.errors import ImageError
from vultus.image import encode_jpeg
from vultus.pipeline import Recogniser
from vultus.quality.gate import Usable
from vultus.types import Image

ANY = Usable(face_px=0, sharpness=-1, yaw_deg=90)
Draw = Callable[..., Image]


@pytest.fixture
def recogniser(drawn_detector: Any, colour_embedder: Any) -> Recogniser:
    return Recogniser(drawn_detector, colour_embedder, threads=1)


@pytest.fixture
def rule() -> Calibration:
    return Calibration(space="colour/dlib-150", domain="drawn colours", name="drawn", status="site", target_fmr=0.01, target_fnmr=0.05,
                       t_point=0.95, t_point_low=0.9, t_point_high=0.97, t_hi=0.98, t_lo=0.8, scores=(0.0, 0.5, 0.9), fmr=(1.0, 0.1, 0.001),
                       fmr_low=(0.9, 0.05, 0.0), fmr_high=(1.0, 0.2, 0.01), fmr_upper=(1.0, 0.2, 0.01), fnmr=(0.0, 0.01, 0.1),
                       llr_offset=-20.0, llr_slope=25.0, people=100, mated_people=100, search=(), source={})


@pytest.mark.parametrize(("other", "outcome"), [((200, 20, 20), "match"), ((20, 200, 20), "no_match"), ((200, 120, 20), "undecided")])
def test_outcomes(recogniser: Recogniser, rule: Calibration, drawn: Draw, other: tuple[int, int, int], outcome: str) -> None:
    decision = verify(drawn((210, 20, 20)), drawn(other), recogniser, calibration=rule, usable=ANY)
    assert decision.outcome == outcome
    cosine = np.dot((210, 20, 20), other) / np.linalg.norm((210, 20, 20)) / np.linalg.norm(other)
    assert decision.similarity == pytest.approx(cosine, abs=1e-4)
    assert (decision.threshold, decision.threshold_low) == (0.98, 0.8)
    assert (decision.fmr_at_score, decision.fmr_upper) == rule.at_score(cosine)
    assert decision.calibration_domain == "drawn colours" and decision.space == "colour/dlib-150"
    assert bool(decision.reason) == (outcome == "undecided")


def test_swapping_the_pictures_changes_nothing(recogniser: Recogniser, rule: Calibration, drawn: Draw) -> None:
    a, b = drawn((210, 20, 20)), drawn((200, 120, 20))
    assert verify(a, b, recogniser, calibration=rule, usable=ANY) == verify(b, a, recogniser, calibration=rule, usable=ANY)


def test_doubts_about_a_picture_come_before_any_number(recogniser: Recogniser, rule: Calibration, drawn: Draw) -> None:
    red = drawn((210, 20, 20))
    for other, words in ((drawn((0, 0, 0)), "image 1: no face"), (drawn((210, 20, 20), (20, 20, 210)), "2 faces of similar size")):
        decision = verify(red, other, recogniser, calibration=rule, usable=ANY)
        assert decision.outcome == "undecided" and words in decision.reason
        assert decision.similarity is None and decision.fmr_at_score is None and decision.threshold == 0.98
    small = verify(red, drawn((210, 20, 20), side=20), recogniser, calibration=rule, usable=Usable(face_px=20, sharpness=-1))
    assert small.reason == "image 1: low quality: the face is 12 px wide, at least 20 are needed"
    blurred = verify(red, red, recogniser, calibration=rule)
    assert "the face is blurred" in blurred.reason


def test_one_clearly_larger_face_is_the_person(recogniser: Recogniser, drawn: Draw) -> None:
    from dataclasses import replace
    result = next(recogniser.process([drawn((210, 20, 20), (20, 20, 210))]))
    assert result.faces is not None
    smaller = result.faces.boxes * np.array([[1, 1, 1, 1]]) + np.array([[0, 0, 0, 0], [0, 0, -30, -30]])
    assert objection(replace(result, faces=replace(result.faces, boxes=smaller)), ANY) == ""


def test_without_a_calibration_nothing_is_decided(recogniser: Recogniser, drawn: Draw) -> None:
    decision = verify(drawn((210, 20, 20)), drawn((210, 20, 20)), recogniser, usable=ANY)
    assert decision.outcome == "undecided" and decision.similarity == pytest.approx(1)
    assert "no calibration" in decision.reason


def test_unreadable_pictures_are_errors(recogniser: Recogniser, drawn: Draw, tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(encode_jpeg(drawn((210, 20, 20))))
    (tmp_path / "b.jpg").write_bytes(b"text")
    with pytest.raises(ImageError, match=r"b\.jpg: expected a picture \(JPEG, .*\), got another kind of file$"):
        verify(tmp_path / "a.jpg", tmp_path / "b.jpg", recogniser)
    with pytest.raises(ImageError, match=r"c\.jpg: expected a picture file, got nothing there$"):
        verify(tmp_path / "c.jpg", tmp_path / "a.jpg", recogniser)
