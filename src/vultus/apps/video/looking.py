"""Finds the faces of frames ahead of the reader, several frames at a time on several CPUs, in the order of the frames."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

from vultus.apps.video.seen_faces import SeenFaces
from vultus.data.video import Frame
from vultus.pipeline import Recogniser


def look(frames: Iterable[Frame], recogniser: Recogniser, *, live: bool) -> Iterator[tuple[Frame, SeenFaces]]:
    """Each frame with its faces.

    Args:
        live: work on one frame at a time, so that an answer is never older than one frame.
    """
    def work(frame: Frame) -> SeenFaces:
        return SeenFaces(frame, recogniser.detector.detect([frame.image])[0], recogniser.embedder)

    if live or recogniser.threads == 1:
        for frame in frames:
            yield frame, work(frame)
        return
    pool = ThreadPoolExecutor(recogniser.threads, thread_name_prefix="vultus-look")
    waiting: deque[tuple[Frame, Future[SeenFaces]]] = deque()
    try:
        for frame in frames:
            waiting.append((frame, pool.submit(work, frame)))
            if len(waiting) > recogniser.threads:
                first, future = waiting.popleft()
                yield first, future.result()
        while waiting:
            first, future = waiting.popleft()
            yield first, future.result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
