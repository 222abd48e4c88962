"""Videos: times from the container, cut files, lists that lead elsewhere, secrets, queues, lost and returning sources."""

from __future__ import annotations

import struct
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from vultus.data.video import Source, Video, source_of, without_secrets
from vultus.data.video_frames import VideoFrames
from vultus.errors import ImageError, InputError
from vultus.image import Limits, encode_jpeg

SECRET = "hunter2"


def write_avi(path: Path, frames: int, *, rate: float = 10.0, size: tuple[int, int] = (64, 48)) -> Path:
    """A grey ramp: frame k has brightness 4 k."""
    writer = cv2.VideoWriter(str(path), cv2.CAP_OPENCV_MJPEG, cv2.VideoWriter.fourcc(*"MJPG"), rate, size)
    for k in range(frames):
        writer.write(np.full((size[1], size[0], 3), 4 * k, np.uint8))
    writer.release()
    return path


def write_mkv(path: Path, times: Sequence[float]) -> Path:
    """A Matroska file of JPEG pictures shown at given times (Matroska specification, RFC 9559): the smallest that players accept."""
    def element(code: str, *parts: bytes) -> bytes:
        body = b"".join(parts)
        return bytes.fromhex(code) + struct.pack(">Q", len(body) | 1 << 56) + body

    def number(code: str, value: int) -> bytes:
        return element(code, struct.pack(">Q", value))

    head = element("1A45DFA3", number("4286", 1), number("42F7", 1), number("42F2", 4), number("42F3", 8),
                   element("4282", b"matroska"), number("4287", 4), number("4285", 2))
    info = element("1549A966", number("2AD7B1", 1_000_000), element("4D80", b"t"), element("5741", b"t"),
                   element("4489", struct.pack(">d", 1000 * times[-1])))
    picture = element("E0", number("B0", 64), number("BA", 48))
    tracks = element("1654AE6B", element("AE", number("D7", 1), number("73C5", 1), number("83", 1), element("86", b"V_MJPEG"), picture))
    clusters = [element("1F43B675", number("E7", round(1000 * t)),
                        element("A3", b"\x81" + struct.pack(">hB", 0, 0x80), encode_jpeg(np.full((48, 64, 3), 20 * k, np.uint8))))
                for k, t in enumerate(times)]
    path.write_bytes(head + element("18538067", info, tracks, *clusters))
    return path


class FakeCapture:
    """A device: gives `pictures`, then fails. `clock` is advanced by `step` with every frame."""

    def __init__(self, pictures: int, clock: list[float], step: float = 0.1, opened: bool = True) -> None:
        self.left, self.clock, self.step, self.opened, self.released = pictures, clock, step, opened, False
        self.given = 0

    def isOpened(self) -> bool:
        return self.opened

    def grab(self) -> bool:
        self.left -= 1
        self.given += 1
        self.clock[0] += self.step
        return self.left >= 0

    def retrieve(self) -> tuple[bool, Any]:
        return True, np.full((48, 64, 3), self.given, np.uint8)

    def get(self, property_id: int) -> float:
        return {cv2.CAP_PROP_FRAME_WIDTH: 64.0, cv2.CAP_PROP_FRAME_HEIGHT: 48.0, cv2.CAP_PROP_FPS: 30.0}.get(property_id, -1.0)

    def release(self) -> None:
        self.released = True


CAMERA = Source("camera", "camera 0", 0)


def camera(*runs: int) -> tuple[Video, list[FakeCapture]]:
    """A camera that gives so many frames each time it is opened."""
    clock = [0.0]
    captures = [FakeCapture(run, clock, opened=run >= 0) for run in runs]
    waiting = iter(captures)
    return Video(CAMERA, opener=lambda source: next(waiting), clock=lambda: clock[0]), captures


def every(video: Video, **options: Any) -> tuple[list[float], VideoFrames]:
    with VideoFrames(video, **options) as frames:
        return [frame.seconds for frame in frames], frames


def test_frames_with_times_and_contents(tmp_path: Path) -> None:
    video = Video(source_of(write_avi(tmp_path / "a.avi", 20)))
    assert (video.facts.size, video.facts.frame_rate, video.facts.frames) == ((48, 64), 10.0, 20)
    with VideoFrames(video) as frames:
        found = list(frames)
    assert [frame.number for frame in found] == list(range(20))
    assert np.allclose([frame.seconds for frame in found], np.arange(20) / 10, atol=1e-3)
    assert all(abs(float(frame.image.mean()) - 4 * k) < 3 for k, frame in enumerate(found))
    assert (video.ended, video.explanation) == ("end", "")


