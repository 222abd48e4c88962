"""The mappings: closed-form points, range, and direction."""

from __future__ import annotations

import math

import numpy as np
import pytest

from vultus.quality import mapping


def test_known_points() -> None:
    assert mapping.sigmoid(3, 3, 1) == 0.5 and mapping.sigmoid(-1e9, 0, 1e-3) == 0
    assert mapping.rising(70, 70, 20) == 50 and mapping.rising(90, 70, 20) == round(100 / (1 + math.exp(-1)))
    assert mapping.falling(0, 0, 0.05, 200) == 100  # a head of exactly 0.45 of the picture
    assert mapping.falling(0.05, 0, 0.05, 200) == round(200 * (1 - 1 / (1 + math.exp(-1))))
    assert [mapping.pose(angle) for angle in (0, 45, -45, 60, 90, 120)] == [100, 50, 50, 25, 0, 0]
    assert mapping.luminance_variance(1 / 60) == 100 and mapping.luminance_variance(0) == 0
    assert mapping.entropy(8) == 100 and mapping.entropy(4) == 50
    assert mapping.bright_share(0) == 100 and mapping.bright_share(0.04) == 20 and mapping.bright_share(1) == 1
    assert mapping.dark_share(0) == 100 and mapping.dark_share(1) == 0 and mapping.dark_share(0.92) == round(120 * 0.332)
    assert mapping.overlap(1) == 100 and mapping.overlap(0) == 0 and mapping.overlap(0.5) == round(100 * 0.5 ** 0.3)
    assert mapping.clipped(0.5) == 1 and mapping.clipped(1.5) == 2 and mapping.clipped(1e9) == 100 and mapping.clipped(-3) == 0


@pytest.mark.parametrize(("function", "span", "rises"), [
    (mapping.entropy, (0, 8), True), (mapping.overlap, (0, 1), True), (mapping.dark_share, (0, 1), False),
    (mapping.bright_share, (0, 1), False),
    (lambda x: mapping.rising(x, 1.8, 0.1), (0, 4), True), (lambda x: mapping.falling(x, 0.2, 0.06), (0, 1), False)])
def test_they_run_one_way_over_the_whole_scale(function, span, rises) -> None:
    values = [function(x) for x in np.linspace(*span, 200)]
    steps = np.diff(values) if rises else -np.diff(values)
    assert (steps >= 0).all() and all(isinstance(v, int) and 0 <= v <= 100 for v in values)
    assert max(values) - min(values) >= 97


def test_mean_luminance_wants_the_middle() -> None:
    values = [mapping.mean_luminance(mean) for mean in (0.0, 0.1, 0.2, 0.5, 0.8, 0.9, 1.0)]
    assert values[3] == max(values) >= 99 and values[2] == values[4] == 50
    assert values[:4] == sorted(values[:4]) and values[3:] == sorted(values[3:], reverse=True)
