"""MTCNN: a sliding window proposes faces on a pyramid, a second network refines them, a third adds five points.

Source: Zhang et al., Joint Face Detection and Alignment using Multi-task Cascaded Convolutional Networks, IEEE SPL 2016,
arXiv 1604.02878, section II.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from vultus.detect.retry import find_with_retries
from vultus.detect.scaling import canvas_size, fit, runs, working_ratio
from vultus.geometry import nms
from vultus.runtime import store
from vultus.runtime.session import Session
from vultus.runtime.session_pool import SessionPool
from vultus.types import Faces, Float, Image, check_image

WINDOW, STRIDE = 12, 2  # px of the pyramid level that one proposal sees; px between proposals
SIDES = {"mtcnn-rnet": 24, "mtcnn-onet": 48}  # px, input of the second and third network
CHUNK = 64  # candidates in one run of the second and third network


@dataclass(frozen=True)
class Config:
    """Settings of the cascade; thresholds, pyramid step and overlaps are those of the authors' released code.

    Args:
        longest: px; larger pictures are reduced until their longer side has this length.
        smallest: px; smaller pictures are enlarged until their longer side has this length.
        min_face: px of the reduced picture; the finest pyramid level shows such a face in one window.
        step: size ratio of neighbouring pyramid levels, 0..1.
        scores: least confidence after each of the three networks, 0..1.
        overlaps: largest intersection over union kept within a level, between levels, after the second network; then the
            largest intersection over the smaller box after the third.
        border: border of the retry for tight crops as a share of each side; 0 = off.
        sure: pictures without an upright face of this confidence, 0..1, are also searched after quarter turns; 0 = off.
        run_pixels: px of working pictures that share one run of the first network; bounds the memory.
        engine: `onnxruntime`, `openvino`, `openvino-bf16`, `cuda` or `auto`.
        threads: CPU threads; None = all.
    """

    longest: int = 640
    smallest: int = 96
    min_face: float = 20.0
    step: float = 0.709
    scores: tuple[float, float, float] = (0.6, 0.7, 0.7)
    overlaps: tuple[float, float, float, float] = (0.5, 0.7, 0.7, 0.7)
    border: float = 0.5
    sure: float = 0.99
    run_pixels: int = 8 * 256 * 256
    engine: str = "onnxruntime"
    threads: int | None = None


@dataclass(frozen=True, eq=False)
class _Candidates:
    """Boxes (k, 4) in px of the working picture, confidences (k,), points (k, 5, 2) or (k, 0, 2)."""

    boxes: Float
    scores: Float
    points: Float

    def pick(self, index: NDArray[np.intp]) -> _Candidates:
        return _Candidates(self.boxes[index], self.scores[index], self.points[index])


class Mtcnn:
    """Finds faces with the packaged MTCNN networks.

    Args:
        config: settings.
        pool: share opened networks with other objects; None = open them for this object alone.

    Example:
        >>> from vultus.image import load
        >>> faces = Mtcnn(Config()).detect([load("group.jpg")])[0]   # doctest: +SKIP
    """

    def __init__(self, config: Config, *, pool: SessionPool | None = None) -> None:
        self.config, self._pool = config, pool or SessionPool()
        self._sessions: dict[str, Session] = {}

    def detect(self, images: Sequence[Image]) -> list[Faces]:
        """One `Faces` a picture, principal face first.

        Args:
            images: uint8 RGB pictures (h, w, 3) of any sizes.
        Raises:
            InputError: a picture is not uint8 RGB.
        """
        checked = [check_image(image, f"images[{i}]") for i, image in enumerate(images)]
        return find_with_retries(self._find, checked, border=self.config.border, sure=self.config.sure)

    def session(self, name: str) -> Session:
        """One of the three opened networks; opened on first use."""
        if name not in self._sessions:
            self._sessions[name] = self._pool.session(store.find(name), threads=self.config.threads,
                                                      engine=self.config.engine)
        return self._sessions[name]

    def _find(self, images: Sequence[Image]) -> list[Faces]:
        ratios = [working_ratio(i.shape[:2], self.config.longest, self.config.smallest) for i in images]
        found: dict[int, Faces] = {}
        for run in runs([canvas_size(i.shape[:2], r) for i, r in zip(images, ratios, strict=True)], self.config.run_pixels):
            fitted = [fit(images[i], ratios[i]) for i in run]
            proposed = self._propose(np.stack([item.canvas for item in fitted]))
            for i, item, candidates in zip(run, fitted, proposed, strict=True):
                kept = self._finish(item.canvas, self._refine(item.canvas, candidates))
                found[i] = Faces(item.back(kept.boxes.reshape(-1, 2, 2)).reshape(-1, 4), kept.scores, item.back(kept.points),
                                 images[i].shape[:2]).principal_first()
        return [found[i] for i in range(len(images))]

    def _propose(self, pictures: Image) -> list[_Candidates]:
        """First network on every pyramid level of pictures of one size (n, h, w, 3)."""
        levels: list[list[_Candidates]] = [[_none()] for _ in pictures]
        for ratio in self.pyramid(pictures.shape[1:3]):
            fitted = [fit(picture, ratio) for picture in pictures]
            deltas, odds = self._run("mtcnn-pnet", np.stack([item.canvas for item in fitted]))
            for row, item in enumerate(fitted):
                found = windows(odds[row, ..., 1], deltas[row], item.ratio, self.config.scores[0])
                levels[row].append(found.pick(nms(found.boxes, found.scores, self.config.overlaps[0])))
        return [self._merge(parts) for parts in levels]

    def pyramid(self, size: tuple[int, int]) -> list[float]:
        """Ratios of the pyramid levels of a picture (height, width): from `min_face` in one window to the whole picture."""
        ratios, ratio = [], WINDOW / self.config.min_face
        while min(size) * ratio >= WINDOW:
            ratios.append(ratio)
            ratio *= self.config.step
        return ratios

    def _merge(self, parts: Sequence[_Candidates]) -> _Candidates:
        joined = _Candidates(*(np.concatenate([getattr(p, name) for p in parts]) for name in ("boxes", "scores", "points")))
        return joined.pick(nms(joined.boxes, joined.scores, self.config.overlaps[1]))

    def _refine(self, picture: Image, proposed: _Candidates) -> _Candidates:
        """Second network: drop most proposals, move the rest."""
        squares = squared(proposed.boxes)
        deltas, odds = self._run("mtcnn-rnet", _cut(picture, squares, SIDES["mtcnn-rnet"]))
        found = replace(proposed, boxes=squares, scores=odds[:, 1])
        keep = np.nonzero(found.scores > self.config.scores[1])[0]
        keep = keep[nms(squares[keep], found.scores[keep], self.config.overlaps[2])]
        return replace(found.pick(keep), boxes=moved(squares[keep], deltas[keep]))

    def _finish(self, picture: Image, refined: _Candidates) -> _Candidates:
        """Third network: final confidence, final box, five points."""
        squares = squared(refined.boxes)
        deltas, marks, odds = self._run("mtcnn-onet", _cut(picture, squares, SIDES["mtcnn-onet"]))
        shares = np.stack([marks[:, :5], marks[:, 5:]], axis=-1)  # (k, 5, 2), x y as shares of the square
        points = squares[:, None, :2] + shares * (squares[:, None, 2:] - squares[:, None, :2])
        keep = np.nonzero(odds[:, 1] > self.config.scores[2])[0]
        boxes = moved(squares, deltas)
        keep = keep[nms_smaller(boxes[keep], odds[keep, 1], self.config.overlaps[3])]
        return _Candidates(boxes[keep], odds[keep, 1], points[keep])

    def _run(self, name: str, pictures: Image) -> list[Float]:
        """Outputs in the file's order for uint8 pictures (n, h, w, 3). The networks take columns before rows, (x - 127.5) / 128."""
        batch = (pictures.transpose(0, 2, 1, 3).astype(np.float32) - 127.5) / 128
        results = self.session(name).batch_run(batch, max(len(batch), 1) if name == "mtcnn-pnet" else CHUNK)
        return [array.astype(np.float32, copy=False) for array in results.values()]


