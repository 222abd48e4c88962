"""The values that tasks exchange: numpy arrays sharing a first axis, checked when they are built.

Units everywhere: boxes x1 y1 x2 y2 in pixels of the upright picture, angles in degrees (yaw + to image right, pitch + up,
roll + clockwise), millimetres, years, seconds. Pictures are uint8 RGB (h, w, 3).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray

from vultus.errors import InputError, SpaceError

Float = NDArray[np.float32]
Image = NDArray[np.uint8]
Outcome = Literal["match", "no_match", "undecided"]
POINT_NAMES = ("image-left eye", "image-right eye", "nose", "image-left mouth corner", "image-right mouth corner")

# The closed vocabulary of Analysis: name -> (shape after the first axis, unit and range). New names are added here, once.
VOCABULARY: dict[str, tuple[str, str]] = {
    "face_px": ("()", "px, shorter side of the box"),
    "sharpness": ("()", "standard deviation of the Laplacian of the grey crop, 0..255 scale"),
    "yaw_deg": ("()", "degrees, + to image right"),
    "pitch_deg": ("()", "degrees, + up"),
    "roll_deg": ("()", "degrees, + clockwise"),
    "landmarks": ("(k, 2)", "px in the upright picture"),
    "landmarks_3d": ("(k, 3)", "px, depth in the same scale, + away from the camera"),
    "iris": ("(2, 5, 2)", "px; image-left and image-right eye; centre, then right, top, left, bottom of the iris"),
    "age_years": ("()", "years"),
    "perceived_female": ("()", "probability 0..1 of the label female; restricted"),
    "expression": ("(7,)", "probabilities of angry disgust fear happy sad surprise neutral; restricted"),
    "object_boxes": ("(k, 4)", "px"),
    "object_scores": ("(k,)", "0..1"),
    "object_labels": ("(k,)", "class names"),
    "person_mask": ("(h, w)", "probability 0..1 that the pixel is a person"),
}
RESTRICTED = ("perceived_female", "expression")


def describe(value: object) -> str:
    """Shape and dtype of an array, or the type's name: what an error may say about a value."""
    return f"{value.dtype} {value.shape}" if isinstance(value, np.ndarray) else type(value).__name__


def check_image(value: object, argument: str = "image") -> Image:
    """Return `value` if it is uint8 RGB (h, w, 3) with h, w >= 1, else raise InputError."""
    if isinstance(value, np.ndarray) and value.dtype == np.uint8 and value.ndim == 3 and value.shape[2] == 3 and value.size:
        return value
    raise InputError(argument, expected="uint8 RGB (h, w, 3)", got=describe(value), hint="vultus.image.load reads any file")


def _rows(value: object, argument: str, shape: tuple[int, ...]) -> Float:
    """`value` as a finite float32 array (n, *shape)."""
    array = np.asarray(value, dtype=np.float32)
    if array.size == 0:
        array = array.reshape((0, *shape))
    if array.shape[1:] != shape or not np.isfinite(array).all():
        raise InputError(argument, expected=f"finite float32 (n, {', '.join(map(str, shape))})", got=describe(array))
    return array


class _Rows:
    """Indexing for frozen dataclasses whose fields named in ROWS share a first axis."""

    ROWS: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(getattr(self, self.ROWS[0]))

    def __getitem__(self, index: Any) -> Self:
        """Rows chosen by an int, a slice, an index array or a boolean mask; always the same type again."""
        chosen = slice(index, index + 1 or None) if isinstance(index, (int, np.integer)) else index
        return replace(self, **{name: getattr(self, name)[chosen] for name in self.ROWS})  # type: ignore[type-var]

    def _check_rows(self) -> None:
        counts = {name: len(getattr(self, name)) for name in self.ROWS}
        if len(set(counts.values())) > 1:
            raise InputError(type(self).__name__, expected="fields with the same number of rows", got=str(counts))


