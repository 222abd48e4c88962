"""Video: people counted in composed clips, identity switches, speed and memory"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vultus.apps.video.settings import Settings
from vultus.bench.resume import Units
from vultus.bench.video_clips import CONDITIONS, Clip, Person, compose, face_pictures, write_clip
from vultus.bench.video_score import ClipScore, score_clip
from vultus.data.lfw import read_lfw
from vultus.data.rendered_people import rendered_people
from vultus.evaluate.bounds import binomial_interval
from vultus.pipeline import Recogniser
from vultus.report import Report, Table, Value
from vultus.types import Crops, Embeddings, Image

PROTOCOL = (
    "Clips are composed of pictures of known people: one picture an appearance, moved, scaled and turned over a background, encoded, and "
    "watched with the default settings. Rendered: the eight packaged people. LFW: people of folds 4-5 with at least four "
    "pictures. Settings and the joining threshold were chosen on other people (rendered ones that are not packaged, folds 1-3). A "
    "clip counts when the number of people is exact. A track is mixed when its faces belong to more than one person; a label change is a "
    "sighting whose label differs from the one before of the same person; fragments are tracks beyond one an appearance. 'Looks "
    "ignored' is the control: every face gets the same template, so that faces are linked by place alone.")
NOTES = (
    "A first run counted 9 and 8 of 10 rendered re-entry clips and 9 of 10 rendered cuts, because faces followed for seconds were left out "
    "for the detector's confidence alone. That was found again on rendered people who are not packaged, and the least confidence "
    "was lowered to 0.6 and the cut threshold to 0.28 on those; the packaged people are thus not untouched. The LFW people are.",
    "Clips hold two or three people. How often more people are counted exactly from photographs of different days stands in "
    "core/video_joining: 89 % at five, 51 % at twenty.",
    "H.264 can be read but not written by the packaged OpenCV, so that it is not among the encodings measured.")
CLIPS, CLIPS_FULL = 10, 30
SEEDS = {"rendered": 20_261, "LFW 4-5": 20_262}
MOST_PEOPLE = 40  # of LFW, drawn at random
WATCH = """
import json, resource, sys
from pathlib import Path
from vultus.apps.video.settings import Settings
from vultus.apps.video.watch import watch
from vultus.pipeline import Recogniser
def resident():
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
system, after = Recogniser(threads=1), []
for path in sys.argv[1:]:
    result = watch(path, system, settings=Settings(every=0.5), rendered=True)
    after.append([result.seconds, len(result.tracks), resident(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024])
print(json.dumps(after))
"""


def run(data: Path | None, full: bool, units: Units) -> Report:
    """Measure the packaged people, LFW people when there are photographs, and the memory."""
    recogniser = Recogniser(threads=1)
    count = CLIPS_FULL if full else CLIPS
    packaged = _packaged(recogniser)
    values, rows = measured("rendered", packaged, "", recogniser, count, units)
    digest = ""
    if data is not None and (data / "lfw" / "pairs.txt").is_file():
        people, digest = lfw_people(data / "lfw", recogniser)
        more = measured("LFW 4-5", people, digest, recogniser, count, units)
        values, rows = values + more[0], rows + more[1]
    values += _memory_values(units.run("memory", 0, lambda: {"passes": _memory(packaged)})["passes"])
    columns = ("people", "condition", "clips", "exact", "mixed tracks", "label changes", "fragments", "appearances missed",
               "tracks too poor", "times real time")
    return Report("core/video", "Video: people counted in composed clips, identity switches, speed and memory", PROTOCOL, tuple(values),
                  tables=(Table("Clips", columns, tuple(rows)),), config={"settings": Settings().as_dict(), "clips": count},
                  seeds=tuple(SEEDS.values()), data_digest=digest, complete=bool(digest), notes=NOTES)


def measured(name: str, people: Sequence[Person], digest: str, recogniser: Recogniser, count: int,
             units: Units) -> tuple[list[Value], list[tuple[Any, ...]]]:
    """Figures and table rows of one set of people; finished conditions are not measured again."""
    seed, unit = SEEDS[name], name.replace(" ", "-")
    records = {condition: units.run(f"{unit}-{CONDITIONS.index(condition)}-{count}", seed,
                                    _work(condition, people, recogniser, count, seed, name == "rendered"), data_digest=digest)["clips"]
               for condition in CONDITIONS}
    arms = units.run(f"{unit}-control-{count}", seed, _control(name, people, count, seed, recogniser), data_digest=digest)
    controls = [Value(f"{name}: mixed tracks a clip at cuts, {arm}", mixed, "", n=count, note="over clips") for arm, mixed in arms.items()]
    return (_values(name, [clip for clips in records.values() for clip in clips]) + controls,
            [_row(name, condition, clips) for condition, clips in records.items()])


def _packaged(recogniser: Recogniser) -> list[Person]:
    paths = defaultdict(list)
    for person, path in rendered_people():
        paths[person].append(path)
    return [Person(name, face_pictures(files, _finder(recogniser))) for name, files in paths.items()]


def lfw_people(root: Path, recogniser: Recogniser) -> tuple[list[Person], str]:
    """People of folds 4-5 who are in no pair of folds 1-3, four pictures or more, of those up to five."""
    lfw = read_lfw(root)
    chosen = lfw.people_of_folds(4, 5) & ~lfw.people_of_folds(1, 2, 3)
    paths = defaultdict(list)
    for index in np.flatnonzero(chosen):
        paths[str(lfw.subjects[index])].append(lfw.paths[index])
    names = sorted(name for name, files in paths.items() if len(files) >= 4)
    drawn = [names[i] for i in np.random.default_rng(SEEDS["LFW 4-5"]).permutation(len(names))[:MOST_PEOPLE]]
    people = [Person(name, face_pictures(paths[name][:5], _finder(recogniser))) for name in drawn]
    return [person for person in people if len(person.pictures) >= 2], lfw.digest


def _finder(recogniser: Recogniser) -> Callable[[Image], NDArray[np.float32]]:
    return lambda image: recogniser.detector.detect([image])[0].boxes


def _clips(condition: str, people: Sequence[Person], count: int, seed: int) -> list[Clip]:
    rng = np.random.default_rng([seed, CONDITIONS.index(condition)])
    return [compose(condition, people, rng) for _ in range(count)]


def _work(condition: str, people: Sequence[Person], recogniser: Recogniser, count: int, seed: int,
          rendered: bool) -> Callable[[], Mapping[str, Any]]:
    settings = Settings(pictures=False)
    return lambda: {"clips": [_plain(score_clip(clip, recogniser, settings, rendered=rendered))
                              for clip in _clips(condition, people, count, seed)]}


def _plain(score: ClipScore) -> dict[str, Any]:
    kept = ("condition", "people", "counted", "mixed_tracks", "label_changes", "fragments", "missed", "clip_seconds", "wall_seconds")
    return {**{name: getattr(score, name) for name in kept}, "poor": len(score.result.too_poor), "embedded": score.result.embedded,
            "looked_at": score.result.looked_at, "range": list(score.result.counts)}


def _row(name: str, condition: str, clips: Sequence[dict[str, Any]]) -> tuple[Any, ...]:
    def total(key: str) -> Any:
        return sum(clip[key] for clip in clips)
    return (name, condition, len(clips), _exact(clips), total("mixed_tracks"), total("label_changes"), total("fragments"), total("missed"),
            total("poor"), round(total("clip_seconds") / total("wall_seconds"), 2))


def _exact(clips: Sequence[dict[str, Any]]) -> int:
    return sum(clip["people"] == clip["counted"] for clip in clips)


def _values(name: str, clips: Sequence[dict[str, Any]]) -> list[Value]:
    def mean(key: str) -> float:
        return float(np.mean([clip[key] for clip in clips]))
    low, high = binomial_interval(_exact(clips), len(clips))
    inside = sum(clip["range"][0] <= clip["people"] <= clip["range"][1] for clip in clips)
    note = "over clips"
    exact = _exact(clips) / len(clips)
    return [Value(f"{name}: share of clips with the exact number of people", exact, "share", low, high, len(clips), note),
            Value(f"{name}: share of clips whose stated range holds the number", inside / len(clips), "share", n=len(clips), note=note),
            Value(f"{name}: mixed tracks a clip", mean("mixed_tracks"), "", n=len(clips), note=note),
            Value(f"{name}: label changes a clip", mean("label_changes"), "", n=len(clips), note=note),
            Value(f"{name}: fragments a clip", mean("fragments"), "", n=len(clips), note=note),
            Value(f"{name}: faces compared a frame looked at", sum(c["embedded"] for c in clips) / sum(c["looked_at"] for c in clips), "",
                  n=len(clips), note=note),
            Value(f"{name}: speed", sum(c["clip_seconds"] for c in clips) / sum(c["wall_seconds"] for c in clips), "times real time",
                  n=len(clips), note="one thread, five frames a second, 640x360")]


class _Blind:
    """An embedder for which everybody looks the same."""

    def __init__(self, recogniser: Recogniser) -> None:
        self.template, self.space = recogniser.embedder.template, recogniser.embedder.space

    def embed(self, crops: Crops) -> Embeddings:
        return Embeddings.normalised(np.ones((len(crops), 2), np.float32), self.space)


def _control(name: str, people: Sequence[Person], count: int, seed: int, recogniser: Recogniser) -> Callable[[], Mapping[str, Any]]:
    """Mixed tracks at cuts when nothing but place links faces and cuts are not looked for, against the same clips with looks."""
    blind = Recogniser(recogniser.detector, _Blind(recogniser), threads=1)
    uncut, virtual = replace(Settings(pictures=False), cut=2.0), name == "rendered"

    def mixed(system: Recogniser) -> float:
        clips = _clips("cut", people, count, seed)
        return float(np.mean([score_clip(clip, system, uncut, rendered=virtual).mixed_tracks for clip in clips]))
    return lambda: {"control: looks and cuts ignored": mixed(blind), "cuts ignored, looks used": mixed(recogniser)}


def _memory(people: Sequence[Person]) -> list[list[float]]:
    """(seconds, tracks, resident MiB, peak MiB) after a clip, the clip again, and the clip ten times over, in one fresh process."""
    clip = compose("re-entry, same picture", people, np.random.default_rng(5))
    with tempfile.TemporaryDirectory(prefix="vultus-clip-") as folder:
        paths = []
        for times in (2, 20):
            (Path(folder) / str(times)).mkdir()
            paths.append(str(write_clip(clip, Path(folder) / str(times), times=times)))
        done = subprocess.run([sys.executable, "-c", WATCH, paths[0], paths[0], paths[1]], capture_output=True, text=True, check=True)
    found: list[list[float]] = json.loads(done.stdout)
    return found


def _memory_values(passes: Sequence[Sequence[float]]) -> list[Value]:
    (_, _, _, _), (short, few, before, peak), (long, many, after, highest) = passes
    return [Value("memory: growth from 1x to 10x", after - before, "MiB",
                  note=f"{short:.0f} s with {few:.0f} tracks against {long:.0f} s with {many:.0f} tracks, same process"),
            Value("memory: growth of the peak from 1x to 10x", highest - peak, "MiB"), Value("memory: peak", highest, "MiB")]
