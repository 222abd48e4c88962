"""Search: ranking against a sort, ties, unknown as an answer, the same result from a table."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from vultus.apps.search import find, find_in_table
from vultus.data.picture_files import find_pictures
from vultus.decide import Calibration, SearchCurve
from vultus.errors import InputError, SpaceError
from vultus.pipeline import Recogniser
from vultus.pipeline.represent_table import represent_table
from vultus.quality.gate import Usable
from vultus.types import Image

ANY = Usable(face_px=0, sharpness=-1, yaw_deg=90)
RULE = Calibration(space="colour/dlib-150", domain="drawn colours", name="drawn", status="site", target_fmr=0.01, target_fnmr=0.05,
                   t_point=0.95, t_point_low=0.9, t_point_high=0.97, t_hi=0.98, t_lo=0.8, scores=(0.0, 0.5, 0.9), fmr=(1.0, 0.1, 0.001),
                   fmr_low=(0.9, 0.05, 0.0), fmr_high=(1.0, 0.2, 0.01), fmr_upper=(1.0, 0.2, 0.01), fnmr=(0.0, 0.01, 0.1),
                   llr_offset=-20.0, llr_slope=25.0, people=100, mated_people=100, source={},
                   search=(SearchCurve(1, (1.0, 0.1, 0.001), (1.0, 0.2, 0.01), 0.9),
                           SearchCurve(40, (1.0, 0.4, 0.03), (1.0, 0.5, 0.05), 0.9)))
Draw = Callable[..., Image]


@pytest.fixture
def recogniser(drawn_detector: Any, colour_embedder: Any) -> Recogniser:
    return Recogniser(drawn_detector, colour_embedder, threads=1, batch=3)


def test_ranking_equals_a_sort(recogniser: Recogniser, drawn: Draw) -> None:
    rng = np.random.default_rng(2)
    pictures = [drawn(*(tuple(map(int, rng.integers(30, 256, 3))) for _ in range(1 + i % 3))) for i in range(20)]
    probe = drawn((200, 60, 60))
    result = find(probe, pictures, recogniser, top=7, calibration=RULE, usable=ANY)
    target = recogniser.represent([probe])[0]
    everything = [(float(s), i, face) for i, e in enumerate(recogniser.represent(pictures))
                  for face, s in enumerate(target.similarity(e)[0])]
    expected = sorted(everything, key=lambda entry: (-entry[0], entry[1], entry[2]))[:7]
    assert [(hit.decision.similarity, hit.path, hit.face) for hit in result.hits] == [
        (s, f"image {i}", face) for s, i, face in expected]
    assert (result.faces, result.pictures) == (len(everything), 20)
    assert result.outcome == "found"
    assert (result.threshold, result.target_fpir, result.fpir_basis) == (0.9, 0.05, "measured")  # strictest target met by 40 faces
    assert (result.fpir_at_score, result.fpir_upper) == (0.03, 0.05)


def test_more_faces_need_more_similarity(recogniser: Recogniser, drawn: Draw) -> None:
    """One comparison may be found at a similarity that a search among many must leave undecided."""
    red, other = drawn((210, 20, 20)), drawn((20, 20, 210))
    near = drawn((200, 75, 20))
    assert 0.9 < float(recogniser.represent([red])[0].similarity(recogniser.represent([near])[0]).item()) < 0.98
    assert find(red, [near], recogniser, calibration=RULE, usable=ANY, target_fpir=0.02).outcome == "found"
    many = find(red, [near] + [other] * 20, recogniser, calibration=RULE, usable=ANY, target_fpir=0.02)
    assert many.outcome == "undecided" and "0.02" in many.reason
    beyond = find(red, [near] + [other] * 400, recogniser, calibration=RULE, usable=ANY)
    assert beyond.outcome == "undecided" and beyond.threshold is None


def test_equal_similarities_keep_the_order_of_the_folder(recogniser: Recogniser, drawn: Draw) -> None:
    result = find(drawn((200, 60, 60)), [drawn((200, 60, 60))] * 9, recogniser, top=4, calibration=RULE, usable=ANY)
    assert [hit.path for hit in result.hits] == ["image 0", "image 1", "image 2", "image 3"]


def test_unknown_undecided_and_empty(recogniser: Recogniser, drawn: Draw) -> None:
    red = drawn((210, 20, 20))
    for others, outcome in (([drawn((20, 210, 20))], "unknown"), ([drawn((200, 150, 20))], "undecided"), ([], "unknown"),
                            ([drawn((0, 0, 0))], "unknown")):
        assert find(red, others, recogniser, calibration=RULE, usable=ANY).outcome == outcome
    unusable = find(drawn((0, 0, 0)), [red], recogniser, calibration=RULE, usable=ANY)
    assert (unusable.outcome, unusable.hits, unusable.pictures) == ("undecided", [], 0)
    assert "no face" in unusable.reason
    with pytest.raises(InputError, match="top"):
        find(red, [red], recogniser, top=0, usable=ANY)


def test_a_table_gives_the_same_answer(recogniser: Recogniser, drawn: Draw, drawn_folder: Path, tmp_path: Path) -> None:
    represent_table([drawn_folder], tmp_path / "t.parquet", recogniser)
    probe = drawn((220, 35, 35))
    streamed = find(probe, find_pictures([drawn_folder]), recogniser, calibration=RULE, usable=ANY)
    tabled = find_in_table(probe, tmp_path / "t.parquet", recogniser, calibration=RULE, usable=ANY)
    left, right = (json.loads(json.dumps(result.as_dict())) for result in (streamed, tabled))
    for record in left["hits"] + right["hits"]:
        record["similarity"] = round(record["similarity"], 5)
    assert left == right
    assert list(streamed.errors) == [f"{drawn_folder}/broken.jpg"]
    assert Path(streamed.hits[0].path).parent.name == "red"
    recogniser.embedder.space = "another/dlib-150"
    with pytest.raises(SpaceError):
        find_in_table(probe, tmp_path / "t.parquet", recogniser, calibration=None, usable=ANY)
