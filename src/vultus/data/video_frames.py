"""Frames read ahead by a thread: files wait for the reader, live sources drop what is too old to look at."""

from __future__ import annotations

import math
import queue
import threading
import time
from collections.abc import Callable, Iterator

from vultus.data.video import PATIENCE_MS, Frame, Video
from vultus.errors import InputError, VultusError

AHEAD = 4  # frames in the queue
RETRY_AFTER = 1.0  # s, the wait before the first try to connect again; doubled each time


class VideoFrames:
    """Iterates over sampled frames of an opened source; use as a context.

    Args:
        video: the source.
        every: s between frames that are looked at, 0 for every frame.
        ahead: frames that may wait.
        reconnect: tries to connect again when a live source is lost.
        patience: s without a frame after which a live source counts as lost.
        wait: called with seconds between tries.

    Attributes:
        dropped: frames of a live source that were thrown away because newer ones came first.
        reconnected: how often the connection was made again.
    """

    def __init__(self, video: Video, *, every: float = 0.0, ahead: int = AHEAD, reconnect: int = 0,
                 patience: float = 1.5 * PATIENCE_MS / 1000, wait: Callable[[float], None] = time.sleep) -> None:
        if not (math.isfinite(every) and every >= 0):
            raise InputError("every", expected="seconds >= 0", got=str(every))
        self.video, self.every, self._reconnect, self._wait = video, every, reconnect, wait
        self.dropped = self.reconnected = 0
        self._patience = patience if video.live else None
        self._queue: queue.Queue[Frame | VultusError | None] = queue.Queue(1 if video.live else max(1, ahead))
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._read, name="vultus-video", daemon=True)

    def __enter__(self) -> VideoFrames:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop reading. A thread that hangs inside a device is left behind; it holds nothing but the device."""
        self._stop.set()
        self._empty()
        self._thread.join(timeout=2.0)
        if not self._thread.is_alive():
            self.video.close()

    def __iter__(self) -> Iterator[Frame]:
        while True:
            try:
                item = self._queue.get(timeout=self._patience)
            except queue.Empty:
                self.video.ended = "lost"
                return
            if isinstance(item, VultusError):
                raise item
            if item is None:
                return
            yield item

    def __len__(self) -> int:
        """Frames waiting now."""
        return self._queue.qsize()

    def _read(self) -> None:
        try:
            self._read_all()
        except VultusError as error:
            self._put(error)
        else:
            self._put(None)

    def _read_all(self) -> None:
        due = 0.0
        while not self._stop.is_set():
            frame = self.video.next(due)
            if frame is not None:
                due = self._after(frame.seconds)
                self._put(frame)
            elif self.video.ended and not (self.video.ended == "lost" and self._connected_again()):
                return

    def _after(self, seconds: float) -> float:
        """The next time on the grid of `every`, so that the mean rate is kept whatever the rate of the source."""
        return (math.floor(seconds / self.every + 1e-6) + 1) * self.every - 1e-6 if self.every else 0.0

    def _connected_again(self) -> bool:
        for attempt in range(self._reconnect):
            self._wait(RETRY_AFTER * 2 ** attempt)
            if self._stop.is_set():
                return False
            if self.video.reopen():
                self.reconnected += 1
                return True
        return False

    def _put(self, item: Frame | VultusError | None) -> None:
        while not self._stop.is_set():
            try:
                self._queue.put(item, timeout=0 if self.video.live and isinstance(item, Frame) else 0.1)
                return
            except queue.Full:
                if self.video.live and isinstance(item, Frame):
                    self.dropped += self._empty()

    def _empty(self) -> int:
        count = 0
        while True:
            try:
                self._queue.get_nowait()
                count += 1
            except queue.Empty:
                return count