def windows(odds: Float, deltas: Float, ratio: Float, score: float) -> _Candidates:
    """Proposals of one pyramid level: cell (i, j) sees columns 2i..2i+12 and rows 2j..2j+12, moved by its four deltas.

    Args:
        odds: float32 (W', H'), confidence of each cell, columns first.
        deltas: float32 (W', H', 4), shifts of x1 y1 x2 y2 as shares of the window.
        ratio: (2,), level px per picture px, x and y.
        score: least confidence.
    """
    cells = np.stack(np.nonzero(odds >= score), axis=1)  # (k, 2), x y
    at = (cells[:, 0], cells[:, 1])
    corners = np.concatenate([cells * STRIDE, cells * STRIDE + WINDOW], axis=1) / np.tile(ratio, 2)
    return replace(_none(), boxes=moved(corners, deltas[at]), scores=odds[at], points=np.empty((len(cells), 0, 2), np.float32))


def moved(boxes: NDArray[Any], deltas: Float) -> Float:
    """Boxes (k, 4) with every corner shifted by its share (k, 4) of the box's width or height."""
    span = np.tile(boxes[:, 2:] - boxes[:, :2], 2)
    return np.asarray(boxes + deltas * span, np.float32)


def squared(boxes: Float) -> Float:
    """Squares around the same centres with the longer side of each box, (k, 4)."""
    half = (boxes[:, 2:] - boxes[:, :2]).max(axis=1, initial=0)[:, None] / 2
    centre = (boxes[:, :2] + boxes[:, 2:]) / 2
    return np.concatenate([centre - half, centre + half], axis=1)


