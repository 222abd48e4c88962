"""Live lines, annotated frames, the page, and the preview that only this machine can see."""

from __future__ import annotations

import http.client
import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from vultus.apps.video.annotate import WIDEST, annotated
from vultus.apps.video.joining import joining_rule
from vultus.apps.video.live import Event, LiveLog
from vultus.apps.video.page import clock, html, span, write_timeline
from vultus.apps.video.preview import HOST, Preview
from vultus.apps.video.settings import Settings
from vultus.apps.video.view import View
from vultus.apps.video.watch import watch
from vultus.data.video import Video
from vultus.errors import InputError, StorageError
from vultus.image import decode
from vultus.pipeline import Recogniser
from vultus.types import Faces, Image

Make, Draw = Callable[..., Video], Callable[..., Image]
RED, BLUE = (220, 30, 30), (30, 40, 210)
NASTY = "<img src=x onerror=alert(1)>&\"'.mp4"


def events(video: Video, recogniser: Recogniser, settings: Settings) -> list[Event]:
    log = LiveLog(settings, joining_rule(recogniser.space, threshold=0.95), recogniser.space)
    found: list[Event] = []
    watch(video, recogniser, settings=settings, threshold=0.95, on_view=lambda view: found.extend(log.take(view)))
    return found + log.end()


def test_who_comes_and_who_leaves(reel: Make, stage: Draw, recogniser: Recogniser, settings: Settings) -> None:
    frames = ([stage((RED, 60, 60))] * 10 + [stage((RED, 60, 60), (BLUE, 200, 60))] * 10 + [stage((BLUE, 200, 60))] * 25
              + [stage((RED, 100, 60), (BLUE, 200, 60))] * 5)
    found = [(round(e.seconds, 1), e.label, e.what) for e in events(reel(frames), recogniser, settings)]
    assert found == [(0.0, "person 1", "came"), (2.0, "person 2", "came"), (3.8, "person 1", "left"), (9.0, "person 1", "came"),
                     (9.8, "person 1", "left"), (9.8, "person 2", "left")]


def test_a_short_absence_is_no_leaving(reel: Make, stage: Draw, recogniser: Recogniser, settings: Settings) -> None:
    frames = [stage((RED, 60, 60))] * 6 + [stage()] * 8 + [stage((RED, 220, 60))] * 6
    assert [e.what for e in events(reel(frames), recogniser, settings)] == ["came", "left"]


@pytest.fixture
def result(reel: Make, stage: Draw, recogniser: Recogniser, settings: Settings) -> Any:
    frames = [stage((RED, 60, 60), (BLUE, 200, 60))] * 8 + [stage()] * 15 + [stage((RED, 60, 60))] * 8
    return watch(reel(frames), recogniser, settings=settings, threshold=0.95)


def test_both_files_are_written(result: Any, tmp_path: Path) -> None:
    record, page = write_timeline(result, tmp_path / "out")
    assert json.loads(record.read_text("utf-8")) == json.loads(json.dumps(result.as_dict()))
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["timeline.html", "timeline.json"]
    text = page.read_text("utf-8")
    assert text.count("data:image/jpeg;base64,") == 2 and text.count('<i style="left') == 3
    assert "2 people" in text and "person 2" in text and not re.findall(r"https?://", text)


def test_the_page_loads_nothing_and_escapes_everything(result: Any) -> None:
    text = html(replace(result, source=NASTY, people=tuple(replace(p, label=NASTY) for p in result.people), warnings=(NASTY,)))
    assert "<img src=x" not in text and "&lt;img src=x" in text
    tags = re.findall(r"<[^>]*>", text)
    assert not [tag for tag in tags if re.search(r"\s(src|href)=", tag) and 'src="data:image/jpeg;base64,' not in tag]
    assert "<script" not in text and "url(" not in text
    assert "default-src 'none'" in text


