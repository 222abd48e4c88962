"""Joining tracks, names of a gallery, and intervals, each against the slow way."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray

from vultus.apps.video import joining
from vultus.apps.video.joining import JoiningRule, doubts, join, joining_rule, possible_counts
from vultus.apps.video.names import label_of, of_person, one_place_each
from vultus.apps.video.record import TrackRecord
from vultus.apps.video.result import merged
from vultus.apps.video.seen_faces import crowded, shared
from vultus.gallery import Identification
from vultus.gallery.records import Hit
from vultus.types import Faces

RULE = JoiningRule(0.9, 0.8, 0.95, 0.88, "test", "test")


def record(number: int, *angles: float, doubt: str = "", start: float = 0.0) -> TrackRecord:
    """A track whose faces have unit templates at these angles in degrees."""
    mean = np.mean([(np.cos(np.radians(a)), np.sin(np.radians(a))) for a in angles], axis=0, dtype=np.float32)
    return TrackRecord(number, start, start + 1, len(angles), np.asarray(mean, np.float32), doubt, {}, start, None)


def numbers(people: list[list[TrackRecord]]) -> list[list[int]]:
    return [[track.number for track in tracks] for tracks in people]


def test_alike_tracks_are_one_person_in_the_order_of_appearance() -> None:
    tracks = [record(0, 90, 92, start=5.0), record(1, 0, 3, start=1.0), record(2, 88, 91, start=9.0)]
    assert numbers(join(tracks, [], RULE)) == [[1], [0, 2]]


def test_tracks_visible_together_are_never_joined() -> None:
    tracks = [record(0, 0), record(1, 1), record(2, 0.4)]
    assert numbers(join(tracks, [(0, 1)], RULE)) == [[0, 2], [1]]
    assert numbers(join(tracks, [(0, 1), (0, 2), (1, 2)], RULE)) == [[0], [1], [2]]


def test_the_similarity_of_two_tracks_is_the_mean_over_all_pairs_of_their_faces() -> None:
    a, b = record(0, 0, 40), record(1, 20, 60)
    slow = np.mean([np.cos(np.radians(x - y)) for x in (0, 40) for y in (20, 60)])
    for cut, count in ((slow - 1e-3, 1), (slow + 1e-3, 2)):
        assert len(join([a, b], [], JoiningRule(cut, cut, cut, cut, "", None))) == count


def test_poor_tracks_belong_to_nobody() -> None:
    assert numbers(join([record(0, 0), record(1, 0, doubt="blurred")], [], RULE)) == [[0]]
    assert join([record(1, 0, doubt="blurred")], [], RULE) == []


def test_equal_names_are_one_person_and_different_names_two() -> None:
    tracks = [record(0, 0), record(1, 80), record(2, 2), record(3, 1)]
    assert numbers(join(tracks, [], RULE, {0: "ann", 1: "ann"})) == [[0, 1], [2, 3]]
    assert len(join(tracks, [], RULE, {0: "ann", 2: "bob", 3: "bob"})) == 3


def test_doubts_and_the_range_of_counts() -> None:
    tracks = [record(0, 0), record(1, 30), record(2, 90)]  # cosine 0.866 between the first two
    people = join(tracks, [], RULE)
    assert [(d.first, d.second) for d in doubts(people, [], RULE)] == [(1, 2)]
    assert possible_counts(tracks, [], RULE) == (2, 3)
    assert doubts(people, [(0, 1)], RULE) == [] and possible_counts(tracks, [(0, 1)], RULE) == (3, 3)
    close = [record(0, 0), record(1, 22)]  # 0.927: joined, but below the upper threshold
    assert len(join(close, [], RULE)) == 1 and possible_counts(close, [], RULE) == (1, 2)


def test_doubts_are_found_across_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    tracks = [record(i, 31 * i) for i in range(5)]  # neighbours at cosine 0.857
    people = join(tracks, [], RULE)
    expected = doubts(people, [], RULE)
    assert [(d.first, d.second) for d in expected] == [(1, 2), (2, 3), (3, 4), (4, 5)]
    monkeypatch.setattr(joining, "BLOCK", 2)
    assert sorted((d.first, d.second) for d in doubts(people, [], RULE)) == [(1, 2), (2, 3), (3, 4), (4, 5)]


def test_the_packaged_rule_says_where_it_comes_from() -> None:
    rule = joining_rule("dlib-resnet29/dlib-150/flip")
    assert 0.85 < rule.split < rule.threshold <= rule.high and "folds 1-3" in rule.source and rule.domain
    assert joining_rule("dlib-resnet29/dlib-150/flip", rendered=True).threshold > rule.threshold
    assert joining_rule("dlib-resnet29/dlib-150").source  # no rule of its own: the one for photographs
    assert joining_rule("unknown", threshold=0.5).domain is None


def answer(name: str, similarity: float, outcome: str = "person") -> Identification:
    hit = Hit(name, name, similarity, "f")
    return Identification(outcome, hit, (hit,), None, 3, 3)  # type: ignore[arg-type]


def test_a_name_is_in_one_place_at_a_time() -> None:
    answers = {0: answer("ann", 0.95), 1: answer("ann", 0.97), 2: answer("ann", 0.93), 3: answer("bob", 0.99)}
    checked = one_place_each(answers, [(0, 1), (1, 3)])
    assert {k: label_of(v) for k, v in checked.items()} == {0: None, 1: "ann", 2: "ann", 3: "bob"}
    assert label_of(one_place_each({0: answer("ann", 0.97), 1: answer("ann", 0.95)}, [(0, 1)])[0]) == "ann"
    assert checked[0].outcome == "undecided" and "at the same time" in checked[0].reason


def test_the_answer_for_a_person_is_the_best_of_its_tracks() -> None:
    tracks = [record(0, 0), record(1, 0), record(2, 0)]
    answers = {0: answer("x", 0.8, "unknown"), 1: answer("x", 0.9, "undecided"), 2: answer("ann", 0.95)}
    assert label_of(of_person(tracks, answers)) == "ann"
    found = of_person(tracks[:2], answers)
    assert found is not None and found.outcome == "undecided" and of_person(tracks, {}) is None


def slow_union(intervals: list[tuple[float, float]], gap: float, step: float = 0.25) -> NDArray[np.bool_]:
    """Visible or not at each time of a grid: inside an interval, or in a gap of at most `gap` between two."""
    times = np.arange(0, 60, step)
    inside = np.array([any(a <= t <= b for a, b in intervals) for t in times])
    for first in intervals:
        for second in intervals:
            if 0 < second[0] - first[1] <= gap:
                inside |= (times >= first[1]) & (times <= second[0])
    return inside


@pytest.mark.parametrize("seed", range(20))
def test_intervals_are_merged_as_by_the_slow_way(seed: int) -> None:
    rng = np.random.default_rng(seed)
    starts = rng.integers(0, 200, 9) / 4
    intervals = [(float(a), float(a + d)) for a, d in zip(starts, rng.integers(0, 20, 9) / 4, strict=True)]
    found = merged(intervals, 1.5)
    assert all(a[1] + 1.5 < b[0] for a, b in pairwise(found))
    assert (slow_union(intervals, 1.5) == slow_union(list(found), 0.0)).all()


def test_a_face_behind_another_is_crowded_and_a_face_beside_it_is_not() -> None:
    boxes = np.array([(0, 0, 40, 40), (25, 0, 65, 40), (66, 0, 100, 40)], np.float32)
    faces = Faces(boxes, np.array([0.9, 0.7, 0.8], np.float32), np.zeros((3, 5, 2), np.float32), (100, 100))
    assert crowded(faces).tolist() == [False, True, False]
    assert shared(boxes[0], boxes[1]) == pytest.approx(15 / 40) and shared(boxes[0], boxes[2]) == 0