@dataclass(frozen=True, eq=False)
class Faces(_Rows):
    """The faces of one picture; face 0 is the principal one.

    The principal face has the largest area x (1 - d)^2; d is the distance of the box centre from the picture's centre in half
    diagonals.

    Args:
        boxes: float32 (n, 4), x1 y1 x2 y2 in px of the upright picture; may reach over the border.
        scores: float32 (n,), detector confidence 0..1.
        points: float32 (n, 5, 2), x y in px, order `POINT_NAMES`.
        size: (height, width) of the upright picture in px.
        found_by: `direct`, or the retry that found them: `rotated 90|180|270` (clockwise turn applied), `padded`.
    """

    boxes: Float
    scores: Float
    points: Float
    size: tuple[int, int]
    found_by: str = "direct"
    ROWS = ("boxes", "scores", "points")

    def __post_init__(self) -> None:
        object.__setattr__(self, "boxes", _rows(self.boxes, "boxes", (4,)))
        object.__setattr__(self, "scores", _rows(self.scores, "scores", ()))
        object.__setattr__(self, "points", _rows(self.points, "points", (5, 2)))
        self._check_rows()

    @classmethod
    def none(cls, size: tuple[int, int]) -> Faces:
        """No face in a picture of this size."""
        nothing = np.empty(0, np.float32)
        return cls(nothing, nothing, nothing, size)

    def principal_first(self) -> Faces:
        """The same faces, ordered by the principal-face weight, largest first (stable)."""
        return self[np.argsort(-self.weights(), kind="stable")]

    def weights(self) -> Float:
        """Area x (1 - d)^2 of every face, float32 (n,), px^2."""
        height, width = self.size
        corners = self.boxes.reshape(-1, 2, 2)
        span = np.clip(corners[:, 1] - corners[:, 0], 0, None)
        offset = corners.mean(axis=1) - np.array([width, height], np.float32) / 2
        distance = np.linalg.norm(offset, axis=1) / (np.hypot(width, height) / 2)
        return np.asarray(span.prod(axis=1) * np.clip(1 - distance, 0, None) ** 2, np.float32)

    def _repr_html_(self) -> str:
        height, width = self.size
        marks = [f'<rect x="{x1:.1f}" y="{y1:.1f}" width="{x2 - x1:.1f}" height="{y2 - y1:.1f}" fill="none" stroke="#07c"/>'
                 f'<text x="{x1:.1f}" y="{y1 - 3:.1f}" font-size="{max(height // 20, 8)}">{i}: {score:.2f}</text>'
                 for i, ((x1, y1, x2, y2), score) in enumerate(zip(self.boxes, self.scores, strict=True))]
        marks += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2" fill="#d40"/>' for x, y in self.points.reshape(-1, 2)]
        return (f'<figure><svg viewBox="0 0 {width} {height}" width="320" style="background:#eee">{"".join(marks)}</svg>'
                f"<figcaption>{len(self)} faces in {width}x{height} px ({self.found_by})</figcaption></figure>")


@dataclass(frozen=True, eq=False)
class Crops(_Rows):
    """Aligned face pictures. `warps` (n, 2, 3) float64 maps crop pixels to source pixels; `template` names the crop geometry."""

    images: Image
    warps: NDArray[np.float64]
    template: str
    ROWS = ("images", "warps")

    def __post_init__(self) -> None:
        images = self.images
        if not (isinstance(images, np.ndarray) and images.dtype == np.uint8 and images.ndim == 4 and images.shape[3] == 3):
            raise InputError("crops", expected="uint8 RGB (n, h, w, 3)", got=describe(images),
                             hint="vultus.geometry.crop cuts them")
        if np.shape(self.warps)[1:] != (2, 3):
            raise InputError("warps", expected="float64 (n, 2, 3)", got=describe(self.warps))
        self._check_rows()


@dataclass(frozen=True, eq=False)
class Embeddings(_Rows):
    """Templates: unit rows float32 (n, d) that may be compared only within one `space`."""

    vectors: Float
    space: str
    ROWS = ("vectors",)

    def __post_init__(self) -> None:
        vectors = self.vectors
        if not (isinstance(vectors, np.ndarray) and vectors.dtype == np.float32 and vectors.ndim == 2):
            raise InputError("embeddings", expected="float32 (n, d)", got=describe(vectors))
        if not np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-3):
            raise InputError("embeddings", expected="rows of length 1", got="rows of other lengths",
                             hint="use Embeddings.normalised")

    @classmethod
    def normalised(cls, features: NDArray[Any], space: str) -> Embeddings:
        """Scale raw features (n, d) to unit rows; a row without direction becomes the first axis, so that it stays finite."""
        raw = np.asarray(features, dtype=np.float32)
        length = np.linalg.norm(raw, axis=1, keepdims=True)
        usable = np.isfinite(length) & (length > 1e-12)
        axis = np.zeros_like(raw)
        axis[:, :1] = 1
        return cls(np.where(usable, raw / np.where(usable, length, 1), axis).astype(np.float32), space)

    def similarity(self, other: Embeddings) -> Float:
        """Cosine of every pair, float32 (n, m), -1..1. Raises SpaceError when the spaces differ."""
        self.check_space(other.space)
        return np.asarray(np.clip(self.vectors @ other.vectors.T, -1, 1), np.float32)

    def check_space(self, space: str) -> None:
        """Raise SpaceError unless these templates belong to `space`."""
        if self.space != space:
            raise SpaceError(self.space, space)


