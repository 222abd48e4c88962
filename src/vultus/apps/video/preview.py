"""A page on this machine that shows what is watched: annotated frames as a stream of JPEGs, for one person at this machine.

The server listens on 127.0.0.1 and nowhere else, answers only requests that name that host (so that a page from elsewhere cannot
reach it by having its name point there), and only below a random path.
"""

from __future__ import annotations

import secrets
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

from vultus.errors import StorageError
from vultus.image import encode_jpeg
from vultus.types import Image

HOST = "127.0.0.1"
PAGE = ("<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Vultus preview</title>"
        "<style>body{margin:0;background:#111;color:#ddd;font:14px system-ui,sans-serif;text-align:center}"
        "img{max-width:100%;max-height:92vh}</style><img src=\"stream\" alt=\"what is watched\">"
        "<p>Ctrl-C in the terminal ends it.</p></html>")
BOUNDARY = "vultusframe"


class Preview:
    """Serves the newest frame; use as a context. `url` is where to look."""

    def __init__(self) -> None:
        self._token = secrets.token_urlsafe(9)
        self._news = threading.Condition()
        self._jpeg: bytes | None = None
        self._count = 0
        self._closed = False
        try:
            self._server = _Server((HOST, 0), _Handler)
        except OSError as error:
            raise StorageError(f"cannot open a port on {HOST} for the preview: {error.strerror}") from error
        self._server.preview = self
        self._thread = threading.Thread(target=self._server.serve_forever, name="vultus-preview", daemon=True)

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}/{self._token}/"

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    @property
    def watched(self) -> bool:
        """Whether somebody has the stream open."""
        return self._server.viewers > 0

    def show(self, image: Image) -> None:
        """Make this the newest frame, uint8 RGB."""
        jpeg = encode_jpeg(image, 80)
        with self._news:
            self._jpeg, self._count = jpeg, self._count + 1
            self._news.notify_all()

    def newest(self, after: int, timeout: float) -> tuple[int, bytes | None]:
        """(number, JPEG) of the newest frame once there is one later than number `after`; (-1, None) when there will be none."""
        with self._news:
            self._news.wait_for(lambda: self._closed or self._count > after, timeout)
            return (-1, None) if self._closed else (self._count, self._jpeg)

    def path(self, name: str) -> str:
        return f"/{self._token}/{name}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        with self._news:
            self._closed = True
            self._news.notify_all()
        self._server.shutdown()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    preview: Preview
    viewers = 0


class _Handler(BaseHTTPRequestHandler):
    server_version = "vultus"
    sys_version = ""
    timeout = 30

    def do_GET(self) -> None:
        preview = self._preview
        host = self.headers.get("Host", "")
        if host not in (f"{HOST}:{preview.port}", f"localhost:{preview.port}"):
            self.send_error(403)
        elif self.path == preview.path(""):
            self._reply("text/html; charset=utf-8", PAGE.encode())
        elif self.path == preview.path("stream"):
            self._stream(preview)
        else:
            self.send_error(404)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing is logged."""

    @property
    def _preview(self) -> Preview:
        assert isinstance(self.server, _Server)
        return self.server.preview

    def _reply(self, kind: str, body: bytes) -> None:
        self.send_response(200)
        for name, value in (("Content-Type", kind), ("Content-Length", str(len(body))), ("Cache-Control", "no-store"),
                            ("Content-Security-Policy", "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'"),
                            ("X-Content-Type-Options", "nosniff"), ("Referrer-Policy", "no-referrer")):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def _stream(self, preview: Preview) -> None:
        self.send_response(200)
        self.send_header("Content-Type", f"multipart/x-mixed-replace; boundary={BOUNDARY}")
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        assert isinstance(self.server, _Server)
        self.server.viewers += 1
        number = 0
        try:
            while number >= 0:
                number, jpeg = preview.newest(number, 5.0)
                if jpeg is not None:
                    head = f"--{BOUNDARY}\r\nContent-Type: image/jpeg\r\nContent-Length: {len(jpeg)}\r\n\r\n"
                    self.wfile.write(head.encode() + jpeg + b"\r\n")
        except (ConnectionError, TimeoutError):
            return
        finally:
            self.server.viewers -= 1
