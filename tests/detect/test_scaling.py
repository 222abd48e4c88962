"""Working sizes: bounds, exact ways back, and runs that hold every picture once."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vultus.detect.scaling import canvas_size, fit, runs, working_ratio

SIDES = st.integers(1, 4000)


@given(SIDES, SIDES)
def test_the_longer_side_ends_between_the_bounds(height, width):
    long_side = max(height, width) * working_ratio((height, width), 640, 256)
    assert 256 - 1e-6 <= long_side <= 640 + 1e-6
    if 256 <= max(height, width) <= 640:
        assert working_ratio((height, width), 640, 256) == 1


@pytest.mark.parametrize("size, ratio", [((1, 1), 256.0), ((1, 3000), 0.2), ((250, 250), 1.0), ((480, 333), 0.7), ((37, 64), 4.0)])
def test_a_canvas_has_the_announced_size_and_black_below_and_right(size, ratio):
    fitted = fit(np.full((*size, 3), 200, np.uint8), ratio, 32)
    assert fitted.canvas.shape[:2] == canvas_size(size, ratio, 32) and not any(side % 32 for side in fitted.canvas.shape[:2])
    filled = fitted.canvas.any(axis=2)
    height, width = (round(float(r * s)) for r, s in zip(fitted.ratio[::-1], size, strict=True))
    assert filled[:height, :width].all() and filled.sum() == height * width and height >= 1 and width >= 1


def test_a_mark_comes_back_to_where_it_was():
    image = np.zeros((300, 500, 3), np.uint8)
    image[120:128, 400:412] = 255
    for ratio in (0.5, 0.73, 2.0):
        fitted = fit(image, ratio, 32)
        weights = fitted.canvas[..., 0].astype(float)
        ys, xs = np.indices(weights.shape) + 0.5
        centre = np.array([(weights * xs).sum(), (weights * ys).sum()]) / weights.sum()
        np.testing.assert_allclose(fitted.back(centre), [406, 124], atol=0.05)


@given(st.lists(st.sampled_from([(32, 32), (64, 32), (640, 640)]), max_size=30), st.integers(1, 10_000))
def test_runs_hold_every_canvas_once_with_one_size_and_a_bound(sizes, pixels):
    chunks = runs(sizes, pixels)
    assert sorted(i for chunk in chunks for i in chunk) == list(range(len(sizes)))
    for chunk in chunks:
        assert len({sizes[i] for i in chunk}) == 1
        assert len(chunk) == 1 or len(chunk) * sizes[chunk[0]][0] * sizes[chunk[0]][1] <= pixels
