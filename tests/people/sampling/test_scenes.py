"""Scenes: what varies, what is held, and changing one cause alone."""

from __future__ import annotations

from collections import Counter
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from vultus.errors import InputError, UnknownNameError
from vultus.people.sampling import Variation, draw_identity, draw_scene, vary
from vultus.people.sampling.factors import FACTORS, GROUPS
from vultus.people.scene import Scene

PERSON = replace(draw_identity(3), phenotype={**draw_identity(3).phenotype, "gender": 0.1})
WILD = Variation.named("wild")
EVERYTHING = replace(WILD, mask=(("none", 0.5), ("surgical", 0.5)),
                     occluder=(("none", 0.5), ("hand", 0.5)), hat=(("none", 0.5), ("cap", 0.5)), glasses=0.5, make_up=0.5, earrings=0.5)
PARTS = ("pose", "gaze", "camera", "light", "background", "worn")
# What each factor may touch, as paths of the scene.
TOUCHES = {"yaw": {"pose.yaw"}, "pitch": {"pose.pitch"}, "roll": {"pose.roll"}, "gaze": {"gaze.yaw", "gaze.pitch"}, "blink": {"blink"},
           "expression": {"actions"}, "focal": {"camera.focal_mm", "camera.distance_mm"}, "head_size": {"camera.distance_mm"},
           "framing": {"camera.centre"}, "exposure": {"camera.exposure"}, "white_balance": {"camera.white_balance_k"},
           "noise": {"camera.noise"},
           "blur": {"camera.blur_px", "camera.motion_px", "camera.motion_deg"}, "jpeg": {"camera.jpeg"},
           "light": {"light.environment", "light.lamps", "light.name"},
           "background": {"background.kind", "background.colour", "background.second", "background.seed"},
           "clothing": {"worn.clothing", "worn.neckline"}, "glasses": {"worn.glasses"},
           "make_up": {"worn.lipstick", "worn.lipstick_colour", "worn.eye_shadow"}, "earrings": {"worn.earrings"},
           "hat": {"worn.hat", "worn.hat_colour"}, "mask": {"worn.mask", "worn.mask_colour"}, "occluder": {"occluders"}, "sensor": {"seed"}}


def flat(scene: Scene) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for each in fields(scene):
        part = getattr(scene, each.name)
        found |= {f"{each.name}.{one.name}": getattr(part, one.name) for one in fields(part)} if each.name in PARTS else {each.name: part}
    return found


def changed(first: Scene, second: Scene) -> set[str]:
    one, two = flat(first), flat(second)
    return {name for name in one if one[name] != two[name]}


def wild(seed: int, variation: Variation = EVERYTHING) -> Scene:
    return draw_scene(PERSON, np.random.default_rng(seed), variation=variation)


def test_the_same_generator_gives_the_same_scene() -> None:
    assert wild(4) == wild(4) != wild(5)
    assert draw_scene(PERSON, np.random.default_rng(4), variation=EVERYTHING, size=(512, 128)).camera.height == 128


def test_no_variation_is_the_default_scene_but_for_the_seed_of_the_sensor() -> None:
    plain = wild(1, Variation())
    assert changed(plain, Scene(PERSON)) <= {"seed", "background.seed", "background.second", "background.colour", "worn.lipstick_colour"}
    assert plain.light == Scene(PERSON).light and plain.camera == Scene(PERSON).camera


def test_every_factor_is_listed() -> None:
    assert set(TOUCHES) == set(FACTORS) and {name for group in GROUPS.values() for name in group} <= set(FACTORS)


@pytest.mark.parametrize("factor", FACTORS)
def test_one_cause_is_changed_and_nothing_else(factor: str) -> None:
    touched = set[str]()
    for seed in range(12):
        before = wild(seed)
        after = vary(before, factor, np.random.default_rng(seed + 100), EVERYTHING)
        touched |= changed(before, after)
        assert after.identity is before.identity
    assert touched and touched <= TOUCHES[factor]


@pytest.mark.parametrize("factor", ["blink", "light", "occluder", "sensor"])
def test_a_factor_drawn_alone_is_the_one_of_the_whole_picture(factor: str) -> None:
    alone, whole = flat(vary(wild(8), factor, np.random.default_rng(4), EVERYTHING)), flat(wild(4))
    assert all(alone[name] == whole[name] for name in TOUCHES[factor])


def test_a_new_factor_leaves_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    with_all = wild(4)
    monkeypatch.delitem(FACTORS, "roll")
    assert changed(wild(4), with_all) == {"pose.roll"}


def test_varying_a_group_varies_its_factors() -> None:
    before = wild(2)
    assert changed(before, vary(before, "pose", np.random.default_rng(0))) == {"pose.yaw", "pose.pitch", "pose.roll"}


