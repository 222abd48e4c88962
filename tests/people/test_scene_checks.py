"""Scenes that cannot be taken are refused with the parameter's name; whatever is drawn can be taken."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from vultus.errors import InputError
from vultus.people.identity import Glasses
from vultus.people.sampling import draw_identity
from vultus.people.sampling.scenes import draw_scene
from vultus.people.sampling.variation import Variation
from vultus.people.scene import Background, Camera, Gaze, Lamp, Light, Occluder, Pose, Scene, Worn
from vultus.people.scene_checks import check_identity, check_scene
from vultus.people.studio import Studio

NAN, INF = float("nan"), float("inf")
PERSON = draw_identity(3)

SCENES = [
    ("pose.yaw", {"pose": Pose(yaw=500)}), ("pose.pitch", {"pose": Pose(pitch=NAN)}), ("pose.roll", {"pose": Pose(roll="a")}),
    ("gaze.yaw", {"gaze": Gaze(yaw=INF)}), ("pulse", {"pulse": NAN}),
    ("camera.width", {"camera": Camera(width=0)}), ("camera.height", {"camera": Camera(height=100_000)}),
    ("camera.width", {"camera": Camera(width=48.5)}), ("camera.focal_mm", {"camera": Camera(focal_mm=0)}),
    ("camera.focal_mm", {"camera": Camera(focal_mm=2000, distance_mm=1000)}), ("camera.distance_mm", {"camera": Camera(distance_mm=-5)}),
    ("camera.centre", {"camera": Camera(centre=(NAN, 0))}), ("camera.white_balance_k", {"camera": Camera(white_balance_k=0)}),
    ("camera.noise", {"camera": Camera(noise=-1)}), ("camera.jpeg", {"camera": Camera(jpeg=101)}),
    ("did you mean cap", {"worn": Worn(hat="cop")}), ("mask.*known are none, surgical", {"worn": Worn(mask="n95")}),
    ("worn.lipstick", {"worn": Worn(lipstick=5)}), ("worn.clothing", {"worn": Worn(clothing=(5, 5, 5))}),
    ("background", {"background": Background("beach")}), ("background.colour", {"background": Background(colour=(NAN, 0, 0))}),
    ("occluder", {"occluders": (Occluder("cat"),)}), ("occluder.size_mm", {"occluders": (Occluder("hand", size_mm=0),)}),
    ("lamp.towards: expected a direction", {"light": Light(lamps=(Lamp((0, 0, 0)),))}),
    ("light.environment: expected 9", {"light": Light(environment=((1, 1, 1),))}),
]

PEOPLE = [
    ("skin.melanin", {"skin": replace(PERSON.skin, melanin=2)}), ("skin.seed", {"skin": replace(PERSON.skin, seed=-1)}),
    ("skin.moles", {"skin": replace(PERSON.skin, moles=((5, 5, 9),))}), ("eyes.iris", {"eyes": replace(PERSON.eyes, iris=(2, 0, 0))}),
    ("hair.length_mm", {"hair": replace(PERSON.hair, length_mm=NAN)}), ("hair.style.*bald", {"hair": replace(PERSON.hair, style="mohawk")}),
    ("beard.style", {"beard": replace(PERSON.beard, style="goat")}),
    ("glasses.rim_mm", {"glasses": Glasses("round", (0, 0, 0), 0.5, -5, 0)}),
]


@pytest.mark.parametrize(("said", "change"), SCENES)
def test_scenes_out_of_range_are_named(said, change):
    with pytest.raises(InputError, match=said):
        Studio().build(Scene(PERSON, **change))


@pytest.mark.parametrize(("said", "change"), PEOPLE)
def test_people_out_of_range_are_named(said, change):
    with pytest.raises(InputError, match=said):
        Studio().sitter(Scene(replace(PERSON, **change)))


@pytest.mark.parametrize("preset", ["studio", "wild"])
def test_what_is_drawn_passes(preset):
    for seed in range(60):
        person = draw_identity(seed)
        check_identity(person)
        check_scene(draw_scene(person, np.random.default_rng(seed), variation=Variation.named(preset)))
