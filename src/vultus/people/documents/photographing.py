"""A camera's picture of a document lying on a desk: perspective, uneven light, glare, blur, noise; polygons follow exactly."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from vultus.errors import InputError
from vultus.people.documents.document import Document, project

Float = NDArray[np.float32]
_OVER = 2  # the warp is sampled this much finer, then averaged


@dataclass(frozen=True)
class Photograph:
    """How the picture is taken; every amount at 0 leaves its effect out.

    Attributes:
        width, height: px of the picture.
        fill: share of the picture's width or height that the card spans, 0.2..0.98.
        tilt: corners move inwards by up to this share of the card's size (perspective).
        turn_deg: the card is turned by up to this angle, either way.
        gradient: how much darker the darkest corner is, 0..1.
        glare: strength of one mirrored lamp on the lamination, 0..1.
        blur_px: Gaussian sigma.
        noise: standard deviation of sensor noise at white, of 255.
    """

    width: int = 1280
    height: int = 960
    fill: float = 0.86
    tilt: float = 0.07
    turn_deg: float = 6.0
    gradient: float = 0.35
    glare: float = 0.5
    blur_px: float = 0.7
    noise: float = 3.0


def photograph(document: Document, seed: int, how: Photograph | None = None) -> Document:
    """`document` as a camera sees it; words, portrait and card are carried through the same homography as the pixels.

    Raises:
        InputError: a setting out of its range.
    """
    how = how or Photograph()
    _check(how)
    rng = np.random.default_rng([seed, 77])
    homography = _homography(document.picture.shape[:2], how, rng)
    card, alpha = _warped(document.picture, homography, how)
    desk = _desk((how.height, how.width), rng) * (1 - 0.45 * _shadow(alpha, how))[..., None]
    scene = desk + (card - desk) * alpha[..., None]
    scene *= _gradient(how, rng)[..., None]
    scene += (how.glare * _glare(project(document.card, homography), how, rng) * alpha)[..., None]
    if how.blur_px:
        scene = cv2.GaussianBlur(scene, (0, 0), how.blur_px)
    noise = rng.standard_normal(scene.shape).astype(np.float32) * how.noise / 255
    scene = scene + noise * np.sqrt(np.clip(scene, 0.05, 1))
    return document.seen(np.rint(np.clip(scene, 0, 1) * 255).astype(np.uint8), homography)


def _homography(flat: tuple[int, int], how: Photograph, rng: np.random.Generator) -> NDArray[np.float64]:
    """Flat px -> picture px: centred, turned, corners pulled in, all of it kept inside the picture."""
    rows, columns = flat
    corners = np.array([(0, 0), (columns, 0), (columns, rows), (0, rows)], np.float64)
    centred = corners - corners.mean(0)
    angle = np.deg2rad(rng.uniform(-1, 1) * how.turn_deg)
    turned = centred * (1 - how.tilt * rng.random((4, 2)))
    turned = turned @ np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    turned *= how.fill * min(how.width / np.ptp(turned[:, 0]), how.height / np.ptp(turned[:, 1]))
    turned -= (turned.max(0) + turned.min(0)) / 2
    room = (np.array([how.width, how.height]) - np.ptp(turned, 0)) / 2
    target = turned + np.array([how.width, how.height]) / 2 + room * rng.uniform(-0.7, 0.7, 2)
    return np.asarray(cv2.getPerspectiveTransform(corners.astype(np.float32), target.astype(np.float32)), np.float64)


def _warped(picture: NDArray[np.uint8], homography: NDArray[np.float64], how: Photograph) -> tuple[Float, Float]:
    """The card in the picture's frame and its coverage 0..1; half a pixel between our corners and OpenCV's centres is taken care of."""
    grow = np.diag([_OVER, _OVER, 1.0])
    to_centres = _shift(-0.5) @ grow @ homography @ _shift(0.5)
    size = (how.width * _OVER, how.height * _OVER)
    source = cv2.copyMakeBorder(picture, 2, 2, 2, 2, cv2.BORDER_REPLICATE)
    card = cv2.warpPerspective(source, to_centres @ _shift(-2), size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    small = cv2.resize(card, (how.width, how.height), interpolation=cv2.INTER_AREA).astype(np.float32) / np.float32(255)
    rows, columns = picture.shape[:2]
    return small, _cover(project(np.array([(0, 0), (columns, 0), (columns, rows), (0, rows)]), homography), how)


def _cover(corners: Float, how: Photograph) -> Float:
    """Share of each pixel inside a convex quadrilateral, from the distance of its centre to the nearest side."""
    y, x = (grid.astype(np.float32) + np.float32(0.5) for grid in np.mgrid[0 : how.height, 0 : how.width])
    nearest = np.full((how.height, how.width), np.inf, np.float32)
    for (x1, y1), (x2, y2) in zip(corners.tolist(), np.roll(corners, -1, 0).tolist(), strict=True):
        length = float(np.hypot(x2 - x1, y2 - y1))
        np.minimum(nearest, (x2 - x1) / length * (y - y1) - (y2 - y1) / length * (x - x1), out=nearest)
    return np.asarray(np.clip(nearest + 0.5, 0, 1), np.float32)


def _shift(by: float) -> NDArray[np.float64]:
    return np.array([[1, 0, by], [0, 1, by], [0, 0, 1.0]])


def _desk(shape: tuple[int, int], rng: np.random.Generator) -> Float:
    """A table: one colour, streaks along one direction, a little grain."""
    colour = np.array([(0.42, 0.30, 0.20), (0.25, 0.26, 0.28), (0.62, 0.58, 0.52), (0.18, 0.22, 0.27)], np.float32)[int(rng.integers(4))]
    coarse = rng.standard_normal((max(2, shape[0] // 6), max(2, shape[1] // 90))).astype(np.float32)
    streaks = cv2.resize(cv2.GaussianBlur(coarse, (0, 0), 0.8), (shape[1], shape[0]), interpolation=cv2.INTER_CUBIC)
    grain = rng.standard_normal(shape).astype(np.float32)
    return np.asarray(np.clip(colour * (1 + 0.10 * streaks + 0.02 * grain)[..., None], 0, 1), np.float32)


def _shadow(alpha: Float, how: Photograph) -> Float:
    moved = cv2.warpAffine(alpha, np.array([[1, 0, 0.004 * how.width], [0, 1, 0.008 * how.height]]), (how.width, how.height))
    return np.asarray(cv2.GaussianBlur(moved, (0, 0), 0.006 * how.width), np.float32)


def _gradient(how: Photograph, rng: np.random.Generator) -> Float:
    y, x = np.mgrid[0 : how.height, 0 : how.width].astype(np.float32)
    angle = float(rng.uniform(0, 2 * np.pi))
    along = np.cos(angle) * (x / how.width - 0.5) + np.sin(angle) * (y / how.height - 0.5)
    reach = 0.5 * (abs(np.cos(angle)) + abs(np.sin(angle)))
    return np.asarray((1 - how.gradient * (0.5 - 0.5 * along / reach)), np.float32)


def _glare(card: Float, how: Photograph, rng: np.random.Generator) -> Float:
    """A soft ellipse somewhere on the card, peak 1."""
    weights = rng.dirichlet(np.ones(4))
    centre, size = weights @ card, float(np.ptp(card[:, 0]))
    angle, long, short = float(rng.uniform(0, np.pi)), size * float(rng.uniform(0.1, 0.2)), size * float(rng.uniform(0.03, 0.07))
    y, x = np.mgrid[0 : how.height, 0 : how.width].astype(np.float32)
    dx, dy = x - float(centre[0]), y - float(centre[1])
    u, v = (np.cos(angle) * dx + np.sin(angle) * dy) / long, (np.cos(angle) * dy - np.sin(angle) * dx) / short
    return np.asarray(np.exp(-0.5 * (u * u + v * v)), np.float32)


def _check(how: Photograph) -> None:
    limits = (("width", 64, 8192), ("height", 64, 8192), ("fill", 0.2, 0.98), ("tilt", 0, 0.4), ("turn_deg", 0, 180),
              ("gradient", 0, 1), ("glare", 0, 1), ("blur_px", 0, 20), ("noise", 0, 60))
    for name, low, high in limits:
        if not low <= getattr(how, name) <= high:
            raise InputError(name, expected=f"{low} to {high}", got=repr(getattr(how, name)))
