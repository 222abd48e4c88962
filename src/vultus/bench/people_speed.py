"""Speed and memory of the virtual people's renderers, with all labels"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from vultus.people.dataset.make import make
from vultus.people.dataset.spec_file import parse_spec
from vultus.people.dataset.studio_maker import LABELS
from vultus.people.labels import Landmarks, label
from vultus.people.pathtrace import PathTracer
from vultus.people.sampling import draw_people, draw_scene
from vultus.people.scene import Camera, Scene
from vultus.people.studio import Studio
from vultus.report import Report, Table, Value

PROTOCOL = (
    "Rasteriser: people in turn, ten pictures each, preset `wild`, one process, one thread, after a first picture; a picture counts with "
    "its labels (landmarks, parsing, depth, normals, uv), without encoding and writing. Rounds are repeated; the range is over rounds. "
    "Data set: `vultus people make` with labels on one process and on two, in turn, with everything written. Memory: a process takes "
    "pictures of new people at 64 px; resident memory after the first tenth and at the end. First picture: a fresh process with no "
    "compiled code kept, `vultus people one`. Times hold for this machine; ratios are of one run.")
SEED, ROUNDS, PEOPLE, PICTURES = 14_142, 3, 10, 10
SET = """
seed = 5
people_per_cell = 12
pictures_per_person = 10
size = 128
labels = ["all"]
[cells]
gender = ["female", "male"]
"""
MANY = """
import json, resource, sys
from pathlib import Path
import numpy as np
from vultus.people.labels import Landmarks, label
from vultus.people.sampling import draw_identity, draw_scene
from vultus.people.studio import Studio
def resident():
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
studio, landmarks, after, total = Studio(), Landmarks(), [], int(sys.argv[1])
for number in range(total // 10):
    person = draw_identity(number)
    for k in range(10):
        scene = draw_scene(person, np.random.default_rng([number, k]), size=(64, 64))
        sculpture, posed = studio.build(scene)
        label(scene, sculpture, studio.renderer.render(sculpture, scene).buffers, posed, landmarks)
    if number + 1 in (total // 100, total // 10):
        after.append(resident())
print(json.dumps([*after, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024]))
"""


def run(full: bool) -> Report:
    """Time renderers, the maker and a first picture, and watch the memory (10,000 pictures with `full`, else 1,000)."""
    values, stages = [], []
    for size, floor in ((128, 8.0), (256, None)):
        rates, parts = zip(*(rasterised(size, number) for number in range(ROUNDS)), strict=True)
        note = f"range over {ROUNDS} rounds of {PEOPLE * PICTURES}" + (f"; floor {floor:g}" if floor else "")
        values.append(Value(f"rasteriser with labels, {size} px", float(np.median(rates)), "pictures/s", min(rates), max(rates),
                            PEOPLE * PICTURES, note))
        stages += [(f"{size} px", name, round(1000 * float(np.median([part[name] for part in parts])), 2)) for name in parts[0]]
    one, two = made(1), made(2)
    values += [Value("data set with labels written, one process, 128 px", one, "pictures/s"),
               Value("data set with labels written, two processes, 128 px", two, "pictures/s"),
               Value("two processes over one", two / one, "times")]
    values += [Value(f"path tracer, {side} px, {samples} samples", traced(side, samples), "seconds a picture", n=3,
                     note="n counts pictures") for side, samples in ((150, 16), (256, 64))]
    count = 10_000 if full else 1_000
    tenth, end, peak = many(count)
    values += [Value(f"memory after {count // 10:,} pictures", tenth, "MiB"), Value(f"memory after {count:,} pictures", end, "MiB"),
               Value("growth between", end - tenth, "MiB"), Value("peak memory", peak, "MiB"),
               Value("first picture, nothing compiled", first_picture(), "s", note="whole command; limit 5")]
    return Report("core/people_speed", "Speed and memory of the virtual people's renderers, with all labels", PROTOCOL, tuple(values),
                  tables=(Table("Milliseconds a picture by stage", ("size", "stage", "ms"), tuple(stages)),), seeds=(SEED,), complete=full)


def scenes(size: int, number: int) -> list[Scene]:
    """Pictures of one round, person by person."""
    people = draw_people(PEOPLE, [SEED, number]).people
    return [draw_scene(person, np.random.default_rng([SEED, number, i, k]), size=(size, size))
            for i, person in enumerate(people) for k in range(PICTURES)]


def rasterised(size: int, number: int) -> tuple[float, dict[str, float]]:
    """Pictures a second, and seconds of each stage a picture."""
    studio, landmarks, wanted = Studio(), Landmarks(), scenes(size, number)
    _take(studio, wanted[0], landmarks)
    spent: dict[str, float] = {"build": 0.0, "render": 0.0, "label": 0.0}
    start = time.perf_counter()
    for scene in wanted:
        for name, seconds in zip(spent, _take(studio, scene, landmarks), strict=True):
            spent[name] += seconds
    elapsed = time.perf_counter() - start
    return len(wanted) / elapsed, {name: total / len(wanted) for name, total in spent.items()}


def _take(studio: Studio, scene: Scene, landmarks: Landmarks) -> tuple[float, float, float]:
    times = [time.perf_counter()]
    sculpture, posed = studio.build(scene)
    times.append(time.perf_counter())
    rendered = studio.renderer.render(sculpture, scene)
    times.append(time.perf_counter())
    label(scene, sculpture, rendered.buffers, posed, landmarks)
    times.append(time.perf_counter())
    built, drawn, labelled = np.diff(times).tolist()
    return built, drawn, labelled


def made(workers: int) -> float:
    """Pictures a second of the data set, start of the processes included."""
    spec = parse_spec(tomllib.loads(SET), LABELS)
    with tempfile.TemporaryDirectory(prefix="vultus-people-") as folder:
        start = time.perf_counter()
        done = make(spec, Path(folder) / "set", workers=workers)
        return done.pictures / (time.perf_counter() - start)


def traced(side: int, samples: int) -> float:
    """Mean seconds of three path-traced pictures, after the studio has warmed up."""
    studio = Studio(PathTracer(samples=samples))
    spent = []
    for person in draw_people(3, SEED).people:
        scene = replace(Scene(person), camera=Camera(side, side))
        sculpture = studio.sculpture(scene)
        start = time.perf_counter()
        studio.renderer.render(sculpture, scene)
        spent.append(time.perf_counter() - start)
    return float(np.mean(spent))


def many(count: int) -> list[Any]:
    """Resident memory in MiB after a tenth and at the end, and the peak."""
    done = subprocess.run([sys.executable, "-c", MANY, str(count)], check=True, capture_output=True, text=True)
    found: list[Any] = json.loads(done.stdout)
    return found


def first_picture() -> float:
    """Seconds of `vultus people one` in a fresh process that finds no compiled code."""
    with tempfile.TemporaryDirectory(prefix="vultus-people-") as folder:
        start = time.perf_counter()
        subprocess.run([sys.executable, "-c", "from vultus.cli.main import main; main()", "people", "one", "--out", f"{folder}/face.png"],
                       check=True, capture_output=True, env={**os.environ, "NUMBA_CACHE_DIR": f"{folder}/compiled"})
        seconds = time.perf_counter() - start
        assert Path(folder, "face.png").stat().st_size
        return seconds
