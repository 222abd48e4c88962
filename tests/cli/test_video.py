"""`vultus video`: exit statuses, files, lines, JSON, and no secret anywhere."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from vultus import pipeline
from vultus.apps.video import watch as watching
from vultus.cli.main import main
from vultus.data import video as reading
from vultus.pipeline import Recogniser

RED, BLUE = (220, 30, 30), (30, 40, 210)
SECRET = "hunter2"


@pytest.fixture(autouse=True)
def drawn_recogniser(monkeypatch: pytest.MonkeyPatch, drawn_detector: Any, colour_embedder: Any) -> None:
    monkeypatch.setattr(pipeline, "Recogniser", lambda *_, **__: Recogniser(drawn_detector, colour_embedder, threads=1))


@pytest.fixture
def clip(tmp_path: Path, drawn: Any) -> Path:
    """Two seconds of two faces with some texture, so that they are sharp."""
    rng = np.random.default_rng(0)
    path = tmp_path / "clip.avi"
    writer = cv2.VideoWriter(str(path), cv2.CAP_OPENCV_MJPEG, cv2.VideoWriter.fourcc(*"MJPG"), 10, (200, 100))
    for _ in range(20):
        frame = drawn(RED, BLUE).astype(int) + rng.integers(-25, 26, (100, 200, 1))
        writer.write(np.clip(frame, 0, 255).astype(np.uint8)[..., ::-1].copy())
    writer.release()
    return path


def run(*arguments: Any) -> int:
    return main(["video", *map(str, arguments)])


def test_lines_and_files(clip: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(clip, "--threshold", 0.95, "--out", tmp_path / "out") == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("2 people, in 1.8 s of ") and lines[1].startswith("person 1: 2.0 s, 0.0-2.0 s")
    assert lines[-1] == f"see {tmp_path / 'out' / 'timeline.html'}"
    assert len(json.loads((tmp_path / "out" / "timeline.json").read_text("utf-8"))["people"]) == 2
    assert (tmp_path / "out" / "timeline.html").read_text("utf-8").count("data:image/jpeg") == 2
    assert run(clip, "--threshold", 0.95, "--out", tmp_path / "bare", "--no-pictures") == 0
    assert "data:image" not in (tmp_path / "bare" / "timeline.html").read_text("utf-8")


def test_json_is_one_document(clip: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(clip, "--threshold", 0.95, "--json", "--live", "--fps", 10) == 0
    captured = capsys.readouterr()
    record = json.loads(captured.out)
    assert record["watched"]["looked_at"] == 20 and record["watched"]["ended"] == "end"
    assert "person 1 came" in captured.err and "person 2 left" in captured.err


def test_live_lines(clip: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(clip, "--threshold", 0.95, "--live", "--preview") == 0
    captured = capsys.readouterr()
    assert captured.out.count(" came") == captured.out.count(" left") == 2
    assert "preview at http://127.0.0.1:" in captured.err


@pytest.mark.parametrize("arguments", [
    ("missing.mp4",), ("clip", "--every", "-1"), ("clip", "--every", "1", "--fps", "2"), ("clip", "--fps", "0"),
    ("clip", "--threshold", "3"), ("clip", "--gallery", "nowhere")])
def test_bad_input_is_status_2(arguments: tuple[str, ...], clip: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(*[clip if a == "clip" else a for a in arguments]) == 2
    assert capsys.readouterr().err.strip()


def test_a_file_that_is_cut_short_is_status_0_with_a_warning(clip: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    whole = clip.read_bytes()
    clip.write_bytes(whole[:len(whole) // 2])
    assert run(clip, "--threshold", 0.95) == 0
    assert "ends early" in capsys.readouterr().err


def test_an_interruption_is_status_130_and_writes(clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    step = watching._Watching.step

    def interrupted(self: Any, frame: Any, seen: Any) -> Any:
        if frame.seconds > 0.9:
            raise KeyboardInterrupt
        return step(self, frame, seen)
    monkeypatch.setattr(watching._Watching, "step", interrupted)
    assert run(clip, "--threshold", 0.95, "--out", tmp_path / "out") == 130
    record = json.loads((tmp_path / "out" / "timeline.json").read_text("utf-8"))
    assert record["watched"]["ended"] == "interrupted" and len(record["people"]) == 2


class LostCamera:
    """Shows two faces a few times and is then unplugged."""

    def __init__(self, picture: np.ndarray) -> None:  # type: ignore[type-arg]
        self.left, self.picture = 8, picture

    def isOpened(self) -> bool:
        return True

    def grab(self) -> bool:
        self.left -= 1
        return self.left >= 0

    def retrieve(self) -> tuple[bool, Any]:
        return True, self.picture

    def get(self, name: int) -> float:
        return {cv2.CAP_PROP_FRAME_WIDTH: 200.0, cv2.CAP_PROP_FRAME_HEIGHT: 100.0}.get(name, -1.0)

    def release(self) -> None:
        """Nothing."""


def test_a_lost_stream_is_status_2_and_writes_and_shows_no_secret(drawn: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                                                  capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(reading, "open_capture", lambda source: LostCamera(drawn(RED, BLUE)))
    address = f"rtsp://admin:{SECRET}@cam.example/door?token={SECRET}"
    assert run(address, "--threshold", 0.95, "--out", tmp_path / "out", "--live") == 2
    captured = capsys.readouterr()
    written = "".join(path.read_text("utf-8") for path in (tmp_path / "out").iterdir())
    assert "the stream stopped" in captured.err and "rtsp://cam.example/door" in written
    assert SECRET not in captured.out + captured.err + written and "admin" not in captured.out + captured.err + written


def test_a_stream_that_cannot_be_opened_shows_no_secret(capfd: pytest.CaptureFixture[str]) -> None:
    assert run(f"rtsp://admin:{SECRET}@127.0.0.1:1/x", "--threshold", 0.95) == 2
    captured = capfd.readouterr()
    assert "rtsp://127.0.0.1:1/x: expected a stream that can be opened" in captured.err
    assert SECRET not in captured.out + captured.err and captured.err.count("\n") == 1