@pytest.mark.parametrize(("held", "factor"), [({"yaw": 0.0}, "yaw"), ({"light": (("sun", 1.0),)}, "light"),
                                              ({"exposure": (-2.0, 2.0)}, "exposure"),
                                              ({"expression": (("anger", 1.0),)}, "expression"), ({"jpeg": 0.0}, "jpeg"),
                                              ({"focal_mm": 50.0}, "focal"), ({"mask": (("ffp2", 1.0),)}, "mask")])
def test_holding_one_factor_leaves_the_others(held: dict[str, Any], factor: str) -> None:
    follows = {"yaw": {"gaze.yaw"}}.get(factor, set())  # half of the pictures look at the camera
    for seed in range(8):
        assert changed(wild(seed), wild(seed, replace(EVERYTHING, **held))) <= TOUCHES[factor] | follows


def test_ranges_hold_and_are_used() -> None:
    scenes = [wild(seed, WILD) for seed in range(300)]
    yaw = np.array([scene.pose.yaw for scene in scenes])
    assert np.abs(yaw).max() <= 60 and np.abs(yaw).max() > 45 and abs(yaw.mean()) < 5 and 20 < yaw.std() < 32
    assert all(-8 <= scene.gaze.pitch <= 8 and 55 <= scene.camera.jpeg <= 96 and 800 <= scene.camera.noise <= 20_000 for scene in scenes)
    assert len({scene.light.name for scene in scenes}) > 12 and len({scene.background.kind for scene in scenes}) == 5
    assert 0.85 < np.mean([scene.worn.hat == "none" for scene in scenes]) < 0.98
    assert 0.9 < np.mean([scene.blink < 0.2 for scene in scenes]) < 1


def test_half_of_the_pictures_look_at_the_camera() -> None:
    small = replace(WILD, yaw=(-15, 15))
    meets = [scene.gaze.yaw == -scene.pose.yaw for scene in (wild(seed, small) for seed in range(200))]
    assert 0.38 < np.mean(meets) < 0.62


def test_the_head_keeps_its_size_when_perspective_changes() -> None:
    before = wild(3)
    after = vary(before, "focal", np.random.default_rng(9))
    sizes = [scene.camera.focal_mm / scene.camera.distance_mm for scene in (before, after)]
    assert before.camera.focal_mm != after.camera.focal_mm and sizes[0] == pytest.approx(sizes[1], rel=1e-4)


def test_blur_grows_with_the_picture() -> None:
    small, large = (draw_scene(PERSON, np.random.default_rng(1), size=(side, side)).camera.blur_px for side in (128, 512))
    assert large == pytest.approx(4 * small, abs=1e-3)


def test_make_up_and_earrings_are_womens() -> None:
    man = replace(PERSON, phenotype={**PERSON.phenotype, "gender": 0.9})
    scenes = [draw_scene(man, np.random.default_rng(seed), variation=replace(WILD, make_up=1.0, earrings=1.0)) for seed in range(5)]
    assert not any(scene.worn.lipstick or scene.worn.earrings for scene in scenes)
    assert wild(0, replace(WILD, make_up=1.0)).worn.lipstick > 0


def test_pictures_of_a_folder() -> None:
    files = (Path("a.jpg"), Path("b.jpg"))
    variation = Variation.parse({"background": "picture", "pictures": [str(file) for file in files]})
    assert Counter(wild(seed, variation).background.picture for seed in range(40)).keys() == set(files)


def test_parsing_keeps_the_preset_where_nothing_is_said() -> None:
    parsed = Variation.parse({"preset": "wild", "yaw": [-10, 10], "light": ["sun", "office"], "mask": {"none": 3, "cloth": 1},
                              "glasses": False})
    assert parsed == replace(WILD, yaw=(-10.0, 10.0), light=(("sun", 1.0), ("office", 1.0)), mask=(("none", 3.0), ("cloth", 1.0)),
                             glasses=0.0)
    assert Variation.parse({}) == Variation()


@pytest.mark.parametrize(("data", "words"), [
    ({"yaww": 3}, "did you mean yaw"), ({"preset": "wilde"}, "wild"), ({"yaw": [10, -10]}, "low <= high"), ({"yaw": 120},
    r"yaw: .*-90\.\.90"),
    ({"light": "sunn"}, "sun"), ({"hat": {"capp": 1}}, "cap"), ({"hat": {"cap": -1}}, "share >= 0"), ({"hat": []}, "hat"),
    ({"hat": {"cap": 0}}, "above 0"), ({"expression": "happyness"}, "happiness"), ({"noise": [0, 500]}, "noise"), ({"yaw": "left"},
    "number or a range"),
    ({"background": "picture"}, "pictures"), ({"clothing": [2, 0, 0]}, "clothing"), ({"yaw": [float("nan"), 1]}, "yaw")])
def test_wrong_variations_are_named(data: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=words):
        Variation.parse(data)


def test_unknown_factors_and_sizes_are_named() -> None:
    with pytest.raises(UnknownNameError, match="expression"):
        vary(wild(0), "expresion", np.random.default_rng(0))
    with pytest.raises(InputError, match="size"):
        draw_scene(PERSON, np.random.default_rng(0), size=(4, 256))