def nms_smaller(boxes: Float, scores: Float, overlap: float) -> NDArray[np.intp]:
    """Indices that stay, best first: each kept box removes worse ones that share > `overlap` of the smaller of both."""
    order, kept = np.argsort(-scores, kind="stable"), []
    area = (boxes[:, 2:] - boxes[:, :2]).prod(axis=1)
    while order.size:
        best, rest = order[0], order[1:]
        kept.append(best)
        span = np.minimum(boxes[best, 2:], boxes[rest, 2:]) - np.maximum(boxes[best, :2], boxes[rest, :2])
        shared = np.clip(span, 0, None).prod(axis=1)
        order = rest[shared <= overlap * np.minimum(area[best], area[rest])]
    return np.array(kept, np.intp)


def _none() -> _Candidates:
    return _Candidates(np.empty((0, 4), np.float32), np.empty(0, np.float32), np.empty((0, 0, 2), np.float32))


def _cut(picture: Image, squares: Float, side: int) -> Image:
    """Squares (k, 4) of the picture resized to (k, side, side, 3), black outside the picture."""
    out = np.zeros((len(squares), side, side, 3), np.uint8)
    corners = np.rint(squares).astype(int)
    height, width = picture.shape[:2]
    for place, (x1, y1, x2, y2) in zip(out, corners, strict=True):
        x2, y2 = max(x2, x1 + 1), max(y2, y1 + 1)
        inside = picture[max(y1, 0):max(y2, 0), max(x1, 0):max(x2, 0)]
        border = (max(-y1, 0), max(y2 - height, 0), max(-x1, 0), max(x2 - width, 0))
        if inside.size:
            place[:] = cv2.resize(cv2.copyMakeBorder(inside, *border, cv2.BORDER_CONSTANT), (side, side),
                                  interpolation=cv2.INTER_AREA)
    return out
