"""Detector and embedder as one system: pictures in, faces, quality and templates out, in order and in bounded memory."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from typing import Any

import numpy as np

from vultus import geometry, registry
from vultus.errors import InputError
from vultus.image import DEFAULT_LIMITS, Limits
from vultus.pipeline.quality_fields import quality_fields
from vultus.pipeline.reading import Picture, Reading, named, read
from vultus.pipeline.result import PictureResult
from vultus.runtime import store
from vultus.tasks import Detector, Embedder
from vultus.types import Crops, Embeddings, Faces, Image

# Pixels that one batch may hold before it is worked off early, so that large pictures do not add up.
BATCH_PIXELS = 16_000_000
Named = Sequence[tuple[str, Any]]
Work = Callable[[Sequence[Reading]], list[PictureResult]]


class Recogniser:
    """Finds and represents faces. Satisfies `vultus.tasks.System`.

    Args:
        detector: a method of task `detect` by name, or any object with its verb.
        embedder: a method of task `embed` or a net of the model store by name, or any object with the verb; it must take zero crops too.
        threads: batches worked on at the same time, each on one CPU; None = the CPUs of this process. Methods given by name run
            single-threaded inside, because two whole batches side by side are faster than one batch split over two CPUs.
        batch: pictures in one batch.
        min_side: px; JPEG is decoded at 1/2, 1/4 or 1/8 of its size while its shorter side stays at least this long. A face that
            would be enlarged into its crop is cut from a sharper decode.
        engine: inference engine of methods given by name.
        limits: what is refused before decoding.

    Example:
        >>> recogniser = Recogniser()
        >>> [len(found) for found in recogniser.represent([np.zeros((64, 64, 3), np.uint8)])]
        [0]
    """

    def __init__(self, detector: str | Detector = "centerface", embedder: str | Embedder = "dlib_resnet", *,
                 threads: int | None = None, batch: int = 16, min_side: int = 640, engine: str = "onnxruntime",
                 limits: Limits = DEFAULT_LIMITS) -> None:
        for name, value in (("batch", batch), ("min_side", min_side), ("threads", 1 if threads is None else threads)):
            if value < 1:
                raise InputError(name, expected="a number >= 1", got=str(value))
        self.threads = threads or _cpus()
        self.batch, self.min_side, self.engine, self.limits = batch, min_side, engine, limits
        self.detector: Detector = _built("detect", detector, engine)
        self.embedder: Embedder = _built("embed", embedder, engine)

    @property
    def space(self) -> str:
        """The space of all templates from this recogniser."""
        return self.embedder.space

    def __repr__(self) -> str:
        return f"Recogniser({self.settings()})"

    def settings(self) -> dict[str, Any]:
        """What a result depends on, as plain values: for reports and for the keys of unfinished work."""
        return {"detector": _described(self.detector), "embedder": _described(self.embedder), "space": self.space,
                "min_side": self.min_side, "limits": repr(self.limits)}

    def represent(self, images: Sequence[Image]) -> list[Embeddings]:
        """Templates of the faces of each picture, principal first; zero rows where there is no face."""
        found = list(self.process(images))
        return [result.embeddings for result in found if result.embeddings is not None]

    def process(self, pictures: Iterable[Picture]) -> Iterator[PictureResult]:
        """Represent every face of every picture.

        Args:
            pictures: paths, `PictureFile`s or uint8 RGB arrays (h, w, 3); read ahead by a few batches only.

        Returns:
            One result a picture, in the order of the pictures. A picture that cannot be read is a result with `error`.
        """
        return self._stream(pictures, self._represented)

    def detect(self, pictures: Iterable[Picture]) -> Iterator[PictureResult]:
        """Like `process`, without quality and templates."""
        return self._stream(pictures, self._detected)

    def _stream(self, pictures: Iterable[Picture], work: Work) -> Iterator[PictureResult]:
        queue = named(pictures)
        batches = iter(lambda: list(islice(queue, self.batch)), [])
        if self.threads == 1:
            for batch in batches:
                yield from self._run(batch, work)
            return
        pool = ThreadPoolExecutor(self.threads, thread_name_prefix="vultus")
        waiting: deque[Future[list[PictureResult]]] = deque()
        try:
            for batch in batches:
                waiting.append(pool.submit(self._run, batch, work))
                if len(waiting) > self.threads:
                    yield from waiting.popleft().result()
            while waiting:
                yield from waiting.popleft().result()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)

    def _run(self, batch: Named, work: Work) -> list[PictureResult]:
        """Read a batch and work on it, in parts when its pictures are large."""
        done: list[PictureResult] = []
        held: list[Reading] = []
        for name, picture in batch:
            held.append(read(name, picture, self.min_side, self.limits))
            if sum(reading.pixels for reading in held) >= BATCH_PIXELS:
                done += work(held)
                held = []
        return done + work(held)

    def _detected(self, readings: Sequence[Reading]) -> list[PictureResult]:
        found = self._find(readings)
        return [_result(reading, faces) for reading, faces in zip(readings, found, strict=True)]

    def _represented(self, readings: Sequence[Reading]) -> list[PictureResult]:
        found = self._find(readings)
        cuts = [self._aligned(reading, faces) for reading, faces in zip(readings, found, strict=True)]
        if not cuts:
            return []
        images, warps = np.concatenate([crops.images for crops in cuts]), np.concatenate([crops.warps for crops in cuts])
        templates = self.embedder.embed(Crops(images, warps, self.embedder.template))
        results, start = [], 0
        for reading, faces, crops in zip(readings, found, cuts, strict=True):
            results.append(_result(reading, faces, templates[start:start + len(crops)], crops))
            start += len(crops)
        return results

    def _find(self, readings: Sequence[Reading]) -> list[Faces | None]:
        """Faces in px of each decoded picture; None where there is none to look at."""
        images = [reading.decoded.image for reading in readings if reading.decoded is not None]
        found = iter(self.detector.detect(images) if images else [])
        return [None if reading.decoded is None else next(found) for reading in readings]

    def _aligned(self, reading: Reading, faces: Faces | None) -> Crops:
        wanted = geometry.template(self.embedder.template)
        if faces is None or reading.decoded is None or not len(faces):
            return _no_crops(wanted.name)
        image = reading.decoded.image
        if reading.decoded.scale < 1:
            density = geometry.crop_density(faces, wanted)
            if density < 1:
                image = reading.sharper(1 / density, self.limits).image
                faces = geometry.resized(faces, image.shape[:2])
        return geometry.crop(image, faces, wanted)


def _result(reading: Reading, faces: Faces | None, templates: Embeddings | None = None,
            crops: Crops | None = None) -> PictureResult:
    if faces is None or reading.decoded is None:
        return PictureResult(reading.path, error=reading.error)
    upright = geometry.resized(faces, reading.decoded.size)
    quality = None if crops is None else quality_fields(upright, crops)
    error = "" if len(faces) else "no_face: no face was found in the picture"
    return PictureResult(reading.path, upright, templates, quality, error, reading.decoded.note)


def _no_crops(name: str) -> Crops:
    side = geometry.template(name).size
    return Crops(np.empty((0, side, side, 3), np.uint8), np.empty((0, 2, 3)), name)


def _built(task: str, method: str | Any, engine: str) -> Any:
    """A method object; by name it is built single-threaded, because the pipeline brings the threads."""
    if not isinstance(method, str):
        return method
    wanted: dict[str, Any] = {"threads": 1, "engine": engine}
    if task == "embed" and _is_net(method):
        method, wanted = "embed/onnx", {**wanted, "model": method}
    known = registry.get(method if "/" in method else f"{task}/{method}")
    fields = set(known.load().Config.__dataclass_fields__)
    return known.build(known.config(overrides={key: value for key, value in wanted.items() if key in fields}))


def _is_net(name: str) -> bool:
    """Whether a net of the model store is meant: a recogniser that somebody imported, of a name that no method has."""
    methods = {known for method in registry.methods("embed") for known in (method.name, method.short_name)}
    return name not in methods and any(card.name == name and card.task == "embed" for card in store.cards())


def _cpus() -> int:
    """CPUs that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _described(method: object) -> str:
    kind = type(method)
    return f"{kind.__module__}.{kind.__qualname__} {getattr(method, 'config', '')}".strip()
