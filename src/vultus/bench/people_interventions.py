"""Virtual people with one cause changed: what moves, and what stays bit for bit"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from vultus.evaluate.bounds import binomial_interval
from vultus.people.expressions import expression
from vultus.people.labels import Labels
from vultus.people.labels.regions import SKIN
from vultus.people.sampling import Variation, aged, draw_people, draw_scene, vary
from vultus.people.scene import Scene
from vultus.people.shapes import Part, Rendered
from vultus.people.studio import Studio
from vultus.plots import curves
from vultus.report import Picture, Report, Table, Value

PROTOCOL = (
    "60 people in the preset `studio`, 160 px. Skin: nine steps of melanin under the same neutral light, nothing else changed; the "
    "individual typology angle is atan((L* - 50) / b*) of the median colour of the bare facial skin in the picture (Chardon et al. 1991). "
    "A landmark set or a buffer counts as unchanged when every bit is equal. Control: a wider nose must move landmarks.")
SEED, PEOPLE, STEPS = 27_182, 60, 9
Change = Callable[[Scene, np.random.Generator], Scene]


def _skin(scene: Scene, melanin: float) -> Scene:
    return replace(scene, identity=replace(scene.identity, skin=replace(scene.identity.skin, melanin=melanin)))


def _iris(scene: Scene, iris: tuple[float, float, float]) -> Scene:
    return replace(scene, identity=replace(scene.identity, eyes=replace(scene.identity.eyes, iris=iris)))


def _nose(scene: Scene, rng: np.random.Generator) -> Scene:
    local = {**scene.identity.local, "nose-scale-horiz-incr": min(scene.identity.local.get("nose-scale-horiz-incr", 0.0) + 0.6, 1.0)}
    return replace(scene, identity=replace(scene.identity, local=local))


CHANGES: dict[str, Change] = {
    "skin": lambda scene, rng: _skin(scene, (scene.identity.skin.melanin + 0.5) % 1.0),
    "light": lambda scene, rng: vary(scene, "light", rng), "background": lambda scene, rng: vary(scene, "background", rng),
    "iris colour": lambda scene, rng: _iris(scene, (0.3, 0.5, 0.3)),
    "expression": lambda scene, rng: replace(scene, actions=expression("happiness", 1.0)),
    "pose": lambda scene, rng: replace(scene, pose=replace(scene.pose, yaw=scene.pose.yaw + 20)),
    "age": lambda scene, rng: replace(scene, identity=aged(scene.identity, 90 - scene.identity.years)),
    "control: a wider nose": _nose}
STILL = ("skin", "light", "background", "iris colour")
SAME_PERSON = ("light", "background", "expression", "pose")


def run(out_dir: Path) -> Report:
    """Sweep the melanin, then change each cause once for every person."""
    studio = Studio()
    people = draw_people(PEOPLE, SEED).people
    scenes = [draw_scene(person, np.random.default_rng([SEED, k]), variation=Variation.named("studio"), size=(160, 160))
              for k, person in enumerate(people)]
    melanin = np.linspace(0, 1, STEPS)
    neutral = Variation.named("none")
    angles, same = np.zeros((PEOPLE, STEPS)), np.zeros(PEOPLE, bool)
    for number, scene in enumerate(scenes):
        lit = replace(vary(scene, "light", np.random.default_rng(0), neutral),
                      camera=replace(scene.camera, exposure=0.0, white_balance_k=6500.0))
        taken = [studio.labelled(_skin(lit, float(m))) for m in melanin]
        angles[number] = [typology_angle(rendered) for rendered, _ in taken]
        same[number] = all(equal_points(taken[0][1], labels) for _, labels in taken[1:])
    falls = np.asarray(np.diff(angles, axis=1) < 0)
    whole = np.asarray(falls.all(axis=1))
    curves(out_dir / "skin.svg", {f"person {k + 1}": (melanin, angles[k]) for k in range(6)}, title="Skin colour in the picture",
           x_title="melanin", y_title="individual typology angle, degrees")
    rows = tuple(_row(name, change, studio, scenes) for name, change in CHANGES.items())
    values = [_share("people whose typology angle falls at every step of melanin", whole),
              _share("steps of melanin at which it falls", falls.ravel()),
              Value("typology angle at melanin 0, mean", float(angles[:, 0].mean()), "degrees", n=PEOPLE),
              Value("typology angle at melanin 1, mean", float(angles[:, -1].mean()), "degrees", n=PEOPLE),
              _share("landmarks unchanged over all steps of melanin", same)]
    values += [Value(f"landmarks unchanged by {row[0]}", row[1], "share", n=PEOPLE) for row in rows]
    return Report("core/people_interventions", "Virtual people with one cause changed: what moves, and what stays bit for bit", PROTOCOL,
                  tuple(values), tables=(Table("Share of people with everything unchanged", (
                      "changed", "landmarks", "parsing", "depth", "identity", "picture", "mean shift of points, px"), rows),),
                  pictures=(Picture("skin.svg", "Individual typology angle against melanin, six people"),), seeds=(SEED,))


def typology_angle(rendered: Rendered) -> float:
    """Individual typology angle, degrees, of the median colour of bare facial skin that looks towards the camera."""
    buffers = rendered.buffers
    chosen = (buffers.part == Part.SKIN) & (buffers.region == SKIN) & (buffers.normals[..., 2] > 0.6) & (buffers.cover >= 1)
    lab = cv2.cvtColor((rendered.image[chosen] / np.float32(255)).astype(np.float32)[None], cv2.COLOR_RGB2Lab)[0]
    lightness, _, yellow = np.median(lab, axis=0)
    return float(np.degrees(np.arctan2(lightness - 50, yellow)))


def equal_points(one: Labels, other: Labels) -> bool:
    """Whether every landmark of every scheme is bit-identical, in the picture and in space."""
    return all(np.array_equal(one.points[scheme].px, other.points[scheme].px)
               and np.array_equal(one.points[scheme].mm, other.points[scheme].mm) for scheme in one.points)


def _row(name: str, change: Change, studio: Studio, scenes: list[Scene]) -> tuple[Any, ...]:
    points, parsing, depth, identity, picture, shifts = [], [], [], [], [], []
    for number, scene in enumerate(scenes):
        other = change(scene, np.random.default_rng([SEED, number, 1]))
        (one, first), (two, second) = studio.labelled(scene), studio.labelled(other)
        points.append(equal_points(first, second))
        parsing.append(np.array_equal(first.parsing19, second.parsing19))
        depth.append(np.array_equal(one.buffers.depth, two.buffers.depth))
        identity.append(scene.identity.to_dict() == other.identity.to_dict())
        picture.append(np.array_equal(one.image, two.image))
        shifts.append(float(np.linalg.norm(first.points["68"].px - second.points["68"].px, axis=1).mean()))
    shares = (round(float(np.mean(each)), 4) for each in (points, parsing, depth, identity, picture))
    return name, *shares, round(float(np.mean(shifts)), 3)


def _share(name: str, hits: NDArray[np.bool_]) -> Value:
    count = int(hits.sum())
    return Value(name, count / len(hits), "share", *binomial_interval(count, len(hits)), len(hits), "exact interval")
