"""Opens files, cameras and streams through OpenCV (FFmpeg inside) and gives frames with the time at which they are shown.

Times of files come from the container, so that a variable frame rate is no special case; times of live sources are those of
arrival. PyAV would read the same files through the same FFmpeg: H.264, MPEG-4, VP8, VP9 and MJPEG in MP4, MKV, WebM and AVI give the
same frames and times through OpenCV, which the core has anyway.
"""

from __future__ import annotations

import math
import os
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol

import numpy as np

from vultus.errors import ImageError, InputError
from vultus.image import DEFAULT_LIMITS, Limits, as_text, shown
from vultus.types import Image

Kind = Literal["file", "camera", "stream"]
Ended = Literal["", "end", "early", "lost"]
SCHEMES = ("rtsp", "rtsps", "rtmp", "http", "https", "udp", "srt")
PATIENCE_MS = 10_000  # a stream that does not answer or send for so long is lost
EARLY = 0.5  # s and
EARLY_SHARE = 0.02  # share of the stated length that may be missing before a file counts as cut short
# Text files that name other files or addresses: FFmpeg would follow them.
_PLAYLISTS = (b"#EXTM3U", b"ffconcat", b"<?xml", b"<MPD", b"[playlist]", b"v=0", b"<smil")


class Capture(Protocol):
    """What this module uses of `cv2.VideoCapture`."""

    def isOpened(self) -> bool: ...
    def grab(self) -> bool: ...
    def retrieve(self) -> tuple[bool, Any]: ...
    def get(self, property_id: int) -> float: ...
    def release(self) -> None: ...


@dataclass(frozen=True)
class Source:
    """Where frames come from. `name` is what may be shown: it never holds a password; `target` goes to OpenCV and nowhere else."""

    kind: Kind
    name: str
    target: str | int

    def __repr__(self) -> str:
        return f"Source({self.kind!r}, {self.name!r})"


@dataclass(frozen=True, eq=False)
class Frame:
    """One frame: seconds since the start of the source, number counted over all frames of the source, uint8 RGB (h, w, 3)."""

    seconds: float
    number: int
    image: Image


@dataclass(frozen=True)
class Facts:
    """What a container or device says about itself; None where it says nothing. Size is (height, width) px, length in seconds."""

    size: tuple[int, int]
    frame_rate: float | None
    length: float | None
    frames: int | None


def source_of(argument: str | os.PathLike[str] | int) -> Source:
    """A file, a camera number or an address.

    Raises:
        ImageError: a file that is missing or is not a video. InputError: an address of a kind that is not read.
    """
    if isinstance(argument, int) or (isinstance(argument, str) and argument.isascii() and argument.isdigit()):
        return Source("camera", f"camera {int(argument)}", int(argument))
    text = os.fspath(argument)
    if _looks_like_address(text) and "://" not in text[:text.index(":") + 3]:
        raise InputError("source", expected="an address with :// after its kind, or a file", got="one without (address hidden)")
    scheme, separator, _ = text.partition("://")
    if separator:
        if scheme.lower() not in SCHEMES:
            raise InputError("source", expected="an address of " + ", ".join(SCHEMES), got=f"{shown(scheme)[:20]}://")
        return Source("stream", without_secrets(text), text)
    _check_file(Path(text))
    return Source("file", as_text(text), os.path.abspath(text))


def _looks_like_address(text: str) -> bool:
    """Letters, a colon and a slash; one letter is a drive of Windows. A mistyped address must not be shown as the name of a file."""
    return re.match(r"\s*[A-Za-z][A-Za-z0-9+.-]+:[/\\]", text) is not None or text.strip().lower().startswith(
        tuple(f"{scheme}:" for scheme in SCHEMES))


def without_secrets(address: str) -> str:
    """An address without user, password, query and fragment: all parts in which keys are handed over.

    A password may itself hold `/`, `?`, `#` or `@`; where that leaves open what the host is, nothing is shown.
    """
    scheme, _, rest = address.partition("://")
    authority = re.split(r"[/?#]", rest, maxsplit=1)[0]
    beyond = rest[len(authority):]
    if "@" in beyond:
        return f"{shown(scheme)}://(address hidden)"
    path = re.split("[?#]", beyond, maxsplit=1)[0]
    # Some cameras take user=...&password=... in the path.
    return shown(f"{scheme}://{authority.rpartition('@')[2]}{'/(path hidden)' if '=' in path else path}")


