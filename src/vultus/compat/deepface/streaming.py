"""`DeepFace.stream`: who is in front of a camera, by the pictures of a folder."""

from __future__ import annotations

import os
import sys
import warnings
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from vultus.compat.call_check import checked_call
from vultus.compat.deepface.datastore import Datastore, absolute
from vultus.compat.deepface.decisions import rule_for
from vultus.compat.deepface.distances import Metric, checked_metric
from vultus.compat.deepface.exceptions import PathNotFound, UnimplementedError
from vultus.compat.deepface.models import DEFAULT_MODEL, SKIP, choose
from vultus.compat.deepface.parameters import IgnoredParameterWarning, no_anti_spoofing, undecided_search
from vultus.decide import Calibration
from vultus.decide.search import SearchEvidence, search_rule
from vultus.errors import InputError, StorageError, UnsupportedError
from vultus.image import shown
from vultus.pipeline import Recogniser
from vultus.pipeline.face_table import FaceRows
from vultus.types import Image

if TYPE_CHECKING:
    from vultus.apps.video.result import VideoResult
    from vultus.apps.video.track import Track
    from vultus.apps.video.view import View


@checked_call
def stream(db_path: str | os.PathLike[str] = "", model_name: str = DEFAULT_MODEL, detector_backend: str = "opencv",
           distance_metric: Metric = "cosine", enable_face_analysis: bool = False, source: Any = 0, time_threshold: int = 5,
           frame_threshold: int = 5, anti_spoofing: bool = False, output_path: str | os.PathLike[str] | None = None,
           debug: bool = False, *, preview: bool = True, calibration: Calibration | None = None,
           recogniser: Recogniser | None = None) -> VideoResult:
    """Watch a camera, a file or an address until it ends or Ctrl-C, and say on stderr who comes.

    Args:
        db_path: a folder of pictures, searched as `find` does; empty to give nobody a name.
        model_name, detector_backend: see `models`.
        distance_metric: changes nothing about who is named, since the threshold is the same cut in each of them.
        enable_face_analysis: refused when True: nobody is described live; `analyze` describes frames.
        source: a camera number, a file or an address.
        time_threshold, debug: without effect, since the picture is never frozen.
        frame_threshold: frames that a face is followed through before it is named.
        anti_spoofing: refused.
        output_path: an MP4 file for the annotated frames, five a second.
        preview: show annotated frames on a page of this machine, whose address is said on stderr; DeepFace opens a window.
        calibration: decide by this one instead of the packaged one.
        recogniser: use this one instead of opening the networks for this call.

    Returns:
        Who was seen when (DeepFace returns None).

    Raises:
        ImageError: the source cannot be opened.
        PathNotFound: the folder does not exist.
    """
    from vultus.apps.video.settings import Settings
    from vultus.apps.video.watch import watch
    _checked(distance_metric, enable_face_analysis, detector_backend, time_threshold, frame_threshold, anti_spoofing)
    chosen = choose(model_name, detector_backend, recogniser)
    names = _Names(db_path, chosen.recogniser, calibration, max(1, frame_threshold))
    settings = Settings(pictures=False)
    with ExitStack() as stack:
        screen = _Screen(stack, preview, output_path, names, settings.every)
        return watch(source, chosen.recogniser, settings=settings, on_view=screen.show)