def test_colours_are_red_green_blue(tmp_path: Path) -> None:
    writer = cv2.VideoWriter(str(tmp_path / "r.avi"), cv2.CAP_OPENCV_MJPEG, cv2.VideoWriter.fourcc(*"MJPG"), 10, (64, 48))
    writer.write(np.full((48, 64, 3), (10, 20, 220), np.uint8))
    writer.release()
    frame = Video(source_of(tmp_path / "r.avi")).next()
    assert frame is not None and frame.image[20, 20].argmax() == 0


def test_times_of_a_variable_rate_come_from_the_container(tmp_path: Path) -> None:
    times = [0.0, 0.04, 0.08, 0.5, 0.54, 1.2, 1.24, 2.0, 3.5]
    found, _ = every(Video(source_of(write_mkv(tmp_path / "v.mkv", times))))
    assert np.allclose(found, times, atol=2e-3)
    sampled, _ = every(Video(source_of(tmp_path / "v.mkv")), every=0.2)
    assert np.allclose(sampled, [0.0, 0.5, 1.2, 2.0, 3.5], atol=2e-3)


@pytest.mark.parametrize(("step", "expected"), [(0.2, 10), (0.3, 7), (1.0, 2), (0.0, 20), (0.15, 13), (50.0, 1)])
def test_sampling_keeps_the_mean_rate(tmp_path: Path, step: float, expected: int) -> None:
    found, _ = every(Video(source_of(write_avi(tmp_path / "a.avi", 20))), every=step)
    assert len(found) == expected


def test_a_file_that_is_cut_short_gives_what_it_has(tmp_path: Path) -> None:
    whole = write_avi(tmp_path / "a.avi", 50).read_bytes()
    (tmp_path / "cut.avi").write_bytes(whole[:len(whole) // 2])
    video = Video(source_of(tmp_path / "cut.avi"))
    found, _ = every(video)
    assert 15 <= len(found) <= 35 and video.ended == "early"
    assert f"ends early after {found[-1]:.1f} s of 5.0 s" in video.explanation


def test_one_frame(tmp_path: Path) -> None:
    video = Video(source_of(write_avi(tmp_path / "one.avi", 1)))
    found, _ = every(video, every=0.2)
    assert found == [0.0] and video.ended == "end"


@pytest.mark.parametrize(("content", "words"), [
    (None, "nothing there"), (b"", "0 bytes"), (b"no video at all" * 99, "cannot be opened"),
    (b"#EXTM3U\nhttp://elsewhere/x.ts\n", "list of other files"),
    (b"\xef\xbb\xbfffconcat version 1.0\nfile /etc/passwd", "list of other files")])
def test_what_is_no_video_is_one_sentence(tmp_path: Path, content: bytes | None, words: str) -> None:
    path = tmp_path / "x.mp4"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ImageError, match=words) as caught:
        Video(source_of(path))
    assert "\n" not in str(caught.value)
    with pytest.raises(ImageError, match="a folder"):
        source_of(tmp_path)


@pytest.mark.parametrize(("content", "words"), [
    (b"\0\0\0\x10ftypisom\0\0\2\0" + b"\0\0\1\0mdat" + b"x" * 99, "MP4 that was cut off"),
    (b"\0\0\0\x10ftypisom\0\0\2\0" + b"\0\0\0\x0amoovxx", "not sound alone"),
    (b"no video at all" * 99, "not sound alone")])
def test_only_an_mp4_without_its_index_is_said_to_be_cut_off(tmp_path: Path, content: bytes, words: str) -> None:
    (tmp_path / "x.mp4").write_bytes(content)
    with pytest.raises(ImageError, match=words):
        Video(source_of(tmp_path / "x.mp4"))


def test_a_frame_with_too_many_pixels_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ImageError, match="at most 1000 pixels, got 64x48"):
        Video(source_of(write_avi(tmp_path / "a.avi", 2)), limits=Limits(max_pixels=1000))


def test_kinds_of_sources(tmp_path: Path) -> None:
    assert source_of("0").target == 0 and source_of(2).name == "camera 2"
    assert source_of("rtsp://host:554/x").kind == "stream"
    with pytest.raises(InputError, match="expected an address of rtsp"):
        source_of("gopher://host/x")
    with pytest.raises(InputError):
        source_of("file:///etc/passwd")


@pytest.mark.parametrize("address", [
    f"rtsp://user:{SECRET}@host:554/path", f"rtsp://{SECRET}@host/path", f"http://host/v.mjpg?token={SECRET}", f"http://host/v#{SECRET}",
    f"rtsp://user:{SECRET}/x@host/path", f"rtsp://user:a?{SECRET}@host/path", f"rtsp://user:a#{SECRET}@host/p", f"rtsp://u:a@{SECRET}@host/p",
    f"http://host/v?key=a@{SECRET}", f"rtsp://user:{SECRET}@[::1/path",
    f"rtsp://host:554/user=admin&password={SECRET}&channel=1.sdp"])