class Video:
    """An opened source.

    Args:
        source: of `source_of`.
        limits: a frame with more pixels is refused before it is decoded.
        opener: makes the capture; the default is OpenCV's.
        clock: seconds, for the times of live sources.

    Raises:
        ImageError: it cannot be opened, or is no video.
    """

    def __init__(self, source: Source, *, limits: Limits = DEFAULT_LIMITS, opener: Callable[[Source], Capture] | None = None,
                 clock: Callable[[], float] = time.monotonic) -> None:
        self.source, self._limits, self._clock = source, limits, clock
        self._opener = opener or open_capture
        self._capture = self._open()
        self.facts = self._read_facts()
        self.live = source.kind == "camera" or (source.kind == "stream" and self.facts.frames is None)
        self.frames, self.seconds, self.ended = 0, 0.0, ""
        self._start = clock()

    def next(self, due: float = 0.0) -> Frame | None:
        """The first frame shown at or after `due` seconds, None when there is none left (`ended` says how it ended)."""
        while self._capture.grab():
            self._advance()
            if self.seconds >= due:
                return self._decoded()
        self.ended = "lost" if self.live else "early" if self._cut_short() else "end"
        if not self.frames:
            raise ImageError(self.source.name, expected="a video", got="one without a picture that can be read")
        return None

    def reopen(self) -> bool:
        """Connect again after a loss; the time goes on. False when that failed."""
        self._capture.release()
        try:
            self._capture = self._open()
        except ImageError:
            return False
        self.ended = ""
        return True

    @property
    def explanation(self) -> str:
        """How the source ended, in one sentence; empty when it ended as it should."""
        at = f"after {self.seconds:.1f} s"
        if self.ended == "early":
            return f"{self.source.name} ends early {at} of {self.facts.length:.1f} s: the file is cut short or damaged"
        what = "the camera is gone or stopped sending" if self.source.kind == "camera" else "the stream stopped"
        return f"{self.source.name}: {what} {at}" if self.ended == "lost" else ""

    def close(self) -> None:
        self._capture.release()

    def _open(self) -> Capture:
        capture = self._opener(self.source)
        if capture.isOpened():
            return capture
        capture.release()
        wanted, hint = {
            "file": ("a video", _why_unreadable(self.source) if self.source.kind == "file" else ""),
            "camera": ("a camera that can be opened", "is it plugged in, and not in use by another program?"),
            "stream": ("a stream that can be opened", "check address, network, user and password")}[self.source.kind]
        raise ImageError(self.source.name, expected=wanted, got="something that cannot be opened", hint=hint)

    def _read_facts(self) -> Facts:
        import cv2
        wide, high, rate, count = (self._capture.get(name) for name in (
            cv2.CAP_PROP_FRAME_WIDTH, cv2.CAP_PROP_FRAME_HEIGHT, cv2.CAP_PROP_FPS, cv2.CAP_PROP_FRAME_COUNT))
        if wide * high > self._limits.max_pixels:
            self._capture.release()
            raise ImageError(self.source.name, expected=f"frames of at most {self._limits.max_pixels} pixels",
                             got=f"{wide:.0f}x{high:.0f}")
        known = math.isfinite(rate) and 0 < rate < 1000
        frames = int(count) if self.source.kind != "camera" and math.isfinite(count) and 0 < count < 1e12 else None
        return Facts((int(high), int(wide)), rate if known else None, frames / rate if known and frames else None, frames)

    def _advance(self) -> None:
        """Count the grabbed frame and set its time, which never runs backwards."""
        import cv2
        before, step = self.seconds, 1 / (self.facts.frame_rate or 25)
        shown_at = self._clock() - self._start if self.live else self._capture.get(cv2.CAP_PROP_POS_MSEC) / 1000
        later = math.isfinite(shown_at) and (shown_at > before or not self.frames)
        self.seconds = max(shown_at, 0.0) if later else before + (1e-3 if self.live else step)
        self.frames += 1

    def _decoded(self) -> Frame | None:
        import cv2
        done, picture = self._capture.retrieve()
        if not done or picture is None:
            return None
        if picture.ndim == 2:
            picture = cv2.cvtColor(picture, cv2.COLOR_GRAY2BGR)
        return Frame(self.seconds, self.frames - 1, np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB), np.uint8))

    def _cut_short(self) -> bool:
        """Both fewer frames and less time than stated: stated counts are estimates where the frame rate varies."""
        if self.facts.frames is None or self.facts.length is None or self.facts.frame_rate is None:
            return False
        missing = self.facts.length - self.seconds - 1 / self.facts.frame_rate
        return (missing > max(EARLY, EARLY_SHARE * self.facts.length)
                and self.facts.frames - self.frames > max(1, EARLY_SHARE * self.facts.frames))


def _why_unreadable(source: Source) -> str:
    """What may be wrong with a file that cannot be opened, from the boxes it consists of (ISO/IEC 14496-12, section 4.2)."""
    kinds: list[bytes] = []
    with open(str(source.target), "rb") as file:
        while len(head := file.read(16)) >= 8 and (kinds or head[4:8] == b"ftyp") and len(kinds) < 100:
            kinds.append(head[4:8])
            size = int.from_bytes(head[8:16] if head[:4] == b"\0\0\0\1" else head[:4], "big")
            if size < 8:
                break
            file.seek(size - len(head), os.SEEK_CUR)
    if kinds and b"moov" not in kinds:
        return "an MP4 that was cut off cannot be read, because its index is written last"
    return "does it hold pictures, and not sound alone?"


def open_capture(source: Source) -> Capture:
    """OpenCV's capture of a source, quiet: FFmpeg's own messages could repeat an address."""
    os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")
    import cv2
    level = cv2.utils.logging.getLogLevel()
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
    try:
        if source.kind == "camera":
            return cv2.VideoCapture(int(source.target))
        waits = [cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, PATIENCE_MS, cv2.CAP_PROP_READ_TIMEOUT_MSEC, PATIENCE_MS]
        return cv2.VideoCapture(str(source.target), cv2.CAP_FFMPEG, waits if source.kind == "stream" else [])
    finally:
        cv2.utils.logging.setLogLevel(level)


def _check_file(path: Path) -> None:
    name = shown(path)
    try:
        if not path.is_file():
            what = "a folder" if path.is_dir() else "something else" if path.exists() else "nothing there"
            raise ImageError(name, expected="a video file, a camera number or an address", got=what)
        with path.open("rb") as file:
            head = file.read(64)
    except (OSError, ValueError) as error:
        raise ImageError(name, expected="a readable file", got=getattr(error, "strerror", None) or type(error).__name__) from None
    if not head:
        raise ImageError(name, expected="a video", got="0 bytes")
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(_PLAYLISTS):
        raise ImageError(name, expected="a video", got="a list of other files or addresses", hint="give one of those instead")
