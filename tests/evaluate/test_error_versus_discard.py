"""Discarding by quality against a slow loop, cases worked by hand, and controls: a useless measure gains nothing."""

from __future__ import annotations

import numpy as np
import pytest

from vultus.errors import InputError
from vultus.evaluate.error_versus_discard import Comparisons, discard_curve, discard_gain, gate_gain, kept_by


def made(people: int = 60, pictures: int = 4, seed: int = 0) -> tuple[Comparisons, np.ndarray]:
    """Comparisons of which those with a poor picture are missed more often; and how good each picture truly is."""
    rng = np.random.default_rng(seed)
    who = np.repeat(np.arange(people), pictures)
    good = rng.random(len(who))
    left, right = np.triu_indices(len(who), 1)
    same = who[left] == who[right]
    left, right = left[same], right[same]
    missed = rng.random(len(left)) < np.where(np.minimum(good[left], good[right]) < 0.15, 0.6, 0.05)
    return Comparisons(left, right, missed, who), good


def slow_fnmr(comparisons: Comparisons, quality: np.ndarray, share: float) -> float:
    """Discard pictures one by one, then count comparison by comparison."""
    gone: set[int] = set()
    order = sorted(range(len(quality)), key=lambda i: quality[i])
    while len(gone) + 0.5 <= share * len(quality):
        gone.add(order[len(gone)])
    kept = [m for a, b, m in zip(comparisons.left, comparisons.right, comparisons.missed, strict=True) if a not in gone and b not in gone]
    return sum(kept) / len(kept)


@pytest.mark.parametrize("share", [0.0, 0.05, 0.1, 0.3, 0.5])
def test_the_curve_equals_the_loop(share: float) -> None:
    comparisons, good = made()
    curve = discard_curve(comparisons, good, np.array([share]), np.random.default_rng(0))
    assert curve[0] == pytest.approx(slow_fnmr(comparisons, good, share))


def test_a_case_by_hand() -> None:
    # Person 0 has pictures 0 1 2, person 1 has 3 4. Picture 2 is bad: both its comparisons are missed.
    missed, people = np.array([False, True, True, False]), np.array([0, 0, 0, 1, 1])
    comparisons = Comparisons(np.array([0, 0, 1, 3]), np.array([1, 2, 2, 4]), missed, people)
    quality = np.array([5.0, 4, 1, 3, 2])
    assert discard_curve(comparisons, quality, np.array([0, 0.2, 0.4]), np.random.default_rng(0)).tolist() == [0.5, 0, 0]
    assert kept_by(quality, 0.4, np.random.default_rng(0)).tolist() == [True, True, False, True, False]
    assert np.isnan(comparisons.fnmr(np.zeros(5, bool)))
    assert comparisons.fnmr(np.ones(5, bool), np.array([1.0, 3.0])) == pytest.approx(2 / 6)


def test_a_true_measure_gains_and_its_opposite_loses() -> None:
    comparisons, good = made()
    gain = discard_gain(comparisons, good, 0.1, np.random.default_rng(1), draws=300)
    assert gain.low > 0 and gain.fnmr_kept < gain.fnmr and gain.gain == pytest.approx(gain.fnmr_random - gain.fnmr_kept)
    assert gain.discarded == pytest.approx(0.1) and 0.7 < gain.kept_comparisons < 0.9
    assert gain.fnmr_random == pytest.approx(gain.fnmr, abs=0.01)
    assert discard_gain(comparisons, -good, 0.1, np.random.default_rng(1), draws=300).gain < 0


def test_useless_measures_are_null_about_as_often_as_promised() -> None:
    outside = 0
    for seed in range(40):
        comparisons, _ = made(40, 3, seed)
        rng = np.random.default_rng(1000 + seed)
        gain = discard_gain(comparisons, rng.random(len(comparisons.people)), 0.1, rng, draws=150)
        outside += gain.low > 0 or gain.high < 0
    assert outside <= 8  # 2 expected; P(more than 8) < 1e-3 even if the interval covered only 90 %


def test_a_constant_measure_discards_at_random() -> None:
    comparisons, _ = made()
    gain = discard_gain(comparisons, np.zeros(len(comparisons.people)), 0.2, np.random.default_rng(3), draws=200)
    assert gain.low < 0 < gain.high and gain.discarded == pytest.approx(0.2)


def test_the_gate_is_compared_with_as_many_at_random() -> None:
    comparisons, good = made()
    gain = gate_gain(comparisons, good >= 0.15, np.random.default_rng(4), draws=300)
    assert gain.low > 0 and gain.discarded == pytest.approx((good < 0.15).mean())
    open_gate = gate_gain(comparisons, np.ones(len(good), bool), np.random.default_rng(4), draws=50)
    assert (open_gate.gain, open_gate.low, open_gate.high, open_gate.discarded) == pytest.approx((0, 0, 0, 0), abs=1e-12)


def test_the_same_seed_gives_the_same_interval() -> None:
    comparisons, good = made()
    first, second = (discard_gain(comparisons, good, 0.1, np.random.default_rng(9), draws=50) for _ in range(2))
    assert first == second


def test_wrong_input_is_named() -> None:
    comparisons, good = made()
    with pytest.raises(InputError, match="quality"):
        discard_gain(comparisons, good[:-1], 0.1, np.random.default_rng(0))
    with pytest.raises(InputError, match="quality"):
        discard_gain(comparisons, np.full(len(good), np.nan), 0.1, np.random.default_rng(0))
    with pytest.raises(InputError, match="one person"):
        Comparisons(np.array([0]), np.array([1]), np.array([True]), np.array([0, 1]))
    with pytest.raises(InputError, match="one length"):
        Comparisons(np.array([0]), np.array([0]), np.array([], bool), np.array([0]))
