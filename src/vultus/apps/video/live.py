"""Who comes and who goes, while a video is watched. The people of the final timeline are joined with hindsight and may differ."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from vultus.apps.video import names
from vultus.apps.video.joining import JoiningRule
from vultus.apps.video.record import TrackRecord, is_brief
from vultus.apps.video.settings import Settings
from vultus.apps.video.track import Track
from vultus.apps.video.view import View
from vultus.gallery import Gallery
from vultus.types import Float


@dataclass(frozen=True)
class Event:
    """Somebody `came` or `left`, at a time in s."""

    seconds: float
    what: Literal["came", "left"]
    label: str


@dataclass
class _Known:
    """Somebody met before: sum of the templates of `count` tracks, and when last seen."""

    label: str
    total: Float
    count: int = 1
    last: float = 0.0
    present: bool = field(default=True)


class LiveLog:
    """Turns views into events.

    Args:
        space: of the templates. gallery: names for people.
    """

    def __init__(self, settings: Settings, rule: JoiningRule, space: str, gallery: Gallery | None = None) -> None:
        self._settings, self._rule, self._space, self._gallery = settings, rule, space, gallery
        self._people: list[_Known] = []
        self._of_track: dict[int, _Known] = {}

    def label(self, track: Track | None) -> str:
        """What a track is called so far."""
        known = None if track is None else self._of_track.get(track.number)
        return "" if known is None else known.label

    def take(self, view: View) -> list[Event]:
        """The events of one view."""
        events = []
        tracks = {track.number: track for track in (*view.open, *view.ended)}
        for track in tracks.values():
            if track.number not in self._of_track and self._is_sure(track):
                events += self._met(track, view, tracks)
        for number, track in tracks.items():
            if number in self._of_track:
                self._of_track[number].last = max(self._of_track[number].last, track.last)
        for track in view.ended:
            self._of_track.pop(track.number, None)
        return events + self._gone(view.seconds)

    def end(self) -> list[Event]:
        """Everybody leaves."""
        return self._gone(np.inf)

    def _is_sure(self, track: Track) -> bool:
        return track.usable and not is_brief(track, self._settings)

    def _met(self, track: Track, view: View, tracks: dict[int, Track]) -> list[Event]:
        mean = track.mean
        assert mean is not None
        busy = {id(known) for number, known in self._of_track.items() if number in tracks}
        name = self._name(track)
        known = self._find(mean, name, busy)
        if known is None:
            known = _Known(name or f"person {len(self._people) + 1}", mean.copy(), present=False)
            self._people.append(known)
        else:
            known.total, known.count = known.total + mean, known.count + 1
        self._of_track[track.number] = known
        came = not known.present
        known.present, known.last = True, track.last
        return [Event(track.start, "came", known.label)] if came else []

    def _name(self, track: Track) -> str | None:
        if self._gallery is None:
            return None
        record = TrackRecord.of(track, self._settings, None, lost=False)
        return names.label_of(names.identify_tracks([record], self._gallery, self._space).get(track.number))

    def _find(self, mean: Float, name: str | None, busy: set[int]) -> _Known | None:
        """The person met before who is most similar, not visible now, and not called otherwise."""
        best, found = self._rule.threshold, None
        for known in self._people:
            if id(known) in busy or (name is not None and known.label != name):
                continue
            cosine = 1.0 if name is not None else float(mean @ known.total) / known.count
            if cosine >= best:
                best, found = cosine, known
        return found

    def _gone(self, now: float) -> list[Event]:
        left = [known for known in self._people if known.present and now - known.last > self._settings.merge_gap]
        for known in left:
            known.present = False
        return [Event(known.last, "left", known.label) for known in left]
