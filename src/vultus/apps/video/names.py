"""The names of a gallery for the tracks of a video: the only place that asks a gallery."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from vultus.apps.identification import evidence_for, identify_templates
from vultus.apps.video.record import TrackRecord
from vultus.gallery import Gallery, Identification
from vultus.types import Embeddings


def identify_tracks(tracks: Sequence[TrackRecord], gallery: Gallery, space: str) -> dict[int, Identification]:
    """The gallery's answer for each track that is good enough, by track number."""
    good = [track for track in tracks if track.mean is not None and not track.doubt]
    if not good:
        return {}
    templates = Embeddings.normalised(np.stack([track.mean for track in good if track.mean is not None]), space)
    answers = identify_templates(templates, gallery, evidence_for(gallery, space))
    return {track.number: answer for track, answer in zip(good, answers, strict=True)}


def one_place_each(answers: dict[int, Identification], together: Iterable[tuple[int, int]]) -> dict[int, Identification]:
    """Of two tracks visible at the same time at most one keeps a name: the more similar one."""
    checked = dict(answers)
    for a, b in sorted(together):
        first, second = checked.get(a), checked.get(b)
        if first is None or second is None or name_of(first) is None or name_of(first) != name_of(second):
            continue
        assert first.best is not None and second.best is not None
        loser = b if first.best.similarity >= second.best.similarity else a
        checked[loser] = replace(checked[loser], outcome="undecided",
                                 reason="somebody visible at the same time is more similar to this person")
    return checked


def name_of(answer: Identification | None) -> str | None:
    """The id of the person that an answer names, None if it names nobody."""
    return answer.best.person_id if answer is not None and answer.outcome == "person" and answer.best is not None else None


def label_of(answer: Identification | None) -> str | None:
    """The name of the person that an answer names, None if it names nobody."""
    return answer.best.name if answer is not None and answer.outcome == "person" and answer.best is not None else None


def of_person(tracks: Sequence[TrackRecord], answers: dict[int, Identification]) -> Identification | None:
    """The answer for all tracks of one person: a name if one has it, else undecided if one is, else unknown."""
    order = {"person": 0, "undecided": 1, "unknown": 2}
    found = [answers[track.number] for track in tracks if track.number in answers]
    return min(found, key=lambda a: (order[a.outcome], -(a.best.similarity if a.best else -1.0)), default=None)
