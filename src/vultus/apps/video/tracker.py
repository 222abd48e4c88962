"""Links the faces of successive frames to tracks, by place where that is clear and by looks where it is not.

Each track expects its face where its movement carries it. One face near one track, overlapping it well, is linked without a
template. Everything else - two faces near one track, a face after an absence, a face far from its place, a track not compared for a
while - is decided by place and template together, and a face that looks like somebody else never continues a track, however well it
lies. A face too poor to compare continues a track for a while; unless a better one confirms it, that while is cut off again and is
nobody's (the combination of movement and looks is that of DeepSORT, Wojke et al., ICIP 2017, with overlap as in SORT, Bewley et al., ICIP
2016, and weak detections continuing tracks as in ByteTrack; no filter, since faces are sampled a few times a second).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from vultus.apps.video.assignment import best_pairs
from vultus.apps.video.seen_faces import SeenFaces, shared
from vultus.apps.video.settings import Settings
from vultus.apps.video.track import Track
from vultus.geometry import iou

SIZE_CHANGE = 2.2  # largest ratio of the sides of a face between two sightings
SAME_FACE = 0.4  # share of the smaller box inside the other from which two boxes may be one face found twice


class Tracker:
    """Open tracks and the pairs of tracks that were visible at the same time.

    Args:
        settings: see `Settings`.
        split: cosine below which a comparable face is not the track's.
    """

    def __init__(self, settings: Settings, split: float) -> None:
        self.settings, self.split = settings, split
        self.open: list[Track] = []
        self.together: set[tuple[int, int]] = set()
        self.started = 0

    def step(self, seen: SeenFaces) -> tuple[list[Track], list[Track | None]]:
        """Take in the faces of the next frame. Returns the tracks that ended, and the track of each face, None for none."""
        pairs = self._linked(seen)
        doubtful = {track.number for track, row in pairs if self._is_doubtful(track, seen, row)}
        owners: list[Track | None] = [None] * len(seen)
        keeping = [row for track, row in pairs if track.number not in doubtful and track.wants(seen, row)]
        fresh = [row for row in range(len(seen)) if row not in {row for _, row in pairs}
                 and float(seen.faces.scores[row]) >= self.settings.start_score]
        seen.embed(keeping + fresh)
        for track, row in pairs:
            (track.doubt if track.number in doubtful else track.add)(seen, row)
            owners[row] = track
        for row in fresh:
            owners[row] = self._start(seen, row)
        self._note_together(owners, seen)
        over = self._given_up(owners)
        return over + self._ended(seen.seconds), owners

    def finish(self) -> list[Track]:
        """End every track: a cut, or the end of the video."""
        ended, self.open = self.open, []
        return self._without_doubts(ended)

    def _is_doubtful(self, track: Track, seen: SeenFaces, row: int) -> bool:
        """Whether a face that was linked may be somebody else's: too poor to rule out, and either unlike the track or after such a face."""
        if not track.usable or seen.meets(row, self.settings.comparable):
            return False
        cosine = track.similarity(seen.vector(row))
        unlike = cosine is not None and cosine < self.split
        return unlike or (track.tail is not None and not seen.meets(row, self.settings.usable))

    def _given_up(self, owners: list[Track | None]) -> list[Track]:
        """Cut tracks that nothing confirmed for too long off where they were last sure; what follows goes on under a new number."""
        over = [track for track in self.open if track.unsure() > self.settings.check_every + self.settings.patience]
        for track in over:
            tail = self._cut_off(track)
            self.open[self.open.index(track)] = tail
            owners[:] = [tail if owner is track else owner for owner in owners]
        return over

    def _without_doubts(self, ended: list[Track]) -> list[Track]:
        """The tracks with their doubtful ends as tracks of their own; a moment's doubt is left where it is."""
        return [part for track in ended
                for part in ((track, self._cut_off(track)) if track.unsure() > self.settings.brief else (track,))]

    def _cut_off(self, track: Track) -> Track:
        tail = track.cut_off(self.started)
        self.started += 1
        return tail

    def _start(self, seen: SeenFaces, row: int) -> Track:
        track = Track(self.started, seen, row, self.settings)
        track.checked = seen.seconds
        self.started += 1
        self.open.append(track)
        return track

    def _ended(self, now: float) -> list[Track]:
        over = [track for track in self.open if now - track.last > self.settings.patience]
        self.open = [track for track in self.open if now - track.last <= self.settings.patience]
        return self._without_doubts(over)

    def _note_together(self, owners: Sequence[Track | None], seen: SeenFaces) -> None:
        """Pairs seen in one frame; two boxes that cover each other may be one face found twice and say nothing."""
        rows = [row for row, track in enumerate(owners) if track is not None and track.tail is None]
        for i, a in enumerate(rows):
            for b in rows[i + 1:]:
                first, second = owners[a], owners[b]
                if first and second and shared(seen.faces.boxes[a], seen.faces.boxes[b]) < SAME_FACE:
                    low, high = sorted((first.number, second.number))
                    self.together.add((low, high))

    def _linked(self, seen: SeenFaces) -> list[tuple[Track, int]]:
        if not self.open or not len(seen):
            return []
        places = np.array([track.expected(seen.seconds) for track in self.open])
        overlaps, near = iou(places, seen.faces.boxes), self._near(places, seen)
        clear = [(int(t), int(f)) for t, f in zip(*np.nonzero(near), strict=True)
                 if near[t].sum() == near[:, f].sum() == 1 and self._is_clear(self.open[t], int(f), float(overlaps[t, f]), seen)]
        for t, f in clear:
            near[t], near[:, f] = False, False
        seen.embed(int(f) for f in np.flatnonzero(near.any(0)))
        compared = best_pairs(self._scores(near, overlaps, seen))
        for t, _ in compared:
            self.open[t].checked = seen.seconds
        return [(self.open[t], f) for t, f in clear + compared]

    def _near(self, places: NDArray[np.float64], seen: SeenFaces) -> NDArray[np.bool_]:
        """(tracks, faces): whether a face lies where a track could have moved to, at a size it could have."""
        boxes = np.asarray(seen.faces.boxes, np.float64)
        sides, others = (np.maximum((b[:, 2:] - b[:, :2]).max(1), 1.0) for b in (places, boxes))
        centres = [(b[:, :2] + b[:, 2:]) / 2 for b in (places, boxes)]
        distance = np.linalg.norm(centres[0][:, None] - centres[1][None], axis=2)
        waited = np.array([seen.seconds - track.last for track in self.open])
        # The longer a face was not seen, the farther it may have gone.
        reach = self.settings.reach * np.maximum(sides[:, None], others[None]) * (1 + waited)[:, None]
        ratio = sides[:, None] / others[None]
        return np.asarray((distance <= reach) & (ratio < SIZE_CHANGE) & (ratio > 1 / SIZE_CHANGE))

    def _is_clear(self, track: Track, row: int, overlap: float, seen: SeenFaces) -> bool:
        # Place alone must not carry a good track over poor faces, nor a poor track to good ones, which would lend it their name.
        if track.tail is not None or track.usable != seen.meets(row, self.settings.comparable):
            return False
        missed = seen.seconds - track.last > max(1.5 * self.settings.every, 0.1)
        return overlap >= self.settings.overlap and not missed and seen.seconds - track.checked < self.settings.check_every

    def _scores(self, near: NDArray[np.bool_], overlaps: NDArray[np.float32], seen: SeenFaces) -> NDArray[np.float64]:
        """(tracks, faces): overlap / 2 + looks, -inf where a face may not continue a track.

        Looks run from 0 at `split` to 1 at cosine 1; of a face that is too poor to compare they count as 0 at worst.
        """
        scores = np.full(near.shape, -np.inf)
        for t, f in zip(*np.nonzero(near), strict=True):
            cosine = self.open[t].similarity(seen.vector(int(f)))
            looks = 0.0 if cosine is None else (cosine - self.split) / (1 - self.split)
            comparable = seen.meets(int(f), self.settings.comparable)
            if looks >= 0 or not comparable:
                scores[t, f] = 1e-3 + 0.5 * overlaps[t, f] + max(looks, 0.0)
        return scores
