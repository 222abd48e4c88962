"""The whole workflow as one call: watch a source, name its people, write the timeline."""

from __future__ import annotations

import os
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from vultus.apps.video.page import check_folder, write_timeline
from vultus.apps.video.result import VideoResult
from vultus.apps.video.settings import Settings
from vultus.apps.video.watch import DEFAULT, watch
from vultus.gallery import Gallery
from vultus.pipeline import Recogniser


def video(source: str | os.PathLike[str] | int, out: str | os.PathLike[str] | None = None, *, every: float = DEFAULT.every,
          gallery: str | os.PathLike[str] | None = None, threshold: float | None = None, rendered: bool = False,
          pictures: bool = True, seconds: float | None = None, settings: Settings = DEFAULT,
          recogniser: Recogniser | None = None) -> VideoResult:
    """Who appears when in a video, and how many different people.

    Args:
        source: a file, a camera number, or an address (`rtsp://`, `http://`).
        out: folder for timeline.json and timeline.html; None writes nothing.
        every: s between frames that are looked at, 0 for every frame.
        gallery: folder of a gallery whose names the people get.
        threshold: least mean cosine of tracks that are joined; None = the packaged rule.
        rendered: the people do not exist: decide by the calibration of rendered people.
        pictures: keep a thumbnail for each person.
        seconds: stop after so many.
        settings: everything else.

    Raises:
        ImageError: the source is missing, cannot be opened or is no video.
    """
    chosen = replace(settings, every=every, pictures=pictures and settings.pictures)
    if out is not None:
        check_folder(Path(out))
    with ExitStack() as stack:
        opened = None if gallery is None else stack.enter_context(Gallery.open(os.fspath(gallery), create=False))
        result = watch(source, recogniser or Recogniser(), settings=chosen, threshold=threshold, rendered=rendered, gallery=opened,
                       until=seconds)
    if out is not None:
        write_timeline(result, Path(out))
    return result
