"""CenterFace: a face is a peak in a heat map, with its size, offset and five points read off at the peak.

Source: Xu et al., CenterFace: Joint Face Detection and Alignment Using Face as Point, 2019, arXiv 1911.03599, sections 3.1-3.3.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vultus.detect.retry import find_with_retries
from vultus.detect.scaling import Fitted, canvas_size, fit, runs, working_ratio
from vultus.geometry import nms
from vultus.runtime import store
from vultus.runtime.session import Session
from vultus.runtime.session_pool import SessionPool
from vultus.types import Faces, Float, Image, check_image

STRIDE = 4  # picture px per heat-map cell
MULTIPLE = 32  # the network halves its input five times


@dataclass(frozen=True)
class Config:
    """Settings of the detector.

    Args:
        longest: px; larger pictures are reduced until their longer side has this length.
        smallest: px; smaller pictures are enlarged until their longer side has this length.
        scales: the picture is searched at the working size times each of these; faces found twice are merged.
        score: least confidence, 0..1.
        overlap: of two faces with a larger intersection over union the less confident is dropped, 0..1.
        min_face: px of the picture; faces with a shorter side below it are dropped.
        border: border of the retry for tight crops as a share of each side; 0 = off.
        sure: pictures without an upright face of this confidence, 0..1, are also searched after quarter turns; 0 = off.
        run_pixels: px of canvas that share one run of the network; bounds the memory.
        engine: `onnxruntime`, `openvino`, `openvino-bf16`, `cuda` or `auto`.
        threads: CPU threads; None = all.
    """

    longest: int = 640
    smallest: int = 256
    scales: tuple[float, ...] = (1.0,)
    score: float = 0.5
    overlap: float = 0.3
    min_face: float = 10.0
    border: float = 0.5
    sure: float = 0.8
    run_pixels: int = 8 * 256 * 256
    engine: str = "onnxruntime"
    threads: int | None = None


class CenterFace:
    """Finds faces with the packaged CenterFace network.

    Args:
        config: settings.
        pool: share opened networks with other objects; None = open them for this object alone.

    Example:
        >>> from vultus.image import load
        >>> faces = CenterFace(Config()).detect([load("group.jpg")])[0]   # doctest: +SKIP
    """

    def __init__(self, config: Config, *, pool: SessionPool | None = None) -> None:
        self.config, self._pool = config, pool or SessionPool()
        self._session: Session | None = None

    def detect(self, images: Sequence[Image]) -> list[Faces]:
        """One `Faces` a picture, principal face first.

        Args:
            images: uint8 RGB pictures (h, w, 3) of any sizes.
        Raises:
            InputError: a picture is not uint8 RGB.
        """
        checked = [check_image(image, f"images[{i}]") for i, image in enumerate(images)]
        return find_with_retries(self._find, checked, border=self.config.border, sure=self.config.sure)

    @property
    def session(self) -> Session:
        """The opened network; opened on first use."""
        if self._session is None:
            self._session = self._pool.session(store.find("centerface"), threads=self.config.threads,
                                               engine=self.config.engine)
        return self._session

    def _find(self, images: Sequence[Image]) -> list[Faces]:
        candidates: list[list[Float]] = [[] for _ in images]
        for scale in self.config.scales:
            ratios = [working_ratio(i.shape[:2], self.config.longest, self.config.smallest) * scale for i in images]
            sizes = [canvas_size(i.shape[:2], ratio, MULTIPLE) for i, ratio in zip(images, ratios, strict=True)]
            for run in runs(sizes, self.config.run_pixels):
                fitted = [fit(images[i], ratios[i], MULTIPLE) for i in run]
                for index, rows in zip(run, self._search(fitted), strict=True):
                    candidates[index].append(rows)
        return [self._faces(np.concatenate(rows), image) for rows, image in zip(candidates, images, strict=True)]

    def _search(self, fitted: Sequence[Fitted]) -> list[Float]:
        """Candidates (k, 15) of each canvas in picture px: confidence, box corners, five points."""
        batch = np.stack([item.canvas for item in fitted]).transpose(0, 3, 1, 2).astype(np.float32)
        heat, extent, offset, points = self.session.run({self.session.inputs[0].name: batch}).values()
        return [decode(heat[i], extent[i], offset[i], points[i], item, self.config.score) for i, item in enumerate(fitted)]

    def _faces(self, rows: Float, image: Image) -> Faces:
        """Merge what was found more than once, drop small faces, order by the principal-face weight."""
        rows = rows[nms(rows[:, 1:5], rows[:, 0], self.config.overlap)]
        rows = rows[(rows[:, 3:5] - rows[:, 1:3]).min(axis=1, initial=np.inf) >= self.config.min_face]
        return Faces(rows[:, 1:5], rows[:, 0], rows[:, 5:].reshape(-1, 5, 2), image.shape[:2]).principal_first()


def decode(heat: Float, extent: Float, offset: Float, points: Float, fitted: Fitted, score: float) -> Float:
    """Candidates of one canvas, from the four maps of the network.

    Cell (row, column) with confidence >= `score` gives, in canvas px: centre = (cell + 0.5 + offset) * 4, size = exp(extent) * 4,
    point = top left corner + size * point. The maps hold y before x.

    Args:
        heat: float32 (1, H/4, W/4), confidence 0..1.
        extent: float32 (2, H/4, W/4), natural logarithm of height and width in cells.
        offset: float32 (2, H/4, W/4), cells, y and x.
        points: float32 (10, H/4, W/4), y and x of each of the five points, as shares of the box.
        fitted: the canvas and its ratio to the picture.
        score: least confidence.
    Returns:
        float32 (k, 15): confidence, x1 y1 x2 y2, five points x y; px of the picture.
    """
    cells = np.stack(np.nonzero(heat[0] >= score), axis=1)
    at = (slice(None), cells[:, 0], cells[:, 1])
    centre = (cells + 0.5 + offset[at].T) * STRIDE  # (k, 2), y x
    size = np.exp(np.minimum(extent[at].T, 10)) * STRIDE  # (k, 2), height width
    corner = centre - size / 2
    shares = points[at].T.reshape(-1, 5, 2)  # (k, 5, 2), y x
    marks = np.concatenate([corner[:, None], (corner + size)[:, None], corner[:, None] + shares * size[:, None]], axis=1)
    xy = fitted.back(marks[..., ::-1])  # (k, 7, 2)
    return np.concatenate([heat[0][at[1:]][:, None], xy.reshape(-1, 14)], axis=1).astype(np.float32)
