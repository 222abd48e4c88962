"""Sequences: frames by number alone, and clips with their labels."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from vultus.data.video import Video, source_of
from vultus.errors import InputError, StorageError
from vultus.gallery.source import RENDER_MARK
from vultus.people.sampling import draw_identity, draw_scene
from vultus.people.scene import Scene
from vultus.people.sequences import Blinks, Emotion, Handheld, Pulse, Sequence, Talking, Turn, write_clip
from vultus.people.sequences.clip import MARK
from vultus.types import Image

SCENE = draw_scene(draw_identity(1), np.random.default_rng(0))
ALL = (Turn(yaw=20, seconds=0.5), Talking(), Emotion("smile", 0.5), Blinks(30), Handheld(), Pulse())
CLIP = Sequence(SCENE, ALL, fps=20, seconds=1.5)


def pictures(count: int, size: tuple[int, int] = (64, 96)) -> Iterator[Image]:
    for i in range(count):
        picture = np.full((*size, 3), 40, np.uint8)
        picture[:, : 8 * i + 1, 0] = 200
        yield picture


def test_a_frame_does_not_depend_on_the_order() -> None:
    forward = list(CLIP)
    backward = [CLIP.at(i) for i in reversed(range(len(CLIP)))][::-1]
    assert forward == backward == [CLIP.at(i) for i in range(30)] and len(CLIP) == 30


def test_what_no_track_touches_stays_the_same_object() -> None:
    for scene in CLIP:
        assert scene.identity is SCENE.identity and scene.light is SCENE.light and scene.worn is SCENE.worn
        assert scene.background is SCENE.background and scene.gaze is SCENE.gaze and scene.camera.exposure == SCENE.camera.exposure


def test_without_tracks_only_the_noise_of_the_sensor_is_new() -> None:
    first, second = Sequence(SCENE, (), fps=10, seconds=0.2)
    assert first.seed != second.seed and first.pose is second.pose is SCENE.pose and first.actions is SCENE.actions


def test_tracks_compose_in_order() -> None:
    both = Sequence(SCENE, (Turn(yaw=20, seconds=0.1), Turn(yaw=-10, seconds=0.1)), fps=10, seconds=1)
    assert both.at(9).pose.yaw == pytest.approx(-10)


def test_labels_are_those_of_the_scene() -> None:
    labels, scene = CLIP.labels(7), CLIP.at(7)
    assert labels["seconds"] == 0.35 and labels["yaw"] == scene.pose.yaw and labels["pulse"] == scene.pulse
    assert json.loads(json.dumps(labels, allow_nan=False)) == labels


@pytest.mark.parametrize(("make", "words"), [(lambda: Sequence(SCENE, (), fps=0), "fps"), (lambda: Sequence(SCENE, (), seconds=0),
"seconds"),
                                             (lambda: Sequence(SCENE, (), seconds=1e9), "seconds"), (lambda: CLIP.at(30), "number")])
def test_wrong_input_is_named(make, words: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(InputError, match=words):
        make()


@pytest.mark.parametrize("ending", ["avi", "mp4"])
def test_a_clip_is_read_back_with_its_frames_and_labels(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"clip.{ending}"
    sidecar = write_clip(pictures(10), path, 20, [{"frame": i, "yaw": float(i)} for i in range(10)])
    record = json.loads(sidecar.read_text("utf-8"))
    assert (record["frames"], record["fps"], record["width"], record["height"]) == (10, 20, 96, 64)
    assert record["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest() and record["labels"][3] == {"frame": 3, "yaw": 3.0}
    video = Video(source_of(path))
    widths = []
    while (frame := video.next()) is not None:
        widths.append(float((frame.image[32, :, 0] > 120).sum()))
    video.close()
    assert np.allclose(widths, [8 * i + 1 for i in range(10)], atol=6)
    assert sorted(each.name for each in tmp_path.iterdir()) == [f"clip.{ending}", f"clip.{ending}.json"]


def test_the_mark_is_that_of_pictures(tmp_path: Path) -> None:
    assert MARK.encode() == RENDER_MARK
    assert json.loads(write_clip(pictures(2), tmp_path / "a.avi", 5).read_text("utf-8"))["mark"] == MARK


def test_motion_jpeg_has_the_same_bytes_every_time(tmp_path: Path) -> None:
    first, second = tmp_path / "a.avi", tmp_path / "b.avi"
    for path in (first, second):
        write_clip(pictures(5), path, 10)
    assert first.read_bytes() == second.read_bytes()


def test_wrong_clips_are_refused_and_leave_nothing(tmp_path: Path) -> None:
    for make, words in ((lambda: write_clip(pictures(2), tmp_path / "a.gif", 5), r"\.avi or \.mp4"),
                        (lambda: write_clip([], tmp_path / "a.avi", 5), "at least one"),
                        (lambda: write_clip([*pictures(1), *pictures(1, (32, 32))], tmp_path / "a.avi", 5), "one size"),
                        (lambda: write_clip(pictures(2), tmp_path / "a.avi", 0), "fps"),
                        (lambda: write_clip(pictures(2), tmp_path / "a.avi", 5, [{}]), "one for each of 2 frames"),
                        (lambda: write_clip(iter([np.zeros((9, 9, 3))]), tmp_path / "a.avi", 5), "uint8")):
        with pytest.raises(InputError, match=words):
            make()
    with pytest.raises(StorageError, match="folder"):
        write_clip(pictures(1), tmp_path / "missing" / "a.avi", 5)
    assert list(tmp_path.iterdir()) == []


def test_a_scene_of_defaults_can_move() -> None:
    assert Sequence(Scene(draw_identity(2)), (Blinks(),), fps=25, seconds=4).at(50).identity.id == "p000000"
