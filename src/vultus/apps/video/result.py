"""What a watched video says: people, when they were there, and what remains uncertain."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from vultus.apps.video.joining import Doubt, JoiningRule
from vultus.apps.video.record import TrackRecord
from vultus.data.video import Facts
from vultus.gallery import Identification

Interval = tuple[float, float]


@dataclass(frozen=True, eq=False)
class PersonSeen:
    """One person of the video.

    Args:
        number: from 1, in the order of first appearance.
        tracks: the person's tracks.
        intervals: (start, end) s, ascending, short absences closed; a stay lasts until the next look or the end of the video.
        label: the name in the gallery, or `person 1`.
        identification: the gallery's answer, None without a gallery.
        thumbnail: JPEG of the best face, None without pictures.
    """

    number: int
    tracks: tuple[TrackRecord, ...]
    intervals: tuple[Interval, ...]
    label: str
    identification: Identification | None = None
    thumbnail: bytes | None = None

    @property
    def seconds(self) -> float:
        """Time visible."""
        return sum(end - start for start, end in self.intervals)

    def as_dict(self) -> dict[str, Any]:
        """Plain values without pictures and templates."""
        return {"person": self.number, "label": self.label, "seconds": round(self.seconds, 3),
                "intervals": [[round(a, 3), round(b, 3)] for a, b in self.intervals],
                "tracks": [track.number for track in self.tracks], "faces": sum(track.faces for track in self.tracks),
                "identification": None if self.identification is None else _named(self.identification)}


@dataclass(frozen=True, eq=False)
class VideoResult:
    """Everything about a watched video.

    Args:
        source, kind, facts: what was watched; `source` holds no password.
        seconds: how far it was watched.
        ended: `end`, `early` (file cut short), `lost` (camera or stream gone), `interrupted`, or `stopped` where
            the caller wanted.
        frames, looked_at, dropped, reconnected, cuts: counts.
        people: in the order of first appearance.
        tracks: all tracks, `too_poor` those that belong to nobody.
        together: pairs of track numbers that were visible at the same time.
        doubts: pairs of people that may be one.
        counts: people at least and at most, if every doubtful answer fell one way.
        rule: thresholds with their source.
        settings, space: what the result depends on.
        warnings: sentences for people.
    """

    source: str
    kind: str
    facts: Facts
    seconds: float
    ended: str
    frames: int
    looked_at: int
    dropped: int
    reconnected: int
    cuts: int
    embedded: int
    people: tuple[PersonSeen, ...]
    tracks: tuple[TrackRecord, ...]
    together: frozenset[tuple[int, int]]
    doubts: tuple[Doubt, ...]
    counts: tuple[int, int]
    rule: JoiningRule
    space: str
    settings: dict[str, Any]
    gallery: str | None = None
    warnings: tuple[str, ...] = field(default=())

    @property
    def too_poor(self) -> tuple[TrackRecord, ...]:
        return tuple(track for track in self.tracks if track.doubt)

    @property
    def summary(self) -> str:
        """How many people, with what is uncertain, in one line."""
        least, most = self.counts
        parts = [_count(len(self.people), "person", "people") + (f" ({least} to {most} are possible)" if least != most else "")]
        if self.too_poor:
            parts.append(f"{_count(len(self.too_poor), 'track', 'tracks')} too poor to tell")
        return "; ".join(parts)

    def as_dict(self) -> dict[str, Any]:
        """Plain values: what timeline.json holds."""
        height, width = self.facts.size
        source = {"name": self.source, "kind": self.kind, "width": width, "height": height, "frame_rate": self.facts.frame_rate,
                  "stated_seconds": self.facts.length}
        watched = {"seconds": round(self.seconds, 3), "ended": self.ended, "frames": self.frames, "looked_at": self.looked_at,
                   "dropped": self.dropped, "reconnected": self.reconnected, "cuts": self.cuts, "embedded": self.embedded}
        return {"schema": 1, "kind": "vultus-timeline", "summary": self.summary, "source": source, "watched": watched,
                "people": [person.as_dict() for person in self.people], "tracks": [track.as_dict() for track in self.tracks],
                "people_at_least": self.counts[0], "people_at_most": self.counts[1],
                "may_be_the_same": [[d.first, d.second, round(d.similarity, 4)] for d in self.doubts],
                "thresholds": vars(self.rule), "space": self.space, "settings": self.settings, "gallery": self.gallery,
                "warnings": list(self.warnings)}


def merged(intervals: Iterable[Interval], gap: float) -> tuple[Interval, ...]:
    """The union of intervals, ascending, with gaps of at most `gap` seconds closed."""
    joined: list[Interval] = []
    for start, end in sorted(intervals):
        if joined and start - joined[-1][1] <= gap:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return tuple(joined)


def best_picture(tracks: Sequence[TrackRecord]) -> TrackRecord:
    """The track with the largest and sharpest best face that has a picture."""
    return max(tracks, key=lambda track: (track.thumbnail is not None, not track.doubt,
                                          track.quality.get("face_px", 0) * track.quality.get("sharpness", 0)))


def _named(answer: Identification) -> dict[str, Any]:
    decision, named = answer.decision, answer.best if answer.outcome == "person" else None
    return {"outcome": answer.outcome, "person_id": named.person_id if named else None, "name": named.name if named else None,
            "reason": answer.reason or None, "fpir_upper": answer.fpir_upper,
            **({} if decision is None else {key: value for key, value in decision.as_dict().items()
                                            if key in ("similarity", "threshold", "threshold_low", "calibration_domain")})}


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"
