"""Watches a video from its first to its last frame in constant memory, and says who was there when."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from vultus.apps.video import names
from vultus.apps.video.cuts import CutFinder
from vultus.apps.video.joining import JoiningRule, doubts, join, joining_rule, possible_counts
from vultus.apps.video.looking import look
from vultus.apps.video.record import TrackRecord
from vultus.apps.video.result import PersonSeen, VideoResult, best_picture, merged
from vultus.apps.video.seen_faces import SeenFaces
from vultus.apps.video.settings import Settings
from vultus.apps.video.thumbnails import Thumbnails
from vultus.apps.video.track import Track
from vultus.apps.video.tracker import Tracker
from vultus.apps.video.view import View
from vultus.data.video import Frame, Video, source_of
from vultus.data.video_frames import VideoFrames
from vultus.gallery import Gallery
from vultus.pipeline import Recogniser

DEFAULT = Settings()


def watch(source: str | os.PathLike[str] | int | Video, recogniser: Recogniser, *, settings: Settings = DEFAULT,
          threshold: float | None = None, rendered: bool = False, gallery: Gallery | None = None, until: float | None = None,
          on_view: Callable[[View], None] = lambda view: None) -> VideoResult:
    """Who appears when.

    Args:
        source: a file, a camera number, an address, or an opened `Video`.
        threshold: least mean cosine between the faces of tracks that are joined; None = the packaged rule.
        rendered: the people do not exist: decide by the calibration of rendered people.
        gallery: names for the people.
        until: s after which to stop.
        on_view: called with every frame that was looked at.

    Returns:
        What was found; after Ctrl-C or the loss of a camera what was found until then, and `ended` says so.

    Raises:
        ImageError: the source is missing, cannot be opened, or holds no picture.
    """
    virtual = rendered or (gallery is not None and gallery.virtual)
    rule = joining_rule(recogniser.space, threshold=threshold, rendered=virtual)
    video = source if isinstance(source, Video) else Video(source_of(source))
    with VideoFrames(video, every=settings.every, reconnect=settings.reconnect) as frames, Thumbnails() as pictures:
        watching = _Watching(recogniser, settings, rule, pictures if settings.pictures else None)
        ended = ""
        try:
            for frame, seen in look(frames, recogniser, live=video.live):
                on_view(watching.step(frame, seen))
                if until is not None and frame.seconds >= until:
                    ended = "stopped"
                    break
        except KeyboardInterrupt:
            ended = "interrupted"
        watching.end()
        return _result(watching, frames, gallery, ended or video.ended)


class _Watching:
    """The state of a run: open tracks, records of finished ones, counts."""

    def __init__(self, recogniser: Recogniser, settings: Settings, rule: JoiningRule, pictures: Thumbnails | None) -> None:
        self.recogniser, self.settings, self.rule, self.pictures = recogniser, settings, rule, pictures
        self.tracker, self.cuts = Tracker(settings, rule.split), CutFinder(settings.cut)
        self.records: list[TrackRecord] = []
        self.looked_at = self.embedded = self.cut_count = 0
        self.seconds = 0.0

    def step(self, frame: Frame, seen: SeenFaces) -> View:
        cut = self.cuts.is_cut(frame.image)
        ended = self.tracker.finish() if cut else []
        over, owners = self.tracker.step(seen)
        self._keep(ended, lost=False)
        self._keep(over, lost=True)
        self.looked_at, self.cut_count, self.seconds = self.looked_at + 1, self.cut_count + cut, frame.seconds
        self.embedded += seen.embedded
        return View(frame.seconds, frame.image, seen.faces, tuple(owners), tuple(self.tracker.open), (*ended, *over), cut)

    def end(self) -> None:
        self._keep(self.tracker.finish(), lost=False)

    def _keep(self, tracks: list[Track], *, lost: bool) -> None:
        self.records += [TrackRecord.of(track, self.settings, self.pictures, lost=lost) for track in tracks]


def _result(run: _Watching, frames: VideoFrames, gallery: Gallery | None, ended: str) -> VideoResult:
    video, together = frames.video, run.tracker.together
    run.records.sort(key=lambda record: record.number)
    answers: dict[int, Any] = {} if gallery is None else names.identify_tracks(run.records, gallery, run.recogniser.space)
    answers = names.one_place_each(answers, together)
    known = {number: name for number, answer in answers.items() if (name := names.name_of(answer)) is not None}
    groups = join(run.records, together, run.rule, known)
    frame = 1 / (video.facts.frame_rate or 25)
    length = max(run.seconds, video.seconds if ended in ("end", "early") else 0.0) + frame
    people = tuple(_person(number, group, answers, run, length, frame) for number, group in enumerate(groups, 1))
    return VideoResult(
        source=video.source.name, kind=video.source.kind, facts=video.facts, seconds=run.seconds, ended=ended, frames=video.frames,
        looked_at=run.looked_at, dropped=frames.dropped, reconnected=frames.reconnected, cuts=run.cut_count, embedded=run.embedded,
        people=people, tracks=tuple(run.records), together=frozenset(together), doubts=tuple(doubts(groups, together, run.rule)),
        counts=possible_counts(run.records, together, run.rule, known),
        rule=run.rule, space=run.recogniser.space, settings=run.settings.as_dict(), gallery=None if gallery is None else gallery.path.name,
        warnings=_warnings(run, frames, ended, gallery))


def _person(number: int, group: list[TrackRecord], answers: dict[int, Any], run: _Watching, length: float,
            frame: float) -> PersonSeen:
    answer = names.of_person(group, answers)
    label = names.label_of(answer) or f"person {number}"
    best = best_picture(group)
    picture = run.pictures.read(best.thumbnail) if run.pictures is not None and best.thumbnail is not None else None
    # Whoever was seen is taken to stay until the next look, which is the next frame where every frame is looked at.
    stay = max(run.settings.every, frame)
    intervals = merged([(track.start, min(track.end + stay, length)) for track in group], run.settings.merge_gap)
    return PersonSeen(number, tuple(group), intervals, label, answer, picture)


def _warnings(run: _Watching, frames: VideoFrames, ended: str, gallery: Gallery | None) -> tuple[str, ...]:
    found = [frames.video.explanation] if ended in ("early", "lost") else []
    if ended == "interrupted":
        found.append(f"interrupted after {run.seconds:.1f} s; what was found until then is kept")
    if not run.records:
        found.append("no face was found")
    if frames.dropped:
        found.append(f"{frames.dropped} frames were dropped because looking took longer than showing them")
    if run.rule.domain is None:
        found.append(f"no calibration for space {run.recogniser.space!r}: doubtful people are not marked")
    if gallery is not None and gallery.virtual:
        found.append("the gallery holds rendered people who do not exist")
    return tuple(text for text in found if text)
