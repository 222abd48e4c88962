"""Writes frames of a sequence as a video, with a file of labels that also says that nobody in it exists."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from vultus.errors import InputError, StorageError
from vultus.types import Image

MARK = "virtual person, rendered by vultus"  # the words that pictures carry in their metadata
FORMATS = {".avi": "MJPG", ".mp4": "mp4v"}


def write_clip(frames: Iterable[Image], path: str | os.PathLike[str], fps: float, labels: Iterable[Mapping[str, Any]] = ()) -> Path:
    """Writes a video, and beside it PATH.json: the mark of a render, rate, size, SHA-256 of the video, and the labels of each frame.

    AVI holds Motion JPEG, whose bytes are the same every time on the same machine; MP4 holds MPEG-4, which is smaller.
    The files appear when they are complete; an existing video is replaced.

    Args:
        frames: uint8 RGB (h, w, 3), all of one size, at least one; read one at a time.
        path: ends in .avi or .mp4; its folder exists.
        fps: frames a second, above 0.
        labels: one mapping for each frame, for example `Sequence.labels`, or none at all.

    Returns:
        The path of the labels.

    Raises:
        InputError: wrong frames, rate, ending, or number of labels. StorageError: the file cannot be written.
    """
    target = Path(path)
    if target.suffix.lower() not in FORMATS:
        raise InputError("path", expected="a file that ends in .avi or .mp4", got=repr(target.name))
    if not 0 < fps <= 1000:
        raise InputError("fps", expected="a rate above 0, up to 1000", got=f"{fps:g}")
    partial = target.with_name(f".{target.stem}.partial{target.suffix.lower()}")
    try:
        count, size = _write(frames, partial, fps)
        described = _described(list(labels), count)
        record = {"mark": MARK, "fps": fps, "frames": count, "width": size[1], "height": size[0],
                  "sha256": hashlib.sha256(partial.read_bytes()).hexdigest(), "labels": described}
        text = json.dumps(record, allow_nan=False, indent=1)
        sidecar = target.with_name(target.name + ".json")
        sidecar.write_text(text + "\n", "utf-8")
        partial.replace(target)
    except OSError as error:
        raise StorageError(f"{target.name} cannot be written: {error.strerror or error}") from error
    finally:
        partial.unlink(missing_ok=True)
    return sidecar


def _write(frames: Iterable[Image], path: Path, fps: float) -> tuple[int, tuple[int, ...]]:
    import cv2
    writer, count, size = None, 0, (0, 0)
    try:
        for frame in frames:
            if frame.dtype != "uint8" or frame.ndim != 3 or frame.shape[2] != 3 or (writer and frame.shape[:2] != size):
                raise InputError("frames", expected="uint8 RGB (h, w, 3) of one size", got=f"{frame.dtype} {frame.shape}")
            if writer is None:
                size = (frame.shape[0], frame.shape[1])
                backend = cv2.CAP_OPENCV_MJPEG if path.suffix == ".avi" else cv2.CAP_FFMPEG
                writer = cv2.VideoWriter(str(path), backend, cv2.VideoWriter.fourcc(*FORMATS[path.suffix]), fps, size[::-1])
                if not writer.isOpened():
                    raise StorageError(f"{path.parent} cannot be written to: is it a folder with room, and are frames of this size "
                                       f"({size[1]}x{size[0]}) possible in {path.suffix}?")
            count += 1
            writer.write(cv2.cvtColor(frame, cv2.COLOR_RGB2BGR))
    finally:
        if writer is not None:
            writer.release()
    if not count:
        raise InputError("frames", expected="at least one frame", got="none")
    return count, size


def _described(labels: list[Mapping[str, Any]], count: int) -> list[dict[str, Any]]:
    if labels and len(labels) != count:
        raise InputError("labels", expected=f"one for each of {count} frames, or none", got=str(len(labels)))
    return [dict(each) for each in labels]
