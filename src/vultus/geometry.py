"""Boxes, five points, similarity warps and the crops that embedders take.

Coordinates are in pixels, and pixel i covers i to i + 1, so that resizing a picture multiplies them by its ratio and nothing
else. A warp (2, 3) maps crop coordinates to source coordinates: source = warp[:, :2] @ (x, y) + warp[:, 2].
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vultus.errors import InputError, UnknownNameError
from vultus.types import Crops, Faces, Float, Image, check_image

Warps = NDArray[np.float64]
# Depth of the nose tip before the plane of eyes and mouth, in distances between the eyes: fitted to the known yaw of the
# rendered people of `data/demo_people` as CenterFace's points show them (mean error 3 degrees within +-25).
NOSE_DEPTH = 0.6


@dataclass(frozen=True)
class Template:
    """Where a face lies in a crop.

    Args:
        name: key in `TEMPLATES`; embedders name it.
        size: side of the square crop in px.
        points: wanted place of the five points, x y in px, order `types.POINT_NAMES`; None for kind `loose`.
        kind: `five-point` fits the points by a similarity; `loose` cuts the box, widened to a square, unrotated.
        margin: kind `loose`: what is added on each side, as a share of the longer side of the box.
    """

    name: str
    size: int
    points: tuple[tuple[float, float], ...] | None = None
    kind: str = "five-point"
    margin: float = 0.0


# dlib-150: medians of detected points on chips that dlib's own 5-point aligner cut. dlib-150-legacy: means of them over 1188 pictures,
# enlarged 1.5 % and moved half a pixel, which brings raw outputs nearest to those on dlib's chips. arcface-112: the alignment that the
# ArcFace family was trained on (deepinsight/insightface, face_align.py). Loose crops: no points, room around the box;
# loose-224 widens it by 30 % as VGGFace2 does (Cao et al. 2018, section 4), which faceres was trained on.
TEMPLATES: dict[str, Template] = {t.name: t for t in (
    Template("dlib-150", 150, ((48.0, 47.9), (101.9, 46.7), (74.3, 79.4), (51.6, 104.7), (97.2, 103.5))),
    Template("dlib-150-legacy", 150, ((46.9, 46.2), (102.2, 45.3), (74.0, 78.4), (50.5, 104.0), (96.8, 103.1))),
    Template("arcface-112", 112, ((38.2946, 51.6963), (73.5318, 51.5014), (56.0252, 71.7366), (41.5493, 92.3655),
                                  (70.7299, 92.2041))),
    Template("loose-112", 112, kind="loose", margin=0.15),
    Template("loose-192", 192, kind="loose", margin=0.25),
    Template("loose-224", 224, kind="loose", margin=0.15),
)}


def template(name: str | Template) -> Template:
    """The template of this name. Raises UnknownNameError."""
    if isinstance(name, Template):
        return name
    if name not in TEMPLATES:
        raise UnknownNameError("template", name, TEMPLATES)
    return TEMPLATES[name]


def similarity_warp(points: NDArray[Any], name: str | Template) -> Warps:
    """Rotation, scale and shift that put five points onto a template, without reflection, by least squares.

    With points p, template q as complex numbers and p', q' their deviations from the mean, the minimum of
    sum |a p + b - q|^2 is a = sum conj(p') q' / sum |p'|^2, b = mean q - a mean p (Umeyama 1991 in two dimensions).
    The returned warp is its inverse. Points that all coincide keep scale 1.

    Args:
        points: (n, 5, 2), x y in px.
        name: a `five-point` template.

    Returns:
        float64 (n, 2, 3), crop to source.
    """
    wanted = template(name)
    if wanted.points is None:
        raise InputError("template", expected="a five-point template", got=repr(wanted.name))
    source = np.asarray(points, np.float64).reshape(-1, 5, 2) @ (1, 1j)  # (n, 5)
    target = np.asarray(wanted.points) @ (1, 1j)  # (5,)
    spread = source - source.mean(1, keepdims=True)
    power = (np.abs(spread) ** 2).sum(1)
    turn = (spread.conj() * (target - target.mean())).sum(1)
    usable = (power > 1e-9) & (np.abs(turn) > 1e-9)
    inverse = np.where(usable, power, 1) / np.where(usable, turn, 1)  # 1 / a
    shift = source.mean(1) - inverse * target.mean()
    rows = [np.stack([inverse.real, -inverse.imag, shift.real], -1), np.stack([inverse.imag, inverse.real, shift.imag], -1)]
    return np.stack(rows, 1)


def loose_warp(boxes: NDArray[Any], name: str | Template) -> Warps:
    """Crop-to-source warps float64 (n, 2, 3) of a `loose` template for boxes (n, 4)."""
    wanted = template(name)
    squares = expand(boxes, wanted.margin).astype(np.float64)
    scale = np.maximum(squares[:, 2] - squares[:, 0], 1e-3) / wanted.size
    warps = np.zeros((len(squares), 2, 3))
    warps[:, 0, 0] = warps[:, 1, 1] = scale
    warps[:, :, 2] = squares[:, :2]
    return warps


def expand(boxes: NDArray[Any], margin: float) -> Float:
    """Boxes (n, 4) as squares of the same centre, side = longer side x (1 + 2 margin); may reach over the border."""
    boxes = np.asarray(boxes, np.float32).reshape(-1, 4)
    half = np.maximum(boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1])[:, None] * (0.5 + margin)
    centre = (boxes[:, :2] + boxes[:, 2:]) / 2
    return np.hstack([centre - half, centre + half]).astype(np.float32)


def face_warps(faces: Faces, wanted: Template) -> Warps:
    """Crop-to-source warps float64 (n, 2, 3) of faces for a template of either kind."""
    return loose_warp(faces.boxes, wanted) if wanted.kind == "loose" else similarity_warp(faces.points, wanted)


def crop(image: Image, faces: Faces, name: str | Template) -> Crops:
    """Cut every face of a picture for a template.

    Where the face is larger than its crop, the surrounding part of the picture is first averaged over areas of as many whole
    pixels as fit into one crop pixel; bilinear sampling then never skips source pixels. Outside the picture is black.

    Args:
        image: uint8 RGB (h, w, 3).
        faces: the faces of this picture, in its pixels.
        name: key of `TEMPLATES`, or a Template.
    """
    wanted = template(name)
    return cut(check_image(image), face_warps(faces, wanted), wanted)


def crop_density(faces: Faces, name: str | Template) -> float:
    """Source px behind one crop px where it is least: below 1 some face is enlarged. Infinite without faces."""
    warps = face_warps(faces, template(name))
    return float(np.hypot(warps[:, 0, 0], warps[:, 1, 0]).min(initial=np.inf))


def cut(image: Image, warps: Warps, wanted: Template) -> Crops:
    """The crops of one picture for given crop-to-source warps (n, 2, 3)."""
    import cv2
    size = (wanted.size, wanted.size)
    out = np.empty((len(warps), *size, 3), np.uint8)
    for warp, place in zip(warps, out, strict=True):
        source, local = _prefiltered(image, warp, wanted.size)
        # OpenCV puts the centre of the first pixel at (0, 0), half a pixel from ours.
        local[:, 2] += local[:, :2].sum(1) / 2 - 0.5
        cv2.warpAffine(source, local, size, dst=place, flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)
    return Crops(out, warps, wanted.name)


def _prefiltered(image: Image, warp: NDArray[np.float64], size: int) -> tuple[Image, NDArray[np.float64]]:
    """The picture, or its part under the crop averaged to about one pixel a crop pixel, and the warp into it."""
    factor = int(np.hypot(warp[0, 0], warp[1, 0]))
    if factor < 2:
        return image, warp.copy()
    import cv2
    corners = warp[:, :2] @ np.array([[0, size, 0, size], [0, 0, size, size]]) + warp[:, 2:]
    height, width = image.shape[:2]
    low = np.clip(np.floor(corners.min(1)) - factor, 0, (width, height)).astype(int)
    high = np.clip(np.ceil(corners.max(1)) + factor + 1, 0, (width, height)).astype(int)
    if (high <= low).any():
        return image, warp.copy()
    span = high - low
    reduced = -(-span // factor)
    part = cv2.resize(image[low[1]:high[1], low[0]:high[0]], tuple(map(int, reduced)), interpolation=cv2.INTER_AREA)
    ratio = (reduced / span)[:, None]
    return np.asarray(part, np.uint8), np.hstack([warp[:, :2], warp[:, 2:] - low[:, None]]) * ratio


def resized(faces: Faces, size: tuple[int, int]) -> Faces:
    """The same faces in the picture resized to `size` (height, width)."""
    if size == faces.size:
        return faces
    ratio = np.array([size[1] / faces.size[1], size[0] / faces.size[0]], np.float32)
    return Faces(faces.boxes * np.tile(ratio, 2), faces.scores, faces.points * ratio, size, faces.found_by)


def rivals(faces: Faces, share: float = 0.5) -> int:
    """How many further faces are about as prominent as the principal one: at least `share` of its weight (see `Faces`)."""
    weights = faces.weights()
    return int((weights[1:] >= share * weights[:1]).sum())


def iou(a: NDArray[Any], b: NDArray[Any]) -> Float:
    """Intersection over union of every box of `a` (n, 4) with every box of `b` (m, 4): float32 (n, m), 0..1."""
    a, b = np.asarray(a, np.float32).reshape(-1, 1, 4), np.asarray(b, np.float32).reshape(1, -1, 4)
    span = np.clip(np.minimum(a[..., 2:], b[..., 2:]) - np.maximum(a[..., :2], b[..., :2]), 0, None)
    shared = span.prod(-1)
    union = _area(a) + _area(b) - shared
    return np.asarray(shared / np.where(union > 0, union, 1), np.float32)


def _area(boxes: NDArray[Any]) -> NDArray[Any]:
    return np.asarray(np.clip(boxes[..., 2:] - boxes[..., :2], 0, None).prod(-1))


def nms(boxes: NDArray[Any], scores: NDArray[Any], threshold: float) -> NDArray[np.intp]:
    """Indices of the boxes that stay, best score first: each kept box removes the worse ones with iou > threshold."""
    boxes = np.asarray(boxes, np.float32).reshape(-1, 4)
    waiting = np.argsort(-np.asarray(scores), kind="stable")
    kept = []
    while waiting.size:
        best, rest = waiting[0], waiting[1:]
        kept.append(best)
        waiting = rest[iou(boxes[best], boxes[rest])[0] <= threshold]
    return np.array(kept, np.intp)


def roll_deg(points: NDArray[Any]) -> Float:
    """Roll of faces (n, 5, 2) from the line through the eyes: float32 (n,) degrees, + clockwise."""
    points = np.asarray(points, np.float64).reshape(-1, 5, 2)
    line = points[:, 1] - points[:, 0]
    return np.asarray(np.degrees(np.arctan2(line[:, 1], line[:, 0])), np.float32)


def yaw_deg(points: NDArray[Any]) -> Float:
    """Rough yaw of faces (n, 5, 2): float32 (n,) degrees, + to image right.

    Weak perspective: eyes w apart in a plane, nose tip d w before it. Turning by y shows the eyes w cos y apart and moves the
    nose by d w sin y along the eye line, so tan y = shift / (d x shown distance); d is `NOSE_DEPTH`. The shift is measured from
    the line through the middle of the eyes and the middle of the mouth, which removes roll.
    """
    points = np.asarray(points, np.float64).reshape(-1, 5, 2) @ (1, 1j)
    eyes, mouth = (points[:, 0] + points[:, 1]) / 2, (points[:, 3] + points[:, 4]) / 2
    across, down = points[:, 1] - points[:, 0], mouth - eyes
    length = np.maximum(np.abs(down), 1e-6)
    # Signed distance of the nose from the midline, + to the side of the image-right eye of an upright face.
    shift = -(down.conj() * (points[:, 2] - eyes)).imag / length
    shown = np.maximum(np.abs((down.conj() * across).imag) / length, 1e-6)
    return np.asarray(np.degrees(np.arctan(shift / (NOSE_DEPTH * shown))), np.float32)