@dataclass(frozen=True, eq=False)
class Scores(_Rows):
    """One float32 number a sample, higher = more of `meaning`; never rescaled afterwards."""

    values: Float
    meaning: str
    ROWS = ("values",)

    def __post_init__(self) -> None:
        object.__setattr__(self, "values", _rows(self.values, "scores", ()))


@dataclass(frozen=True)
class Decision:
    """What a comparison decided and where its threshold comes from; None where there is no value.

    Args:
        outcome: `match`, `no_match` or `undecided`.
        similarity: cosine, -1..1.
        threshold: t_hi, at or above it the outcome is `match`.
        threshold_low: t_lo, below it the outcome is `no_match`.
        fmr_at_score: share of non-mated calibration pairs at or above this similarity, 0..1.
        fmr_upper: its 95 % upper limit, never 0.
        calibration_domain: what the calibration was measured on, in words.
        reason: why undecided, empty otherwise.
        space: the space of both templates.
        llr: log-likelihood ratio (natural) of same person against another person at this similarity.
    """

    outcome: Outcome
    similarity: float | None = None
    threshold: float | None = None
    threshold_low: float | None = None
    fmr_at_score: float | None = None
    fmr_upper: float | None = None
    calibration_domain: str | None = None
    reason: str = ""
    space: str | None = None
    llr: float | None = None

    def as_dict(self) -> dict[str, Any]:
        """The fields by name; an empty reason is None, as every other field without a value."""
        return {**{f.name: getattr(self, f.name) for f in fields(self)}, "reason": self.reason or None}


@dataclass(frozen=True, eq=False)
class Analysis:
    """Descriptions of faces or pictures: arrays with one row each, under names of the closed `VOCABULARY`."""

    values: Mapping[str, NDArray[Any]]

    def __post_init__(self) -> None:
        for name in self.values:
            if name not in VOCABULARY:
                raise InputError("analysis", expected="names of vultus.types.VOCABULARY", got=repr(name))
        if len({len(rows) for rows in self.values.values()}) > 1:
            raise InputError("analysis", expected="the same number of rows under every name",
                             got=str({name: len(rows) for name, rows in self.values.items()}))

    def __getitem__(self, name: str) -> NDArray[Any]:
        return self.values[name]

    def __len__(self) -> int:
        return max((len(rows) for rows in self.values.values()), default=0)


@dataclass(frozen=True, eq=False)
class Item:
    """One labelled picture of a data set; `load` reads it when it is needed. `labels` is free, e.g. yaw_deg, age_years."""

    id: str
    load: Callable[[], Image]
    subject: str | None = None
    labels: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class GuardSample:
    """What a guard judges: pictures uint8 RGB (1 picture, 2 pair, n clip; all (h, w, 3)) or a text."""

    kind: Literal["picture", "pair", "clip", "text"]
    pictures: tuple[Image, ...] = ()
    text: str = ""

    def __post_init__(self) -> None:
        wanted = {"picture": (1, 1), "pair": (2, 2), "clip": (1, 1 << 30), "text": (0, 0)}[self.kind]
        if not wanted[0] <= len(self.pictures) <= wanted[1]:
            raise InputError("sample", expected=f"{wanted[0]} pictures for a {self.kind}", got=f"{len(self.pictures)}")
        for picture in self.pictures:
            check_image(picture, "sample")


@dataclass(frozen=True, eq=False)
class Text(_Rows):
    """Text found in one picture: `lines`, quadrilaterals float32 (n, 4, 2) px clockwise from top left, confidence 0..1."""

    lines: tuple[str, ...]
    quads: Float
    scores: Float
    ROWS = ("quads", "scores")


@dataclass(frozen=True)
class Budget:
    """What an attack may spend: `linf` in 8-bit levels 0..255 around the original, `queries` to the target a sample."""

    linf: float
    queries: int


@dataclass(frozen=True, eq=False)
class Attacked:
    """Result of an attack, one row a sample: final pictures, success by the target, queries spent, largest change in levels."""

    images: tuple[Image, ...]
    success: NDArray[np.bool_]
    queries: NDArray[np.int64]
    linf: Float

    def __len__(self) -> int:
        return len(self.images)


@dataclass(frozen=True, eq=False)
class Weights:
    """Fitted arrays by name, and what made them; `runtime.weights_file` saves and loads them without pickle."""

    arrays: Mapping[str, NDArray[Any]]
    made_by: Mapping[str, Any]

    def __iter__(self) -> Iterator[str]:
        return iter(self.arrays)
