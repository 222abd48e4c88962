"""Downloads are complete, pinned and encrypted, or they leave nothing behind. All servers here are on 127.0.0.1."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from vultus.errors import InputError, StorageError, WeightsError
from vultus.runtime import atomic_file, fetch

BODY = bytes(range(256)) * 2000
SHA256 = hashlib.sha256(BODY).hexdigest()


@pytest.fixture
def server(serve: Callable[[], Any]) -> Any:
    running = serve()
    running.answers["/net"] = (200, {}, BODY)
    return running


def test_whole_file_arrives_with_progress(server: Any, tmp_path: Path) -> None:
    seen: list[tuple[str, int, int | None]] = []
    digest = fetch.download(f"{server.url}/net", tmp_path / "net.onnx", sha256=SHA256, size=len(BODY),
                            progress=lambda *step: seen.append(step))
    assert digest == SHA256 and (tmp_path / "net.onnx").read_bytes() == BODY
    assert seen[-1] == ("net.onnx", len(BODY), len(BODY))


@pytest.mark.parametrize(("answer", "message"), [
    ((200, {"Content-Length": str(len(BODY) + 10)}, BODY), r"broke off after 512000 of 512010 bytes"),
    ((200, {"Content-Length": str(len(BODY))}, BODY[:-1]), r"broke off after 511999 of 512000 bytes"),
    ((200, {}, BODY[:-1] + b"x"), r"has sha256 [0-9a-f]{64}, expected " + SHA256),
    ((404, {}, b"no"), r"answered 404 .*check name, version and file"),
    ((401, {}, b"no"), r"answered 401 .*set the token"),
    ((503, {}, b"no"), r"answered 503 .*try again later"),
    ((200, {"Content-Length": str(fetch.MAX_BYTES + 1)}, BODY), r"expected at most 2147483648; nothing was downloaded"),
])
def test_wrong_answers_leave_nothing(server: Any, tmp_path: Path, answer: Any, message: str) -> None:
    server.answers["/net"] = answer
    with pytest.raises(WeightsError, match=message):
        fetch.download(f"{server.url}/net", tmp_path / "net.onnx", sha256=SHA256)
    assert os.listdir(tmp_path) == []


def test_other_size_is_refused_before_the_body(server: Any, tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match=r"has 512000 bytes, expected 5; nothing was downloaded"):
        fetch.download(f"{server.url}/net", tmp_path / "net.onnx", size=5)


def test_failed_download_keeps_the_file_that_was_there(server: Any, tmp_path: Path) -> None:
    (tmp_path / "net.onnx").write_bytes(b"old")
    server.answers["/net"] = (200, {}, b"tampered")
    with pytest.raises(WeightsError):
        fetch.download(f"{server.url}/net", tmp_path / "net.onnx", sha256=SHA256)
    assert (tmp_path / "net.onnx").read_bytes() == b"old"


def test_nobody_listens(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match=r"cannot be reached: .*check the address and the network"):
        fetch.download("http://127.0.0.1:1/net", tmp_path / "net.onnx")


def test_token_stays_with_its_host(server: Any, serve: Callable[[], Any], tmp_path: Path) -> None:
    other = serve()
    other.answers["/net"] = (200, {}, BODY)
    server.answers["/away"] = (302, {"Location": f"{other.url}/net"}, b"")
    server.answers["/moved"] = (302, {"Location": f"{server.url}/net"}, b"")
    for path in ("/away", "/moved"):
        fetch.download(server.url + path, tmp_path / "net.onnx", sha256=SHA256, token="secret")
    assert [path for path, _ in server.asked] == ["/away", "/moved", "/net"]
    assert all(headers.get("Authorization") == "Bearer secret" for _, headers in server.asked)
    assert [headers.get("Authorization") for _, headers in other.asked] == [None]


@pytest.mark.parametrize("location", ["http://example.org/net", "ftp://127.0.0.1/net", "file:///etc/passwd", "http://127.0.0.1@example.org/"])
def test_redirect_to_an_open_line_is_refused(server: Any, tmp_path: Path, location: str) -> None:
    server.answers["/away"] = (302, {"Location": location}, b"")
    with pytest.raises((InputError, WeightsError), match=r"url: expected|answered 302 .*is not followed"):
        fetch.download(f"{server.url}/away", tmp_path / "net.onnx")
    assert os.listdir(tmp_path) == []


def test_redirect_from_https_to_this_machine_is_refused() -> None:
    import urllib.request
    request = urllib.request.Request("https://example.org/net")
    with pytest.raises(InputError, match="redirect: expected https"):
        fetch._Redirects().redirect_request(request, None, 302, "", {}, "http://127.0.0.1/net")


def test_endless_redirects_end(server: Any, tmp_path: Path) -> None:
    server.answers["/round"] = (302, {"Location": f"{server.url}/round"}, b"")
    with pytest.raises(WeightsError, match="answered 302"):
        fetch.download(f"{server.url}/round", tmp_path / "net.onnx")


@pytest.mark.parametrize("url", ["http://example.org/x", "ftp://example.org/x", "file:///etc/passwd", "net.onnx",
                                 "https://user:s3cret@example.org/x"])
def test_other_addresses_are_refused(url: str) -> None:
    with pytest.raises(InputError, match="url: expected") as caught:
        fetch.check_url(url)
    assert "s3cret" not in str(caught.value)


def test_full_disk_is_a_storage_error(server: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(atomic_file.os, "fsync", full)
    with pytest.raises(StorageError, match="No space left on device"):
        fetch.download(f"{server.url}/net", tmp_path / "net.onnx", sha256=SHA256)
    assert os.listdir(tmp_path) == []


def test_json(server: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    server.answers["/facts"] = (200, {}, b'{"a": 1}')
    assert fetch.fetch_json(f"{server.url}/facts") == {"a": 1}
    server.answers["/facts"] = (200, {}, b"<html>")
    with pytest.raises(WeightsError, match="is not JSON"):
        fetch.fetch_json(f"{server.url}/facts")
    monkeypatch.setattr(fetch, "_MAX_JSON", 3)
    with pytest.raises(WeightsError, match="longer than 3 bytes"):
        fetch.fetch_json(f"{server.url}/facts")
