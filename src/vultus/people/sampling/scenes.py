"""Draws pictures of a person, and changes one cause of a picture while everything else stays bit for bit."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from vultus.errors import InputError, UnknownNameError
from vultus.people.identity import Identity
from vultus.people.sampling.factors import FACTORS, GROUPS
from vultus.people.sampling.streams import stream
from vultus.people.sampling.variation import Variation
from vultus.people.scene import Camera, Scene

MIN_SIDE, MAX_SIDE = 16, 8192


def draw_scene(identity: Identity, rng: np.random.Generator, *, variation: Variation | None = None,
               size: tuple[int, int] = (256, 256)) -> Scene:
    """Draws one scene.

    One number is taken from the generator; every factor of `FACTORS` then has its own stream, so that holding or widening one
    factor in the variation leaves all others as they were. Only the gaze looks at another factor, the pose: half of the pictures
    look at the camera.

    Args:
        identity: who is seen.
        rng: advanced by one draw.
        variation: what is held and what is drawn; `Variation.named("wild")` by default.
        size: width and height, px.

    Raises:
        InputError: a size out of range.
    """
    for side in size:
        if not MIN_SIDE <= side <= MAX_SIDE:
            raise InputError("size", expected=f"sides of {MIN_SIDE}..{MAX_SIDE} px", got=f"{size[0]}x{size[1]}")
    seed, chosen = _seed(rng), variation or Variation.named("wild")
    scene = Scene(identity, camera=replace(Camera(), width=size[0], height=size[1]))
    for name, factor in FACTORS.items():
        scene = factor(scene, stream(seed, "scene", name), chosen)
    return scene


def vary(scene: Scene, factor: str, rng: np.random.Generator, variation: Variation | None = None) -> Scene:
    """The same picture with one cause drawn anew: all other parts of the scene are the same objects.

    Args:
        scene: the picture.
        factor: a name of `FACTORS`, or a group of them: "pose", "camera", "worn".
        rng: advanced by one draw.
        variation: where the factor is drawn from; `Variation.named("wild")` by default.

    Raises:
        InputError: an unknown factor; the message suggests the closest.
    """
    names = GROUPS.get(factor, (factor,))
    if names[0] not in FACTORS:
        raise UnknownNameError("factor", factor, (*FACTORS, *GROUPS))
    seed, chosen = _seed(rng), variation or Variation.named("wild")
    for name in names:
        scene = FACTORS[name](scene, stream(seed, "scene", name), chosen)
    return scene


def _seed(rng: np.random.Generator) -> int:
    return int(rng.integers(1 << 62))
