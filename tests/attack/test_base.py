"""No attack gets around its budget, whatever it does."""

from __future__ import annotations

import numpy as np
import pytest

from vultus.attack.base import BudgetedAttack, BudgetSpent, within
from vultus.errors import InputError
from vultus.types import Budget

RNG = np.random.default_rng(0)
PICTURES = [RNG.integers(0, 256, (9, 7, 3), dtype=np.uint8), np.full((4, 4, 3), 255, np.uint8), np.zeros((5, 6, 3), np.uint8)]


class Target:
    """Mean brightness 0..1; remembers every picture it saw."""

    def __init__(self):
        self.seen = []

    def __call__(self, pictures):
        self.seen += [picture.copy() for picture in pictures]
        return np.array([picture.mean() / 255 for picture in pictures])


class Honest(BudgetedAttack):
    def perturb(self, image, ask, budget, rng):
        return image.astype(float) - budget.linf


class Cheat(BudgetedAttack):
    """Does what `trick` says, with everything that `perturb` gets."""

    def __init__(self, trick, **options):
        super().__init__(threshold=0.5, **options)
        self.trick = trick

    def perturb(self, image, ask, budget, rng):
        return self.trick(image, ask, budget, rng)


def checked(attack, budget, pictures=PICTURES):
    """Run, and recompute from outside all that a result says."""
    before = [picture.copy() for picture in pictures]
    target = Target()
    result = attack.run(target, pictures, budget)
    assert all(np.array_equal(a, b) for a, b in zip(before, pictures, strict=True)), "originals were changed"
    for out, original, change in zip(result.images, before, result.linf, strict=True):
        assert out.dtype == np.uint8 and out.shape == original.shape
        assert np.abs(out.astype(int) - original).max() == change <= budget.linf
    assert (result.queries <= budget.queries).all()
    assert len(target.seen) == result.queries.sum() + len(pictures)
    scores = [picture.mean() / 255 for picture in result.images]
    assert result.success.tolist() == [attack.succeeds(score) for score in scores]
    return result, target


def test_an_honest_attack_uses_the_whole_budget():
    result, _ = checked(Honest(0.5), Budget(8, 0))
    assert result.linf.tolist() == [8, 8, 0]  # black cannot get darker
    assert result.queries.tolist() == [0, 0, 0]


def swallow(image, ask, budget, rng):
    for _ in range(50):
        try:
            ask([image])
        except BudgetSpent:
            pass
    return image


def write_in_place(image, ask, budget, rng):
    image.flags.writeable = True
    image[:] = 0
    return image


TRICKS = {
    "far away": lambda image, ask, budget, rng: np.zeros(image.shape),
    "not a number": lambda image, ask, budget, rng: np.full(image.shape, np.nan),
    "infinite": lambda image, ask, budget, rng: np.full(image.shape, -np.inf),
    "just over by rounding": lambda image, ask, budget, rng: image - budget.linf - 0.49,
    "wraps around": lambda image, ask, budget, rng: image - np.uint8(9),
    "asks for far pictures": lambda image, ask, budget, rng: (ask([np.zeros(image.shape)]), image)[1],
    "asks too often": lambda image, ask, budget, rng: [ask([image]) for _ in range(99)] and image,
    "asks too many at once": lambda image, ask, budget, rng: (ask([image] * 99), image)[1],
    "asks on after the end": swallow,
    "writes into the original": write_in_place,
}


@pytest.mark.parametrize("trick", TRICKS)
@pytest.mark.parametrize("budget", [Budget(0, 0), Budget(0.9, 1), Budget(3, 5), Budget(3.7, 20), Budget(255, 2)])
@pytest.mark.parametrize("goal", ["below", "above"])
def test_a_cheat_stays_within_the_budget(trick, budget, goal):
    _, target = checked(Cheat(TRICKS[trick], goal=goal), budget)
    for seen in target.seen:
        assert min(np.abs(seen.astype(int) - p).max() for p in PICTURES if p.shape == seen.shape) <= budget.linf


