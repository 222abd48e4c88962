"""The unit of work of a data set: all pictures of one person, as files and rows of the manifest."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from vultus._version import __version__
from vultus.people.dataset.label_file import label_bytes
from vultus.people.dataset.maker import Maker, Taken
from vultus.people.dataset.manifest import CELL, FACTS, Row
from vultus.people.dataset.marked_picture import LICENCE, MARK, SUFFIXES, marked
from vultus.people.dataset.plain_scene import scene_to_dict
from vultus.people.dataset.plan import SCENES, SIMULATORS, PersonPlan, PicturePlan, cell_id, person_plan
from vultus.people.dataset.simulators import simulated
from vultus.people.dataset.spec import Spec
from vultus.people.identity import Identity
from vultus.people.sampling.scenes import draw_scene
from vultus.people.scene import Scene


@dataclass(frozen=True)
class PersonFiles:
    """A finished person: files by path below the set's folder, and the rows in the order of the pictures' numbers."""

    index: int
    files: Mapping[str, bytes]
    rows: tuple[Row, ...]


def make_person(maker: Maker, spec: Spec, index: int, identity: Identity) -> PersonFiles:
    """Take all pictures of one person; the same files whatever was made before."""
    plan = person_plan(spec, index)
    files: dict[str, bytes] = {}
    rows = []
    who = _json(identity.to_dict())
    for number in range(spec.pictures_per_person):
        scene = _scene(spec, plan, number, identity)
        wanted = [each for each in plan.pictures if each.scene == number]
        taken = maker.take(scene, spec.labels)
        for picture in wanted:
            rows.append(_written(files, maker, spec, plan, picture, scene, taken) | {"identity": who})
    return PersonFiles(index, files, tuple(sorted(rows, key=lambda row: int(row["number"]))))


def _scene(spec: Spec, plan: PersonPlan, number: int, identity: Identity) -> Scene:
    rng = np.random.default_rng([spec.seed, SCENES, plan.index, number])
    return draw_scene(identity, rng, variation=spec.variation_of(number), size=spec.size)


def _written(files: dict[str, bytes], maker: Maker, spec: Spec, plan: PersonPlan, picture: PicturePlan, scene: Scene, bare: Taken) -> Row:
    """Adds the files of one picture and gives its row."""
    taken, seed = bare, [spec.seed, SCENES, plan.index, picture.scene]
    if picture.simulation is not None:
        each = spec.simulations[picture.simulation]
        rng = np.random.default_rng([spec.seed, SIMULATORS, plan.index, picture.number])
        taken = simulated(each.name, each.settings, bare, scene, maker, rng)
        seed = [*seed, SIMULATORS, picture.number]
    base = f"{plan.folder}/{picture.number:03d}"
    file, data = base + SUFFIXES[spec.kind], marked(taken.image, spec.kind, spec.quality, taken.mark.encode() or MARK)
    files[file] = data
    row: Row = {"file": file, "sha256": hashlib.sha256(data).hexdigest(), "label_file": None, "label_sha256": None}
    if taken.labels:
        labels = label_bytes(taken.labels)
        files[f"{base}.npz"] = labels
        row |= {"label_file": f"{base}.npz", "label_sha256": hashlib.sha256(labels).hexdigest()}
    attack = None if picture.simulation is None else spec.simulations[picture.simulation].name
    row |= {"person": plan.id, "number": picture.number, "cell": cell_id(plan.cell), "split": plan.split, "view": picture.view,
            "attack": attack, "attack_parameters": None if attack is None else _json(dict(taken.record or {})),
            "source": _source(plan, picture, SUFFIXES[spec.kind]), "seed": _json(seed)}
    return row | _described(scene, taken) | _origin(maker, spec, plan)


def _described(scene: Scene, taken: Taken) -> Row:
    """The columns that say what is seen."""
    height, width = taken.image.shape[:2]
    worn = scene.worn
    return {"width": width, "height": height, "age_years": float(scene.identity.years), "yaw_deg": float(scene.pose.yaw),
            "pitch_deg": float(scene.pose.pitch), "roll_deg": float(scene.pose.roll), "gaze_yaw_deg": float(scene.gaze.yaw),
            "gaze_pitch_deg": float(scene.gaze.pitch), **{name: taken.facts.get(name) for name in FACTS},
            "light": scene.light.name, "background": scene.background.kind,
            "glasses": worn.glasses and scene.identity.glasses is not None, "hat": worn.hat, "mask": worn.mask,
            "points": _numbers(taken.points), "box": _numbers(taken.box), "scene": _json(scene_to_dict(scene))}


def _origin(maker: Maker, spec: Spec, plan: PersonPlan) -> Row:
    levels = {f"{CELL}{name}": level_text(level) for name, level in spec.cells[plan.cell].items()}
    return {"generator": maker.generator, "vultus": __version__, "spec_sha256": spec.digest, "licence": LICENCE, "mark": MARK.decode(),
            **levels}


def level_text(level: Any) -> str:
    """A level of an attribute as manifests write it: `female`, `0.4`, `18-35`."""
    if isinstance(level, bool):
        return "yes" if level else "no"
    if isinstance(level, tuple | list):
        return "-".join(f"{each:g}" for each in level)
    return f"{level:g}" if isinstance(level, int | float) else str(level)


def _source(plan: PersonPlan, picture: PicturePlan, suffix: str) -> str | None:
    """The bare picture that an added one was made from; None for others, and where a simulator took its place in the set."""
    if not picture.added:
        return None
    bare = (each.number for each in plan.pictures if each.scene == picture.scene and each.simulation is None)
    return next((f"{plan.folder}/{number:03d}{suffix}" for number in bare), None)


def _numbers(array: Any) -> list[float] | None:
    return None if array is None else [float(each) for each in np.asarray(array, np.float32).ravel()]


def _json(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), allow_nan=False)
