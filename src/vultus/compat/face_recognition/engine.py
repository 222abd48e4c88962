"""Detector, network and mesh behind the functions.

The imitated interface has no place for a handle, so that one engine a process is kept (`engine`), opened on first use; `use_engine` puts
another in its place.
"""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Sequence
from typing import Any, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from vultus import geometry
from vultus.compat.face_recognition.legacy import TEMPLATE, LegacyDlib
from vultus.tasks import Analyser, Detector
from vultus.types import Crops, Faces, Image

REMEMBERED = 8  # pictures
JITTER = (np.radians(3), 0.04, 2.0, 2.0)  # most turn, change of scale, px across and down
GOLDEN_STEPS = (0.8566748838545029, 0.7338918566271260, 0.6287067210378087, 0.5385972572236101)  # powers of 1 / 1.1673...


class RawEmbedder(Protocol):
    """Crops of `dlib-150-legacy` to raw encodings (n, 128), as `LegacyDlib` does."""

    def raw(self, crops: Crops) -> NDArray[np.float64]: ...


class Engine:
    """What the functions run on.

    Faces of the last few pictures are remembered by the digest of their pixels: the usual calls, locations and then encodings of the
    same picture, look for faces once.

    Args:
        detector, embedder, mesh: None = the packaged ones, opened on first use.
        threads: CPU threads of each packaged network; None = all.
    """

    def __init__(self, detector: Detector | None = None, embedder: RawEmbedder | None = None, mesh: Analyser | None = None, *,
                 threads: int | None = None) -> None:
        self._parts: dict[str, Any] = {"detector": detector, "embedder": embedder, "mesh": mesh}
        self._threads, self._lock = threads, threading.Lock()
        self._seen: OrderedDict[bytes, Faces] = OrderedDict()

    def detect(self, images: Sequence[Image], upsample: int = 1) -> list[Faces]:
        """Faces of every picture, principal first; from the second doubling on, the picture is enlarged before it is searched."""
        keys = [_key(image, upsample) for image in images]
        with self._lock:
            found = {key: self._seen[key] for key in keys if key in self._seen}
        new = {key: image for key, image in zip(keys, images, strict=True) if key not in found}
        if new:
            larger = [_enlarged(image, upsample) for image in new.values()]
            detected = self._part("detector").detect(larger)
            for (key, image), faces in zip(new.items(), detected, strict=True):
                found[key] = geometry.resized(faces, image.shape[:2])
            self._remember({key: found[key] for key in new})
        return [found[key] for key in keys]

    def encode(self, image: Image, faces: Faces, jitters: int = 1) -> NDArray[np.float64]:
        """Raw encodings float64 (n, 128); with more jitters the mean over slightly turned, scaled and moved cuts, half of them mirrored."""
        embedder = self._part("embedder")
        if jitters == 1:
            return np.asarray(embedder.raw(geometry.crop(image, faces, TEMPLATE)), np.float64)
        wanted = geometry.template(TEMPLATE)
        rows = []
        for warp in geometry.face_warps(faces, wanted):
            cuts = geometry.cut(image, jittered(warp, jitters, wanted.size), wanted)
            mirrored = np.arange(jitters) % 2 == 1
            cuts.images[mirrored] = cuts.images[mirrored, :, ::-1]
            rows.append(embedder.raw(cuts).mean(axis=0))
        return np.asarray(rows, np.float64).reshape(len(faces), -1)

    def mesh(self, image: Image, faces: Faces) -> NDArray[np.float64]:
        """Mesh points x y in px, float64 (n, 468, 2). Raises WeightsError naming the command that brings the net."""
        if not len(faces):
            return np.empty((0, 468, 2))
        return np.asarray(self._part("mesh").analyse([image], [faces])["landmarks_3d"][..., :2], np.float64)

    def _part(self, name: str) -> Any:
        with self._lock:
            if self._parts[name] is None:
                self._parts[name] = self._built(name)
            return self._parts[name]

    def _built(self, name: str) -> Any:
        if name == "embedder":
            return LegacyDlib(threads=self._threads)
        from vultus import registry
        return registry.build({"detector": "detect/centerface", "mesh": "analyse/face_mesh"}[name], overrides={"threads": self._threads})

    def _remember(self, found: dict[bytes, Faces]) -> None:
        with self._lock:
            self._seen.update(found)
            while len(self._seen) > REMEMBERED:
                self._seen.popitem(last=False)


def jittered(warp: NDArray[np.float64], count: int, size: int) -> NDArray[np.float64]:
    """The crop-to-source warp (2, 3) and count - 1 neighbours: up to 3 degrees, 4 % larger or smaller and 2 px of the crop away.

    The neighbours are points of a fixed sequence (golden-ratio steps in four dimensions), so that the same picture gives the same
    encoding again.
    """
    steps = 2 * np.modf(np.outer(np.arange(count), GOLDEN_STEPS))[0] - 1  # (count, 4), -1..1
    steps[0] = 0
    turn, scale, across, down = (steps * JITTER).T
    cosine, sine = (1 + scale) * np.cos(turn), (1 + scale) * np.sin(turn)
    spin = np.stack([np.stack([cosine, -sine], 1), np.stack([sine, cosine], 1)], 1)  # (count, 2, 2)
    centre = np.full(2, size / 2)
    shift = centre + np.stack([across, down], 1) - spin @ centre
    return np.concatenate([warp[:, :2] @ spin, (shift @ warp[:, :2].T + warp[:, 2])[:, :, None]], axis=2)


def _key(image: Image, upsample: int) -> bytes:
    digest = hashlib.blake2b(repr((image.shape, max(upsample, 1))).encode(), digest_size=16)
    digest.update(np.ascontiguousarray(image).data)
    return digest.digest()


def _enlarged(image: Image, upsample: int) -> Image:
    if upsample <= 1:
        return image
    factor = 2 ** (upsample - 1)
    height, width = image.shape[:2]
    return np.asarray(cv2.resize(image, (width * factor, height * factor), interpolation=cv2.INTER_LINEAR), np.uint8)


class _Kept:
    """The engine of this process."""

    current: Engine | None = None
    lock = threading.Lock()


def engine() -> Engine:
    """The engine that the functions run on."""
    with _Kept.lock:
        if _Kept.current is None:
            _Kept.current = Engine()
        return _Kept.current


def use_engine(chosen: Engine | None) -> Engine | None:
    """Run the functions on this engine, or on a new packaged one; gives back the one before."""
    with _Kept.lock:
        before, _Kept.current = _Kept.current, chosen
        return before