class _Names:
    """The folder's name for each track, asked again whenever the track's template has become better."""

    def __init__(self, db_path: str | os.PathLike[str], recogniser: Recogniser, calibration: Calibration | None, frames: int) -> None:
        self._frames = frames
        self._known: dict[int, tuple[int, str]] = {}
        self._rows: FaceRows | None = None
        if not os.fspath(db_path):
            return
        if not os.path.isdir(db_path):
            raise PathNotFound(shown(os.fspath(db_path)), expected="a folder of pictures", got="no such folder")
        store = Datastore(absolute(db_path), recogniser)
        if store.refresh():
            self._rows, self._folder = store.rows(), store.folder
            count = max(1, len(self._rows))
            rule = rule_for(recogniser.space, calibration)
            self._rule = search_rule(None if rule is None else SearchEvidence.of(rule), count, space=recogniser.space)
            if self._rule.t_hi is None:
                undecided_search(self._rule.reason)

    def __call__(self, track: Track | None) -> str:
        """`alice/1.jpg`, the picture that a track is named by, `unknown`, or nothing while it is too short."""
        if track is None or track.faces < self._frames or not track.usable or not track.kept:
            return ""
        asked, name = self._known.get(track.number, (0, ""))
        if asked != len(track.kept):
            name = self._name(track)
            self._known[track.number] = len(track.kept), name
        return name

    def _name(self, track: Track) -> str:
        mean = track.mean
        if self._rows is None or not len(self._rows) or mean is None:
            return f"person {track.number + 1}"
        cosine = self._rows.vectors @ (mean / np.linalg.norm(mean))
        best = int(np.argmax(cosine))
        outcome = self._rule.decide(float(cosine[best])).outcome
        place = os.path.relpath(self._rows.paths[best], self._folder)
        return place if outcome == "match" else "unknown" if outcome == "no_match" else "undecided"


class _Screen:
    """Lines on stderr, the page and the file."""

    def __init__(self, stack: ExitStack, preview: bool, output_path: str | os.PathLike[str] | None, names: _Names, every: float) -> None:
        self._stack, self._names, self._rate = stack, names, 1 / every
        self._said: dict[int, str] = {}
        self._path = None if output_path is None else Path(output_path)
        self._writer: Any = None
        self._page: Any = None
        if preview:
            from vultus.apps.video.preview import Preview
            self._page = stack.enter_context(Preview())
            sys.stderr.write(f"preview at {self._page.url}\n")

    def show(self, view: View) -> None:
        """Say, show and write one frame."""
        from vultus.apps.video.annotate import annotated
        for track in view.open:
            name = self._names(track)
            if name and self._said.get(track.number) != name:
                self._said[track.number] = name
                sys.stderr.write(f"{view.seconds:.1f} s  {shown(name)}\n")
        if self._page is None and self._path is None:
            return
        frame = annotated(view, self._names)
        if self._page is not None:
            self._page.show(frame)
        if self._path is not None:
            self._write(frame, self._path)

    def _write(self, frame: Image, path: Path) -> None:
        import cv2
        if self._writer is None:
            path.parent.mkdir(parents=True, exist_ok=True)
            size = (frame.shape[1], frame.shape[0])
            self._writer = cv2.VideoWriter(os.fspath(path), cv2.VideoWriter.fourcc(*"mp4v"), self._rate, size)
            self._stack.callback(self._writer.release)
            if not self._writer.isOpened():
                raise StorageError(f"cannot write {shown(os.fspath(path))}: give output_path a writable place that ends in .mp4")
        self._writer.write(np.ascontiguousarray(frame[:, :, ::-1]))


def _checked(distance_metric: Metric, analysis: bool, detector_backend: str, time_threshold: int, frame_threshold: int,
             anti_spoofing: bool) -> None:
    no_anti_spoofing(anti_spoofing)
    if not isinstance(distance_metric, str):
        raise UnimplementedError("distance_metric", expected="a name", got=type(distance_metric).__name__)
    checked_metric(distance_metric, None)
    if analysis:
        raise UnsupportedError("enable_face_analysis: nobody is described live; analyze(frame, actions=('age',)) describes a frame, and "
                               "stream() without it names people")
    if detector_backend == SKIP:
        raise UnimplementedError("detector_backend", expected="a detector", got=repr(detector_backend))
    for name, value in (("time_threshold", time_threshold), ("frame_threshold", frame_threshold)):
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise InputError(name, expected="a number", got=repr(value))
    if time_threshold != 5:
        warnings.warn("time_threshold: the picture is never frozen; this changes nothing", IgnoredParameterWarning, stacklevel=4)
