"""Composed clips and their score: truth that is known because it was put there."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from vultus.bench.video_clips import CONDITIONS, RATE, SIZE, Appearance, Clip, Person, background, compose
from vultus.bench.video_joining import exact_shares
from vultus.bench.video_score import Witness, compare
from vultus.types import Image


def person(name: str, *greys: int) -> Person:
    return Person(name, tuple(np.full((50, 50, 3), grey, np.uint8) for grey in greys))


PEOPLE = [person("a", 10, 20), person("b", 250, 240), person("c", 120, 130), person("d", 60, 70)]


def still(name: str, x: float, start: float = 0.0, end: float = 2.0) -> Appearance:
    picture: Image = np.full((50, 50, 3), 250, np.uint8)
    return Appearance(name, picture, start, end, (x, x), (180.0, 180.0), (100.0, 100.0))


@pytest.mark.parametrize("condition", CONDITIONS)
def test_every_condition_is_composed_the_same_from_the_same_seed(condition: str) -> None:
    clips = [compose(condition, PEOPLE, np.random.default_rng(4)) for _ in range(2)]
    first, second = (next(clip.frames()) for clip in clips)
    assert first.shape == (*SIZE, 3) and (first == second).all() and 2 <= len(clips[0].people) <= 3
    if condition.startswith("re-entry") or condition == "cut":
        assert len(clips[0].appearances) > len(clips[0].people)


def test_a_picture_is_where_the_truth_says() -> None:
    clip = Clip("moving", 2.0, (still("a", 200.0),), ((0.0, 1),))
    frame, empty = next(clip.frames()).astype(int), background(1).astype(int)
    changed = np.abs(frame - empty).max(axis=2) > 2
    ys, xs = np.nonzero(changed)
    assert xs.min() == pytest.approx(152, abs=4) and xs.max() == pytest.approx(248, abs=4) and ys.mean() == pytest.approx(180, abs=3)
    assert clip.who(0.0, 200, 180) == 0 and clip.who(0.0, 300, 180) is None and clip.who(3.0, 200, 180) is None


def test_where_two_pictures_are_about_as_near_nobody_is_named() -> None:
    clip = Clip("crossing", 2.0, (still("a", 200.0), still("b", 230.0)), ((0.0, 1),))
    assert clip.who(0.0, 215, 180) is None and clip.who(0.0, 195, 180) == 0


class Named:
    """A result in which tracks have these labels."""

    def __init__(self, *people: tuple[int, ...]) -> None:
        self.people = [type("P", (), {"number": i, "tracks": [type("T", (), {"number": t}) for t in tracks]})
                       for i, tracks in enumerate(people, 1)]


def score(sightings: list[tuple[float, int, int]], *people: tuple[int, ...]) -> Any:
    clip = Clip("cut", 4.0, (still("a", 100.0), still("b", 300.0), still("a", 500.0, 2.0, 4.0)), ((0.0, 1),))
    return compare(clip, Named(*people), Witness(clip, sightings), 1.0)  # type: ignore[arg-type]


def test_scores_by_hand() -> None:
    good = score([(0.0, 0, 0), (0.0, 1, 1), (2.0, 2, 2)], (0, 2), (1,))
    assert (good.exact, good.mixed_tracks, good.label_changes, good.fragments, good.missed) == (True, 0, 0, 0, 0)
    parted = score([(0.0, 0, 0), (0.0, 1, 1), (2.0, 2, 2)], (0,), (1,), (2,))
    assert (parted.exact, parted.label_changes) == (False, 1)
    mixed = score([(0.0, 0, 0), (0.0, 1, 1), (1.0, 0, 1), (1.0, 1, 0)], (0,), (1,))
    assert (mixed.mixed_tracks, mixed.label_changes, mixed.fragments, mixed.missed) == (2, 2, 2, 1)


def test_exact_shares_in_closed_form() -> None:
    """Five people on five axes, both pictures equal: exact below cosine 1 and above 0; a person of one picture is never drawn."""
    vectors = np.repeat(np.eye(6, dtype=np.float32), 2, axis=0)[:11]
    subjects = np.array([str(i // 2) for i in range(11)])
    shares = exact_shares(vectors, subjects, np.random.default_rng(0), draws=5, people=(2, 5), grid=(-0.5, 0.5))
    assert shares.tolist() == [[0.0, 1.0], [0.0, 1.0]]


def test_the_background_changes_at_a_cut() -> None:
    clip = replace(compose("cut", PEOPLE, np.random.default_rng(1)), appearances=())
    frames = list(clip.frames())
    at = round(3.0 * RATE)
    assert (frames[0] == frames[at - 1]).all() and not (frames[at - 1] == frames[at]).all()
