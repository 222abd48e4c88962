"""Whole videos of coloured squares: people counted, followed, parted, joined, and what is kept when something goes wrong."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from vultus.apps.video import names
from vultus.apps.video.result import VideoResult
from vultus.apps.video.settings import Settings
from vultus.apps.video.timeline import video
from vultus.apps.video.view import View
from vultus.apps.video.watch import watch
from vultus.data.video import Video
from vultus.errors import ImageError, InputError
from vultus.gallery import Identification
from vultus.gallery.records import Hit
from vultus.pipeline import Recogniser
from vultus.quality.gate import Usable
from vultus.types import Faces, Image

Make = Callable[..., Video]
Draw = Callable[..., Image]
RED, GREEN, BLUE = (220, 30, 30), (30, 200, 40), (30, 40, 210)


class Follow:
    """Notes the colour of each face of each track."""

    def __init__(self) -> None:
        self.colours: dict[int, set[int]] = {}
        self.cuts: list[float] = []

    def __call__(self, view: View) -> None:
        self.cuts += [view.seconds] if view.cut else []
        for box, track in zip(view.faces.boxes, view.owners, strict=True):
            x, y = (int(v) for v in (box[:2] + box[2:]) / 2)
            if track is not None:
                self.colours.setdefault(track.number, set()).add(int(view.image[y, x].argmax()))


def seen(video: Video, recogniser: Recogniser, settings: Settings, **options: Any) -> tuple[VideoResult, Follow]:
    follow = Follow()
    return watch(video, recogniser, settings=settings, threshold=options.pop("threshold", 0.95), on_view=follow, **options), follow


def meeting(stage: Draw) -> list[Image]:
    """Two people run towards each other, the light goes out for half a second, and they run back."""
    way = [*range(0, 81, 10)]
    lit = [stage((GREEN, 264 - x, 62), (RED, 60 + x, 58)) for x in way]
    return lit + [stage()] * 2 + lit[::-1]


def test_two_people_who_pass_each_other(reel: Make, stage: Draw, recogniser: Recogniser, settings: Settings) -> None:
    frames = [stage((GREEN, 280 - 6 * k, 64), (RED, 40 + 6 * k, 58)) for k in range(41)]
    result, follow = seen(reel(frames), recogniser, settings)
    assert len(result.people) == 2 and result.summary == "2 people"
    assert all(len(colours) == 1 for colours in follow.colours.values())
    assert [person.intervals for person in result.people] == [((0.0, pytest.approx(8.2)),)] * 2


def test_looks_keep_two_people_apart_who_turn_back(reel: Make, stage: Draw, recogniser: Recogniser, blind_recogniser: Recogniser,
                                                   settings: Settings) -> None:
    result, follow = seen(reel(meeting(stage)), recogniser, settings)
    assert len(result.people) == 2 and all(len(colours) == 1 for colours in follow.colours.values())
    _, blind = seen(reel(meeting(stage)), blind_recogniser, settings)
    assert any(len(colours) == 2 for colours in blind.colours.values())


class Graded:
    """A detector that is unsure of faces of one colour."""

    def __init__(self, detector: Any, poor: int) -> None:
        self.detector, self.poor = detector, poor

    def detect(self, images: Any) -> list[Faces]:
        return [self._graded(image, faces) for image, faces in zip(images, self.detector.detect(images), strict=True)]

    def _graded(self, image: Image, faces: Faces) -> Faces:
        middles = ((faces.boxes[:, :2] + faces.boxes[:, 2:]) / 2).astype(int)
        poor = np.array([int(image[y, x].argmax()) == self.poor for x, y in middles], bool)
        return replace(faces, scores=np.where(poor, 0.65, 0.9).astype(np.float32))


@pytest.fixture
def graded(recogniser: Recogniser) -> Recogniser:
    """Blue faces are too poor to be compared and to be counted by."""
    return Recogniser(Graded(recogniser.detector, 2), recogniser.embedder, threads=1)


@pytest.fixture
def strict(settings: Settings) -> Settings:
    least = Usable(face_px=0, sharpness=-1, yaw_deg=90, confidence=0.8)
    return replace(settings, usable=least, comparable=least)


@pytest.mark.parametrize("late", [8, 30])
def test_what_nothing_confirms_is_not_shown_as_the_person(late: int, reel: Make, stage: Draw, graded: Recogniser, strict: Settings) -> None:
    frames = [stage((RED, 100, 60))] * 9 + [stage((BLUE, 104, 60))] * late
    result, _ = seen(reel(frames), graded, strict)
    assert [(round(t.start, 1), round(t.end, 1), t.faces, bool(t.doubt)) for t in result.tracks] == [
        (0.0, 1.6, 9, False), (1.8, round(1.6 + late / 5, 1), late, True)]
    assert [person.intervals for person in result.people] == [((0.0, pytest.approx(1.8)),)]
    mean = result.tracks[0].mean
    assert mean is not None and mean.argmax() == 0 and mean[2] < 0.3


def test_a_doubt_that_is_resolved_parts_nothing(reel: Make, stage: Draw, graded: Recogniser, strict: Settings) -> None:
    frames = [stage((RED, 100, 60))] * 9 + [stage((BLUE, 100, 60))] * 6 + [stage((RED, 100, 60))] * 9
    result, _ = seen(reel(frames), graded, strict)
    assert len(result.tracks) == 1 and result.tracks[0].faces == 24 and result.summary == "1 person"
    longer = frames[:9] + [stage((BLUE, 100, 60))] * 14 + frames[-9:]
    parted, _ = seen(reel(longer), graded, strict)
    assert [bool(track.doubt) for track in parted.tracks] == [False, True, False] and len(parted.people) == 1


def test_a_moment_too_poor_at_the_end_is_left(reel: Make, stage: Draw, graded: Recogniser, strict: Settings) -> None:
    result, _ = seen(reel([stage((RED, 100, 60))] * 9 + [stage((BLUE, 100, 60))]), graded, strict)
    assert result.summary == "1 person" and result.tracks[0].end == 1.8


def test_a_clear_face_is_rarely_compared(reel: Make, stage: Draw, recogniser: Recogniser, settings: Settings) -> None:
    result, _ = seen(reel([stage((RED, 60 + k, 60)) for k in range(50)]), recogniser, settings)
    assert result.looked_at == 50 and result.embedded <= 18 and result.tracks[0].faces == 50


def test_a_cut_ends_tracks_and_another_person_in_the_same_place_is_another_one(
        reel: Make, stage: Draw, recogniser: Recogniser, blind_recogniser: Recogniser, settings: Settings) -> None:
    frames = [stage((RED, 100, 60)) for _ in range(8)] + [stage((RED, 100, 60), background=(90, 90, 90)) for _ in range(8)]
    result, follow = seen(reel(frames), recogniser, settings)
    assert follow.cuts == [1.6] and [track.end for track in result.tracks] == [1.4, 3.0] and len(result.people) == 1
    frames = [stage((RED, 100, 60)) for _ in range(8)] + [stage((BLUE, 100, 60), background=(90, 90, 90)) for _ in range(8)]
    uncut = replace(settings, cut=2.0)
    assert len(seen(reel(frames), blind_recogniser, uncut)[0].tracks) == 1
    assert len(seen(reel(frames), blind_recogniser, settings)[0].tracks) == 2
    assert len(seen(reel(frames), recogniser, uncut)[0].people) == 2  # looks alone do it too


def test_who_comes_back_is_the_same_person(reel: Make, stage: Draw, recogniser: Recogniser, settings: Settings) -> None:
    frames = [stage((RED, 100, 60))] * 8 + [stage()] * 15 + [stage(((200, 60, 30), 200, 50))] * 8
    result, _ = seen(reel(frames), recogniser, settings)
    assert len(result.tracks) == 2
    assert [person.intervals for person in result.people] == [((0.0, pytest.approx(1.6)), (4.6, pytest.approx(6.2)))]
    assert len(seen(reel(frames), recogniser, settings, threshold=0.995)[0].people) == 2
    other = frames[:23] + [stage((GREEN, 200, 50))] * 8
    assert len(seen(reel(other), recogniser, settings)[0].people) == 2


def test_two_who_are_visible_together_are_two_however_alike(reel: Make, stage: Draw, recogniser: Recogniser, settings: Settings) -> None:
    frames = [stage((RED, 60, 60), (RED, 250, 60))] * 6 + [stage()] * 12 + [stage((RED, 150, 60))] * 6
    result, _ = seen(reel(frames), recogniser, settings)
    assert sorted(len(person.tracks) for person in result.people) == [1, 2]


def test_no_face_and_one_frame(reel: Make, stage: Draw, recogniser: Recogniser, settings: Settings) -> None:
    empty, _ = seen(reel([stage()] * 5), recogniser, settings)
    assert (empty.summary, empty.warnings[0], empty.ended) == ("0 people", "no face was found", "end")
    one, _ = seen(reel([stage((RED, 60, 60), (BLUE, 200, 60))]), recogniser, settings)
    assert one.summary == "2 people" and [person.intervals for person in one.people] == [((0.0, pytest.approx(0.2)),)] * 2
    json.dumps(one.as_dict(), allow_nan=False)


def test_faces_too_poor_to_tell_are_said(reel: Make, stage: Draw, recogniser: Recogniser, settings: Settings) -> None:
    frames = [stage((RED, 60, 60))] * 5 + [stage()] * 8
    poor, _ = seen(reel(frames), recogniser, replace(settings, usable=Usable(face_px=60, sharpness=-1)))
    assert poor.summary == "0 people; 1 track too poor to tell"
    brief, _ = seen(reel([stage((RED, 60, 60))] + [stage()] * 8), recogniser, settings)
    assert brief.summary == "0 people; 1 track too poor to tell" and brief.tracks[0].doubt == "seen too briefly"
    sparse, _ = seen(reel([stage((RED, 60, 60))] + [stage()] * 8, rate=1.0), recogniser, replace(settings, every=1.0))
    assert sparse.summary == "1 person"


def test_a_lost_camera_keeps_what_was_found(reel: Make, stage: Draw, recogniser: Recogniser, settings: Settings) -> None:
    result, _ = seen(reel([stage((RED, 60, 60))] * 9, kind="camera"), recogniser, replace(settings, every=0.0))
    assert result.ended == "lost" and len(result.tracks) == 1
    assert "camera 0: the camera is gone or stopped sending" in result.warnings[0]


def test_a_file_that_is_cut_short_keeps_what_was_found(reel: Make, stage: Draw, recogniser: Recogniser, settings: Settings) -> None:
    result, _ = seen(reel([stage((RED, 60, 60))] * 9, stated=100), recogniser, settings)
    assert result.ended == "early" and len(result.people) == 1 and "ends early after 1.6 s of 20.0 s" in result.warnings[0]


def test_an_interruption_keeps_what_was_found(reel: Make, stage: Draw, recogniser: Recogniser, settings: Settings) -> None:
    def stop(view: View) -> None:
        if view.seconds >= 1.0:
            raise KeyboardInterrupt
    result = watch(reel([stage((RED, 60, 60))] * 99), recogniser, settings=settings, threshold=0.95, on_view=stop)
    assert result.ended == "interrupted" and len(result.people) == 1 and result.seconds == 1.0


def test_stopping_after_some_seconds(reel: Make, stage: Draw, recogniser: Recogniser, settings: Settings) -> None:
    result, _ = seen(reel([stage((RED, 60, 60))] * 99), recogniser, settings, until=2.0)
    assert (result.ended, result.seconds) == ("stopped", 2.0) and len(result.people) == 1


def test_several_threads_give_the_same(reel: Make, stage: Draw, recogniser: Recogniser, settings: Settings) -> None:
    one, _ = seen(reel(meeting(stage)), recogniser, settings)
    many = Recogniser(recogniser.detector, recogniser.embedder, threads=3)
    again, _ = seen(reel(meeting(stage)), many, settings)
    assert one.as_dict() == again.as_dict()


def test_what_stays_of_a_track_does_not_grow(reel: Make, stage: Draw, recogniser: Recogniser, settings: Settings) -> None:
    sizes: list[int] = []

    def note(view: View) -> None:
        sizes.append(max((len(track.kept) for track in view.open), default=0))
    rng = np.random.default_rng(0)
    frames = [stage((RED, *rng.uniform((50, 50), (90, 70)))) for _ in range(100)]
    result = watch(reel(frames), recogniser, settings=settings, threshold=0.95, on_view=note)
    assert max(sizes) == settings.best
    held = [value for track in result.tracks for value in vars(track).values() if isinstance(value, np.ndarray)]
    assert all(value.nbytes <= 3 * 4 for value in held)
    assert all(track.thumbnail is None or len(track.thumbnail) == 2 for track in result.tracks)


def test_a_real_file(tmp_path: Any, stage: Draw, recogniser: Recogniser, settings: Settings) -> None:
    path = tmp_path / "two.avi"
    writer = cv2.VideoWriter(str(path), cv2.CAP_OPENCV_MJPEG, cv2.VideoWriter.fourcc(*"MJPG"), 10, (320, 120))
    for k in range(30):
        writer.write(stage((RED, 60 + k, 60), (BLUE, 250, 60))[..., ::-1].copy())
    writer.release()
    result = watch(str(path), recogniser, settings=settings, threshold=0.95)
    assert (len(result.people), result.looked_at, result.frames, result.ended) == (2, 15, 30, "end")
    assert all(person.thumbnail is not None and person.thumbnail.startswith(b"\xff\xd8") for person in result.people)
    bare = watch(str(path), recogniser, settings=replace(settings, pictures=False), threshold=0.95)
    assert all(person.thumbnail is None for person in bare.people)


def test_wrong_arguments(reel: Make, stage: Draw, recogniser: Recogniser, settings: Settings, tmp_path: Any) -> None:
    with pytest.raises(InputError, match="threshold: expected a cosine"):
        seen(reel([stage()]), recogniser, settings, threshold=2.0)
    with pytest.raises(InputError, match="no rule is packaged"):
        watch(reel([stage()]), recogniser)
    with pytest.raises(ImageError, match="without a picture"):
        seen(reel([]), recogniser, settings)
    with pytest.raises(InputError, match="patience: expected a number >= 0"):
        Settings(patience=-1)


def test_names_of_a_gallery_join_and_part(reel: Make, stage: Draw, recogniser: Recogniser, settings: Settings,
                                          monkeypatch: pytest.MonkeyPatch) -> None:
    def named(tracks: Any, gallery: Any, space: str) -> dict[int, Identification]:
        """Everybody red is Ann, whatever else is known; the others are unknown."""
        hit = Hit("id-ann", "Ann", 0.97, "f")
        return {track.number: Identification("person" if track.mean[0] > 0.5 else "unknown", hit, (hit,), None, 1, 1) for track in tracks}
    monkeypatch.setattr(names, "identify_tracks", named)
    gallery: Any = type("G", (), {"path": Path("somewhere/people"), "virtual": True})
    frames = [stage((RED, 60, 60), (BLUE, 200, 60))] * 8 + [stage()] * 10 + [stage((RED, 60, 60))] * 8
    result, _ = seen(reel(frames), recogniser, settings, gallery=gallery, threshold=1.0)
    assert [(person.label, len(person.tracks)) for person in result.people] == [("Ann", 2), ("person 2", 1)]
    record = result.as_dict()
    assert record["gallery"] == "people" and [p["identification"]["outcome"] for p in record["people"]] == ["person", "unknown"]
    assert record["people"][1]["identification"]["name"] is None and "rendered people" in result.warnings[-1]


def test_one_call_watches_and_writes(tmp_path: Path, stage: Draw, recogniser: Recogniser, settings: Settings) -> None:
    path = tmp_path / "one.avi"
    writer = cv2.VideoWriter(str(path), cv2.CAP_OPENCV_MJPEG, cv2.VideoWriter.fourcc(*"MJPG"), 10, (320, 120))
    for _ in range(30):
        writer.write(stage((RED, 60, 60))[..., ::-1].copy())
    writer.release()
    result = video(path, tmp_path / "out", every=0.5, seconds=2.0, threshold=0.95, settings=settings, recogniser=recogniser)
    assert (result.summary, result.ended, result.looked_at) == ("1 person", "stopped", 5)
    assert (tmp_path / "out" / "timeline.html").is_file()
    (tmp_path / "file").write_text("x")
    with pytest.raises(InputError, match="out: expected a folder"):
        video(path, tmp_path / "file", recogniser=recogniser)
