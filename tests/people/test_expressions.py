"""Action units, expressions and mouth shapes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vultus.errors import InputError
from vultus.people.expressions import ACTION_UNITS, ACTIONS, EXPRESSIONS, ONE_SIDE_ONLY, VISEMES, action_units, actions, expression, viseme

SIDES = {"Left": "Right", "Right": "Left"}


def mirrored(weights: dict[str, float]) -> dict[str, float]:
    return {next((name.removesuffix(s) + t for s, t in SIDES.items() if name.endswith(s)), name): w for name, w in weights.items()}


def test_there_are_52_actions_and_every_table_uses_only_them() -> None:
    assert len(ACTIONS) == len(set(ACTIONS)) == 52
    units = [unit for unit in ACTION_UNITS if unit not in ONE_SIDE_ONLY]
    used = set(actions(dict.fromkeys(units, 1.0))) | {name for shape in VISEMES.values() for name in shape}
    assert used <= set(ACTIONS)
    assert all(expression(name) == expression(name, 1.0) for name in EXPRESSIONS)
    assert len(ACTION_UNITS) >= 20


def test_happiness_is_cheeks_and_lip_corners_and_not_brows() -> None:
    happy = expression("happiness")
    assert {"mouthSmileLeft", "mouthSmileRight", "cheekSquintLeft", "cheekSquintRight"} <= set(happy)
    assert not any(name.startswith("brow") for name in happy)


@pytest.mark.parametrize(("name", "units"), [
    ("happiness", {1: False, 6: True, 12: True, 15: False}), ("sadness", {1: True, 4: True, 15: True, 12: False}),
    ("surprise", {1: True, 2: True, 5: True, 26: True, 4: False}), ("fear", {1: True, 2: True, 4: True, 5: True, 20: True, 26: True}),
    ("anger", {4: True, 5: True, 7: True, 23: True, 12: False}), ("disgust", {9: True, 15: True, 16: True, 12: False})])
def test_prototypes(name: str, units: dict[int, bool]) -> None:
    made = action_units(name)
    assert {number: f"AU{number}" in made for number in units} == units


def test_contempt_is_one_sided() -> None:
    contempt = expression("contempt")
    assert "mouthDimpleRight" in contempt and "mouthDimpleLeft" not in contempt


@pytest.mark.parametrize("unit", [u for u in ACTION_UNITS if any(n.endswith("*") for n in ACTION_UNITS[u][1])])
def test_the_two_sides_mirror_each_other(unit: str) -> None:
    left, right = actions({unit + "L": 0.7}), actions({unit + "R": 0.7})
    assert mirrored(left) == right and left != right


def test_both_sides_together_are_the_unit() -> None:
    assert actions({"AU12L": 0.4, "AU12R": 0.4}) == actions({"AU12": 0.4})


def test_sums_are_cut_at_one() -> None:
    assert actions({"AU43": 0.9, "AU45": 0.9})["eyeBlinkLeft"] == 1.0
    assert actions({"AU26": 1.0, "AU27": 0.5})["jawOpen"] == pytest.approx(0.35 + 0.45)


@given(st.sampled_from(sorted(EXPRESSIONS)), st.floats(0, 1), st.floats(0, 1))
def test_expressions_grow_with_intensity(name: str, first: float, second: float) -> None:
    weak, strong = expression(name, min(first, second)), expression(name, max(first, second))
    assert all(weak.get(action, 0) <= weight + 1e-6 for action, weight in strong.items()) and set(weak) <= set(strong)
    assert all(0 < weight <= 1 for weight in strong.values())


@given(st.permutations(list(EXPRESSIONS["fear"].items())))
def test_the_order_of_units_has_no_effect(units: list[tuple[str, float]]) -> None:
    assert list(actions(dict(units)).items()) == list(expression("fear").items())


def test_neutral_and_rest_do_nothing() -> None:
    assert expression("neutral") == {} and viseme("rest") == {} and expression("anger", 0.0) == {}


def test_lips_meet_in_m_and_open_in_a() -> None:
    assert "jawOpen" not in viseme("mbp") and viseme("aa")["jawOpen"] > viseme("ee")["jawOpen"]


@pytest.mark.parametrize(("call", "words"), [
    (lambda: expression("hapiness"), "happiness"), (lambda: expression("smile", 1.2), "0..1"),
    (lambda: actions({"AU99": 1.0}), "action unit"), (lambda: actions({"AU1L": 1.0}), "no sides"),
    (lambda: actions({"AU30": 1.0}), "AU30L"), (lambda: actions({"AU1": float("nan")}), "0..1"),
    (lambda: viseme("ahh"), "viseme"), (lambda: actions({"AU12X": 0.2}), "AU12")])
def test_wrong_input_is_named(call, words: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(InputError, match=words):
        call()
