"""NanoDet's boxes against a loop over cells, sides and bins."""

from __future__ import annotations

import math

import numpy as np
import pytest

from vultus.analyse.objects.method import BINS, SIDE, decode


@pytest.mark.parametrize("stride", [8, 32])
def test_boxes_are_the_means_of_their_distance_distributions(stride: int) -> None:
    cells = SIDE // stride
    logits = np.random.default_rng(1).normal(0, 2, (cells * cells, 4 * BINS)).astype(np.float32)
    boxes = decode(logits, stride)
    for cell in (0, 1, cells, cells * cells - 1):
        row, column = cell // cells, cell % cells
        distances = []
        for side in range(4):
            weights = [math.exp(logits[cell, side * BINS + b]) for b in range(BINS)]
            distances.append(stride * sum(b * w for b, w in enumerate(weights)) / sum(weights))
        x, y = (column + 0.5) * stride, (row + 0.5) * stride
        wanted = [x - distances[0], y - distances[1], x + distances[2], y + distances[3]]
        np.testing.assert_allclose(boxes[cell], wanted, rtol=1e-4)


def test_a_certain_distribution_gives_its_distance() -> None:
    logits = np.full(((SIDE // 16) ** 2, 4, BINS), -50, np.float32)
    logits[:, (0, 1, 2, 3), (1, 2, 3, 4)] = 50
    np.testing.assert_allclose(decode(logits.reshape(-1, 4 * BINS), 16)[0], [8 - 16, 8 - 32, 8 + 48, 8 + 64], atol=1e-3)