def test_bars_lie_where_the_person_was_seen(result: Any) -> None:
    text = html(result)
    bars = [(float(a), float(b)) for a, b in re.findall(r'left: ([\d.]+)%; width: ([\d.]+)%" title', text)]
    length = result.seconds + 0.2  # the last frame stays
    expected = [(a / length * 100, (b - a) / length * 100) for p in result.people for a, b in p.intervals]
    assert np.allclose(bars, expected, atol=0.01)


def test_without_pictures_none_is_on_the_page(reel: Make, stage: Draw, recogniser: Recogniser, settings: Settings) -> None:
    bare = watch(reel([stage((RED, 60, 60))] * 5), recogniser, settings=replace(settings, pictures=False), threshold=0.95)
    assert "data:image" not in html(bare) and "person 1" in html(bare)


def test_places_that_cannot_be_written(result: Any, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(InputError, match="out: expected a folder"):
        write_timeline(result, tmp_path / "file")
    with pytest.raises(StorageError):
        write_timeline(result, tmp_path / "file" / "below")


@pytest.mark.parametrize(("seconds", "text"), [(0, "0:00"), (65.9, "1:05"), (3600, "1:00:00"), (36061, "10:01:01")])
def test_times_for_people(seconds: float, text: str) -> None:
    assert clock(seconds) == text


@pytest.mark.parametrize(("start", "end", "text"), [(8, 9.6000001, "8.0-9.6 s"), (0, 0.04, "0.0-0.1 s"),
                                                  (59.9, 60.1, "0:59-1:01"), (62, 65.00001, "1:02-1:05")])
def test_spans_for_people(start: float, end: float, text: str) -> None:
    assert span(start, end) == text


def test_frames_are_annotated(stage: Draw) -> None:
    image = np.zeros((1080, 1920, 3), np.uint8)
    boxes = np.array([(200, 200, 400, 400)], np.float32)
    faces = Faces(boxes, np.ones(1, np.float32), np.zeros((1, 5, 2), np.float32), (1080, 1920))
    drawn = annotated(View(1.0, image, faces, (None,), (), ()), lambda track: "面 Ann")
    assert drawn.shape == (540, WIDEST, 3) and not image.any()
    assert drawn[150, 100].any() and drawn[100, 150].any() and not drawn[150, 150].any()


def get(preview: Preview, path: str, host: str | None = None) -> tuple[int, bytes, Any]:
    connection = http.client.HTTPConnection(HOST, preview.port, timeout=10)
    connection.request("GET", path, headers={"Host": host or f"{HOST}:{preview.port}"})
    answer = connection.getresponse()
    body = answer.read(20000 if not path.endswith("stream") else 400)
    headers = answer.headers
    connection.close()
    return answer.status, body, headers


def test_the_preview_is_for_this_machine_alone(stage: Draw) -> None:
    with Preview() as preview:
        assert preview._server.server_address[0] == "127.0.0.1" and preview._server.socket.getsockname()[0] == "127.0.0.1"
        path = preview.url.partition(str(preview.port))[2]
        status, body, headers = get(preview, path)
        assert status == 200 and b'src="stream"' in body and headers["Cache-Control"] == "no-store"
        assert get(preview, path, host="evil.example")[0] == 403
        assert get(preview, "/")[0] == get(preview, "/stream")[0] == get(preview, path + "../../etc/passwd")[0] == 404


def test_the_preview_streams_the_newest_frame(stage: Draw) -> None:
    with Preview() as preview:
        preview.show(stage())
        preview.show(stage((RED, 60, 60)))
        connection = http.client.HTTPConnection(HOST, preview.port, timeout=10)
        connection.request("GET", preview.path("stream"))
        answer = connection.getresponse()
        head = answer.fp.readline() + answer.fp.readline() + answer.fp.readline()
        length = int(re.findall(rb"Content-Length: (\d+)", head)[0])
        answer.fp.readline()
        picture = decode(answer.fp.read(length)).image
        connection.close()
    assert picture.shape == (120, 320, 3) and picture[60, 60].argmax() == 0 and picture[60, 60].max() > 150


def test_a_closed_preview_ends_its_streams() -> None:
    with Preview() as preview:
        pass
    assert preview.newest(0, 5.0) == (-1, None)
