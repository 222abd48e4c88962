"""How a watched clip compares with what was put into it."""

from __future__ import annotations

import tempfile
import time
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from vultus.apps.video.result import VideoResult
from vultus.apps.video.settings import Settings
from vultus.apps.video.view import View
from vultus.apps.video.watch import watch
from vultus.bench.video_clips import Clip, write_clip
from vultus.pipeline import Recogniser


@dataclass(frozen=True, eq=False)
class ClipScore:
    """One clip.

    Args:
        people, counted: how many there are, and how many were counted.
        mixed_tracks: tracks with faces of more than one person.
        label_changes: how often a person's label is another one than at the sighting before.
        fragments: tracks beyond one for each appearance.
        missed: appearances without any track.
        clip_seconds, wall_seconds: length, and time spent on it.
        result: the whole answer.
    """

    condition: str
    people: int
    counted: int
    mixed_tracks: int
    label_changes: int
    fragments: int
    missed: int
    clip_seconds: float
    wall_seconds: float
    result: VideoResult

    @property
    def exact(self) -> bool:
        return self.people == self.counted


@dataclass
class Witness:
    """Notes, while a clip is watched, which appearance each face of each track belongs to."""

    clip: Clip
    sightings: list[tuple[float, int, int]] = field(default_factory=list)  # time, track, appearance

    def note(self, view: View) -> None:
        for box, track in zip(view.faces.boxes, view.owners, strict=True):
            at = self.clip.who(view.seconds, float(box[0] + box[2]) / 2, float(box[1] + box[3]) / 2)
            if track is not None and at is not None:
                self.sightings.append((view.seconds, track.number, at))


def score_clip(clip: Clip, recogniser: Recogniser, settings: Settings, *, rendered: bool = False,
               threshold: float | None = None) -> ClipScore:
    """Encode a clip, watch it, and compare."""
    witness = Witness(clip)
    with tempfile.TemporaryDirectory(prefix="vultus-clip-") as folder:
        path = write_clip(clip, Path(folder))
        start = time.perf_counter()
        result = watch(str(path), recogniser, settings=settings, rendered=rendered, threshold=threshold, on_view=witness.note)
        wall = time.perf_counter() - start
    return compare(clip, result, witness, wall)


def compare(clip: Clip, result: VideoResult, witness: Witness, wall: float) -> ClipScore:
    """The score of a watched clip."""
    of_track, of_appearance = defaultdict(set), defaultdict(set)
    for _, track, at in witness.sightings:
        of_track[track].add(clip.appearances[at].person)
        of_appearance[at].add(track)
    return ClipScore(
        clip.condition, len(clip.people), len(result.people), sum(len(people) > 1 for people in of_track.values()),
        label_changes(clip, result, witness), sum(len(tracks) - 1 for tracks in of_appearance.values()),
        sum(not of_appearance[at] for at in range(len(clip.appearances))), clip.seconds, wall, result)


def label_changes(clip: Clip, result: VideoResult, witness: Witness) -> int:
    """Sightings of a person whose label differs from that of the person's sighting before; tracks too poor to tell have no label."""
    label = {track.number: person.number for person in result.people for track in person.tracks}
    changes, last = 0, dict[str, int]()
    for _, track, at in sorted(witness.sightings):
        person = clip.appearances[at].person
        if track in label:
            changes += last.get(person, label[track]) != label[track]
            last[person] = label[track]
    return changes
