"""Which part of a picture a guard sees, and what showing a picture again does to it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from vultus.errors import InputError
from vultus.guard.face_crops import principal_crops
from vultus.guard.shown_again import on_screen, printed
from vultus.types import Faces, GuardSample, Image


class Finds:
    """A detector that finds these boxes in every picture."""

    def __init__(self, boxes: list[list[float]]) -> None:
        self.boxes = boxes

    def detect(self, images: Sequence[Image]) -> list[Faces]:
        count = len(self.boxes)
        return [Faces(np.array(self.boxes).reshape(count, 4), np.ones(count), np.zeros((count, 5, 2)), i.shape[:2]) for i in images]


def halves(width: int = 100) -> Image:
    """Black on the left, white on the right."""
    picture = np.zeros((width, width, 3), np.uint8)
    picture[:, width // 2:] = 255
    return picture


def test_the_first_face_is_the_one_that_is_judged() -> None:
    left, right = [5, 40, 25, 60], [75, 40, 95, 60]
    for boxes, shade in (([left, right], 0), ([right, left], 255)):
        assert principal_crops([GuardSample("picture", (halves(),))], Finds(boxes), "loose-112").mean() == shade


def test_without_a_face_the_whole_picture_is_judged() -> None:
    crop = principal_crops([GuardSample("picture", (halves(),))], Finds([]), "loose-112")[0]
    assert (crop == 0).any() and (crop == 255).any()


def test_other_samples_are_refused_by_place() -> None:
    with pytest.raises(InputError, match=r"samples\[1\].*kind 'text'"):
        principal_crops([GuardSample("picture", (halves(),)), GuardSample("text", text="a")], Finds([]), "loose-112")


@pytest.mark.parametrize("change", [printed, on_screen])
def test_showing_again_keeps_the_shape_changes_pixels_and_repeats_with_its_seed(change) -> None:
    picture = np.random.default_rng(3).integers(0, 256, (64, 48, 3)).astype(np.uint8)
    first, second, other = (change(picture, np.random.default_rng(seed)) for seed in (5, 5, 6))
    assert first.shape == picture.shape and first.dtype == np.uint8
    np.testing.assert_array_equal(first, second)
    assert np.abs(first.astype(int) - picture).mean() > 5 and (first != other).any()