def test_keeping_the_picture_and_changing_it_later_changes_nothing():
    kept = []

    def keep(image, ask, budget, rng):
        out = image.copy()
        kept.append(out)
        return out

    result = Cheat(keep).run(Target(), PICTURES, Budget(2, 0))
    for out in kept:
        out[:] = 77
    assert all(np.array_equal(a, b) for a, b in zip(result.images, PICTURES, strict=True))


def test_a_target_that_writes_into_its_pictures_changes_nothing():
    def vandal(pictures):
        for picture in pictures:
            picture[:] = 0
        return np.zeros(len(pictures))
    result = Cheat(lambda image, ask, budget, rng: (ask([image]), image)[1]).run(vandal, PICTURES, Budget(2, 5))
    assert all(np.array_equal(a, b) for a, b in zip(result.images, PICTURES, strict=True))


def test_when_the_queries_are_spent_the_best_picture_stands():
    def search(image, ask, budget, rng):
        for step in (1, 3, 2, 4):
            ask([image.astype(float) - step])
        return image
    result, _ = checked(Cheat(search), Budget(4, 3), PICTURES[:1])
    assert result.linf.tolist() == [3]
    above, _ = checked(Cheat(search, goal="above"), Budget(4, 3), PICTURES[:1])
    assert above.linf.tolist() == [1]


@pytest.mark.parametrize("goal, score, expected", [("below", 0.49, True), ("below", 0.5, False), ("above", 0.5, True),
                                                   ("above", 0.49, False)])
def test_success_is_the_targets_score_against_the_threshold(goal, score, expected):
    result = Cheat(lambda image, *_: image, goal=goal).run(lambda p: np.full(len(p), score), PICTURES, Budget(1, 0))
    assert result.success.tolist() == [expected] * 3


def test_a_larger_budget_succeeds_more_often():
    pictures = [np.full((4, 4, 3), level, np.uint8) for level in range(100, 160, 5)]
    shares = [checked(Honest(0.4), Budget(linf, 0), pictures)[0].success.mean() for linf in (0, 10, 30, 60)]
    assert shares == sorted(shares) and shares[0] < 0.2 < 0.9 < shares[-1]


@pytest.mark.parametrize("name", ["run", "succeeds"])
def test_the_judge_cannot_be_replaced(name):
    with pytest.raises(TypeError, match=name):
        type("Own", (BudgetedAttack,), {name: lambda self, *a: True, "perturb": lambda self, *a: None})


def test_each_sample_has_its_own_generator_whatever_comes_before_it():
    noise = Cheat(lambda image, ask, budget, rng: image + rng.integers(-3, 4, image.shape), seed=5)
    both = noise.run(Target(), [PICTURES[0], PICTURES[0]], Budget(3, 0)).images
    alone = noise.run(Target(), [PICTURES[0]], Budget(3, 0)).images
    assert np.array_equal(both[0], alone[0]) and not np.array_equal(both[0], both[1])


def test_within_rounds_to_the_nearest_allowed_level():
    original = np.array([[[0, 100, 255]]], np.uint8)
    assert within(np.array([[[0.6, 102.4, 250.0]]]), original, 2).tolist() == [[[1, 102, 253]]]
    assert within(np.array([[[-9.0, 102.6, 999.0]]]), original, 2.9).tolist() == [[[0, 102, 255]]]


@pytest.mark.parametrize("call", [
    lambda: Honest(0.5).run(Target(), [np.zeros((3, 8, 8))], Budget(1, 1)),
    lambda: Honest(0.5).run(Target(), PICTURES, Budget(-1, 1)),
    lambda: Honest(0.5).run(Target(), PICTURES, Budget(float("nan"), 1)),
    lambda: Honest(0.5).run(lambda p: np.zeros((len(p), 2)), PICTURES, Budget(1, 1)),
    lambda: Honest(0.5).run(lambda p: np.full(len(p), np.nan), PICTURES, Budget(1, 1)),
    lambda: Cheat(lambda image, *_: image[:2]).run(Target(), PICTURES, Budget(1, 1)),
    lambda: Honest(0.5, goal="sideways"),
])
def test_wrong_arguments_are_refused_by_name(call):
    with pytest.raises(InputError):
        call()


def test_no_sample_gives_an_empty_result():
    assert len(Honest(0.5).run(Target(), [], Budget(1, 1))) == 0