def test_no_secret_of_an_address_is_shown(address: str) -> None:
    source = source_of(address)
    assert source.target == address
    assert SECRET not in source.name + repr(source) + without_secrets(address)
    with pytest.raises(ImageError) as caught:
        Video(source, opener=lambda s: FakeCapture(0, [0.0], opened=False))
    assert SECRET not in str(caught.value) and "check address" in str(caught.value)


def test_the_host_of_an_address_is_shown() -> None:
    assert source_of(f"rtsp://user:{SECRET}@cam.example:554/door?x=1").name == "rtsp://cam.example:554/door"


def test_a_lost_camera_is_explained_and_its_frames_are_kept() -> None:
    video, _ = camera(7)
    found: list[float] = []
    frame = video.next()
    while frame is not None:
        found.append(frame.seconds)
        frame = video.next()
    assert np.allclose(found, 0.1 * np.arange(1, 8)) and video.ended == "lost"
    assert video.explanation == "camera 0: the camera is gone or stopped sending after 0.7 s"


def test_a_camera_that_cannot_be_opened() -> None:
    with pytest.raises(ImageError, match=r"camera 0: expected a camera that can be opened.*plugged in"):
        camera(-1)


def test_a_camera_without_a_picture() -> None:
    with pytest.raises(ImageError, match="without a picture"):
        every(camera(0)[0])


def test_a_stream_is_connected_again_a_bounded_number_of_times() -> None:
    video, captures = camera(3, -1, 4, -1, -1)
    waits: list[float] = []
    with VideoFrames(video, reconnect=2, wait=waits.append) as frames:
        last = [frame.seconds for frame in frames]
        assert frames.reconnected == 1
    assert waits == [1.0, 2.0, 1.0, 2.0] and video.ended == "lost" and video.frames == 7
    assert last == sorted(last) and all(capture.released for capture in captures)


def test_old_frames_of_a_live_source_are_dropped_and_counted() -> None:
    video, _ = camera(100)
    frames = VideoFrames(video)
    frames._read_all()  # nobody takes a frame out meanwhile
    assert len(frames) <= 1 and frames.dropped >= 99


def test_the_queue_of_a_file_is_bounded_and_loses_nothing(tmp_path: Path) -> None:
    class Counting(Video):
        read = 0

        def next(self, due: float = 0.0) -> Any:
            Counting.read += 1
            return super().next(due)

    with VideoFrames(Counting(source_of(write_avi(tmp_path / "a.avi", 60))), ahead=3) as frames:
        ahead, numbers = [], []
        for frame in frames:
            numbers.append(frame.number)
            ahead.append(Counting.read - len(numbers))
    assert numbers == list(range(60)) and max(ahead) <= 3 + 2 and frames.dropped == 0


def test_a_device_that_hangs_counts_as_lost() -> None:
    release = threading.Event()

    class Hanging(FakeCapture):
        def grab(self) -> bool:
            if self.given == 2:
                release.wait(20)
                return False
            return super().grab()

    video = Video(CAMERA, opener=lambda s: Hanging(9, [0.0]))
    with VideoFrames(video, patience=0.2) as frames:
        found = list(frames)
        release.set()
    assert 1 <= len(found) <= 2 and video.ended == "lost"


def test_leaving_early_stops_the_thread(tmp_path: Path) -> None:
    with VideoFrames(Video(source_of(write_avi(tmp_path / "a.avi", 60))), ahead=2) as frames:
        next(iter(frames))
    assert not frames._thread.is_alive()


@pytest.mark.parametrize("step", [-1.0, float("nan"), float("inf")])
def test_wrong_steps_are_refused(step: float, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="every: expected seconds"):
        VideoFrames(camera(1)[0], every=step)


@pytest.mark.parametrize("address", [f"rtsp:/alice:{SECRET}@host/x", f"RTSP:alice:{SECRET}@host/x", f"foo:/alice:{SECRET}@host/x",
                                     f" rtsp:/alice:{SECRET}@host/x", f"rtsp:\\alice:{SECRET}@host", f"rtsp:/a:{SECRET}@h/?u=http://x"])
def test_mistyped_addresses_are_hidden(address: str) -> None:
    with pytest.raises(InputError, match="address hidden") as error:
        source_of(address)
    assert SECRET not in str(error.value)


def test_a_drive_is_no_address(tmp_path: Path) -> None:
    with pytest.raises(ImageError, match="nothing there"):
        source_of("C:\\none.mp4")
